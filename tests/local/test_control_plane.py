"""AWS's part: changing orders, replacing hardware, and faults on demand."""

from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from local.outposts.control_plane import ControlPlane
from local.outposts.errors import ServiceError
from local.outposts.merge_patch import merge_patch, patch_order
from local.outposts.simulator import OutpostsSimulator
from local.server import Server

if TYPE_CHECKING:
    from mypy_boto3_outposts import OutpostsClient

ORDER_ID = f"oo-{1:017}"
LINE_ITEM_IDS = (f"ooi-{1:017}", f"ooi-{2:017}")
ORDER: dict[str, Any] = {
    "OrderId": ORDER_ID,
    "OutpostId": f"op-{1:017}",
    "Status": "PREPARING",
    "LineItems": [
        {"LineItemId": name, "CatalogItemId": "OR-RACKM5A", "Quantity": 1, "Status": "PREPARING"}
        for name in LINE_ITEM_IDS
    ],
    "OrderSubmissionDate": 1795532226.5,
    "PaymentOption": "ALL_UPFRONT",
}
NAMES = st.sampled_from(["a", "b", "Status", ""])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
OBJECTS = st.dictionaries(NAMES, JSON)


def without_nulls(value: Any) -> Any:
    """Remove the members that are null, at every depth of objects."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return value


class TestMergePatch:
    """RFC 7396."""

    @given(old=OBJECTS, new=OBJECTS)
    def test_an_object_can_be_turned_into_any_other(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Removing all members of an object and then merging another one results in the other one."""
        target = without_nulls(new)

        assert merge_patch(merge_patch(old, dict.fromkeys(old)), target) == target

    @given(value=OBJECTS)
    def test_an_empty_patch_changes_nothing(self, value: dict[str, Any]) -> None:
        """Members that a patch does not name stay the same."""
        assert merge_patch(value, {}) == value


class TestPatchOrder:
    """Line items are identified by their id."""

    def test_line_items_are_changed_added_and_removed_by_id(self) -> None:
        """A patch changes the line items that it names, adds new ones, and removes those that are null."""
        first, second = LINE_ITEM_IDS

        patched = patch_order(
            ORDER,
            {"LineItems": {first: {"Status": "SHIPPED", "Quantity": None}, second: None, "ooi-new": {"Quantity": 3}}},
        )

        assert patched == {
            **ORDER,
            "LineItems": [
                {"LineItemId": first, "CatalogItemId": "OR-RACKM5A", "Status": "SHIPPED"},
                {"LineItemId": "ooi-new", "Quantity": 3},
            ],
        }

    def test_a_list_replaces_all_line_items(self) -> None:
        """A list of line items in a patch replaces the old one, as in a merge patch."""
        assert patch_order(ORDER, {"LineItems": []}) == {**ORDER, "LineItems": []}


