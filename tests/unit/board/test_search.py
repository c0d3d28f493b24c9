"""Which orders a search finds."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.board.filters import MOST_SEARCHED, Filters
from outposts_order_notifier.board.search import matches, texts_of
from outposts_order_notifier.board.view import board
from outposts_order_notifier.domain.snapshot import ORDER, Snapshot
from outposts_order_notifier.sources.outposts import from_wire
from testing.boards import NOW, gathered, observed, orders_of_every_kind
from testing.strategies import ORDER_SHAPE
from tests.unit.store.test_items import odd_orders

NAMES = {"op-7": "Dublin plant", "111122223333": "Production", "OR-1": "rack, 4 × m5.24xlarge"}
ITEM = {
    "LineItemId": "ooi-77",
    "CatalogItemId": "OR-1",
    "Quantity": 2,
    "Status": "SHIPPED",
    "ShipmentInformation": {"ShipmentCarrier": "DHL", "ShipmentTrackingNumber": "JD0146"},
    "AssetInformationList": [{"AssetId": "a-9", "MacAddressList": ["02:aa"]}],
}
WANTED = observed(
    (9, {"OrderId": "oo-77", "OutpostId": "op-7", "Status": "IN_PROGRESS", "LineItems": [ITEM]}),
    stalled=frozenset({ORDER}),
)
OTHER = observed((9, {"OrderId": "oo-88", "OutpostId": "op-8", "Status": "DELIVERED"}))


def found(search: str, *snapshots: Snapshot) -> set[str]:
    """Return the ids of the orders that a board shows for what was typed."""
    filters = Filters.of({"q": search, "settled": "all"})
    return set(board(replace(gathered(snapshots), names=NAMES), filters, NOW).shown)


@pytest.mark.parametrize(
    "search",
    [
        "oo-77",
        "OO-77",
        "op-7",
        "dublin",
        "Plant Dublin",
        "2 racks",
        "m5.24xlarge",
        "OR-1",
        "IN_PROGRESS",
        "in progress",
        "shipped",
        "stalled",
        "JD0146",
        "dhl",
        "ooi-77",
        "a-9",
        "02:AA",
        "  dublin\n shipped ",
        "d014 ooi-7 plan",
    ],
)
def test_finds_an_order_by(search: str) -> None:
    """Each word, in any part of what is known of the order."""
    assert found(search, WANTED, OTHER) == {"oo-77"}


@pytest.mark.parametrize(
    ("search", "orders"),
    [
        ("", {"oo-77", "oo-88"}),
        (" \u202e ", {"oo-77", "oo-88"}),
        ("production eu-west-1", {"oo-77", "oo-88"}),
        ("111122223333", {"oo-77", "oo-88"}),
        ("dublin delivered", set()),
        ("oo-77op-7", set()),
    ],
)
def test_each_word_has_to_match_and_no_word_matches_all(search: str, orders: set[str]) -> None:
    """Two texts side by side are not one."""
    assert found(search, WANTED, OTHER) == orders


@given(order=odd_orders, data=st.data())
def test_no_order_is_lost(order: Any, data: st.DataObject) -> None:
    """Whatever part of an order's texts is typed, in any case, the order is found."""
    snapshot = observed((3, from_wire(order, ORDER_SHAPE)))
    text = data.draw(st.sampled_from([*texts_of(snapshot, NAMES)]))
    start = data.draw(st.integers(0, len(text)))
    part = text[start : start + data.draw(st.integers(0, MOST_SEARCHED))]
    for typed in (part, part.casefold()):
        assert snapshot.order_id in found(typed[:MOST_SEARCHED], snapshot, OTHER)


@given(search=st.text(max_size=5) | st.sampled_from(["oo", "SHIPPED", "1 1", "error", "-"]))
def test_a_board_shows_what_matches_and_nothing_else(search: str) -> None:
    """For any text."""
    orders = orders_of_every_kind()
    words = Filters.of({"q": search}).q
    assert found(search, *orders) == {each.order_id for each in orders if matches(words, texts_of(each, NAMES))}


def test_what_is_typed_is_bounded() -> None:
    """A form may send anything."""
    assert len(Filters.of({"q": "x" * 5_000_000}).q) == MOST_SEARCHED


def test_totals_count_what_was_found() -> None:
    """Like any other filter."""
    made = board(replace(gathered([WANTED, OTHER]), names=NAMES), Filters(q="dublin"), NOW)
    assert made.totals == {"in flight": 1, "stalled": 1, "in error": 0, "settled": 0}
