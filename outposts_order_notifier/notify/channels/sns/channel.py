"""The SNS channel: one publication for each observation."""

from collections.abc import Mapping
from typing import Any, ClassVar

from outposts_order_notifier.notify.channels.sns.text import publication
from outposts_order_notifier.notify.notification import OrderNotification
from outposts_order_notifier.notify.publish import TopicChannel


class Sns(TopicChannel[OrderNotification]):
    """The topic of notifications."""

    name: ClassVar = "sns"
    accepts: ClassVar = (OrderNotification,)  # CloudWatch itself publishes alarms to this topic

    def arguments(self, notification: OrderNotification) -> Mapping[str, Any]:
        """Return subject, message and attributes."""
        return publication(notification)