class TestOrders:
    """The control plane over HTTP."""

    def test_an_order_is_stored_verbatim(self, outposts: "OutpostsClient", control_plane: ControlPlane) -> None:
        """Members and statuses that the model lacks are kept, and the API returns them."""
        order = {**ORDER, "Status": "TELEPORTED", "Colour": {"Of": ["blue", None]}}
        control_plane.put_order(order)

        raw = urllib3.request("GET", f"{outposts.meta.endpoint_url}/orders/{ORDER_ID}").json()

        assert raw == {"Order": order}
        assert control_plane.order(ORDER_ID) == order
        assert str(outposts.get_order(OrderId=ORDER_ID)["Order"]["Status"]) == "TELEPORTED"
        assert outposts.list_orders()["Orders"][0]["LineItemCountsByStatus"] == {"PREPARING": 2}

    @pytest.mark.parametrize("items", [None, "none", 7, [None], ["ooi-1"], [[]], [{"Status": ["SHIPPED"]}]])
    def test_odd_line_items_do_not_hide_the_other_orders(
        self, outposts: "OutpostsClient", control_plane: ControlPlane, items: Any
    ) -> None:
        """ListOrders counts the statuses that it finds, and ignores line items without one."""
        control_plane.put_order({**ORDER, "LineItems": items})
        control_plane.put_order({**ORDER, "OrderId": "oo-other"})

        odd, other = outposts.list_orders()["Orders"]

        assert odd["LineItemCountsByStatus"] == {}
        assert other["LineItemCountsByStatus"] == {"PREPARING": 2}

    def test_a_completed_order_gets_its_fulfilment_date(self, control_plane: ControlPlane) -> None:
        """An order that becomes COMPLETED is fulfilled now, unless the change has a date."""
        control_plane.put_order(ORDER)
        control_plane.put_order({**ORDER, "OrderId": "oo-other"})

        now = control_plane.update_order(ORDER_ID, {"Status": "COMPLETED"})
        then = control_plane.update_order("oo-other", {"Status": "COMPLETED", "OrderFulfilledDate": 5})

        assert now["OrderFulfilledDate"] > now["OrderSubmissionDate"] - 1e9
        assert then["OrderFulfilledDate"] == 5

    def test_a_replacement_names_what_it_replaces(
        self, outposts: "OutpostsClient", control_plane: ControlPlane
    ) -> None:
        """The old line item becomes REPLACED, and an order of type REPLACEMENT names it and its order."""
        control_plane.put_order({**ORDER, "Status": "COMPLETED"})
        old = f"ooi-{2:017}"

        replacement = control_plane.replace_line_item(ORDER_ID, old)

        order = outposts.get_order(OrderId=ORDER_ID)["Order"]
        new = outposts.get_order(OrderId=replacement["OrderId"])["Order"]
        assert order["Status"] == "COMPLETED"
        assert [item["Status"] for item in order["LineItems"]] == ["PREPARING", "REPLACED"]
        assert new["OrderType"] == "REPLACEMENT"
        assert new["OutpostId"] == ORDER["OutpostId"]
        assert [(item["PreviousOrderId"], item["PreviousLineItemId"]) for item in new["LineItems"]] == [(ORDER_ID, old)]

    def test_the_same_can_be_done_in_process(self, simulator: OutpostsSimulator, outposts: "OutpostsClient") -> None:
        """The simulator object updates, replaces and reads orders without HTTP."""
        created = outposts.create_order(
            OutpostIdentifier=outposts.list_outposts()["Outposts"][0]["OutpostId"],
            LineItems=[{"CatalogItemId": "OR-RACKM5A"}],
            PaymentOption="ALL_UPFRONT",
        )["Order"]
        moved = simulator.update_order(created["OrderId"], {"Status": "COMPLETED"})
        replacement = simulator.replace_line_item(created["OrderId"], created["LineItems"][0]["LineItemId"])

        assert moved["Status"] == "COMPLETED"
        assert simulator.order(replacement["OrderId"])["LineItems"][0]["PreviousOrderId"] == created["OrderId"]

    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("GET", "/_simulator/orders/oo-1", b"", 404),
            ("PATCH", "/_simulator/orders/oo-1", b"{}", 404),
            ("PATCH", "/_simulator/orders/oo-1", b"{", 400),
            ("PUT", "/_simulator/orders/oo-1", b"[]", 400),
            ("DELETE", "/_simulator/orders/oo-1", b"", 405),
            ("GET", "/_simulator/nothing", b"", 404),
            ("POST", "/_simulator/orders/oo-1/line-items/ooi-1/replacement", b"", 404),
        ],
    )
    def test_an_invalid_call_is_rejected(
        self, server: Server, method: str, path: str, body: bytes, status: int
    ) -> None:
        """The control plane's errors have the format of the API's errors."""
        answer = urllib3.request(method, server.url + path, body=body, headers={"Content-Type": "application/json"})

        assert answer.status == status
        assert set(answer.json()) <= {"Message"} or set(answer.json()) <= {"message"}

    def test_the_client_raises_the_simulators_own_error(self, control_plane: ControlPlane) -> None:
        """A caller sees the error's name, status and message."""
        with pytest.raises(ServiceError, match="NotFoundException: There is no order oo-1") as refused:
            control_plane.order("oo-1")

        assert refused.value.status == 404

    @pytest.mark.parametrize(
        ("order", "error"),
        [
            ({"LineItems": [{"LineItemId": "ooi-1"}]}, "has no CatalogItemId and no Quantity and no OutpostId"),
            ({"OutpostId": "op-1", "LineItems": [{"LineItemId": "ooi-1", "Quantity": 1}]}, "has no CatalogItemId"),
            ({"LineItems": [None, "none", {"LineItemId": ["ooi-1"]}]}, "NotFoundException"),
            ({"LineItems": "none"}, "NotFoundException"),
            ({}, "NotFoundException"),
        ],
    )
    def test_an_incomplete_line_item_is_not_replaced(
        self, control_plane: ControlPlane, order: dict[str, Any], error: str
    ) -> None:
        """The request is rejected as the caller's mistake, and the order stays the same."""
        control_plane.put_order({"OrderId": ORDER_ID, **order})

        with pytest.raises(ServiceError, match=error) as refused:
            control_plane.replace_line_item(ORDER_ID, "ooi-1")

        assert 400 <= refused.value.status < 500
        assert control_plane.order(ORDER_ID) == {"OrderId": ORDER_ID, **order}

    @pytest.mark.parametrize("items", [None, "none", [None, "none", {"LineItemId": ["ooi-1"]}]])
    def test_odd_line_items_can_be_changed_and_cancelled(
        self, outposts: "OutpostsClient", control_plane: ControlPlane, items: Any
    ) -> None:
        """What is not a line item stays; a new one can be added next to it, and the order can be cancelled."""
        control_plane.put_order({**ORDER, "LineItems": items})
        control_plane.update_order(ORDER_ID, {"LineItems": {"ooi-new": {"Status": "PREPARING"}}})
        outposts.cancel_order(OrderId=ORDER_ID)

        kept = items if isinstance(items, list) else []
        assert control_plane.order(ORDER_ID)["LineItems"] == [*kept, {"LineItemId": "ooi-new", "Status": "CANCELLED"}]

    def test_a_bug_of_the_simulator_is_an_internal_error(
        self, simulator: OutpostsSimulator, control_plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is reported like the API's own failures, not with an HTML page."""
        monkeypatch.setattr(simulator._account, "update_order", dict[str, Any]().__getitem__)

        with pytest.raises(ServiceError, match="InternalServerException: TypeError"):
            control_plane.update_order(ORDER_ID, {})


class TestFaults:
    """Faults affect the calls that they name."""

    def test_a_fault_affects_one_order_a_number_of_times(
        self, outposts: "OutpostsClient", control_plane: ControlPlane
    ) -> None:
        """A fault with an order and a number affects that many calls about that order, and no more."""
        other = f"oo-{2:017}"
        control_plane.put_order(ORDER)
        control_plane.put_order({**ORDER, "OrderId": other})
        control_plane.put_faults(
            {"GetOrder": {"error": "ThrottlingException", "status": 429, "times": 2, "orderId": ORDER_ID}}
        )

        for _ in range(2):
            with pytest.raises(ClientError, match="ThrottlingException") as refused:
                outposts.get_order(OrderId=ORDER_ID)
            assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
            assert outposts.get_order(OrderId=other)
        assert outposts.get_order(OrderId=ORDER_ID)

    def test_a_fault_of_the_model_has_the_models_status(
        self, outposts: "OutpostsClient", control_plane: ControlPlane
    ) -> None:
        """An error that the API declares has its declared status, even if the fault omits it."""
        control_plane.put_faults({"ListOrders": [{"latencySeconds": 0.001, "error": "InternalServerException"}]})

        with pytest.raises(outposts.exceptions.InternalServerException):
            outposts.list_orders()

    def test_new_faults_replace_the_old_ones(self, outposts: "OutpostsClient", control_plane: ControlPlane) -> None:
        """An empty object ends all faults."""
        control_plane.put_faults({"ListOrders": {"error": "AccessDeniedException"}})
        control_plane.put_faults({})

        assert outposts.list_orders()["Orders"] == []

    def test_an_unknown_field_is_rejected(self, control_plane: ControlPlane) -> None:
        """The error for a misspelt fault lists the fields."""
        with pytest.raises(ServiceError, match="latencySeconds, error, status, times, orderId"):
            control_plane.put_faults({"GetOrder": {"latency": 1}})
