"""How long the statuses of orders that have ended lasted, and what is usual by that. Pure.

An order counts once, when it and its line items are settled. It has one duration for each status: its own, and, for
each kind of hardware, the median of its line items, as those of an order move together. What is usual is known for
orders of the same type and hardware, from at least `FEWEST` of the latest `MOST`.

A duration counts if both its ends are known and nothing cut it short:

- The first status of a history began when the order was submitted, if no status comes before it and the date is
  plausible; otherwise its beginning is unknown.
- A status before ERROR, CANCELLED or REPLACED did not run its course, and one that follows ERROR may be its rest.
- A clock that went backwards, or was wrong by years, results in a duration that is negative or implausible.

These depend only on a status's neighbours in the history, which never change. So an order that is counted again, by a
run that overlaps or repeats another, has the same durations.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from outposts_order_notifier.domain.dates import submitted_at
from outposts_order_notifier.domain.order import LineItem, Order, is_settled, line_items_by_id
from outposts_order_notifier.domain.snapshot import ORDER, Snapshot, StatusEntry, statuses
from outposts_order_notifier.domain.stalled import DAY_SECONDS, Thresholds
from outposts_order_notifier.domain.statuses import CANCELLED, ERROR, LINE_ITEM_STATUSES, ORDER_STATUSES, REPLACED
from outposts_order_notifier.domain.timestamps import from_iso8601

FEWEST = 5
MOST = 50  # per type of order and hardware: what is usual changes over the years
LONGEST_DAYS = 3_650  # as the configuration's thresholds
ORDER_TYPES = frozenset({"OUTPOST", "REPLACEMENT"})
UNKNOWN_HARDWARE = "item"  # hardware of which nothing more is known, or of several kinds
CUT_SHORT = frozenset({ERROR, CANCELLED, REPLACED})

Level = Literal["order", "lineItem"]
HardwareOf = Callable[[LineItem], str]


class Key(NamedTuple):
    """What is alike: the type of the orders, the hardware, and a status of the order or of line items."""

    order_type: str
    hardware: str
    level: Level
    status: str


@dataclass(frozen=True, slots=True)
class Ended:
    """An order that has ended, with the seconds that its statuses lasted.

    `hardware` is the order's: that of all its line items. `at` is when it ended, ISO 8601.
    """

    order_id: str
    at: str
    order_type: str
    hardware: str
    seconds: Mapping[Key, int]


class Usual(NamedTuple):
    """How long a status usually lasts: the median and the 90th percentile in seconds, and of how many orders.

    Both are durations that occurred: the shortest that half of the orders, or nine in ten, did not exceed.
    """

    median: int
    slowest_tenth: int
    orders: int


Usuals = Mapping[Key, Usual]


@dataclass(frozen=True, slots=True)
class Durations:
    """The orders counted, the latest of each type and hardware."""

    orders: tuple[Ended, ...] = ()

    def counting(self, ended: Iterable[Ended]) -> "Durations":
        """Return them with more orders; one that was counted before stays as it was."""
        known = {each.order_id: each for each in (*ended, *self.orders)}
        kept, room = list[Ended](), dict[tuple[str, str], int]()
        for each in sorted(known.values(), key=lambda each: (each.at, each.order_id), reverse=True):
            kind = (each.order_type, each.hardware)
            room[kind] = room.get(kind, MOST) - 1
            if room[kind] >= 0:
                kept.append(each)
        return Durations(tuple(kept))

    def usuals(self) -> dict[Key, Usual]:
        """Return how long each status usually lasts, if enough orders were counted."""
        found = dict[Key, list[int]]()
        for order in self.orders:
            for key, seconds in order.seconds.items():
                found.setdefault(key, []).append(seconds)
        return {key: usual for key, lasted in found.items() if (usual := usual_of(lasted))}


def usual_of(seconds: Iterable[int]) -> Usual | None:
    """Return what is usual by the durations of some orders, or None if they are too few."""
    lasted = sorted(seconds)
    if len(lasted) < FEWEST:
        return None
    return Usual(_percentile(lasted, 50), _percentile(lasted, 90), len(lasted))


def ended_order(snapshot: Snapshot, hardware_of: HardwareOf) -> Ended | None:
    """Return an order that has ended, with its durations; None if it is in flight or has none."""
    order, order_type = snapshot.order, str(snapshot.order.get("OrderType"))
    if not is_settled(order) or order_type not in ORDER_TYPES:
        return None
    items = line_items_by_id(order)
    found = dict[Key, list[int]]()
    for name in (ORDER, *items):
        for status, seconds in _lasted(name, snapshot.history.get(name, ()), order):
            hardware = _hardware(name, items, hardware_of)
            found.setdefault(_key(order_type, hardware, name, status), []).append(seconds)
    if not found:
        return None
    return Ended(
        order_id=snapshot.order_id,
        at=max(entry.at for entries in snapshot.history.values() for entry in entries),
        order_type=order_type,
        hardware=_hardware(ORDER, items, hardware_of),
        seconds={key: _percentile(sorted(values), 50) for key, values in found.items()},
    )


def usual_in(order: Order, usuals: Usuals, hardware_of: HardwareOf) -> dict[str, Usual]:
    """Return how long the current statuses of an order usually last, by the keys of its history."""
    if not usuals:
        return {}
    items, order_type = line_items_by_id(order), str(order.get("OrderType"))
    keys = {
        name: _key(order_type, _hardware(name, items, hardware_of), name, status)
        for name, status in statuses(order).items()
        if status
    }
    return {name: usuals[key] for name, key in keys.items() if key in usuals}


def learned(thresholds: Thresholds, order: Order, usual: Mapping[str, Usual]) -> Thresholds:
    """Return an order's thresholds: of statuses whose threshold is learned, the slowest tenth if it is known."""
    days = {
        name: -(-usual[name].slowest_tenth // DAY_SECONDS)
        for name, status in statuses(order).items()
        if name in usual and status in (thresholds.learned_order if name == ORDER else thresholds.learned_line_item)
    }
    return replace(thresholds, learned_days=days)


def as_rows(durations: Durations) -> list[dict[str, Any]]:
    """Serialize durations for `from_rows`."""
    return [
        {
            "id": each.order_id,
            "at": each.at,
            "type": each.order_type,
            "hardware": each.hardware,
            "seconds": [[key.hardware, key.level, key.status, value] for key, value in sorted(each.seconds.items())],
        }
        for each in durations.orders
    ]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> Durations:
    """Deserialize durations; raise an exception if the rows have another shape."""
    return Durations(
        tuple(
            Ended(
                order_id=row["id"],
                at=row["at"],
                order_type=row["type"],
                hardware=row["hardware"],
                seconds={
                    Key(row["type"], hardware, level, status): int(value)
                    for hardware, level, status, value in row["seconds"]
                },
            )
            for row in rows
        )
    )


def _key(order_type: str, hardware: str, name: str, status: str) -> Key:
    return Key(order_type, hardware, "order" if name == ORDER else "lineItem", status)


def _hardware(name: str, items: Mapping[str, LineItem], hardware_of: HardwareOf) -> str:
    """Return the hardware of a line item, or of all line items of an order."""
    found = {hardware_of(each) for each in (items.values() if name == ORDER else [items[name]])}
    return found.pop() if len(found) == 1 else UNKNOWN_HARDWARE


def _lasted(name: str, entries: tuple[StatusEntry, ...], order: Order) -> Iterable[tuple[str, int]]:
    """Yield the statuses of a history that ran their course, and how many seconds each lasted."""
    table = ORDER_STATUSES if name == ORDER else LINE_ITEM_STATUSES
    for place, (entry, after) in enumerate(pairwise(entries)):
        before = entries[place - 1] if place else None
        row = table.get(str(entry.status))
        began = from_iso8601(entry.at)
        known = before.status != ERROR if before else bool(row and row.first and submitted_at(order, began))
        if row is None or row.settled or not known or (after.status in CUT_SHORT and entry.status != ERROR):
            continue
        seconds = int((from_iso8601(after.at) - began).total_seconds())
        if 0 < seconds <= LONGEST_DAYS * DAY_SECONDS:
            yield row.name, seconds


def _percentile(ascending: list[int], percent: int) -> int:
    """Return a percentile by nearest rank."""
    return ascending[-(-len(ascending) * percent // 100) - 1]
