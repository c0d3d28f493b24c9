"""A topic that keeps what is published, and notices to publish."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from outposts_order_notifier.notify.channel import Notice
from outposts_order_notifier.wording.message import order_message

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient


class Topic:
    """Keep the arguments of each publication, or fail each with an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.published: list[dict[str, Any]] = []

    @property
    def client(self) -> "SNSClient":
        """Return itself as the one call's client."""
        return cast("SNSClient", self)

    def publish(self, **arguments: Any) -> None:
        """Keep what is published."""
        if self.error:
            raise self.error
        self.published.append(arguments)


def notice_of(detail: Mapping[str, Any]) -> Notice:
    """Return the notice of an order's update."""
    return Notice(detail["eventId"], order_message(detail), {}, detail)
