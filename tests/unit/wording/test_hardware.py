"""Hardware in words."""

from math import inf, nan

import pytest

from outposts_order_notifier.wording.hardware import Hardware, hardware, in_full, ordered, together

NAMES = {
    "OR-RACK": "rack, 4 × m5.24xlarge",
    "OR-RACKS": "Racks for Dublin",
    "OR-SERVER": "2U SERVER",
    "OR-BOTH": "Server in a rack",
    "OR-NEITHER": "Bracket, serverless",
}


@pytest.mark.parametrize(
    ("catalog_item_id", "words"),
    [
        ("OR-RACK", "2 racks"),
        ("OR-RACKS", "2 racks"),
        ("OR-SERVER", "2 servers"),
        ("OR-BOTH", "2 servers"),
        ("OR-NEITHER", "2 items"),
        ("OR-UNNAMED-RACK", "2 items"),
        (None, "2 items"),
        ({"truncated": True}, "2 items"),
    ],
)
def test_the_name_says_what_it_is(catalog_item_id: object, words: str) -> None:
    """By a whole word; a catalog item without a name is an item, whatever its id."""
    assert str(hardware(catalog_item_id, 2, NAMES)) == words


@pytest.mark.parametrize(
    ("quantity", "number"),
    [(1, 1), (3, 3), (3.0, 3), (1_000_000, 1_000_000), (1_000_001, 1)]
    + [(each, 1) for each in (0, -2, None, "3", nan, inf, {"truncated": True})],
)
def test_the_quantity_is_what_was_ordered(quantity: object, number: int) -> None:
    """A line item is at least one piece, also if its quantity is missing or damaged."""
    assert hardware("OR-RACK", quantity, NAMES) == (number, "rack")


def test_a_line_item_is_its_catalog_item_in_its_quantity() -> None:
    """Both may be missing."""
    assert ordered({"CatalogItemId": "OR-RACK", "Quantity": 3}, NAMES) == (3, "rack")
    assert ordered({}, NAMES) == (1, "item")


def test_the_same_adds_up_and_racks_and_servers_are_items() -> None:
    """Nothing is no hardware."""
    racks, servers = Hardware(2, "rack"), Hardware(3, "server")
    assert str(together([racks, racks])) == "4 racks"
    assert str(together([racks, servers])) == "5 items"
    assert str(together([Hardware(1, "rack")])) == "1 rack"
    assert together([]) is None


@pytest.mark.parametrize(
    ("what", "name", "words"),
    [
        (Hardware(2, "rack"), "rack, 4 × m5.24xlarge", "2 racks, each 4 × m5.24xlarge"),
        (Hardware(1, "rack"), "rack, 4 × m5.24xlarge", "1 rack, 4 × m5.24xlarge"),
        (Hardware(2, "server"), "server", "2 servers"),
        (Hardware(2, "rack"), "m5.24xlarge rack", "2 × m5.24xlarge rack"),
        (Hardware(2), "OR-RACKM5A", "2 × OR-RACKM5A"),
    ],
)
def test_a_name_that_begins_with_the_noun_does_not_repeat_it(what: Hardware, name: str, words: str) -> None:
    """Names from AWS's catalog begin with it; others may have any form."""
    assert in_full(what, name) == words
