"""What people are told, in words, whatever the channel. Pure.

A message is made of plain text: each channel escapes and cuts it as its own rules ask.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.orders import event_types
from lambdas.orders.console import alarm_url, orders_url
from lambdas.orders.words import count, duration, plain

Change = Mapping[str, Any]

NAMED = 3
LONGEST_URL = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line of plain text, and where it leads to."""

    text: str
    url: str | None = None
    url_text: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What to tell.

    Attributes:
        headline: The news in one sentence.
        lines: What changed, from what, after how long; the most important first.
        facts: Names and values that stay the same: where the order lives.
        url: Where to see more.
        at: When it was observed, ISO 8601, so that messages that come late can be told; empty for an alarm.
        sequence: The observation's `sequence` in its order.
    """

    headline: str
    lines: tuple[Line, ...]
    facts: Mapping[str, str]
    url: str
    at: str = ""
    sequence: int = 0


def order_message(detail: Mapping[str, Any]) -> Message:
    """Put the `detail` of an `Outposts Order Updated` event into words."""
    changes = _by_type(detail["changes"])
    lines = [line for detail_type, words in _WORDS.items() for line in words(changes.get(detail_type, []))]
    lines += [Line(plain(detail_type)) for detail_type in changes if detail_type not in _WORDS]
    if omitted := detail.get("changesOmitted"):
        lines.append(Line(f"and {count(omitted, 'more change')}, too many for one message"))
    counts = detail["lineItemCountsByStatus"].items()
    test = "TEST: " if detail.get("test") else ""
    return Message(
        headline=f"{test}Order {plain(detail['orderId'])} for Outpost {plain(detail['outpostId'])} {_news(detail)}",
        lines=tuple(lines),
        facts={
            "Status": plain(detail["orderStatus"]),
            "Line items": ", ".join(f"{number} {plain(status)}" for status, number in counts) or "none",
            "Type": plain(detail["orderType"]),
            "Account": plain(detail["account"]),
            "Region": plain(detail["region"]),
        },
        url=orders_url(detail["region"]),
        at=plain(detail["observedAt"]),
        sequence=int(detail["sequence"]),
    )


def alarm_message(alarm: Mapping[str, Any]) -> Message:
    """Put a CloudWatch alarm's notification, as SNS delivers it, into words.

    Its members: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    over = alarm["NewStateValue"] == "OK"
    told = (alarm.get("AlarmDescription"), alarm.get("NewStateReason"))
    return Message(
        headline=f"Outposts order notifier: {plain(alarm['AlarmName'])} is {'over' if over else 'on'}",
        lines=tuple(Line(plain(text)) for text in told if text),
        facts={"State": plain(alarm["NewStateValue"]), "Since": plain(alarm.get("StateChangeTime"))},
        url=alarm_url(alarm["AlarmArn"]),
    )


def _news(detail: Mapping[str, Any]) -> str:
    status = f"is {plain(detail['orderStatus'])}"
    changes: Mapping[str, list[Change]] = _by_type(detail["changes"])
    if event_types.DISCOVERED in changes:
        return f"{status}: new order"
    if event_types.ORDER_STATUS in changes:
        return status
    entered = Counter(plain(change["status"]) for change in changes.get(event_types.LINE_ITEM_STATUS, []))
    if entered:
        return f"{status}: " + ", ".join(f"{count(n, 'line item')} {name}" for name, n in entered.items())
    return f"{status}: {_OTHER_NEWS.get(next(iter(changes), ''), 'details changed')}"


_OTHER_NEWS = {
    event_types.SHIPMENT: "shipment details",
    event_types.ASSETS: "assets",
    event_types.REPLACEMENT_LINKED: "replacement",
    event_types.STALLED: "stalled",
    event_types.MISSING: "no longer listed",
    event_types.REAPPEARED: "listed again",
}


def _by_type(changes: Iterable[Change]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change["detailType"], []).append(change)
    return found


def _discovered(changes: list[Change]) -> Iterator[Line]:
    for change in changes:
        submitted = change["order"].get("OrderSubmissionDate")
        yield Line(f"New order{f', submitted {plain(submitted)}' if submitted else ''}")


def _order_status(changes: list[Change]) -> Iterator[Line]:
    for change in changes:
        yield Line(f"Order: {_transition(change)} after {duration(change['secondsInPreviousStatus'])}")


def _line_item_status(changes: list[Change]) -> Iterator[Line]:
    for change in changes:
        if replacement := change.get("replacedBy"):
            by = f"{_line_item_in(replacement)}{_now(change)}"
            yield Line(f"Line item {plain(change['lineItemId'])}: replaced by {by}")
    for together in _together(changes, "previousStatus", "status", "wasStalled"):
        longest = max(change["secondsInPreviousStatus"] for change in together)
        yield Line(f"{_items(together)}: {_transition(together[0])} after {duration(longest)}")


