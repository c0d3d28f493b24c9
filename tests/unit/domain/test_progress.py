"""An order's progress and next step."""

from fractions import Fraction

import pytest
from hypothesis import given

from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.progress import _usual_path, next_step, progress
from testing.strategies import orders


def order(status: str, *items: str) -> Order:
    """Return an order with line items in these statuses."""
    return {"OrderId": "oo-1", "Status": status, "LineItems": [{"Status": item} for item in items]}


def test_the_usual_path_leads_from_each_status_to_its_next() -> None:
    """Up to the one that nothing follows."""
    assert tuple(_usual_path("SHIPPED")) == ("SHIPPED", "DELIVERED", "INSTALLING", "INSTALLED")


@pytest.mark.parametrize(
    ("items", "part"),
    [
        (["PREPARING"], Fraction(0)),
        (["INSTALLED", "REPLACED"], Fraction(1)),
        (["PREPARING", "INSTALLED"], Fraction(1, 2)),
        (["SHIPPED", "CANCELLED"], Fraction(2, 5)),
        (["ERROR", "NEVER_SEEN"], Fraction(0)),
        (["CANCELLED"], Fraction(0)),
        ([], Fraction(0)),
    ],
)
def test_progress_is_the_mean_of_the_line_items_stages(items: list[str], part: Fraction) -> None:
    """Each stage is a fifth; cancelled line items do not count, and unknown statuses count as 0."""
    assert progress(order("IN_PROGRESS", *items)) == part


@given(orders)
def test_progress_is_a_part_of_the_way(any_order: Order) -> None:
    """For any order that the API's model allows; there is always a next step."""
    assert 0 <= progress(any_order) <= 1
    assert next_step(any_order)


@pytest.mark.parametrize(
    ("status", "items", "step"),
    [
        ("PREPARING", ["PREPARING", "PREPARING"], "2 line items being built"),
        ("IN_PROGRESS", ["SHIPPED", "BUILDING", "INSTALLED"], "1 line item shipped"),
        ("DELIVERED", ["DELIVERED"], "1 line item being installed"),
        ("DELIVERED", ["INSTALLED", "CANCELLED"], "order completed"),
        ("COMPLETED", ["INSTALLED"], "nothing more is expected"),
        ("CANCELLED", ["PREPARING"], "nothing more is expected"),
        ("IN_PROGRESS", ["ERROR", "SHIPPED"], "you contact AWS Support about the error"),
        ("ERROR", [], "you contact AWS Support about the error"),
        ("NEVER_SEEN", [], "unknown"),
    ],
)
def test_the_next_step_is_that_of_the_line_items_furthest_behind(status: str, items: list[str], step: str) -> None:
    """Settled line items wait for nothing, and errors for somebody."""
    assert next_step(order(status, *items)) == step
