"""Amazon Q Developer in chat applications: a dedicated topic of custom notifications, for Slack and Microsoft Teams.

Documented in docs/amazon-q-developer.md. The local cloud has no receiver.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outposts_order_notifier.notify.channels.amazon_q.channel import AmazonQ

TOPIC = "AMAZON_Q_TOPIC_ARN"
SETTINGS = (TOPIC,)


def open_channel(variables: Mapping[str, str]) -> "AmazonQ | None":
    """Return the channel if it is configured."""
    from outposts_order_notifier.notify.channels.amazon_q.channel import AmazonQ  # noqa: PLC0415
    from outposts_order_notifier.runtime import clients  # noqa: PLC0415

    return AmazonQ(clients.sns(), topic_arn) if (topic_arn := variables.get(TOPIC)) else None
