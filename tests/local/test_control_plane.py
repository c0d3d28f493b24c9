"""AWS's part: moving orders, replacing hardware, and trouble on demand."""

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
    """Drop the members that are null, at every depth of objects."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return value


class TestMergePatch:
    """RFC 7396."""

    @given(old=OBJECTS, new=OBJECTS)
    def test_an_object_can_be_turned_into_any_other(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Removing all that an object has and then merging another one into it results in the other one."""
        target = without_nulls(new)

        assert merge_patch(merge_patch(old, dict.fromkeys(old)), target) == target

    @given(value=OBJECTS)
    def test_an_empty_patch_changes_nothing(self, value: dict[str, Any]) -> None:
        """An object that no member is named of stays as it is."""
        assert merge_patch(value, {}) == value


class TestPatchOrder:
    """Line items are addressed by their id."""

    def test_line_items_change_appear_and_go_by_their_ids(self) -> None:
        """A patch changes the line items that it names, adds those it brings, removes those it nulls."""
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

    def test_a_list_replaces_the_line_items(self) -> None:
        """A patch with a list of line items puts it in the place of the old one, as a merge patch does."""
        assert patch_order(ORDER, {"LineItems": []}) == {**ORDER, "LineItems": []}


class TestOrders:
    """The control plane over HTTP."""

    def test_an_order_is_stored_verbatim(self, outposts: "OutpostsClient", control_plane: ControlPlane) -> None:
        """Members and statuses that are in no model are kept, and the API returns them in its response's body."""
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
        """ListOrders counts the statuses that it finds, and goes on where there are none."""
        control_plane.put_order({**ORDER, "LineItems": items})
        control_plane.put_order({**ORDER, "OrderId": "oo-other"})

        odd, other = outposts.list_orders()["Orders"]

        assert odd["LineItemCountsByStatus"] == {}
        assert other["LineItemCountsByStatus"] == {"PREPARING": 2}

    def test_a_completed_order_gets_its_fulfilment_date(self, control_plane: ControlPlane) -> None:
        """An order that goes COMPLETED is fulfilled now, unless the change says when."""
        control_plane.put_order(ORDER)
        control_plane.put_order({**ORDER, "OrderId": "oo-other"})

        now = control_plane.update_order(ORDER_ID, {"Status": "COMPLETED"})
        then = control_plane.update_order("oo-other", {"Status": "COMPLETED", "OrderFulfilledDate": 5})

        assert now["OrderFulfilledDate"] > now["OrderSubmissionDate"] - 1e9
        assert then["OrderFulfilledDate"] == 5

    def test_a_replacement_names_what_it_replaces(
        self, outposts: "OutpostsClient", control_plane: ControlPlane
    ) -> None:
        """The old line item goes REPLACED, and an order of type REPLACEMENT names it and its order."""
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
        """The simulator object itself updates, replaces and reads orders without HTTP."""
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
    def test_a_wrong_call_is_refused(self, server: Server, method: str, path: str, body: bytes, status: int) -> None:
        """The control plane answers a call that it cannot follow with an error as the API's are."""
        answer = urllib3.request(method, server.url + path, body=body, headers={"Content-Type": "application/json"})

        assert answer.status == status
        assert set(answer.json()) <= {"Message"} or set(answer.json()) <= {"message"}

    def test_the_client_raises_the_simulators_own_error(self, control_plane: ControlPlane) -> None:
        """An error reaches whoever uses the client by its name, status and message."""
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
    def test_a_line_item_that_says_too_little_is_not_replaced(
        self, control_plane: ControlPlane, order: dict[str, Any], error: str
    ) -> None:
        """The request is refused as a mistake of the caller's, and the order stays as it was."""
        control_plane.put_order({"OrderId": ORDER_ID, **order})

        with pytest.raises(ServiceError, match=error) as refused:
            control_plane.replace_line_item(ORDER_ID, "ooi-1")

        assert 400 <= refused.value.status < 500
        assert control_plane.order(ORDER_ID) == {"OrderId": ORDER_ID, **order}

    @pytest.mark.parametrize("items", [None, "none", [None, "none", {"LineItemId": ["ooi-1"]}]])
    def test_odd_line_items_can_be_changed_and_cancelled(
        self, outposts: "OutpostsClient", control_plane: ControlPlane, items: Any
    ) -> None:
        """What is not a line item stays; a new one can be added beside it, and the order can be cancelled."""
        control_plane.put_order({**ORDER, "LineItems": items})
        control_plane.update_order(ORDER_ID, {"LineItems": {"ooi-new": {"Status": "PREPARING"}}})
        outposts.cancel_order(OrderId=ORDER_ID)

        kept = items if isinstance(items, list) else []
        assert control_plane.order(ORDER_ID)["LineItems"] == [*kept, {"LineItemId": "ooi-new", "Status": "CANCELLED"}]

    def test_what_the_simulator_stumbles_over_is_an_internal_error(
        self, simulator: OutpostsSimulator, control_plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A bug is answered as the API answers its own failures, not with a page of HTML."""
        monkeypatch.setattr(simulator._account, "update_order", dict[str, Any]().__getitem__)

        with pytest.raises(ServiceError, match="InternalServerException: TypeError"):
            control_plane.update_order(ORDER_ID, {})


class TestFaults:
    """Faults befall the calls that they name."""

    def test_a_fault_befalls_one_order_so_many_times(
        self, outposts: "OutpostsClient", control_plane: ControlPlane
    ) -> None:
        """A fault with an order and a number strikes that order's calls that many times, then no more."""
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
        """An error that the API declares comes as the API declares it, whatever the fault leaves out."""
        control_plane.put_faults({"ListOrders": [{"latencySeconds": 0.001, "error": "InternalServerException"}]})

        with pytest.raises(outposts.exceptions.InternalServerException):
            outposts.list_orders()

    def test_new_faults_take_the_place_of_old_ones(
        self, outposts: "OutpostsClient", control_plane: ControlPlane
    ) -> None:
        """An empty object ends all trouble."""
        control_plane.put_faults({"ListOrders": {"error": "AccessDeniedException"}})
        control_plane.put_faults({})

        assert outposts.list_orders()["Orders"] == []

    def test_an_unknown_field_is_refused(self, control_plane: ControlPlane) -> None:
        """A misspelt fault is refused with the list of fields."""
        with pytest.raises(ServiceError, match="latencySeconds, error, status, times, orderId"):
            control_plane.put_faults({"GetOrder": {"latency": 1}})
