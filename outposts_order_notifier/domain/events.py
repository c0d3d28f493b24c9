"""Builds the events of an observation: common keys, sequence, and the limit of 200 KB. Pure.

Their keys are defined in `outposts_order_notifier.domain.event_types`.
"""

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict, cast

from outposts_order_notifier.domain.event_types import (
    AMENDED,
    DISCOVERED,
    LINE_ITEM_ADDED,
    LINE_ITEM_STATUS,
    ORDER_STATUS,
    SCHEMA_VERSION,
    UPDATED,
    Amendment,
    Change,
    Common,
    Observed,
    OrderUpdated,
    PublishedChange,
    Truncated,
)
from outposts_order_notifier.domain.order import Order, canonical_json, line_item_counts_by_status, line_items_by_id

SOURCE = "outposts-order-notifier"

# PutEvents accepts 1 MB since 2026-01-29, but targets keep their own limits (SNS: 256 KB).
MAX_EVENT_BYTES = 200_000
ENVELOPE_BYTES = 2_000  # more than PutEvents counts for source, detail-type, resources and time
MAX_COUNTS_BYTES = 50_000
MAX_NAMES_BYTES = 20_000  # CreateOrder accepts 20 line items, and a name has up to 100 characters
MAX_COMMON_CHARACTERS = 1_000  # above the API's limits; the changes hold the whole value
MARK_BYTES = 2_000  # more than the size of any `_mark`, even with its text escaped

_EVENT_IDS = uuid.UUID("6f1d2c0e-6d0f-5b57-9a4e-3f3c6a1e9d11")
_STATUS_CHANGES = (ORDER_STATUS, LINE_ITEM_STATUS)


@dataclass(frozen=True, slots=True)
class Observation:
    """Where and when (ISO 8601, UTC) an order was read; `baseline` if it was by its source's first poll."""

    account: str
    region: str
    observed_at: str
    baseline: bool = False

    @property
    def source(self) -> str:
        """`<account>/<region>`."""
        return f"{self.account}/{self.region}"


class LoggedEvent(TypedDict):
    """The keys of an event in poll's log, which the command `events` reads. A log line omits null."""

    eventId: str
    sequence: int
    detailType: str
    observedAt: str
    lineItemId: NotRequired[str | None]
    status: NotRequired[str | None]
    previousStatus: NotRequired[str | None]


@dataclass(frozen=True, slots=True)
class Event:
    """An event: its `detail-type` and `detail`."""

    detail_type: str
    detail: dict[str, Any]

    def resources(self) -> list[str]:
        """Return the envelope's `resources`: the ids of the order and of the Outpost, if it names one."""
        return [each for each in (self.detail["orderId"], self.detail["outpostId"]) if each]

    def size(self) -> int:
        """Return an upper bound of the bytes that PutEvents counts."""
        return _bytes(self.detail) + ENVELOPE_BYTES

    def log_fields(self) -> LoggedEvent:
        """Return the fields that identify and summarise the event, short enough for a log line."""
        found = {key: self.detail[key] for key in LoggedEvent.__annotations__ if key in self.detail}
        short = {key: _beginning(value) if isinstance(value, str | None) else value for key, value in found.items()}
        return cast("LoggedEvent", {"detailType": self.detail_type, **short})


def events_of(  # noqa: PLR0913, PLR0917 - all that events say
    order: Order,
    changes: list[Change],
    observation: Observation,
    after_sequence: int,
    names: Mapping[str, str] | None = None,
    muted_until: str | None = None,
) -> list[Event]:
    """Return the events of an observation in `sequence`, `Outposts Order Updated` last; none if there are no changes.

    A change too large for one event is split into several. The first event's number follows `after_sequence`. `names`
    are those of the order's ids that have one; `muted_until` is the end of the order's mute, if it has one.
    """
    if not changes:
        return []
    common = _common_keys(order, observation)
    room = MAX_EVENT_BYTES - ENVELOPE_BYTES - _bytes(common) - 200  # 200: eventId, sequence and their names
    fitting = [part for change in changes for part in _fitted(change, room)]
    events = [
        Event(str(change.detail_type), {**_identity(common, sequence), **change.keys})
        for sequence, change in enumerate(fitting, start=after_sequence + 1)
    ]
    identity = _identity(common, after_sequence + len(events) + 1)
    muted: dict[str, Any] = {"mutedUntil": muted_until} if muted_until else {}
    updated = _updated(order, {**identity, **muted}, fitting, events, names or {})
    return [*events, Event(str(UPDATED), {**identity, **updated, **muted})]


def event_of_state(order: Order, observation: Observation, sequence: int) -> Event:
    """Return an order's present state as the event that would discover it, marked with `snapshot`; never published.

    Its `eventId` is the same as long as no event follows, and no published event has it: theirs contain a time.

    Args:
        order: The order as last read.
        observation: Where and when it was read.
        sequence: The number of the order's last event, whose state this is.
    """
    common = _common_keys(order, observation)
    state = DISCOVERED.change({"order": order, "snapshot": True})
    event_id = _event_id(common, sequence)
    return Event(str(DISCOVERED), {**common, "eventId": event_id, "sequence": sequence, **state.keys})


