"""The operations that the simulator supports, each called by boto3 over HTTP."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings

from local.outposts.account import Account
from local.outposts.constraints import check
from local.outposts.control_plane import ControlPlane
from local.outposts.simulator import OutpostsSimulator
from local.server import Server
from tests.local.conftest import client_of
from tests.local.model import MODEL, inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_outposts import OutpostsClient

ABSENT = f"{0:017}"
SUPPORTED = Account("111122223333", "eu-west-1").operations
UNSUPPORTED = sorted(set(MODEL.operation_names) - set(SUPPORTED))
LINE_ITEM = {"CatalogItemId": "OR-RACKM5A", "Quantity": 2}


def test_an_order_that_is_created_can_be_read_and_listed(outposts: "OutpostsClient") -> None:
    """CreateOrder returns a PREPARING order of type OUTPOST, GetOrder the same, and ListOrders its summary."""
    outpost = an_outpost(outposts)

    created = outposts.create_order(
        OutpostIdentifier=outpost["OutpostArn"],
        LineItems=[{"CatalogItemId": "OR-RACKM5A", "Quantity": 2}, {"CatalogItemId": "OR-RACKR5A", "Quantity": 1}],
        PaymentOption="ALL_UPFRONT",
    )["Order"]

    assert created["OutpostId"] == outpost["OutpostId"]
    assert created["Status"] == "PREPARING"
    assert created["OrderType"] == "OUTPOST"
    assert created["PaymentTerm"] == "THREE_YEARS"
    assert [item["Quantity"] for item in created["LineItems"]] == [2, 1]
    assert created["OrderSubmissionDate"] <= datetime.now(UTC)
    check({"Order": created}, MODEL.shape_for("CreateOrderOutput"))
    assert outposts.get_order(OrderId=created["OrderId"])["Order"] == created
    assert outposts.list_orders()["Orders"] == [
        {
            "OutpostId": outpost["OutpostId"],
            "OrderId": created["OrderId"],
            "OrderType": "OUTPOST",
            "Status": "PREPARING",
            "LineItemCountsByStatus": {"PREPARING": 2},
            "OrderSubmissionDate": created["OrderSubmissionDate"],
        }
    ]


def test_an_order_can_be_cancelled_while_it_is_prepared(outposts: "OutpostsClient") -> None:
    """CancelOrder cancels the order with its line items; the response has an empty body."""
    order_id = an_order(outposts)

    answer = outposts.cancel_order(OrderId=order_id)

    order = outposts.get_order(OrderId=order_id)["Order"]
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-length"] == "0"
    assert order["Status"] == "CANCELLED"
    assert [item["Status"] for item in order["LineItems"]] == ["CANCELLED"]


@pytest.mark.parametrize("status", ["IN_PROGRESS", "COMPLETED", "CANCELLED", "ERROR"])
def test_an_order_that_is_under_way_cannot_be_cancelled(
    outposts: "OutpostsClient", control_plane: ControlPlane, status: str
) -> None:
    """CancelOrder of any order that is not PREPARING is a conflict that names the order."""
    order_id = an_order(outposts)
    control_plane.update_order(order_id, {"Status": status})

    with pytest.raises(outposts.exceptions.ConflictException) as refused:
        outposts.cancel_order(OrderId=order_id)

    response: Mapping[str, Any] = refused.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert response["ResourceId"] == order_id
    assert response["ResourceType"] == "ORDER"


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("GetOrder", {"OrderId": f"oo-{ABSENT}"}),
        ("CancelOrder", {"OrderId": f"oo-{ABSENT}"}),
        ("GetOutpost", {"OutpostId": f"op-{ABSENT}"}),
        ("GetSite", {"SiteId": f"os-{ABSENT}"}),
        ("GetCatalogItem", {"CatalogItemId": "OR-0000000"}),
        ("ListOrders", {"OutpostIdentifierFilter": f"op-{ABSENT}"}),
        ("CreateOutpost", {"Name": "Cork", "SiteId": f"os-{ABSENT}"}),
        (
            "CreateOrder",
            {"OutpostIdentifier": f"op-{ABSENT}", "PaymentOption": "NO_UPFRONT", "LineItems": [LINE_ITEM]},
        ),
    ],
)
def test_what_does_not_exist_is_not_found(outposts: "OutpostsClient", operation: str, request_: dict[str, Any]) -> None:
    """Every operation that names something that does not exist returns NotFoundException."""
    with pytest.raises(outposts.exceptions.NotFoundException) as refused:
        outposts._make_api_call(operation, request_)  # type: ignore[attr-defined]

    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"PaymentOption": "BARTER"}, "ValidationException"),
        ({"PaymentTerm": "ONE_DAY"}, "ValidationException"),
        ({"LineItems": [LINE_ITEM] * 21}, "ValidationException"),
        ({"LineItems": [{"CatalogItemId": "rack"}]}, "ValidationException"),
        ({"LineItems": [{"Quantity": 1}]}, "ValidationException"),
        ({"LineItems": [{"CatalogItemId": "OR-RACKM4A"}]}, "ValidationException"),
        ({"LineItems": [{"CatalogItemId": "OR-0000000"}]}, "NotFoundException"),
        ({"LineItems": None}, "ValidationException"),
        ({"QuoteIdentifier": f"oq-{ABSENT}"}, "NotFoundException"),
    ],
)
def test_an_impossible_order_is_rejected(outposts: "OutpostsClient", changes: dict[str, Any], code: str) -> None:
    """CreateOrder rejects what the model or the catalogue does not have, and creates nothing."""
    request = {
        "OutpostIdentifier": an_outpost(outposts)["OutpostId"],
        "PaymentOption": "ALL_UPFRONT",
        "LineItems": [LINE_ITEM],
        **changes,
    }

    with pytest.raises(ClientError) as refused:
        outposts._make_api_call(  # type: ignore[attr-defined]
            "CreateOrder", {name: value for name, value in request.items() if value is not None}
        )

    assert refused.value.response["Error"]["Code"] == code
    assert outposts.list_orders()["Orders"] == []


def test_orders_are_listed_by_outpost(outposts: "OutpostsClient") -> None:
    """ListOrders accepts an Outpost's id or ARN, and lists only that Outpost's orders."""
    first, second = outposts.list_outposts()["Outposts"]
    order_id = an_order(outposts, first["OutpostId"])
    an_order(outposts, second["OutpostId"])

    for identifier in first["OutpostId"], first["OutpostArn"]:
        orders = outposts.list_orders(OutpostIdentifierFilter=identifier)["Orders"]
        assert [order["OrderId"] for order in orders] == [order_id]


@pytest.mark.parametrize("page_size", [1, 2, 7, 8, 1000])
def test_every_page_size_lists_each_order_once(
    outposts: "OutpostsClient", control_plane: ControlPlane, page_size: int
) -> None:
    """boto3's paginator returns every order once, in the sequence of creation, with any page size."""
    ids = [f"oo-{number:017}" for number in range(7)]
    for order_id in ids:
        control_plane.put_order({"OrderId": order_id, "Status": "PREPARING"})

    pages = list(outposts.get_paginator("list_orders").paginate(PaginationConfig={"PageSize": page_size}))

    assert [order["OrderId"] for page in pages for order in page["Orders"]] == ids
    assert all(len(page["NextToken"]) == 2048 for page in pages[:-1])


