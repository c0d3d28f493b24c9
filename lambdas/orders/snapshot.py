"""What is remembered of an order between two polls, and how an observation turns it into the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from lambdas.orders import diff
from lambdas.orders.event_types import LINE_ITEM_STATUS, ORDER_STATUS, Change, Lasted
from lambdas.orders.events import Event, Observation, events_of
from lambdas.orders.order import Order, line_items_by_id
from lambdas.orders.timestamps import seconds_between

ORDER = ""  # the key of the order's own statuses in `Snapshot.history`; a line item's is its id
MAX_STATUSES = 20  # of one order or line item; one that goes to and fro for ever must not fill its item


class Entered(NamedTuple):
    """A status, and when it was first seen, ISO 8601."""

    status: str | None
    at: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An order as it was last read.

    Attributes:
        source: `<account>/<region>` that the order lives in.
        order: The order as the API gave it.
        version: Counts the writes of this snapshot; a write is conditional on the version that was loaded.
        sequence: The `sequence` of the last event made.
        history: The statuses that each had, the current one last: the order's under `ORDER`, a line item's under its
            id. Of more than 20, the latest.
        stalled: Whose current status was told to last too long; keys of `history`.
        pending: Events made but not yet known to be published, in sequence.
        summary: Digest of the order's ListOrders summary at the last read, empty where it was not listed.
        missing: Whether it was told that ListOrders no longer names the order.
        damage: What of the stored snapshot could not be read, in words; empty where all could. Never stored.
    """

    source: str
    order: Order
    version: int = 0
    sequence: int = 0
    history: Mapping[str, tuple[Entered, ...]] = field(default_factory=dict)
    stalled: frozenset[str] = frozenset()
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
    told = [_with_duration(change, old, observation.observed_at) for change in changes]
    events = events_of(order, told, observation, after_sequence=old.sequence)
    return replace(
        old,
        source=observation.source,
        order=order if changes else old.order,
        version=old.version + 1,
        sequence=old.sequence + len(events),
        history=_history(old, order, observation.observed_at),
        pending=(*old.pending, *events),
        summary=summary,
        missing=missing,
        damage="",
    )


def _with_duration(change: Change, old: Snapshot, now: str) -> Change:
    if change.detail_type not in {ORDER_STATUS, LINE_ITEM_STATUS}:
        return change
    entered = old.history.get(change.keys.get("lineItemId", ORDER))
    start = entered[-1].at if entered else now
    return Change(change.detail_type, {**change.keys, **Lasted(secondsInPreviousStatus=seconds_between(start, now))})


def _history(old: Snapshot, order: Order, now: str) -> dict[str, tuple[Entered, ...]]:
    history = dict[str, tuple[Entered, ...]]()
    for name, status in statuses(order).items():
        entered = old.history.get(name, ())
        if not entered or entered[-1].status != status:
            entered = (*entered, Entered(status, now))[-MAX_STATUSES:]
        history[name] = entered
    return history


def statuses(order: Order) -> dict[str, str | None]:
    """Give the statuses of an order, under `ORDER`, and of its line items, under their ids."""
    items = {name: item.get("Status") for name, item in line_items_by_id(order).items()}
    return {ORDER: order.get("Status"), **items}