def _common_keys(order: Order, observation: Observation) -> Observed:
    return {
        "schemaVersion": SCHEMA_VERSION,
        "observedAt": observation.observed_at,
        "account": observation.account,
        "region": observation.region,
        "orderId": order["OrderId"],
        "outpostId": _beginning(order.get("OutpostId")),
        "orderType": _beginning(order.get("OrderType")),
        "orderStatus": _beginning(order.get("Status")),
        "baseline": observation.baseline,
    }


def _beginning(text: str | None) -> str | None:
    return text if text is None or len(text) <= MAX_COMMON_CHARACTERS else f"{text[:MAX_COMMON_CHARACTERS]}…"


def _identity(common: Observed, sequence: int) -> Common:
    """Add `sequence` and the `eventId` derived from it, so that an observation built twice has the same ids."""
    return {
        **common,  # type: ignore[typeddict-item] # it has no `test`
        "eventId": _event_id(common, sequence, common["observedAt"]),
        "sequence": sequence,
    }


def _event_id(common: Observed, *within_the_order: object) -> str:
    name = "/".join(map(str, (common["account"], common["region"], common["orderId"], *within_the_order)))
    return str(uuid.uuid5(_EVENT_IDS, name))


def _updated(
    order: Order, identity: Mapping[str, Any], changes: list[Change], events: list[Event], names: Mapping[str, str]
) -> OrderUpdated:
    published: list[dict[str, Any]] = [
        {**PublishedChange(detailType=event.detail_type, eventId=event.detail["eventId"]), **change.keys}
        for change, event in zip(changes, events, strict=True)
    ]
    counts = _cut(line_item_counts_by_status(order), MAX_COUNTS_BYTES)
    updated: OrderUpdated = {"lineItemCountsByStatus": counts, "changes": []}
    if names and _bytes(names) <= MAX_NAMES_BYTES:
        updated["names"] = dict(names)
    room = MAX_EVENT_BYTES - ENVELOPE_BYTES - _bytes({**identity, **updated}) - len(',"changesOmitted":1000000')
    kept = set()
    for index in sorted(range(len(published)), key=lambda i: published[i]["detailType"] not in _STATUS_CHANGES):
        if (size := _bytes(published[index]) + 1) <= room:
            room -= size
            kept.add(index)
    updated["changes"] = [change for index, change in enumerate(published) if index in kept]
    if omitted := len(published) - len(kept):
        updated["changesOmitted"] = omitted
    return updated


def _fitted(change: Change, room: int) -> Iterator[Change]:
    """Split a change that is too large for one event; truncate a single value that is too large."""
    if _bytes(change.keys) <= room:
        yield change
    elif change.detail_type == DISCOVERED and "LineItems" in change.keys["order"]:
        yield from _discovery_in_parts(change.keys["order"], room)
    elif change.detail_type == AMENDED and len(change.keys["amendments"]) > 1:
        yield from _amendments_in_parts(change.keys["amendments"], room)
    else:
        yield Change(change.detail_type, _cut(change.keys, room))


def _discovery_in_parts(order: Order, room: int) -> Iterator[Change]:
    bare = {name: value for name, value in order.items() if name != "LineItems"}
    yield from _fitted(DISCOVERED.change({"order": bare}), room)
    for name, item in line_items_by_id(order).items():
        yield from _fitted(LINE_ITEM_ADDED.change({"lineItemId": name, "lineItem": item}), room)


def _amendments_in_parts(amendments: list[Amendment], room: int) -> Iterator[Change]:
    middle = len(amendments) // 2
    for half in (amendments[:middle], amendments[middle:]):
        yield from _fitted(AMENDED.change({"amendments": half}), room)


def _cut(value: Any, room: int) -> Any:
    """Truncate the largest value inside, as deep as possible, until the whole fits in `room` bytes."""
    if _bytes(value) <= room:
        return value
    if isinstance(value, list) and len(value) == 1:
        return [_cut(value[0], room - len("[]"))]
    if not isinstance(value, dict) or (largest := max(map(_bytes, value.values()))) <= MARK_BYTES:
        return _mark(value)
    name = next(name for name in value if _bytes(value[name]) == largest)
    room_for_it = max(room - (_bytes(value) - largest), MARK_BYTES)
    return _cut({**value, name: _cut(value[name], room_for_it)}, room)


def _mark(value: object) -> Truncated:
    """Return the placeholder of a value that is too large, which its hash identifies."""
    text = canonical_json(value)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"truncated": True, "sha256": digest, "bytes": len(text.encode()), "start": text[:200]}


def _bytes(value: object) -> int:
    return len(canonical_json(value).encode())