def test_a_token_of_another_listing_is_rejected(outposts: "OutpostsClient") -> None:
    """A token is only valid for the listing that returned it."""
    token = outposts.list_outposts(MaxResults=1)["NextToken"]

    with pytest.raises(outposts.exceptions.ValidationException):
        outposts.list_catalog_items(NextToken=token)


def test_sites_and_outposts_can_be_created(outposts: "OutpostsClient") -> None:
    """CreateSite and CreateOutpost return what GetSite, GetOutpost and the filtered lists return afterwards."""
    site = outposts.create_site(
        Name="Cork",
        Tags={"team": "stores"},
        OperatingAddress={
            "ContactName": "Nora",
            "ContactPhoneNumber": "+353215550100",
            "AddressLine1": "1 Quay",
            "City": "Cork",
            "StateOrRegion": "Munster",
            "PostalCode": "T12",
            "CountryCode": "IE",
        },
    )["Site"]
    outpost = outposts.create_outpost(
        Name="Cork store", SiteId=site["SiteArn"], AvailabilityZoneId="euw1-az1", SupportedHardwareType="SERVER"
    )["Outpost"]

    check({"Site": site}, MODEL.shape_for("CreateSiteOutput"))
    check({"Outpost": outpost}, MODEL.shape_for("CreateOutpostOutput"))
    assert site["AccountId"] == "111122223333"
    assert outpost["OutpostArn"] == f"arn:aws:outposts:eu-west-1:111122223333:outpost/{outpost['OutpostId']}"
    assert outposts.get_site(SiteId=site["SiteArn"])["Site"] == site
    assert outposts.get_outpost(OutpostId=outpost["OutpostArn"])["Outpost"] == outpost
    assert outposts.list_sites(OperatingAddressCityFilter=["Cork", "Rome"])["Sites"] == [site]
    assert outposts.list_sites(OperatingAddressCityFilter=["Rome"])["Sites"] == []
    assert outposts.list_outposts(AvailabilityZoneIdFilter=["euw1-az1"])["Outposts"] == [outpost]


