"""Snapshots as DynamoDB items. Pure.

An order's item has the attributes `id` (the order id), `source`, `outpostId`, `version`, `settled`, `summary`,
`pending` (the number of pending events), `sequence`, `format`, and two compressed JSON texts, `snapshot` and `events`.
It has `annotations`, what people have added, as JSON, and `annotated`, the number of writes of it, once there are any.
It has `missing` if ListOrders no longer names the order. It has `replaces`, the links as JSON, if its line items
replace others, so that links are found without reading snapshots.

If the texts are too large for one item, `parts` is the number of further items that hold them in pieces:
`<order id>#1` and so on, each with the `version` that it belongs to. Pieces that a smaller version no longer needs are
left in place.

Formats: A snapshot of an older format is upgraded step by step when it is read, and stored in the current format with
its next change. A snapshot of a newer format is neither read nor overwritten.

Damage: If some texts of an item cannot be read, the others are used, and `Snapshot.damage` says what is missing. The
order is then discovered again, so that subscribers that apply events have the whole order again. Pending events that
can be read are published first. `sequence` continues after the last number known to be assigned, as subscribers drop
numbers that they have seen. So a gap in `sequence` means exactly that its events are lost.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from outposts_order_notifier.domain import durations
from outposts_order_notifier.domain.annotations import NONE, Annotations, annotations_of, text_of
from outposts_order_notifier.domain.dates import is_plausible
from outposts_order_notifier.domain.events import Event
from outposts_order_notifier.domain.lineage import Link, as_rows, links_from_rows, links_of
from outposts_order_notifier.domain.order import Order, canonical_json, is_settled, line_items_by_id
from outposts_order_notifier.domain.snapshot import Snapshot, StatusEntry, statuses
from outposts_order_notifier.domain.timestamps import from_iso8601

Item = dict[str, Any]
T = TypeVar("T")

FORMAT = 4
ANNOTATABLE_FORMAT = 3  # an item of this format or newer can become one of format 4 as it is
# DynamoDB's limits are 400 KB per item and 4 MB per transaction; the rest is for the other attributes.
MAX_ITEM_TEXT_BYTES = 350_000
MAX_TRANSACTION_TEXT_BYTES = 4_000_000
MAX_OUTPOST_ID = 255  # the API model's limit; it is copied into the index
MAX_REPLACES_BYTES = 20_000  # about 280 links; CreateOrder accepts 20 line items. Further links are not indexed

_UPGRADES: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: lambda body: {**body, "missing": False},
    2: lambda body: {**_without_since(body), "stalled": [], "linked": []},
    3: lambda body: body,  # since format 4, an item may have annotations, which older versions would drop
}
_BODY = frozenset({"order", "sequence", "history", "stalled", "linked", "missing"})
# The id of the orders whose durations were counted; a later format has another number.
DURATIONS = "durations#1"


class NewerSnapshotError(Exception):
    """A snapshot was written by a newer version of this software."""


class SnapshotTooLargeError(Exception):
    """A snapshot and its pending events are too large for one transaction."""


def items_of(snapshot: Snapshot) -> list[Item]:
    """Return a snapshot's items: the order's item, then the parts that do not fit in it.

    Raises:
        SnapshotTooLargeError: They are too large for one transaction.
    """
    body = {
        "order": snapshot.order,
        "sequence": snapshot.sequence,
        "history": snapshot.history,
        "stalled": sorted(snapshot.stalled),
        "linked": as_rows(snapshot.linked),
        "missing": snapshot.missing,
    }
    texts = {"snapshot": _packed(body)}
    if snapshot.pending:
        texts["events"] = _packed([asdict(event) for event in snapshot.pending])
    item = {
        "id": {"S": snapshot.order_id},
        "source": {"S": snapshot.source},
        "outpostId": {"S": str(snapshot.order.get("OutpostId", ""))[:MAX_OUTPOST_ID]},
        "format": {"N": str(FORMAT)},
        "version": {"N": str(snapshot.version)},
        "settled": {"BOOL": is_settled(snapshot.order)},
        **({"missing": {"BOOL": True}} if snapshot.missing else {}),
        "summary": {"B": snapshot.summary},
        "pending": {"N": str(len(snapshot.pending))},
        # Also in `snapshot`; here, it survives damage to that text.
        "sequence": {"N": str(snapshot.sequence)},
        **_replaces(links_of(snapshot.order)),
        **annotations_item(snapshot.annotations),
    }
    size = sum(map(len, texts.values()))
    if size <= MAX_ITEM_TEXT_BYTES:
        return [item | {name: {"B": text} for name, text in texts.items()}]
    if size > MAX_TRANSACTION_TEXT_BYTES:
        raise SnapshotTooLargeError(
            f"snapshot and pending events of {snapshot.order_id} have {size} bytes, compressed; "
            f"at most {MAX_TRANSACTION_TEXT_BYTES} can be stored at once"
        )
    pieces = [
        {name: {"B": text[start : start + MAX_ITEM_TEXT_BYTES]}}
        for name, text in texts.items()
        for start in range(0, len(text), MAX_ITEM_TEXT_BYTES)
    ]
    item["parts"] = {"N": str(len(pieces))}
    names = zip(part_ids(item), pieces, strict=True)
    return [item, *({"id": {"S": name}, "version": item["version"], **piece} for name, piece in names)]


def annotations_item(annotations: Annotations) -> Item:
    """Return the attributes of an order's next annotations; none if there have never been any."""
    if annotations == NONE:
        return {}
    return {"annotations": {"S": text_of(annotations)}, "annotated": {"N": str(annotations.revision + 1)}}


def part_ids(item: Item) -> list[str]:
    """Return the ids of an item's parts."""
    return [f"{item['id']['S']}#{number}" for number in range(1, _number(item, "parts") + 1)]


