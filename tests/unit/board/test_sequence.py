"""The sequence of orders."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.board.filters import SORTS, Filters
from outposts_order_notifier.board.sequence import in_sequence
from outposts_order_notifier.board.view import board
from outposts_order_notifier.domain.snapshot import ORDER, Snapshot
from testing.boards import NOW, days_ago, gathered, observed, orders_of_every_kind

NAMES = {"op-1": "Zurich", "op-2": "athens"}


def an_order(name: str, days: float, status: str = "IN_PROGRESS", **members: Any) -> Snapshot:
    """Return an order that has had its status for some days."""
    return observed((days, {"OrderId": name, "Status": status, **members}))


ORDERS = [
    an_order("oo-calm", 9, OutpostId="op-2", OrderSubmissionDate=days_ago(20)),
    an_order("oo-fresh", 1, OutpostId="op-1", OrderSubmissionDate=days_ago(70)),
    an_order("oo-failed", 30, "ERROR", OutpostId="", OrderSubmissionDate="garbage"),
    replace(an_order("oo-stalled", 90, OutpostId="op-3", OrderSubmissionDate=days_ago(95)), stalled=frozenset({ORDER})),
    replace(an_order("oo-missing", 2, OutpostId="op-2", OrderSubmissionDate=days_ago(10)), missing=True),
]
SETTLED = [
    an_order("oo-late", 2, "COMPLETED", OrderSubmissionDate=days_ago(200)),
    an_order("oo-early", 50, "CANCELLED", OrderSubmissionDate=days_ago(60)),
]


@pytest.mark.parametrize(
    ("sort", "in_flight", "settled"),
    [
        ("", "failed stalled missing fresh calm", "late early"),
        ("newest", "missing calm fresh stalled failed", "early late"),
        ("longest", "stalled failed calm missing fresh", "late early"),
        ("outpost", "missing calm stalled fresh failed", "late early"),
    ],
)
def test_orders_are_sorted_by(sort: str, in_flight: str, settled: str) -> None:
    """What is missing comes last, and equal orders stay as they changed last."""
    made = board(replace(gathered([*ORDERS, *SETTLED]), names=NAMES), Filters(sort=sort), NOW)
    assert [each.id for each in made.in_flight] == [f"oo-{name}" for name in in_flight.split()]
    assert [each.id for each in made.settled] == [f"oo-{name}" for name in settled.split()]


@pytest.mark.parametrize("sort", ["", "attention", "sideways", "NEWEST", 7, None, ["newest"]])
def test_an_unknown_sequence_is_the_default(sort: object) -> None:
    """Nothing fails, and the default has one address."""
    assert Filters.of({"sort": sort}) == Filters()


@given(orders=st.deferred(lambda: st.permutations(orders_of_every_kind())), sort=st.sampled_from([*SORTS]))
def test_sorting_neither_loses_nor_adds_an_order(orders: list[Snapshot], sort: str) -> None:
    """The result is a permutation, and sorting it again changes nothing."""
    result = in_sequence(orders, sort, {}, NOW)
    assert sorted(each.order_id for each in result) == sorted(each.order_id for each in orders)
    assert in_sequence(result, sort, {}, NOW) == result


@given(sort=st.sampled_from([*SORTS]))
def test_every_sequence_shows_the_same_orders(sort: str) -> None:
    """Of the settled ones too, of which only the latest are shown."""
    orders = [an_order(f"oo-{n:02}", n, "COMPLETED", OrderSubmissionDate=days_ago(100 - n)) for n in range(30)]
    boards = [board(gathered([*ORDERS, *orders]), Filters.of({"sort": each}), NOW) for each in ("", sort)]
    assert boards[0].shown == boards[1].shown
    assert boards[0].totals == boards[1].totals
