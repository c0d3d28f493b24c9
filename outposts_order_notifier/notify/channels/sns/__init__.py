"""SNS: an e-mail worth reading, JSON for machines, and attributes for filter policies.

Documented in docs/messages.md. Its receiver in the local cloud is local/mailbox.py.
"""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outposts_order_notifier.notify.channels.sns.channel import Sns

TOPIC = "NOTIFICATION_TOPIC_ARN"


def open_channel() -> "Sns":
    """Return the channel, which every deployment has."""
    from outposts_order_notifier.notify.channels.sns.channel import Sns  # noqa: PLC0415
    from outposts_order_notifier.runtime import clients  # noqa: PLC0415

    return Sns(clients.sns(), os.environ[TOPIC])
