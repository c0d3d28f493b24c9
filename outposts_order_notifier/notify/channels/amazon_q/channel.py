"""The channel for Amazon Q Developer in chat applications: one custom notification for each event.

A chat configuration of Amazon Q Developer subscribes to the topic.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from outposts_order_notifier.notify.channels.amazon_q.text import custom_notification
from outposts_order_notifier.notify.notification import (
    AlarmNotification,
    Notification,
    OrderNotification,
    SummaryNotification,
)
from outposts_order_notifier.notify.publish import TopicChannel


class AmazonQ(TopicChannel[Notification]):
    """The topic of Amazon Q Developer."""

    name: ClassVar = "amazonQDeveloper"
    accepts: ClassVar = (OrderNotification, AlarmNotification, SummaryNotification)

    def arguments(self, notification: Notification) -> Mapping[str, Any]:
        """Return the custom notification."""
        return {"Message": json.dumps(custom_notification(notification))}