def replaces_of(item: Item) -> tuple[Link, ...]:
    """Return the links of an order's item; none if they are damaged, as the order is read again in time."""
    links, _ = _try(lambda: links_from_rows(item["id"]["S"], json.loads(item["replaces"]["S"])))
    return links or ()


def is_torn(item: Item, parts: Mapping[str, Item]) -> bool:
    """Return whether the parts belong to another version, which another run stored between the two reads."""
    return any(parts.get(name, {}).get("version") != item.get("version") for name in part_ids(item))


def snapshot_of(item: Item, parts: Mapping[str, Item]) -> Snapshot:
    """Return the snapshot of an item, without what is damaged. `parts` has at least this item's parts, by id.

    Raises:
        NewerSnapshotError: The format is newer than this version's.
    """
    order_id, written = item["id"]["S"], _number(item, "format")
    if written > FORMAT:
        raise NewerSnapshotError(
            f"the snapshot of {order_id} has format {written}, this version of outposts-order-notifier reads up to "
            f"{FORMAT} and leaves it untouched: deploy the newer version again, which wrote it"
        )
    whole = not is_torn(item, parts)
    pieces = [item, *(parts[name] for name in part_ids(item) if whole)]
    body, no_body = _try(lambda: _body(order_id, written, _text(pieces, "snapshot")))
    events, no_events = _try(lambda: _events(order_id, _number(item, "pending"), _text(pieces, "events")))
    numbered = (_number(item, "sequence"), *(event.detail["sequence"] for event in events or ()))
    return Snapshot(
        source=item.get("source", {}).get("S", ""),
        version=_number(item, "version"),
        summary=item.get("summary", {}).get("B", b""),
        pending=events or (),
        annotations=_annotations(item),
        damage="; ".join(filter(None, [no_body and f"snapshot: {no_body}", no_events and f"events: {no_events}"])),
        **(body or {"order": {"OrderId": order_id}, "sequence": max(numbered)}),
    )


def _annotations(item: Item) -> Annotations:
    return annotations_of(item["annotations"]["S"], _number(item, "annotated")) if "annotated" in item else NONE


def durations_item(counted: durations.Durations, version: int) -> Item:
    """Return the item of the orders whose durations were counted: at most some hundreds, so it needs no parts."""
    packed = _packed(durations.as_rows(counted))
    return {"id": {"S": DURATIONS}, "version": {"N": str(version)}, "orders": {"B": packed}}


def durations_of(item: Item | None) -> tuple[durations.Durations, str]:
    """Return the orders whose durations were counted, and what is wrong with their item; empty if it is intact."""
    if item is None:
        return durations.Durations(), ""
    counted, damage = _try(lambda: durations.from_rows(_unpacked(item["orders"]["B"])))
    return counted or durations.Durations(), damage


def _body(order_id: str, written: int, data: bytes) -> dict[str, Any]:
    body: dict[str, Any] = _unpacked(data)
    for step in range(written, FORMAT):
        body = _UPGRADES[step](body)
    order: Order = body["order"]
    _check(order["OrderId"] == order_id, f"it is of the order {order['OrderId']}")
    _check(body.keys() == _BODY, f"it has {sorted(body)}")
    _check(isinstance(body["sequence"], int), "its sequence is not a number")
    line_items_by_id(order)  # raises if the order cannot be compared, which is as bad as unreadable
    history = {
        name: tuple(StatusEntry(*entry) for entry in entries if is_plausible(entry[1]))
        for name, entries in body["history"].items()
    }
    linked = links_from_rows(order_id, body["linked"])
    return {**body, "history": history, "stalled": frozenset(body["stalled"]), "linked": linked}


def _replaces(links: tuple[Link, ...]) -> Item:
    text = canonical_json(as_rows(links))
    if len(text.encode()) > MAX_REPLACES_BYTES:
        return _replaces(links[: len(links) // 2])
    return {"replaces": {"S": text}} if links else {}


def _without_since(body: dict[str, Any]) -> dict[str, Any]:
    """Convert the `since` of format 2, when each current status was first seen, to histories."""
    kept = {name: value for name, value in body.items() if name != "since"}
    since, current = body["since"], statuses(body["order"])
    return {**kept, "history": {name: [[current[name], since[name]]] for name in current.keys() & since.keys()}}


def _events(order_id: str, count: int, data: bytes) -> tuple[Event, ...]:
    if not count:
        return ()
    events = tuple(Event(**event) for event in _unpacked(data))
    _check(len(events) == count, f"there are {len(events)}, not {count}")
    for number, event in enumerate(events, start=events[0].detail["sequence"]):
        detail = event.detail
        _check((detail["orderId"], detail["sequence"]) == (order_id, number), "one is of another order or number")
        _check(isinstance(event.detail_type, str), "one has no detail-type")
        _check(isinstance(detail["outpostId"], str | None), "one has an odd outpostId")
        from_iso8601(detail["observedAt"])
    return events


def _try(read: Callable[[], T]) -> tuple[T | None, str]:
    try:
        return read(), ""
    except Exception as error:  # noqa: BLE001 - any error means damage
        return None, f"{type(error).__name__}: {error}"


def _check(right: bool, otherwise: str) -> None:
    if not right:
        raise ValueError(otherwise)


def _number(item: Item, name: str) -> int:
    return int(item.get(name, {}).get("N", 0))


def _text(pieces: Iterable[Item], name: str) -> bytes:
    return b"".join(piece[name]["B"] for piece in pieces if name in piece)


def _packed(value: object) -> bytes:
    return zlib.compress(canonical_json(value).encode())


def _unpacked(data: bytes) -> Any:
    return json.loads(zlib.decompress(data))
