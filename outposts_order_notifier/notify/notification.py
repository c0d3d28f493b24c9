"""What people are notified of: an observation of an order, an alarm of the notifier's own, a weekly summary. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from outposts_order_notifier.domain.statuses import CANCELLED, ERROR
from outposts_order_notifier.wording.headline import Change, line_item_statuses, order_statuses
from outposts_order_notifier.wording.message import ANYONE, Audience, Message, alarm_message, order_message

SUMMARY = "summary"  # the key of the message that asks for one, with the scheduled time
MOST_SUMMARIZED = 300  # orders; a line has up to 300 characters, a message of SNS 256 KB
NEVER_MUTED = frozenset({ERROR, CANCELLED})


@dataclass(frozen=True, slots=True)
class OrderNotification:
    """An observation of an order: the detail of the `Outposts Order Updated` event, and its message."""

    detail: Mapping[str, Any]
    message: Message

    @property
    def event_id(self) -> str:
        """The key of the notification's delivery; the event's own."""
        return str(self.detail["eventId"])

    @property
    def order_id(self) -> str:
        """The order's id."""
        return str(self.detail["orderId"])

    @property
    def is_muted(self) -> bool:
        """Whether somebody has muted the order; an error or a cancellation is reported nevertheless."""
        changes = self.changes
        entered = {status for each in changes for status in (*order_statuses(each), *line_item_statuses(each))}
        return "mutedUntil" in self.detail and not entered & NEVER_MUTED

    @property
    def changes(self) -> list[Change]:
        """What the observation found changed."""
        found: list[Change] = self.detail["changes"]
        return found


@dataclass(frozen=True, slots=True)
class AlarmNotification:
    """An alarm that fires or has cleared: CloudWatch's notification, and its message.

    `event_id`, the key of its delivery, consists of the alarm's ARN, its state and the time of the change.
    """

    event_id: str
    message: Message
    alarm: Mapping[str, Any]
    is_muted: ClassVar = False


@dataclass(frozen=True, slots=True)
class SummaryNotification:
    """A weekly summary. `event_id` contains the time that it was scheduled for."""

    event_id: str
    message: Message
    is_muted: ClassVar = False

    @property
    def content(self) -> Mapping[str, Any]:
        """The summary for machines: its headline, and a line for each order, as far as they fit into a message."""
        lines = [line.text for line in self.message.lines]
        omitted = {"ordersOmitted": len(lines) - MOST_SUMMARIZED} if len(lines) > MOST_SUMMARIZED else {}
        summary = {"at": self.message.at, "headline": self.message.headline}
        return {**summary, "orders": lines[:MOST_SUMMARIZED], **omitted}


Notification = OrderNotification | AlarmNotification | SummaryNotification


def notification(body: Mapping[str, Any], audience: Audience = ANYONE) -> Notification | None:
    """Read a message of notify's queue.

    Args:
        body: An `Outposts Order Updated` event, or an alarm's notification as SNS delivers it raw.
        audience: Who reads the message.

    Returns:
        The notification; None for an alarm that was only created, as no problem has ended.

    Raises:
        Exception: The message is neither.
    """
    if "AlarmName" in body:
        if body["NewStateValue"] == "OK" and body.get("OldStateValue") != "ALARM":
            return None
        return alarm_notification(body, audience)
    return order_notification(body["detail"], audience)


def order_notification(detail: Mapping[str, Any], audience: Audience = ANYONE) -> OrderNotification:
    """Return the notification of an observation."""
    found = OrderNotification(detail, order_message(detail, audience))
    _ = found.event_id, found.order_id, found.changes  # a message without them becomes a dead letter, on its own
    return found


def alarm_notification(alarm: Mapping[str, Any], audience: Audience = ANYONE) -> AlarmNotification:
    """Return the notification of an alarm's change of state."""
    event_id = f"{alarm['AlarmArn']} {alarm['NewStateValue']} {alarm['StateChangeTime']}"
    return AlarmNotification(event_id, alarm_message(alarm, audience), alarm)


def changes_of(notifications: Iterable[OrderNotification]) -> list[Change]:
    """Return the changes of several observations, in their order."""
    return [change for each in notifications for change in each.changes]
