"""SNS: an e-mail worth reading, JSON for machines, and attributes for filter policies.

Documented in docs/messages.md. Its receiver in the local cloud is local/mailbox.py.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outposts_order_notifier.notify.channels.sns.channel import Sns

TOPIC = "NOTIFICATION_TOPIC_ARN"
SETTINGS = (TOPIC,)


def open_channel(variables: Mapping[str, str]) -> "Sns | None":
    """Return the channel, which the default route always has, and another one if it has e-mail addresses."""
    from outposts_order_notifier.notify.channels.sns.channel import Sns  # noqa: PLC0415
    from outposts_order_notifier.runtime import clients  # noqa: PLC0415

    return Sns(clients.sns(), topic_arn) if (topic_arn := variables.get(TOPIC)) else None
