"""Notifications as text, for any channel. Pure.

A message is plain text: each channel escapes and shortens it by its own rules.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, NamedTuple

from outposts_order_notifier.domain import event_types
from outposts_order_notifier.domain.dates import submitted_at
from outposts_order_notifier.domain.order import canonical_json
from outposts_order_notifier.domain.statuses import COMPLETED, ERROR, UNKNOWN, Status, status_named
from outposts_order_notifier.domain.timestamps import from_iso8601, to_iso8601
from outposts_order_notifier.wording.console import alarm_url, orders_url
from outposts_order_notifier.wording.hardware import Hardware, hardware, in_full, ordered, together
from outposts_order_notifier.wording.headline import (
    Change,
    Names,
    headline,
    marked_as,
    name_of,
    names_of,
    status_words,
    with_id,
)
from outposts_order_notifier.wording.next_steps import Step, case_text, next_steps
from outposts_order_notifier.wording.words import count, day, duration, moment, plain, plain_date

NAMED = 3
ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")  # as poll writes the API's times
LONGEST_URL = 2_000
RUNBOOK = "docs/operations.md#alarms"  # says of each alarm what to do
USUAL_TYPE = "OUTPOST"  # of an order that is no replacement
ABOUT_ALARMS = (
    "This is about these notifications, not about your hardware. Until the alarm clears, check your orders in the AWS "
    "console."
)
CASE = "Text for your case with AWS Support, to copy and paste:"  # before a message's `case`


@dataclass(frozen=True, slots=True)
class Line:
    """A line of plain text with an optional link."""

    text: str
    url: str | None = None
    url_text: str = ""


class Audience(NamedTuple):
    """Who reads a message.

    Attributes:
        zone: The time zone of the times in it.
        board_url: Where they see all orders; empty without a board.
    """

    zone: tzinfo = UTC
    board_url: str = ""


ANYONE = Audience()


@dataclass(frozen=True, slots=True)
class Message:
    """A notification as text.

    Attributes:
        headline: The observation in one sentence.
        lines: What changed, from what, and after how long; the most important first.
        facts: The order's status, line items, type, Outpost, account, region and id, by name.
        url: Where to see more.
        at: When the order was observed, ISO 8601, so that late messages are recognizable; empty for an alarm.
        sequence: The observation's `sequence`.
        mark: The row of the table of statuses whose icon and colour mark it.
        steps: Who acts next, and how; the most urgent first.
        case: A text for a case with AWS Support, of a few lines; empty if nothing entered ERROR.
        audience: Who reads it.
    """

    headline: str
    lines: tuple[Line, ...]
    facts: Mapping[str, str]
    url: str
    at: str = ""
    sequence: int = 0
    mark: Status = UNKNOWN
    steps: tuple[Line, ...] = ()
    case: str = ""
    audience: Audience = ANYONE


class Reader(NamedTuple):
    """What the lines of a message depend on besides its changes: names by id, and the time zone of its times."""

    names: Names
    zone: tzinfo


Words = Callable[[list[Change], Reader], Iterator[Line]]  # returns the lines of a type's changes


def order_message(detail: Mapping[str, Any], audience: Audience = ANYONE) -> Message:
    """Return the message of an `Outposts Order Updated` event, from its `detail`."""
    changes, names = _by_type(detail["changes"]), names_of(detail)
    reader = Reader(names, audience.zone)
    lines = [*_discovered(changes.pop(event_types.DISCOVERED, []), reader, detail["observedAt"])]
    lines += [line for detail_type, words in _WORDS.items() for line in words(changes.get(detail_type, []), reader)]
    lines += [Line(plain(detail_type)) for detail_type in changes if detail_type not in _WORDS]
    if omitted := detail.get("changesOmitted"):
        lines.append(Line(f"and {count(omitted, 'more change')}, too many for one message"))
    counts = detail["lineItemCountsByStatus"].items()
    return Message(
        headline=headline(detail),
        lines=tuple(lines),
        facts={
            "Status": status_words(detail["orderStatus"]),
            "Line items": ", ".join(f"{number} {status_words(status)}" for status, number in counts) or "none",
            **({} if detail["orderType"] == USUAL_TYPE else {"Type": plain(detail["orderType"])}),
            "Outpost": with_id(detail["outpostId"], names),
            "Account": with_id(detail["account"], names),
            "Region": plain(detail["region"]),
            "Order": plain(detail["orderId"]),
        },
        url=orders_url(detail["region"]),
        at=plain(detail["observedAt"]),
        sequence=int(detail["sequence"]),
        mark=marked_as(detail),
        steps=step_lines(next_steps(detail)),
        case=case_text(detail, audience.zone),
        audience=audience,
    )


def step_lines(steps: Iterable[Step]) -> tuple[Line, ...]:
    """Return steps as lines of a message."""
    return tuple(Line(f"{_capital(step.actor)}: {step.text}", step.url, step.url_text) for step in steps)


def alarm_message(alarm: Mapping[str, Any], audience: Audience = ANYONE) -> Message:
    """Return the message of a CloudWatch alarm's notification, as delivered by SNS.

    Its members: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    cleared = alarm["NewStateValue"] == "OK"
    texts = ("" if cleared else ABOUT_ALARMS, alarm.get("AlarmDescription"), alarm.get("NewStateReason"))
    return Message(
        headline=f"Outposts order notifier: {plain(alarm['AlarmName'])} {'has cleared' if cleared else 'is firing'}",
        lines=tuple(Line(plain(text)) for text in texts if text),
        facts={
            "State": plain(alarm["NewStateValue"]),
            "Since": moment(alarm.get("StateChangeTime"), audience.zone),
            "Runbook": RUNBOOK,
        },
        url=alarm_url(alarm["AlarmArn"]),
        mark=status_named(COMPLETED if cleared else ERROR),
        audience=audience,
    )


