"""Snapshots: the state of an order between two polls, and how an observation turns one into the next. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from outposts_order_notifier.domain.annotations import NONE, Annotations, overdue
from outposts_order_notifier.domain.dates import submitted_at
from outposts_order_notifier.domain.diff import diff
from outposts_order_notifier.domain.event_types import (
    DISCOVERED,
    LINE_ITEM_STATUS,
    MISSING,
    ORDER_STATUS,
    REAPPEARED,
    Change,
    PreviousStatusDuration,
)
from outposts_order_notifier.domain.events import Event, Observation, events_of
from outposts_order_notifier.domain.lineage import Lineage, Link, Reference, links_of
from outposts_order_notifier.domain.order import Order, line_items_by_id
from outposts_order_notifier.domain.stalled import NEVER, Thresholds, stalled_change
from outposts_order_notifier.domain.statuses import CANCELLED, REPLACED, status_named
from outposts_order_notifier.domain.timestamps import from_iso8601, seconds_between, to_iso8601

ORDER = ""  # the key of the order's own statuses in `Snapshot.history`; a line item's key is its id
MAX_STATUSES = 20  # per order or line item: one that keeps going back and forth must not fill its item
MAX_FORMER_LINKS = 20  # for the same reason


class StatusEntry(NamedTuple):
    """A status, and when it was first seen, ISO 8601.

    A status that nothing comes before began when the order was submitted, if the order is discovered in it. For any
    other status, what came before the discovery is unknown.
    """

    status: str | None
    at: str


History = Mapping[str, tuple[StatusEntry, ...]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An order as it was last read.

    Attributes:
        source: The order's `<account>/<region>`.
        order: The order as returned by the API.
        version: The number of writes of this snapshot; a write is conditional on the version that was loaded.
        sequence: The `sequence` of the order's last event.
        history: The statuses of the order, under `ORDER`, and of its line items, under their ids; the current one
            last. Holds the latest `MAX_STATUSES` of each. A tuple is empty if the stored dates were implausible; the
            history then starts with the next observation.
        stalled: Keys of `history` whose current status was reported as stalled.
        linked: The links reported with this order as the replacement, former ones first.
        pending: Events not yet confirmed as published, in sequence.
        summary: Digest of the order's ListOrders summary at the last read; empty if it was not listed.
        missing: Whether the order was reported as missing from ListOrders.
        annotations: What people have added to the order.
        damage: What could not be read of the stored snapshot; empty if it was intact. Never stored.
    """

    source: str
    order: Order
    version: int = 0
    sequence: int = 0
    history: History = field(default_factory=dict)
    stalled: frozenset[str] = frozenset()
    linked: tuple[Link, ...] = ()
    pending: tuple[Event, ...] = ()
    summary: bytes = b""
    missing: bool = False
    annotations: Annotations = NONE
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
    names: Callable[[Order], Mapping[str, str]] = lambda _: {},
) -> Snapshot | None:
    """Return an order's next snapshot, with the events of this observation pending in it.

    The observation that discovers an order never reports it as stalled: nobody is notified of what a source's first
    poll discovers, and a status is reported as stalled only once.

    Args:
        snapshot: The last snapshot, None if the order is seen for the first time.
        order: The order as read now.
        observation: Where and when it was read.
        summary: Digest of its ListOrders summary; if empty, the last one is kept.
        listed: Whether a listing newer than the snapshot names the order; None if there is no such listing.
        lineage: The known replacements.
        stalled_after: How long each status may last.
        names: Returns what people call the order's ids. Called only if there are events.

    Returns:
        The next snapshot, or None if there is nothing to write.
    """
    old = snapshot or Snapshot(observation.source, order)
    discovered = snapshot is None or bool(old.damage)
    missing = old.missing if listed is None else not listed
    differences = _differences(old, order, missing=missing, discovered=discovered)

    intact = all(old.history.values())
    history = old.history if intact and not differences else _history(old, order, observation.observed_at)
    still_stalled = frozenset() if discovered else _still_stalled(old, history)
    watched = not (discovered or missing or order.get("Status") == CANCELLED)
    newly_stalled = _newly_stalled(history, still_stalled, observation.observed_at, stalled_after if watched else NEVER)

    expected = old.annotations.expected
    late = overdue(expected, order.get("Status"), observation.observed_at) if watched else None

    known = lineage or Lineage()
    links = links_of(order) if differences else old.linked
    if differences and links:
        known = known.with_links(links)
    changes = [
        *(_with_previous_status(change, old, observation.observed_at, known) for change in differences),
        *(known.link_change(link) for link in _new_links(old, links, known, discovered=discovered)),
        *newly_stalled.values(),
        *([late] if late else []),
    ]
    if not changes and intact and summary in {b"", old.summary}:
        return None
    muted_until = old.annotations.muted_until(observation.observed_at)
    events = events_of(order, changes, observation, old.sequence, names(order), muted_until) if changes else []
    return replace(
        old,
        source=observation.source,
        order=order if changes else old.order,
        version=old.version + 1,
        sequence=old.sequence + len(events),
        history=history,
        stalled=still_stalled | newly_stalled.keys(),
        linked=(*[link for link in old.linked if link not in links][-MAX_FORMER_LINKS:], *links),
        pending=(*old.pending, *events),
        summary=summary or old.summary,
        missing=missing,
        annotations=replace(old.annotations, expected=replace(expected, reported=True))
        if expected and late
        else old.annotations,
        damage="",
    )


