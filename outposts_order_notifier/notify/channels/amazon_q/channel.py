"""The channel for Amazon Q Developer in chat applications: one custom notification for each event.

A chat configuration of Amazon Q Developer subscribes to the topic.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from outposts_order_notifier.notify.channel import Posting, TimeLeft
from outposts_order_notifier.notify.channels.amazon_q.text import custom_notification
from outposts_order_notifier.notify.notification import AlarmNotification, Notification, OrderNotification
from outposts_order_notifier.notify.publish import publish

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient


@dataclass(frozen=True, slots=True)
class AmazonQ:
    """The topic of Amazon Q Developer."""

    client: "SNSClient"
    topic_arn: str
    name: ClassVar = "amazonQDeveloper"
    accepts: ClassVar = (OrderNotification, AlarmNotification)

    def postings(
        self,
        notifications: Sequence[Notification],
        time_left: TimeLeft,  # noqa: ARG002 - one call each
    ) -> Iterator[Posting[Notification]]:
        """Publish each notification on its own."""
        for each in notifications:
            arguments = {"TopicArn": self.topic_arn, "Message": json.dumps(custom_notification(each))}
            yield Posting([each], partial(publish, self.client, arguments))