def _by_type(changes: Iterable[Change]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change["detailType"], []).append(change)
    return found


def _discovered(changes: list[Change], reader: Reader, observed_at: str) -> Iterator[Line]:
    for change in changes:
        order = change["order"]
        kind = "Replacement order" if order.get("OrderType") == "REPLACEMENT" else "New order"
        submitted = submitted_at(order, from_iso8601(observed_at))
        yield Line(f"{kind}{f', submitted {day(to_iso8601(submitted), reader.zone)}' if submitted else ''}")
        kinds: dict[str, list[Hardware]] = {}
        for item in order.get("LineItems", []):
            kinds.setdefault(name_of(item.get("CatalogItemId"), reader.names), []).append(ordered(item, reader.names))
        yield from (
            Line(f"Ordered: {in_full(what, name)}") for name, found in kinds.items() if (what := together(found))
        )


def _order_status(changes: list[Change], _: Reader) -> Iterator[Line]:
    for change in changes:
        yield Line(f"Order: {_transition(change)} after {duration(change['secondsInPreviousStatus'])}")


def _line_item_status(changes: list[Change], reader: Reader) -> Iterator[Line]:
    for change in changes:
        if replacement := change.get("replacedBy"):
            by = f"{_line_item_in(replacement)}{_now(change)}"
            yield Line(f"{_capital(_items([change], reader.names))}: replaced by {by}")
    groups = _together(changes, "previousStatus", "status", "wasStalled")
    for alike in sorted(groups, key=lambda group: -status_named(group[0]["status"]).weight):
        longest = max(change["secondsInPreviousStatus"] for change in alike)
        yield Line(f"{_capital(_items(alike, reader.names))}: {_transition(alike[0])} after {duration(longest)}")


def _transition(change: Change) -> str:
    moved = "moved again, " if change.get("wasStalled") else ""
    return f"{moved}{status_words(change['previousStatus'])} → {status_words(change['status'])}"


def _together(changes: Iterable[Change], *keys: str) -> Iterable[list[Change]]:
    """Group the changes that have the same values of some keys."""
    found: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        found.setdefault(tuple(canonical_json(change.get(key)) for key in keys), []).append(change)
    return found.values()


def _items(changes: list[Change], names: Names) -> str:
    """Return the line items of changes: as hardware if their catalog items have names, else with some of their ids."""
    pieces = [_ordered(change) for change in changes]
    if all(isinstance(name, str) and name in names for name, _ in pieces):
        return str(together(hardware(name, quantity, names) for name, quantity in pieces))
    ids = [plain(change["lineItemId"]) for change in changes]
    return f"line item {ids[0]}" if len(ids) == 1 else f"{count(len(ids), 'line item')} ({some(ids)})"


def _ordered(change: Change) -> tuple[object, object]:
    """Return the catalog item and quantity of a change's line item, None where the change does not have them."""
    if isinstance(item := change.get("lineItem"), dict):
        return item.get("CatalogItemId"), item.get("Quantity")
    return change.get("catalogItemId"), change.get("quantity")


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _shipment(changes: list[Change], reader: Reader) -> Iterator[Line]:
    """Yield a line for each shipment, regardless of how many line items travel under it."""
    for alike in _together(changes, "shipment", "previousShipment"):
        shipment, before = alike[0]["shipment"] or {}, alike[0]["previousShipment"]
        url = shipment.get("trackingUrl")
        yield Line(
            f"{_capital(_carried(alike[0]['shipment']))}: {_items(alike, reader.names)}"
            + (f", before: {_carried(before)}" if before else ""),
            url=url if isinstance(url, str) and len(url) <= LONGEST_URL else None,
            url_text="Track it",
        )


