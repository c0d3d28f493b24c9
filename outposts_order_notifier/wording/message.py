"""Notifications as text, for any channel. Pure.

A message is plain text: each channel escapes and shortens it by its own rules.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from outposts_order_notifier.domain import event_types
from outposts_order_notifier.domain.dates import submitted_at
from outposts_order_notifier.domain.statuses import is_usual, status_named
from outposts_order_notifier.domain.timestamps import from_iso8601, to_iso8601
from outposts_order_notifier.wording.console import alarm_url, orders_url
from outposts_order_notifier.wording.words import count, duration, plain

Change = Mapping[str, Any]

NAMED = 3
LONGEST_URL = 2_000
LONGEST_STATUS = 32  # characters in a headline, to leave room for the heaviest words; lines and facts are not cut

STALLED, ORDER_STALLED, MISSING = "stalled", "order stalled", "no longer listed"
WEIGHTS = {STALLED: 3, ORDER_STALLED: 2, MISSING: 1}  # between those of the statuses


@dataclass(frozen=True, slots=True)
class Line:
    """A line of plain text with an optional link. Details may follow on a second, indented line."""

    text: str
    url: str | None = None
    url_text: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A notification as text.

    Attributes:
        headline: The observation in one sentence.
        lines: What changed, from what, and after how long; the most important first.
        facts: The order's status, line items, type, account and region, by name.
        url: Where to see more.
        at: When the order was observed, ISO 8601, so that late messages are recognizable; empty for an alarm.
        sequence: The observation's `sequence`.
    """

    headline: str
    lines: tuple[Line, ...]
    facts: Mapping[str, str]
    url: str
    at: str = ""
    sequence: int = 0


Words = Callable[[list[Change]], Iterator[Line]]  # returns the lines of a type's changes


