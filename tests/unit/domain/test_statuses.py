"""The table of statuses."""

from dataclasses import replace

import pytest

from outposts_order_notifier.domain.progress import STAGES
from outposts_order_notifier.domain.statuses import LINE_ITEM_STATUSES, ORDER_STATUSES, UNKNOWN, Status, status_named
from testing.strategies import ORDER_SHAPE

NAMES = ORDER_SHAPE.members["Status"].enum  # type: ignore[attr-defined] # botocore's shapes have few types
LINE_ITEM_NAMES = ORDER_SHAPE.members["LineItems"].member.members["Status"].enum  # type: ignore[attr-defined] # as above
TABLES = [ORDER_STATUSES, LINE_ITEM_STATUSES]


def test_every_status_in_the_api_model_has_a_row() -> None:
    """Deprecated statuses do too, and no row is left over."""
    assert ORDER_STATUSES.keys() == set(NAMES)
    assert LINE_ITEM_STATUSES.keys() == set(LINE_ITEM_NAMES)


@pytest.mark.parametrize("row", [row for table in TABLES for row in table.values()])
def test_a_settled_status_never_stalls_and_nobody_acts_next(row: Status) -> None:
    """Every other status has a threshold and somebody who acts next."""
    assert row.settled == (row.stalled_after_days is None) == (row.actor == "nobody")
    assert not (row.settled and row.next)


@pytest.mark.parametrize("table", TABLES)
def test_what_usually_comes_next_is_a_status_of_the_same_table(table: dict[str, Status]) -> None:
    """Following it from any status ends in a settled one, except from ERROR."""
    for row in table.values():
        at = row
        while at.next:
            at = table[at.next]
        assert at.settled or at.name == "ERROR"


def test_the_usual_path_of_a_line_item() -> None:
    """Progress is counted along it."""
    assert STAGES == ("PREPARING", "BUILDING", "SHIPPED", "DELIVERED", "INSTALLING", "INSTALLED")


def test_only_error_replaced_cancelled_and_unknown_statuses_outweigh_the_usual_ones() -> None:
    """Heaviest first, whether they are an order's or a line item's."""
    rows = {row.name: row for table in TABLES for row in table.values()} | {"LOST_AT_SEA": status_named("LOST_AT_SEA")}
    heavy = sorted((name for name in rows if rows[name].weight), key=lambda name: -rows[name].weight)
    assert heavy == ["ERROR", "REPLACED", "CANCELLED", "LOST_AT_SEA"]


@pytest.mark.parametrize("name", sorted(ORDER_STATUSES.keys() & LINE_ITEM_STATUSES.keys()))
def test_a_name_in_both_tables_looks_and_weighs_the_same(name: str) -> None:
    """So a headline or the board need not say which of the two it is."""
    order, item = ORDER_STATUSES[name], LINE_ITEM_STATUSES[name]
    same = replace(item, meaning=order.meaning, actor=order.actor, next=order.next)
    assert replace(same, stalled_after_days=order.stalled_after_days) == order


@pytest.mark.parametrize("name", ["LOST_AT_SEA", "", None, {"truncated": True}])
def test_any_other_status_is_unknown(name: object) -> None:
    """It is neither settled nor ever stalled."""
    assert status_named(name) is UNKNOWN
