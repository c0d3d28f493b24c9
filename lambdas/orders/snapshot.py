"""What is remembered of an order between two polls, and how an observation turns it into the next."""

from dataclasses import dataclass, field, replace
from typing import Any

from lambdas.orders import diff
from lambdas.orders.event_types import LINE_ITEM_STATUS, ORDER_STATUS, Change, Lasted
from lambdas.orders.events import Event, Observation, events_of
from lambdas.orders.order import Order, line_items_by_id
from lambdas.orders.timestamps import seconds_between

ORDER = ""  # the key of the order's own status in `Snapshot.since`; a line item's is its id


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An order as it was last read.

    Attributes:
        source: `<account>/<region>` that the order lives in.
        order: The order as the API gave it.
        version: Counts the writes of this snapshot; a write is conditional on the version that was loaded.
        sequence: The `sequence` of the last event made.
        since: When each current status was first seen, ISO 8601: the order's under `ORDER`, a line item's
            under its id.
        pending: Events made but not yet known to be published, in sequence.
        summary: Digest of the order's ListOrders summary at the last read, empty where it was not listed.
        missing: Whether it was told that ListOrders no longer names the order.
        damage: What of the stored snapshot could not be read, in words; empty where all could. Never stored.
    """

    source: str
    order: Order
    version: int = 0
    sequence: int = 0
    since: dict[str, str] = field(default_factory=dict)
    pending: tuple[Event, ...] = ()
    summary: bytes = b""
    missing: bool = False
    damage: str = ""

    @property
    def order_id(self) -> str:
        """The order's id."""
        return str(self.order["OrderId"])


def observe(
    snapshot: Snapshot | None,
    order: Order,
    observation: Observation,
    summary: bytes,
    listed: bool | None = None,
) -> Snapshot | None:
    """Turn an order's last snapshot and a new read of it into its next snapshot, new events pending in it.

    Args:
        snapshot: The last snapshot, None for an order that is seen for the first time.
        order: The order as read now.
        observation: Where and when it was read.
        summary: Digest of its ListOrders summary; the last one is kept where this is empty.
        listed: Whether a listing that is newer than the snapshot names the order; None where there is no such listing.

    Returns:
        The next snapshot, or None where there is nothing to write.
    """
    old = snapshot or Snapshot(observation.source, order)
    summary = summary or old.summary
    missing = old.missing if listed is None else not listed
    changes = [diff.presence(missing)] if missing != old.missing else []
    changes += [diff.discovery(order)] if snapshot is None or old.damage else diff.diff(old.order, order)
    if not changes and summary == old.summary:
        return None
    told = [_with_duration(change, old.since, observation.observed_at) for change in changes]
    events = events_of(order, told, observation, after_sequence=old.sequence)
    return replace(
        old,
        source=observation.source,
        order=order if changes else old.order,
        version=old.version + 1,
        sequence=old.sequence + len(events),
        since=_since(old if snapshot else None, order, observation.observed_at),
        pending=(*old.pending, *events),
        summary=summary,
        missing=missing,
        damage="",
    )


def _with_duration(change: Change, since: dict[str, str], now: str) -> Change:
    if change.detail_type not in {ORDER_STATUS, LINE_ITEM_STATUS}:
        return change
    start = since.get(change.keys.get("lineItemId", ORDER), now)
    return Change(change.detail_type, {**change.keys, **Lasted(secondsInPreviousStatus=seconds_between(start, now))})


def _since(old: Snapshot | None, order: Order, now: str) -> dict[str, str]:
    before = _statuses(old.order) if old else {}
    kept = old.since if old else {}
    return {
        name: kept.get(name, now) if name in before and before[name] == status else now
        for name, status in _statuses(order).items()
    }


def _statuses(order: Order) -> dict[str, Any]:
    items = {name: item.get("Status") for name, item in line_items_by_id(order).items()}
    return {ORDER: order.get("Status"), **items}