def order_message(detail: Mapping[str, Any]) -> Message:
    """Return the message of an `Outposts Order Updated` event, from its `detail`."""
    changes = _by_type(detail["changes"])
    discovered = partial(_discovered, observed_at=detail["observedAt"])
    words_of: dict[str, Words] = {event_types.DISCOVERED: discovered, **_WORDS}
    lines = [line for detail_type, words in words_of.items() for line in words(changes.get(detail_type, []))]
    lines += [Line(plain(detail_type)) for detail_type in changes if detail_type not in words_of]
    if omitted := detail.get("changesOmitted"):
        lines.append(Line(f"and {count(omitted, 'more change')}, too many for one message"))
    counts = detail["lineItemCountsByStatus"].items()
    return Message(
        headline=headline(detail),
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
    """Return the message of a CloudWatch alarm's notification, as delivered by SNS.

    Its members: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    cleared = alarm["NewStateValue"] == "OK"
    texts = (alarm.get("AlarmDescription"), alarm.get("NewStateReason"))
    return Message(
        headline=f"Outposts order notifier: {plain(alarm['AlarmName'])} {'has cleared' if cleared else 'is firing'}",
        lines=tuple(Line(plain(text)) for text in texts if text),
        facts={"State": plain(alarm["NewStateValue"]), "Since": plain(alarm.get("StateChangeTime"))},
        url=alarm_url(alarm["AlarmArn"]),
    )


def headline(detail: Mapping[str, Any], *, earlier: Iterable[Change] = (), brief: bool = False) -> str:
    """Return an observation in one sentence, the heaviest words first.

    Args:
        detail: The `detail` of an `Outposts Order Updated` event.
        earlier: Changes of earlier observations in the same message; their heavy words are included.
        brief: Whether to omit the Outpost, if there is little room.
    """
    test = "TEST: " if detail.get("test") else ""
    outpost = "" if brief else f" for Outpost {plain(detail['outpostId'])}"
    words = ", ".join(_headline_words(detail["changes"], earlier))
    status = _word(detail["orderStatus"])
    return f"{test}Order {plain(detail['orderId'])}{outpost} is {status}{f': {words}' if words else ''}"


def weighty_words(changes: Sequence[Change]) -> list[str]:
    """Return the heavy words of changes of any orders, without duplicates, the heaviest first."""
    own = (_word(status) for change in changes for status in order_statuses(change))
    words = [*(word for word in own if not is_usual(word)), *(word for word, _ in _weights(changes))]
    return list(dict.fromkeys(sorted(words, key=_weight)))


def order_statuses(change: Change) -> list[Any]:
    """Return the order status that a change entered, if any."""
    match change["detailType"]:
        case event_types.ORDER_STATUS:
            return [change["status"]]
        case event_types.DISCOVERED:
            return [status] if (status := change["order"].get("Status")) else []
    return []


def line_item_statuses(change: Change) -> list[Any]:
    """Return the line item statuses that a change entered, including those of a new order or line item."""
    match change["detailType"]:
        case event_types.LINE_ITEM_STATUS:
            return [change["status"]]
        case event_types.LINE_ITEM_ADDED:
            items = [change["lineItem"]]
        case event_types.DISCOVERED:
            items = change["order"].get("LineItems", [])
        case _:
            items = []
    return [item["Status"] for item in items if item.get("Status")]


def _headline_words(changes: Sequence[Change], earlier: Iterable[Change]) -> Iterator[str]:
    by_type = _by_type(changes)
    words = list(_weights([*earlier, *changes]))
    if event_types.DISCOVERED in by_type:
        yield "new order"
    elif event_types.ORDER_STATUS not in by_type:
        entered = Counter(_word(change["status"]) for change in by_type.get(event_types.LINE_ITEM_STATUS, []))
        words += [(word, number) for word, number in entered.items() if is_usual(word)]
        if not words:
            yield from dict.fromkeys(_OTHER_WORDS.get(detail_type, "details changed") for detail_type in by_type)
    noun = True
    for word, number in words:
        yield f"{count(number, 'line item') if noun else number} {word}" if number else word
        noun = noun and not number


def _weights(changes: Sequence[Change]) -> Iterator[tuple[str, int]]:
    """Yield the heavy words, the heaviest first, and the number of line items each is about; 0 for the order itself."""
    entered = Counter(_word(status) for change in changes for status in line_item_statuses(change))
    yield from ((word, entered[word]) for word in sorted(entered, key=_weight) if not is_usual(word))
    by_type = _by_type(changes)
    stalled = by_type.get(event_types.STALLED, [])
    if items := sum("lineItemId" in change for change in stalled):
        yield STALLED, items
    if items < len(stalled):
        yield ORDER_STALLED, 0
    if event_types.MISSING in by_type:
        yield MISSING, 0


def _weight(word: str) -> int:
    """Return a word's place in a headline: the heaviest sorts first."""
    return -WEIGHTS.get(word, status_named(word).weight)


def _word(status: object) -> str:
    """Return a status as shown in headlines."""
    word = plain(status)
    return word if len(word) <= LONGEST_STATUS else f"{word[: LONGEST_STATUS - 1]}…"


_OTHER_WORDS = {
    event_types.SHIPMENT: "shipment details",
    event_types.ASSETS: "assets",
    event_types.REPLACEMENT_LINKED: "replacement",
    event_types.REAPPEARED: "listed again",
}


def _by_type(changes: Iterable[Change]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change["detailType"], []).append(change)
    return found


def _discovered(changes: list[Change], observed_at: str) -> Iterator[Line]:
    for change in changes:
        submitted = submitted_at(change["order"], from_iso8601(observed_at))
        yield Line(f"New order{f', submitted {to_iso8601(submitted)}' if submitted else ''}")


def _order_status(changes: list[Change]) -> Iterator[Line]:
    for change in changes:
        yield Line(f"Order: {_transition(change)} after {duration(change['secondsInPreviousStatus'])}")


def _line_item_status(changes: list[Change]) -> Iterator[Line]:
    for change in changes:
        if replacement := change.get("replacedBy"):
            by = f"{_line_item_in(replacement)}{_now(change)}"
            yield Line(f"Line item {plain(change['lineItemId'])}: replaced by {by}")
    groups = _together(changes, "previousStatus", "status", "wasStalled")
    for together in sorted(groups, key=lambda group: _weight(_word(group[0]["status"]))):
        longest = max(change["secondsInPreviousStatus"] for change in together)
        yield Line(f"{_items(together)}: {_transition(together[0])} after {duration(longest)}")


def _transition(change: Change) -> str:
    moved = "moved again, " if change.get("wasStalled") else ""
    return f"{moved}{plain(change['previousStatus'])} → {plain(change['status'])}"


def _together(changes: list[Change], *keys: str) -> Iterable[list[Change]]:
    """Group the changes that have the same values of some keys."""
    found: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        found.setdefault(tuple(plain(change.get(key)) for key in keys), []).append(change)
    return found.values()


def _items(changes: list[Change]) -> str:
    names = [plain(change["lineItemId"]) for change in changes]
    if len(names) == 1:
        return f"Line item {names[0]}"
    return f"{count(len(names), 'line item')} ({some(names)})"


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
    """Return some asset ids; a list that was too large for its event is a placeholder."""
    if not isinstance(assets, list):
        return "none" if assets is None else "too many to name"
    return some([plain(asset.get("AssetId")) for asset in assets]) or "none"


def some(names: list[str]) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _added_or_removed(changes: list[Change], outcome: str) -> Iterator[Line]:
    if changes:
        yield Line(f"{_items(changes)} {outcome}")


def _amended(changes: list[Change]) -> Iterator[Line]:
    for change in changes:
        for amendment in change["amendments"]:
            old, new = (_value(amendment[key]) for key in ("previousValue", "value"))
            yield Line(f"{plain(amendment['path']).lstrip('/')}: {old} → {new}")


def _value(value: object) -> str:
    if value is None:
        return "none"
    return plain(value) if value != "" else "empty"


def replacement_lines(changes: Iterable[Change]) -> Iterator[Line]:
    """Yield the lines of `Outposts Replacement Linked` changes."""
    for change in changes:
        old, new = _line_item_in(change["previous"]), _line_item_in(change["replacement"])
        yield Line(f"{old[0].upper()}{old[1:]}: replaced by {new}{_now(change)}")


def _line_item_in(reference: Mapping[str, Any]) -> str:
    return f"line item {plain(reference.get('lineItemId'))} in order {plain(reference.get('orderId'))}"


def _now(change: Change) -> str:
    """Return what replaced the replacement, if anything did."""
    current = change.get("currentReplacement")
    return f", now by {_line_item_in(current)}" if current else ""


def _stalled(changes: list[Change]) -> Iterator[Line]:
    items = [change for change in changes if change.get("lineItemId")]
    own = [[change] for change in changes if not change.get("lineItemId")]
    for alike in (*own, *_together(items, "status", "since", "days", "thresholdDays")):
        match [plain(change["lineItemId"]) for change in alike if change.get("lineItemId")]:
            case []:
                what, named = "order", ""
            case [name]:
                what, named = f"line item {name}", ""
            case names:
                what, named = count(len(names), "line item"), f"{some(names)}, "
        change = alike[0]
        lasted = f"{count(int(change['days']), 'day')} ({change['thresholdDays']} allowed)"
        still = f"Stalled: {what} still {plain(change['status'])} after {lasted}"
        yield Line(f"{still}\n  {named}since {plain(change['since'])}")


def _listing(changes: list[Change], text: str) -> Iterator[Line]:
    if changes:
        yield Line(text)


# The lines of a message have the order of this table; those of a discovery, which also need the time, come first.
_WORDS: dict[str, Words] = {
    event_types.ORDER_STATUS: _order_status,
    event_types.LINE_ITEM_STATUS: _line_item_status,
    event_types.STALLED: _stalled,
    event_types.MISSING: partial(_listing, text="AWS no longer lists this order"),
    event_types.REAPPEARED: partial(_listing, text="AWS lists this order again"),
    event_types.REPLACEMENT_LINKED: replacement_lines,
    event_types.SHIPMENT: _shipment,
    event_types.ASSETS: _assets,
    event_types.LINE_ITEM_ADDED: partial(_added_or_removed, outcome="added"),
    event_types.LINE_ITEM_REMOVED: partial(_added_or_removed, outcome="removed"),
    event_types.AMENDED: _amended,
}