def statuses(order: Order) -> dict[str, str | None]:
    """Return the statuses of an order, under `ORDER`, and of its line items, under their ids."""
    items = {name: item.get("Status") for name, item in line_items_by_id(order).items()}
    return {ORDER: order.get("Status"), **items}


def _differences(old: Snapshot, order: Order, *, missing: bool, discovered: bool) -> list[Change]:
    presence = [MISSING.change({}) if missing else REAPPEARED.change({})] if missing != old.missing else []
    return presence + ([DISCOVERED.change({"order": order})] if discovered else diff(old.order, order))


def _history(old: Snapshot, order: Order, now: str) -> History:
    """Return the old history with every status that is new now, and without line items that are gone."""
    history = dict[str, tuple[StatusEntry, ...]]()
    for name, status in statuses(order).items():
        entries = old.history.get(name, ())
        if not entries or entries[-1].status != status:
            began = _submitted(order, now) if not old.history and status_named(status).first else now
            entries = (*entries, StatusEntry(status, began))[-MAX_STATUSES:]
        history[name] = entries
    return history


def _submitted(order: Order, now: str) -> str:
    """Return when an order was submitted, or now if it has no plausible submission date."""
    observed = from_iso8601(now)
    submitted = submitted_at(order, observed)
    return to_iso8601(min(submitted, observed)) if submitted else now


def _still_stalled(old: Snapshot, history: History) -> frozenset[str]:
    return frozenset(name for name in old.stalled if history.get(name) == old.history.get(name))


def _newly_stalled(history: History, reported: frozenset[str], now: str, after: Thresholds) -> dict[str, Change]:
    found = {
        name: stalled_change(None if name == ORDER else name, *entries[-1], now, after)
        for name, entries in history.items()
        if name not in reported
    }
    return {name: change for name, change in found.items() if change}


def _new_links(old: Snapshot, links: tuple[Link, ...], lineage: Lineage, *, discovered: bool) -> Iterable[Link]:
    """Return the links to report: the order's own, and upon its discovery those that name it as replaced."""
    if discovered:
        return (*links, *(link for link in lineage.naming(old.order_id) if link not in links))
    return [link for link in links if link not in old.linked]


def _with_previous_status(change: Change, old: Snapshot, now: str, lineage: Lineage) -> Change:
    """Add to a status change how long the previous status lasted, whether it was stalled, and what replaces it."""
    if change.detail_type not in {ORDER_STATUS, LINE_ITEM_STATUS}:
        return change
    name = change.keys.get("lineItemId", ORDER)
    entries = old.history.get(name)
    previous = PreviousStatusDuration(secondsInPreviousStatus=seconds_between(entries[-1].at if entries else now, now))
    if name in old.stalled:
        previous["wasStalled"] = True
    replaced = name != ORDER and change.keys["status"] == REPLACED
    keys = lineage.keys_of_replaced(Reference(old.order_id, name)) if replaced else {}
    return Change(change.detail_type, {**change.keys, **previous, **keys})
