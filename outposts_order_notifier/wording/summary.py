"""The weekly summary as text: what is in flight and since when, late, expected or muted, and what has ended. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from outposts_order_notifier.domain.order import LineItem, is_settled, line_items_by_id
from outposts_order_notifier.domain.places import account_and_region
from outposts_order_notifier.domain.snapshot import ORDER, Snapshot
from outposts_order_notifier.domain.statuses import COMPLETED, ERROR, OVERDUE, STALLED, Status, status_named
from outposts_order_notifier.domain.timestamps import from_iso8601, to_iso8601
from outposts_order_notifier.wording.hardware import ordered, together
from outposts_order_notifier.wording.headline import LONGEST, Names, title
from outposts_order_notifier.wording.message import Audience, Line, Message
from outposts_order_notifier.wording.words import count, day, plain, plain_date, shortened

WEEK = timedelta(days=7)
ORDER_KEYS = ("orderId", "outpostId", "orderType", "account", "region")  # of events, which patterns can ask for


def summary_message(snapshots: Iterable[Snapshot], names: Names, now: datetime, audience: Audience) -> Message:
    """Return the summary of orders: those in flight, the most urgent first, then those that have ended this week."""
    known = sorted(snapshots, key=lambda each: (_began(each), each.order_id))
    in_flight = sorted(
        (each for each in known if not is_settled(each.order)), key=lambda each: -_mark(each, now).weight
    )
    ended = [each for each in known if is_settled(each.order) and _has_ended_since(each, now - WEEK)]
    lines = [_in_flight(each, names, now, audience) for each in in_flight]
    lines += [_ended(each, names, audience) for each in ended]
    return Message(
        headline=_headline(in_flight, ended, now),
        lines=tuple(Line(text) for text in lines),
        facts={},
        url="",
        at=to_iso8601(now),
        mark=max((_mark(each, now) for each in in_flight), key=lambda row: row.weight, default=status_named(COMPLETED)),
        audience=audience,
    )


def concerns(pattern: Mapping[str, Any], snapshot: Snapshot) -> bool:
    """Return whether a route is about an order, as far as its pattern names orders, Outposts, accounts or regions.

    A pattern's other conditions are about changes, which a summary does not have.
    """
    account, region = account_and_region(snapshot.source)
    order = snapshot.order
    ids = (snapshot.order_id, order.get("OutpostId"), order.get("OrderType"), account, region)
    return all(_allows(pattern.get(key), value) for key, value in zip(ORDER_KEYS, ids, strict=True))


def _allows(allowed: object, value: object) -> bool:
    """Return whether a list of plain values has a value; any other condition counts as fulfilled."""
    return not isinstance(allowed, list) or not all(isinstance(each, str) for each in allowed) or value in allowed


def _headline(in_flight: list[Snapshot], ended: list[Snapshot], now: datetime) -> str:
    if not in_flight and not ended:
        return "Weekly summary: no Outposts orders are in flight"
    errors = sum(_mark(each, now).name == ERROR for each in in_flight)
    late = sum(_is_late(each, now) for each in in_flight)
    parts = [
        f"{count(len(in_flight), 'Outposts order')} in flight",
        *([f"{errors} in error"] if errors else []),
        *([f"{late} late"] if late else []),
        *([f"{len(ended)} ended"] if ended else []),
    ]
    return shortened(f"Weekly summary: {', '.join(parts)}", LONGEST)


def _in_flight(snapshot: Snapshot, names: Names, now: datetime, audience: Audience) -> str:
    return ", ".join(
        [f"{_mark(snapshot, now).icon} {title(snapshot.order, names)}", *_further(snapshot, names, now, audience)]
    )


def _further(snapshot: Snapshot, names: Names, now: datetime, audience: Audience) -> Iterator[str]:
    if began := _began(snapshot):
        yield f"since {day(began, audience.zone)}"
    if errors := together(ordered(item, names) for item in _items(snapshot) if item.get("Status") == ERROR):
        yield f"{errors} {status_named(ERROR).words}"
    if snapshot.stalled:
        yield STALLED.words
    if expected := snapshot.annotations.expected:
        was = "overdue: was " if _is_overdue(snapshot, now) else ""
        yield f"{was}expected on {plain_date(expected.date)}"
    if (mute := snapshot.annotations.mute) and snapshot.annotations.muted_until(to_iso8601(now)):
        yield f"muted until {plain_date(mute.date or mute.until[:10])}"
    yield plain(snapshot.order_id)


def _ended(snapshot: Snapshot, names: Names, audience: Audience) -> str:
    icon, ended = status_named(snapshot.order.get("Status")).icon, day(_began(snapshot), audience.zone)
    return f"{icon} {title(snapshot.order, names)}, on {ended} ({plain(snapshot.order_id)})"


def _has_ended_since(snapshot: Snapshot, start: datetime) -> bool:
    """Return whether an order was seen to end after a time: one that had ended before its first poll was not."""
    return len(snapshot.history.get(ORDER, ())) > 1 and from_iso8601(_began(snapshot)) > start


def _items(snapshot: Snapshot) -> Iterable[LineItem]:
    return line_items_by_id(snapshot.order).values()


def _mark(snapshot: Snapshot, now: datetime) -> Status:
    """Return the row of the weightiest status in an order, or of its being late."""
    statuses = [snapshot.order.get("Status"), *(item.get("Status") for item in _items(snapshot))]
    late = [*([STALLED] if snapshot.stalled else []), *([OVERDUE] if _is_overdue(snapshot, now) else [])]
    rows = [*map(status_named, statuses), *late]
    return max((row for row in rows if not row.settled), key=lambda row: row.weight, default=rows[0])


def _is_late(snapshot: Snapshot, now: datetime) -> bool:
    return bool(snapshot.stalled) or _is_overdue(snapshot, now)


def _is_overdue(snapshot: Snapshot, now: datetime) -> bool:
    expected = snapshot.annotations.expected
    return expected is not None and from_iso8601(expected.ends_at) <= now


def _began(snapshot: Snapshot) -> str:
    """Return when the order's current status began; empty if that is not known."""
    entered = snapshot.history.get(ORDER)
    return entered[-1].at if entered else ""
