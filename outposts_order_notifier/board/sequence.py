"""The sequence of orders on the board. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from outposts_order_notifier.board.filters import LONGEST, NEWEST, OUTPOST
from outposts_order_notifier.domain.dates import submitted_at
from outposts_order_notifier.domain.order import is_settled
from outposts_order_notifier.domain.snapshot import ORDER, Snapshot
from outposts_order_notifier.domain.statuses import ERROR
from outposts_order_notifier.wording.headline import name_of

Key = Callable[[Snapshot], Any]
CALM = 3


def in_sequence(snapshots: Iterable[Snapshot], sort: str, names: Mapping[str, str], now: datetime) -> list[Snapshot]:
    """Return orders as `sort` says, and those that are equal in this as they were.

    What is missing comes last. A settled order is in no status for long and needs no attention.
    """
    keys: Mapping[str, Key] = {
        NEWEST: lambda each: _newest(each, now),
        LONGEST: _since,
        OUTPOST: lambda each: _outpost(each, names),
    }
    return sorted(snapshots, key=keys.get(sort, urgency))


def urgency(snapshot: Snapshot) -> int:
    """Return how soon an order needs attention: 0 for something in error, then late, then odd, then `CALM`."""
    if is_settled(snapshot.order):
        return CALM
    signs = (in_error(snapshot), snapshot.stalled or is_overdue(snapshot), snapshot.missing or snapshot.damage)
    return next((number for number, sign in enumerate(signs) if sign), CALM)


def is_overdue(snapshot: Snapshot) -> bool:
    """Return whether an order in flight was reported as overdue."""
    expected = snapshot.annotations.expected
    return bool(expected and expected.reported) and not is_settled(snapshot.order)


def in_error(snapshot: Snapshot) -> bool:
    """Return whether an order or one of its line items is in error."""
    return any(each.get("Status") == ERROR for each in (snapshot.order, *snapshot.order.get("LineItems", [])))


def _newest(snapshot: Snapshot, now: datetime) -> tuple[bool, float]:
    submitted = submitted_at(snapshot.order, now)
    return not submitted, -submitted.timestamp() if submitted else 0.0


def _since(snapshot: Snapshot) -> tuple[bool, str]:
    history = () if is_settled(snapshot.order) else snapshot.history.get(ORDER, ())
    return not history, history[-1].at if history else ""


def _outpost(snapshot: Snapshot, names: Mapping[str, str]) -> tuple[bool, str, str]:
    outpost = snapshot.order.get("OutpostId")
    return not outpost, name_of(outpost, names).casefold(), str(outpost)
