"""What is remembered of an order between two polls, and how an observation turns it into the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from outposts_order_notifier.domain import diff
from outposts_order_notifier.domain.dates import submitted_at
from outposts_order_notifier.domain.event_types import LINE_ITEM_STATUS, ORDER_STATUS, Change, Lasted
from outposts_order_notifier.domain.events import Event, Observation, events_of
from outposts_order_notifier.domain.lineage import Lineage, Link, Reference, links_of
from outposts_order_notifier.domain.order import Order, line_items_by_id
from outposts_order_notifier.domain.stalled import NEVER, Thresholds, stalled_change
from outposts_order_notifier.domain.statuses import CANCELLED, REPLACED, status_named
from outposts_order_notifier.domain.timestamps import from_iso8601, seconds_between, to_iso8601

ORDER = ""  # the key of the order's own statuses in `Snapshot.history`; a line item's is its id
MAX_STATUSES = 20  # of one order or line item; one that goes to and fro for ever must not fill its item
MAX_FORMER_LINKS = 20  # for the same reason


class StatusEntry(NamedTuple):
    """A status, and when it began, ISO 8601: when it was first seen.

    What an order or line item was before it was seen is unknown, but for the first status of all: an order found in
    it has been in it since its submission.
    """

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
            id. Of more than 20, the latest. None of those that it was stored with are left if all began when they
            cannot have; it then begins with the next observation.
        stalled: Whose current status was told to last too long; keys of `history`.
        linked: The links that this order was told to be the replacement in, former ones first.
        pending: Events made but not yet known to be published, in sequence.
        summary: Digest of the order's ListOrders summary at the last read, empty where it was not listed.
        missing: Whether it was told that ListOrders no longer names the order.
        damage: What of the stored snapshot could not be read, in words; empty where all could. Never stored.
    """

    source: str
    order: Order
    version: int = 0
    sequence: int = 0
    history: Mapping[str, tuple[StatusEntry, ...]] = field(default_factory=dict)
    stalled: frozenset[str] = frozenset()
    linked: tuple[Link, ...] = ()
    pending: tuple[Event, ...] = ()
    summary: bytes = b""
    missing: bool = False
    damage: str = ""

    @property
    def order_id(self) -> str:
        """The order's id."""
        return str(self.order["OrderId"])


def observe(  # noqa: PLR0913 - all that a run knows of an order
    snapshot: Snapshot | None,
    order: Order,
    observation: Observation,
    summary: bytes,
    listed: bool | None = None,
    *,
    lineage: Lineage | None = None,
    stalled_after: Thresholds = NEVER,
) -> Snapshot | None:
    """Turn an order's last snapshot and a new read of it into its next snapshot, new events pending in it.

    An order is told stalled by a later observation than the one that discovers it: people are not told of what a
    source's first poll finds, and it would not be told again.

    Args:
        snapshot: The last snapshot, None for an order that is seen for the first time.
        order: The order as read now.
        observation: Where and when it was read.
        summary: Digest of its ListOrders summary; the last one is kept where this is empty.
        listed: Whether a listing that is newer than the snapshot names the order; None where there is no such listing.
        lineage: What is known to replace what.
        stalled_after: How long each status may last.

    Returns:
        The next snapshot, or None where there is nothing to write.
    """
    old = snapshot or Snapshot(observation.source, order)
    anew = snapshot is None or bool(old.damage)
    summary, lineage, now = summary or old.summary, lineage or Lineage(), observation.observed_at
    missing = old.missing if listed is None else not listed
    seen = [diff.presence_change(missing)] if missing != old.missing else []
    seen += [diff.discovery(order)] if anew else diff.diff(old.order, order)
    complete = all(old.history.values())
    history = old.history if complete and not seen else _history(old, order, now)
    lasting = {name for name in old.stalled if history.get(name) == old.history.get(name)}
    stalled = frozenset() if anew else frozenset(lasting)
    late = {} if anew or missing else _late(order, history, now, stalled_after, told=stalled)
    linked = links_of(order) if seen else old.linked
    lineage = lineage.with_links(linked) if seen and linked else lineage  # without news nothing asks it
    told = frozenset() if anew else frozenset(old.linked)
    changes = [_explained(change, old, now, lineage) for change in seen]
    changes += [lineage.link_change(link) for link in linked if link not in told]
    changes += [lineage.link_change(link) for link in lineage.naming(old.order_id) if anew and link not in linked]
    changes += late.values()
    if not changes and summary == old.summary and complete:
        return None
    events = events_of(order, changes, observation, after_sequence=old.sequence)
    return replace(
        old,
        source=observation.source,
        order=order if changes else old.order,
        version=old.version + 1,
        sequence=old.sequence + len(events),
        history=history,
        stalled=stalled | late.keys(),
        linked=(*[link for link in old.linked if link not in linked][-MAX_FORMER_LINKS:], *linked),
        pending=(*old.pending, *events),
        summary=summary,
        missing=missing,
        damage="",
    )


def _explained(change: Change, old: Snapshot, now: str, lineage: Lineage) -> Change:
    """Add to a change of status how long the one before lasted, whether it was too long, and what replaces it."""
    if change.detail_type not in {ORDER_STATUS, LINE_ITEM_STATUS}:
        return change
    name = change.keys.get("lineItemId", ORDER)
    entered = old.history.get(name)
    lasted = Lasted(secondsInPreviousStatus=seconds_between(entered[-1].at if entered else now, now))
    if name in old.stalled:
        lasted["wasStalled"] = True
    replaced = name != ORDER and change.keys["status"] == REPLACED
    keys = lineage.keys_of_replaced(Reference(old.order_id, name)) if replaced else {}
    return Change(change.detail_type, {**change.keys, **lasted, **keys})


def _late(
    order: Order, history: Mapping[str, tuple[StatusEntry, ...]], now: str, after: Thresholds, *, told: frozenset[str]
) -> dict[str, Change]:
    """Find what has lasted too long and was not told; nothing of an order that was cancelled."""
    if order.get("Status") == CANCELLED:
        return {}
    found = {
        name: stalled_change(None if name == ORDER else name, *entered[-1], now, after)
        for name, entered in history.items()
        if name not in told
    }
    return {name: change for name, change in found.items() if change}


def _history(old: Snapshot, order: Order, now: str) -> dict[str, tuple[StatusEntry, ...]]:
    history = dict[str, tuple[StatusEntry, ...]]()
    for name, status in statuses(order).items():
        entered = old.history.get(name, ())
        if not entered or entered[-1].status != status:
            began = _submitted(order, now) if not old.history and status_named(status).first else now
            entered = (*entered, StatusEntry(status, began))[-MAX_STATUSES:]
        history[name] = entered
    return history


def _submitted(order: Order, now: str) -> str:
    """Return when an order was submitted; now, if it does not say, or says what cannot be."""
    observed = from_iso8601(now)
    submitted = submitted_at(order, observed)
    return to_iso8601(min(submitted, observed)) if submitted else now


def statuses(order: Order) -> dict[str, str | None]:
    """Give the statuses of an order, under `ORDER`, and of its line items, under their ids."""
    items = {name: item.get("Status") for name, item in line_items_by_id(order).items()}
    return {ORDER: order.get("Status"), **items}
