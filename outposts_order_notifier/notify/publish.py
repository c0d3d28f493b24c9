"""A channel that publishes to a topic of SNS."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Generic

from botocore.exceptions import BotoCoreError, ClientError

from outposts_order_notifier.notify.channel import ChannelError, N, Posting, TimeLeft

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient


@dataclass(frozen=True, slots=True)
class TopicChannel(Generic[N]):
    """A topic, to which each notification is published on its own."""

    client: "SNSClient"
    topic_arn: str
    shows_muted: ClassVar = False

    def arguments(self, notification: N) -> Mapping[str, Any]:
        """Return Publish's arguments except the topic."""
        raise NotImplementedError

    def postings(self, notifications: Sequence[N], _time_left: TimeLeft) -> Iterator[Posting[N]]:
        """Publish each notification on its own."""
        for each in notifications:
            yield Posting([each], partial(self._publish, each))

    def _publish(self, notification: N) -> None:
        try:
            self.client.publish(TopicArn=self.topic_arn, **self.arguments(notification))
        except (BotoCoreError, ClientError) as error:
            raise ChannelError(f"SNS: {error}") from error