def _transition(change: Change) -> str:
    moved = "moved again, " if change.get("wasStalled") else ""
    return f"{moved}{plain(change['previousStatus'])} → {plain(change['status'])}"


def _together(changes: list[Change], *keys: str) -> Iterable[list[Change]]:
    """Gather the changes that say the same, as far as these keys go."""
    found: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        found.setdefault(tuple(plain(change.get(key)) for key in keys), []).append(change)
    return found.values()


def _items(changes: list[Change]) -> str:
    names = [plain(change["lineItemId"]) for change in changes]
    if len(names) == 1:
        return f"Line item {names[0]}"
    return f"{count(len(names), 'line item')} ({_some(names)})"


def _shipment(changes: list[Change]) -> Iterator[Line]:
    for change in changes:
        before = f"{_carried(change['previousShipment'])} → " if change["previousShipment"] else ""
        url = (change["shipment"] or {}).get("trackingUrl")
        yield Line(
            f"Line item {plain(change['lineItemId'])}: shipment {before}{_carried(change['shipment'])}",
            url=url if isinstance(url, str) and len(url) <= LONGEST_URL else None,
            url_text="Track it",
        )


def _carried(shipment: Mapping[str, Any] | None) -> str:
    if not shipment:
        return "withdrawn"
    number = shipment.get("trackingNumber")
    words = f"tracking number {plain(number)}" if number else "no tracking number"
    return f"by {plain(shipment.get('carrier'))}, {words}"


def _assets(changes: list[Change]) -> Iterator[Line]:
    for change in changes:
        before, after = (_asset_names(change[key]) for key in ("previousAssets", "assets"))
        words = f"{after}: details changed" if before == after else f"{before} → {after}"
        yield Line(f"Line item {plain(change['lineItemId'])}: assets {words}")


def _asset_names(assets: Any) -> str:
    """Name some assets; a list that was too large for its event is a mark in its place."""
    if not isinstance(assets, list):
        return "none" if assets is None else "too many to name"
    return _some([plain(asset.get("AssetId")) for asset in assets]) or "none"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _added(changes: list[Change]) -> Iterator[Line]:
    if changes:
        yield Line(f"{_items(changes)} added")


def _removed(changes: list[Change]) -> Iterator[Line]:
    if changes:
        yield Line(f"{_items(changes)} removed")


def _amended(changes: list[Change]) -> Iterator[Line]:
    for change in changes:
        for amendment in change["amendments"]:
            old, new = (_value(amendment[key]) for key in ("previousValue", "value"))
            yield Line(f"{plain(amendment['path']).lstrip('/')}: {old} → {new}")


def _value(value: object) -> str:
    if value is None:
        return "none"
    return plain(value) if value != "" else "empty"


def _replacement_linked(changes: list[Change]) -> Iterator[Line]:
    for change in changes:
        old, new = _line_item_in(change["previous"]), _line_item_in(change["replacement"])
        yield Line(f"{old[0].upper()}{old[1:]}: replaced by {new}{_now(change)}")


def _line_item_in(reference: Mapping[str, Any]) -> str:
    return f"line item {plain(reference.get('lineItemId'))} in order {plain(reference.get('orderId'))}"


def _now(change: Change) -> str:
    """Say what stands in a replacement's place, where it was itself replaced."""
    current = change.get("currentReplacement")
    return f", now by {_line_item_in(current)}" if current else ""


def _stalled(changes: list[Change]) -> Iterator[Line]:
    items = [change for change in changes if change.get("lineItemId")]
    told = [("Order", change) for change in changes if not change.get("lineItemId")]
    told += [(_items(alike), alike[0]) for alike in _together(items, "status", "since", "days", "thresholdDays")]
    for what, change in told:
        lasted = f"{count(int(change['days']), 'day')}, since {plain(change['since'])}"
        yield Line(f"{what}: still {plain(change['status'])} after {lasted}; {change['thresholdDays']} were allowed")


def _missing(changes: list[Change]) -> Iterator[Line]:
    if changes:
        yield Line("AWS no longer lists this order")


def _reappeared(changes: list[Change]) -> Iterator[Line]:
    if changes:
        yield Line("AWS lists this order again")


# The order of this table is the order of a message's lines.
_WORDS: dict[str, Callable[[list[Change]], Iterator[Line]]] = {
    event_types.DISCOVERED: _discovered,
    event_types.ORDER_STATUS: _order_status,
    event_types.LINE_ITEM_STATUS: _line_item_status,
    event_types.STALLED: _stalled,
    event_types.MISSING: _missing,
    event_types.REAPPEARED: _reappeared,
    event_types.REPLACEMENT_LINKED: _replacement_linked,
    event_types.SHIPMENT: _shipment,
    event_types.ASSETS: _assets,
    event_types.LINE_ITEM_ADDED: _added,
    event_types.LINE_ITEM_REMOVED: _removed,
    event_types.AMENDED: _amended,
}
