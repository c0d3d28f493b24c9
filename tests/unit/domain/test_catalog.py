"""Catalog items in words."""

from typing import Any

import pytest

from outposts_order_notifier.domain.catalog import describe

M5 = {"Family": "m5", "MaxSize": "24xlarge", "Quantity": "4"}
C5 = {"Family": "c5", "MaxSize": "24xlarge", "Quantity": "2"}


@pytest.mark.parametrize(
    ("item_class", "capacities", "words"),
    [
        ("RACK", [M5], "rack, 4 × m5.24xlarge"),
        ("RACK", [M5, C5], "rack, 4 × m5.24xlarge and 2 × c5.24xlarge"),
        ("SERVER", [], "server"),
        ("SERVER", [{"Family": "c6id"}], "server"),
    ],
)
def test_says_what_it_is_and_holds(item_class: str, capacities: list[dict[str, Any]], words: str) -> None:
    """A capacity that the API does not return whole is left out."""
    assert describe(item_class, {"CatalogItemId": "OR-0000000", "EC2Capacities": capacities}) == words


def test_without_capacities_it_is_only_a_rack_or_a_server() -> None:
    """The API's model requires no member."""
    assert describe("RACK", {}) == "rack"
