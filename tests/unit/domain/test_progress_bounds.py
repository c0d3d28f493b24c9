"""Progress without line items, and the next of several stages."""

import pytest

from outposts_order_notifier.domain.events import _mark
from outposts_order_notifier.domain.progress import next_step, progress
from outposts_order_notifier.wording.words import LONGEST_VALUE, plain


@pytest.mark.parametrize(("status", "done"), [("COMPLETED", 1), ("PREPARING", 0), (None, 0)])
def test_an_order_without_line_items_is_done_when_it_is_completed(status: str | None, done: int) -> None:
    """There is nothing else to go by."""
    assert progress({"Status": status, "LineItems": []}) == done


def test_the_next_step_is_that_of_the_line_item_furthest_behind() -> None:
    """By the order of the stages, not of the alphabet: SHIPPED comes before DELIVERED."""
    items = [{"Status": "DELIVERED"}, {"Status": "SHIPPED"}]
    assert next_step({"Status": "IN_PROGRESS", "LineItems": items}) == "1 line item delivered"


def test_a_mark_has_the_first_200_characters_of_the_cut_value() -> None:
    """With the whole value's size and digest."""
    mark = _mark("x" * 300)
    assert mark["start"] == '"' + "x" * 199
    assert (mark["truncated"], mark["bytes"]) == (True, 302)


def test_a_value_of_exactly_the_longest_length_is_shown_whole() -> None:
    """One character more is cut and marked."""
    assert plain("x" * LONGEST_VALUE) == "x" * LONGEST_VALUE
    assert plain("x" * (LONGEST_VALUE + 1)) == "x" * LONGEST_VALUE + "…"
