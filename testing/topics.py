"""A topic that records what is published, and alarms to publish."""

from typing import TYPE_CHECKING, Any, cast

from outposts_order_notifier.notify.notification import AlarmNotification
from outposts_order_notifier.wording.message import Message

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient


class Topic:
    """A topic that records the arguments of each publication, or fails each with an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.published: list[dict[str, Any]] = []

    @property
    def client(self) -> "SNSClient":
        """Return itself as the client."""
        return cast("SNSClient", self)

    def publish(self, **arguments: Any) -> None:
        """Record a publication."""
        if self.error:
            raise self.error
        self.published.append(arguments)


def alarm_of(message: Message, name: str = "Polls") -> AlarmNotification:
    """Return an alarm's notification with this message."""
    return AlarmNotification("e", message, {"AlarmName": name})
