"""Orders compared and counted."""

import pytest

from outposts_order_notifier.domain.order import (
    LineItem,
    differs,
    line_item_counts_by_status,
    line_items_by_id,
    unordered_json,
)


def test_values_in_lists_of_different_names_differ() -> None:
    """The texts have the same length, and the same values."""
    assert differs({"a": [1, 2]}, {"b": [1, 2]})
    assert not differs({"a": [1, 2]}, {"a": [2, 1]})


def test_any_order_of_lists_has_one_text() -> None:
    """Names and elements are sorted, as in the text of a value without lists."""
    assert unordered_json({"b": [3, {"d": 1, "c": 2}], "a": "x"}) == '{"a":"x","b":[3,{"c":2,"d":1}]}'
    assert unordered_json({"b": 2, "a": 1}) == '{"a":1,"b":2}'


def test_a_line_item_without_a_status_counts_as_unknown() -> None:
    """As ListOrders counts it."""
    assert line_item_counts_by_status({"LineItems": [{}, {"Status": "SHIPPED"}, {}]}) == {"UNKNOWN": 2, "SHIPPED": 1}


@pytest.mark.parametrize(("given", "names"), [({"LineItemId": "ooi-a"}, ["ooi-a", "ooi-a#2"]), ({}, ["#1", "#2"])])
def test_line_items_that_share_an_id_keep_their_names_in_any_order_of_lists(given: LineItem, names: list[str]) -> None:
    """Otherwise each read would mix them up."""
    one: LineItem = {**given, "AssetInformationList": [{"AssetId": "1"}, {"AssetId": "9"}]}
    turned: LineItem = {**given, "AssetInformationList": [{"AssetId": "9"}, {"AssetId": "1"}]}
    other: LineItem = {**given, "AssetInformationList": [{"AssetId": "2"}, {"AssetId": "3"}]}
    assert line_items_by_id({"LineItems": [one, other]}) == dict(zip(names, [one, other], strict=True))
    assert line_items_by_id({"LineItems": [other, turned]}) == dict(zip(names, [turned, other], strict=True))
