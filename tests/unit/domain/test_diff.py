"""The changes between two reads of an order."""

import copy
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.domain.diff import diff
from outposts_order_notifier.domain.event_types import DISCOVERED, Change
from outposts_order_notifier.domain.order import Order, canonical_json, differs, line_items_by_id, unordered_json
from testing.replay import apply, keyed
from testing.strategies import orders, plain_json, shuffled

ORDER: Order = {
    "OrderId": "oo-0123456789abcdef0",
    "OutpostId": "op-0123456789abcdef0",
    "Status": "IN_PROGRESS",
    "PaymentTerm": "THREE_YEARS",
    "LineItems": [
        {"LineItemId": "ooi-a", "CatalogItemId": "OR-RACK001", "Quantity": 1, "Status": "BUILDING"},
        {"LineItemId": "ooi-b", "CatalogItemId": "OR-SRVR001", "Quantity": 2, "Status": "BUILDING"},
    ],
}


def changed(order: Order, item: dict[str, Any] | None = None, **members: Any) -> Order:
    """Return a copy of an order with other members, also in its first line item."""
    copied = copy.deepcopy(order) | members
    copied["LineItems"][0] |= item or {}
    return copied


def unordered(change: Change) -> str:
    """Return a change as text that ignores the order of lists."""
    return unordered_json([change.detail_type, change.keys])


class TestCompleteness:
    """Every difference is in at least one change."""

    @given(old=orders, new=orders)
    def test_applying_the_changes_to_the_old_order_results_in_the_new_one(self, old: Order, new: Order) -> None:
        """For any two orders that the API's model allows, and more, except for the order of their lists."""
        assert unordered_json(apply(diff(old, new), old)) == unordered_json(keyed(new))

    @given(order=orders)
    def test_equal_orders_have_no_differences(self, order: Order) -> None:
        """Two equal reads have no changes, for any sequence of their line items."""
        again = copy.deepcopy(order)
        again.get("LineItems", []).reverse()
        assert diff(order, again) == []

    @given(order=orders, chance=st.randoms(use_true_random=False))
    def test_the_order_of_a_list_is_no_difference(self, order: Order, chance: Random) -> None:
        """The members of any list, at any depth, may swap places from one read to the next."""
        assert diff(order, shuffled(order, chance)) == []

    @given(old=orders, new=orders, chance=st.randoms(use_true_random=False))
    def test_the_order_of_lists_changes_no_change(self, old: Order, new: Order, chance: Random) -> None:
        """Two orders differ in the same line items and members regardless of the order of their lists."""
        moved = shuffled(old, chance), shuffled(new, chance)
        assert sorted(map(unordered, diff(*moved))) == sorted(map(unordered, diff(old, new)))

    @given(order=orders)
    def test_a_discovery_contains_the_whole_order(self, order: Order) -> None:
        """An order seen for the first time is published unchanged."""
        assert DISCOVERED.change({"order": order}).keys == {"order": order}

    def test_an_equal_order_is_compared_as_a_whole(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nearly every order that is read is as before, so its line items are not looked at one by one."""
        order = {"OrderId": "oo-1", "LineItems": [{"LineItemId": "ooi-1", "Status": "SHIPPED"}]}
        monkeypatch.setattr("outposts_order_notifier.domain.diff.line_items_by_id", pytest.fail)
        assert diff(order, copy.deepcopy(order)) == []

    def test_true_and_one_differ(self) -> None:
        """JSON's `true` and `1` are equal in Python, but must show as a difference."""
        assert len(diff(changed(ORDER, Expedited=1), changed(ORDER, Expedited=True))) == 1


class TestListsInAnyOrder:
    """The API does not document an order for any list, so it carries no meaning."""

    @pytest.mark.parametrize(
        ("member", "old", "new"),
        [
            ("AssetInformationList", [{"AssetId": "1"}, {"AssetId": "2"}], [{"AssetId": "2"}, {"AssetId": "1"}]),
            (
                "AssetInformationList",
                [{"MacAddressList": ["02:00", "02:01"]}],
                [{"MacAddressList": ["02:01", "02:00"]}],
            ),
            ("NeverHeardOf", [1, "1", True, {"a": [1, 2]}, [3, 4]], [[4, 3], {"a": [2, 1]}, True, "1", 1]),
            ("NeverHeardOf", {"Deep": [[{"a": [1, 2]}], [3]]}, {"Deep": [[3], [{"a": [2, 1]}]]}),
        ],
    )
    def test_members_that_swap_places_are_not_a_change(self, member: str, old: Any, new: Any) -> None:
        """Neither in lists of the model nor in others, for any content."""
        assert diff(changed(ORDER, {member: old}), changed(ORDER, {member: new})) == []
        assert diff(changed(ORDER, **{member: old}), changed(ORDER, **{member: new})) == []

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            pytest.param(["a", "a", "b"], ["a", "b", "b"], id="another member twice"),
            pytest.param(["a", "a"], ["a"], id="once instead of twice"),
            pytest.param([1, 2], ["1", "2"], id="another type"),
            pytest.param([1, 2], [2, True], id="true for one"),
            pytest.param([["a"], ["b"]], [["a", "b"]], id="another nesting"),
            pytest.param(["a,b"], ["b,a"], id="a text with a comma"),
            pytest.param('["a","b"]', '["b","a"]', id="a text that looks like a list"),
        ],
    )
    def test_other_members_are_a_change(self, old: Any, new: Any) -> None:
        """Lists are compared as multisets of JSON; the values are published as returned by the API."""
        (change,) = diff(changed(ORDER, NeverHeardOf=old), changed(ORDER, NeverHeardOf=new))
        assert change.keys == {"amendments": [{"path": "/NeverHeardOf", "value": new, "previousValue": old}]}

    def test_line_items_without_an_id_keep_their_names(self) -> None:
        """A line item named by its position keeps its name when the lists inside swap members."""
        items = [{"Tags": ["a", "z"], "Quantity": 1}, {"Tags": ["b", "c"], "Quantity": 1}]
        swapped = [{"Tags": ["z", "a"], "Quantity": 1}, {"Tags": ["b", "c"], "Quantity": 1}]
        assert diff({**ORDER, "LineItems": items}, {**ORDER, "LineItems": swapped}) == []

    @given(value=plain_json)
    def test_a_value_without_lists_has_the_usual_text(self, value: Any) -> None:
        """So an upgrade does not invalidate the digests of earlier versions."""
        assert (unordered_json(value) == canonical_json(value)) or "[" in canonical_json(value)

    @given(old=plain_json, new=plain_json)
    def test_the_fast_comparison_agrees_with_the_texts(self, old: Any, new: Any) -> None:
        """The shortcuts save work and do not change the result."""
        assert differs(old, new) == (unordered_json(old) != unordered_json(new))