def test_the_catalogue_can_be_read_and_filtered(outposts: "OutpostsClient") -> None:
    """ListCatalogItems filters by class, storage and family; GetCatalogItem returns each of its items."""
    items = outposts.list_catalog_items()["CatalogItems"]
    racks = outposts.list_catalog_items(ItemClassFilter=["RACK"], SupportedStorageFilter=["S3"])["CatalogItems"]
    graviton = outposts.list_catalog_items(EC2FamilyFilter=["c6gd"])["CatalogItems"]

    check({"CatalogItems": items}, MODEL.shape_for("ListCatalogItemsOutput"))
    assert [item["CatalogItemId"] for item in racks] == ["OR-RACKM5A"]
    assert [item["CatalogItemId"] for item in graviton] == ["OR-SRV1C6G"]
    for item in items:
        assert outposts.get_catalog_item(CatalogItemId=item["CatalogItemId"])["CatalogItem"] == item


@pytest.mark.parametrize("operation", UNSUPPORTED)
def test_an_unsupported_operation_is_an_error_that_says_so(outposts: "OutpostsClient", operation: str) -> None:
    """Any valid call of an unsupported operation fails with the list of supported ones, and is not retried."""

    @settings(max_examples=1, suppress_health_check=list(HealthCheck))
    @given(inputs(operation))
    def call(request: dict[str, Any]) -> None:
        with pytest.raises(ClientError, match=r"does not support .* CreateOrder") as refused:
            outposts._make_api_call(operation, request)  # type: ignore[attr-defined]
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501

    call()


def test_createorder_and_cancelorder_are_reported_as_by_cloudtrail() -> None:
    """Each successful call is reported once, with request and response; failed calls and reads are not."""
    reported: list[tuple[str, Any, Any]] = []
    with Server(OutpostsSimulator(on_call=lambda *call: reported.append(call))) as server:
        outposts = client_of(server)
        order_id = an_order(outposts)
        outposts.get_order(OrderId=order_id)
        outposts.cancel_order(OrderId=order_id)
        with pytest.raises(ClientError):
            outposts.cancel_order(OrderId=order_id)

    assert [(operation, response) for operation, _, response in reported[1:]] == [("CancelOrder", {})]
    assert reported[0][0] == "CreateOrder"
    assert reported[0][1]["LineItems"] == [LINE_ITEM]
    assert reported[0][2]["Order"]["OrderId"] == order_id


def test_a_call_succeeds_even_if_recording_it_fails(caplog: pytest.LogCaptureFixture) -> None:
    """If the listener fails, the caller still receives the order, and the failure is logged."""

    def fail(*_: Any) -> None:
        raise RuntimeError("deaf")

    with Server(OutpostsSimulator(on_call=fail)) as server:
        assert an_order(client_of(server))

    assert "CreateOrder succeeded, but recording it failed." in caplog.text


def an_outpost(outposts: "OutpostsClient") -> Any:
    """Return an Outpost that exists from the beginning."""
    return outposts.list_outposts()["Outposts"][0]


def an_order(outposts: "OutpostsClient", outpost_id: str | None = None) -> str:
    """Create an order of one line item, and return its id."""
    identifier = outpost_id or an_outpost(outposts)["OutpostId"]
    created = outposts.create_order(
        OutpostIdentifier=identifier,
        LineItems=[{"CatalogItemId": "OR-RACKM5A", "Quantity": 2}],
        PaymentOption="ALL_UPFRONT",
    )
    return created["Order"]["OrderId"]
