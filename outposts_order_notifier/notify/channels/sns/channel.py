"""The SNS channel: one publication for each observation."""

from collections.abc import Mapping
from typing import Any, ClassVar

from outposts_order_notifier.notify.channels.sns.text import publication, summary_publication
from outposts_order_notifier.notify.notification import OrderNotification, SummaryNotification
from outposts_order_notifier.notify.publish import TopicChannel


class Sns(TopicChannel[OrderNotification | SummaryNotification]):
    """The topic of notifications."""

    name: ClassVar = "sns"
    accepts: ClassVar = (OrderNotification, SummaryNotification)  # CloudWatch itself publishes alarms to this topic

    def arguments(self, notification: OrderNotification | SummaryNotification) -> Mapping[str, Any]:
        """Return subject, message and attributes."""
        if isinstance(notification, SummaryNotification):
            return summary_publication(notification)
        return publication(notification)