class TestChanges:
    """The event type of each kind of difference."""

    @pytest.mark.parametrize(
        ("new", "detail_type", "keys"),
        [
            pytest.param(
                changed(ORDER, Status="COMPLETED"),
                "Outposts Order Status Change",
                {"status": "COMPLETED", "previousStatus": "IN_PROGRESS"},
                id="order status",
            ),
            pytest.param(
                changed(ORDER, Status="HELD_AT_CUSTOMS"),
                "Outposts Order Status Change",
                {"status": "HELD_AT_CUSTOMS", "previousStatus": "IN_PROGRESS"},
                id="a status nobody has seen yet",
            ),
            pytest.param(
                changed(ORDER, {"Status": "REPLACED"}),
                "Outposts Line Item Status Change",
                {
                    "lineItemId": "ooi-a",
                    "catalogItemId": "OR-RACK001",
                    "quantity": 1,
                    "status": "REPLACED",
                    "previousStatus": "BUILDING",
                },
                id="line item status",
            ),
            pytest.param(
                changed(ORDER, {"ShipmentInformation": {"ShipmentCarrier": "UPS", "ShipmentTrackingNumber": "1Z 9"}}),
                "Outposts Line Item Shipment Change",
                {
                    "lineItemId": "ooi-a",
                    "catalogItemId": "OR-RACK001",
                    "quantity": 1,
                    "shipment": {
                        "carrier": "UPS",
                        "trackingNumber": "1Z 9",
                        "trackingUrl": "https://www.ups.com/track?tracknum=1Z%209",
                    },
                    "previousShipment": None,
                },
                id="tracking number",
            ),
            pytest.param(
                changed(ORDER, {"AssetInformationList": [{"AssetId": "1", "MacAddressList": ["02:00"]}]}),
                "Outposts Line Item Assets Change",
                {
                    "lineItemId": "ooi-a",
                    "catalogItemId": "OR-RACK001",
                    "quantity": 1,
                    "assets": [{"AssetId": "1", "MacAddressList": ["02:00"]}],
                    "previousAssets": None,
                },
                id="assets",
            ),
            pytest.param(
                changed(ORDER, {"Quantity": 3}, PaymentTerm="FIVE_YEARS", Incoterms="DAP"),
                "Outposts Order Amended",
                {
                    "amendments": [
                        {"path": "/Incoterms", "value": "DAP", "previousValue": None},
                        {"path": "/LineItems/ooi-a/Quantity", "value": 3, "previousValue": 1},
                        {"path": "/PaymentTerm", "value": "FIVE_YEARS", "previousValue": "THREE_YEARS"},
                    ]
                },
                id="anything else, unknown members included",
            ),
            pytest.param(
                changed(ORDER, LineItems=ORDER["LineItems"][:1]),
                "Outposts Line Item Removed",
                {"lineItemId": "ooi-b", "lineItem": ORDER["LineItems"][1]},
                id="line item gone",
            ),
        ],
    )
    def test_each_difference_has_its_event_type(self, new: Order, detail_type: str, keys: dict[str, Any]) -> None:
        """Each has its own detail-type, with that type's keys."""
        (change,) = diff(ORDER, new)
        assert (change.detail_type, change.keys) == (detail_type, keys)

    def test_what_stays_the_same_is_no_change_beside_what_does_not(self) -> None:
        """A line item that moves keeps its assets and its shipment."""
        item = {"AssetInformationList": [{"AssetId": "a"}], "ShipmentInformation": {"ShipmentCarrier": "DHL"}}
        changes = diff(changed(ORDER, item), changed(ORDER, {**item, "Status": "SHIPPED"}))
        assert [change.detail_type for change in changes] == ["Outposts Line Item Status Change"]

    def test_an_unknown_member_of_a_shipment_is_an_amendment(self) -> None:
        """The shipment's event has only the members that this version knows."""
        old, new = (changed(ORDER, {"ShipmentInformation": {"NeverHeardOf": value}}) for value in ("1", "2"))
        (change,) = diff(old, new)
        path = "/LineItems/ooi-a/ShipmentInformation/NeverHeardOf"
        assert change.keys == {"amendments": [{"path": path, "value": "2", "previousValue": "1"}]}

    def test_a_new_line_item_is_published_whole(self) -> None:
        """A line item that is added comes with all its members."""
        item = {"LineItemId": "ooi-c", "Status": "PREPARING"}
        (change,) = diff(ORDER, changed(ORDER, LineItems=[*ORDER["LineItems"], item]))
        assert (change.detail_type, change.keys) == (
            "Outposts Line Item Added",
            {"lineItemId": "ooi-c", "lineItem": item},
        )


class TestLineItemNames:
    """Line items are matched by id, which the API's model does not require."""

    def test_line_items_without_a_unique_id_are_named_by_position(self) -> None:
        """A missing or repeated LineItemId gets a number, so that no line item hides another."""
        order = {"LineItems": [{"LineItemId": "ooi-a", "Quantity": 1}, {"LineItemId": "ooi-a", "Quantity": 2}, {}]}
        assert line_items_by_id(order).keys() == {"ooi-a", "ooi-a#2", "#1"}


def test_a_members_name_is_escaped_in_its_path() -> None:
    """By RFC 6901, so that a path identifies exactly one member."""
    old: Order = {"OrderId": "oo-1"}
    (change,) = diff(old, old | {"a~b/c": 1})
    assert [amendment["path"] for amendment in change.keys["amendments"]] == ["/a~0b~1c"]