def _carried(shipment: Mapping[str, Any] | None) -> str:
    if not shipment:
        return "shipment withdrawn"
    carrier, number = shipment.get("carrier"), shipment.get("trackingNumber")
    known = plain(carrier) if carrier else "unknown carrier"
    return f"{known} {plain(number)}" if number else f"{known}, no tracking number"


def _assets(changes: list[Change], reader: Reader) -> Iterator[Line]:
    """Yield one line: how many assets the line items have. The board shows which."""
    if changes:
        before, after = (_number_of_assets(changes, key) for key in ("previousAssets", "assets"))
        numbers = f"{before} → {after}" if before != after else f"{after}, details changed"
        yield Line(f"Assets of {_items(changes, reader.names)}: {numbers}")


def _number_of_assets(changes: list[Change], key: str) -> str:
    """Count the assets of changes; a list that was too large for its event is a placeholder."""
    lists = [change[key] for change in changes]
    known = sum(len(assets) for assets in lists if isinstance(assets, list))
    return f"more than {known}" if any(isinstance(assets, dict) for assets in lists) else str(known)


def some(names: list[str]) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _added(changes: list[Change], reader: Reader) -> Iterator[Line]:
    if changes:
        yield Line(f"{_capital(_items(changes, reader.names))} added")


def _removed(changes: list[Change], reader: Reader) -> Iterator[Line]:
    if changes:
        yield Line(f"{_capital(_items(changes, reader.names))} removed")


def _amended(changes: list[Change], reader: Reader) -> Iterator[Line]:
    for change in changes:
        for amendment in change["amendments"]:
            old, new = (_value(amendment[key], reader.zone) for key in ("previousValue", "value"))
            yield Line(f"{plain(amendment['path']).lstrip('/')}: {old} → {new}")


def _value(value: object, zone: tzinfo) -> str:
    if value is None:
        return "none"
    if isinstance(value, str) and ISO_8601.fullmatch(value):
        return moment(value, zone)
    return plain(value) if value != "" else "empty"


def replacement_lines(changes: Iterable[Change], _: Reader | None = None) -> Iterator[Line]:
    """Yield the lines of `Outposts Replacement Linked` changes."""
    for change in changes:
        old, new = _line_item_in(change["previous"]), _line_item_in(change["replacement"])
        yield Line(f"{_capital(old)}: replaced by {new}{_now(change)}")


def _line_item_in(reference: Mapping[str, Any]) -> str:
    return f"line item {plain(reference.get('lineItemId'))} in order {plain(reference.get('orderId'))}"


def _now(change: Change) -> str:
    """Return what replaced the replacement, if anything did."""
    current = change.get("currentReplacement")
    return f", now by {_line_item_in(current)}" if current else ""


def _stalled(changes: list[Change], reader: Reader) -> Iterator[Line]:
    """Yield a line for the order, if it has stalled, and one for line items that have stalled alike."""
    items = [change for change in changes if change.get("lineItemId")]
    own = [[change] for change in changes if not change.get("lineItemId")]
    for alike in (*own, *_together(items, "status", "since", "days", "thresholdDays")):
        change = alike[0]
        what = _items(alike, reader.names) if change.get("lineItemId") else "order"
        lasted = f"{count(int(change['days']), 'day')} ({change['thresholdDays']} allowed)"
        since = f"since {day(change['since'], reader.zone)}"
        yield Line(f"Stalled: {what} still {status_words(change['status'])} after {lasted}, {since}")


def _overdue(changes: list[Change], _: Reader) -> Iterator[Line]:
    for change in changes:
        late = count(int(change["days"]), "day")
        yield Line(f"Overdue: the order was expected on {plain_date(change['expectedAt'])}, {late} ago")


def _missing(changes: list[Change], _: Reader) -> Iterator[Line]:
    if changes:
        yield Line("AWS no longer lists this order")


def _reappeared(changes: list[Change], _: Reader) -> Iterator[Line]:
    if changes:
        yield Line("AWS lists this order again")


# The lines of a message have the order of this table; those of a discovery, which also need the time, come first.
_WORDS: dict[str, Words] = {
    event_types.ORDER_STATUS: _order_status,
    event_types.LINE_ITEM_STATUS: _line_item_status,
    event_types.STALLED: _stalled,
    event_types.OVERDUE: _overdue,
    event_types.MISSING: _missing,
    event_types.REAPPEARED: _reappeared,
    event_types.REPLACEMENT_LINKED: replacement_lines,
    event_types.SHIPMENT: _shipment,
    event_types.ASSETS: _assets,
    event_types.LINE_ITEM_ADDED: _added,
    event_types.LINE_ITEM_REMOVED: _removed,
    event_types.AMENDED: _amended,
}
