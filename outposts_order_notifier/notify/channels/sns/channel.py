"""The SNS channel: one publication for each observation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from outposts_order_notifier.notify.channel import Posting, TimeLeft
from outposts_order_notifier.notify.channels.sns.text import publication
from outposts_order_notifier.notify.notification import OrderNotification
from outposts_order_notifier.notify.publish import publish

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient


@dataclass(frozen=True, slots=True)
class Sns:
    """The topic of notifications."""

    client: "SNSClient"
    topic_arn: str
    name: ClassVar = "sns"
    # CloudWatch publishes alarms to this topic itself.
    accepts: ClassVar = (OrderNotification,)

    def postings(
        self,
        notifications: Sequence[OrderNotification],
        time_left: TimeLeft,  # noqa: ARG002 - one call each
    ) -> Iterator[Posting[OrderNotification]]:
        """Publish each observation on its own."""
        for each in notifications:
            yield Posting([each], partial(self._publish, each.detail))

    def _publish(self, detail: Mapping[str, Any]) -> None:
        publish(self.client, {"TopicArn": self.topic_arn, **publication(detail)})
