"""Quotes, and orders created from them."""

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.outposts.constraints import check
from local.outposts.control_plane import ControlPlane
from local.outposts.errors import ServiceError
from tests.local.model import MODEL

if TYPE_CHECKING:
    from mypy_boto3_outposts import OutpostsClient
    from mypy_boto3_outposts.type_defs import QuoteTypeDef

ABSENT = f"{0:017}"


def a_quote(outposts: "OutpostsClient", **request: Any) -> "QuoteTypeDef":
    """Create a quote for two servers on the second Outpost, unless the request differs."""
    wanted = {
        "OutpostIdentifier": outposts_of(outposts)[1],
        "CountryCode": "IE",
        "RequestedCapacities": [{"QuoteCapacityType": "EC2", "Unit": "c6gd.16xlarge", "Quantity": 2}],
        **request,
    }
    quote: QuoteTypeDef = outposts.create_quote(**{name: value for name, value in wanted.items() if value is not None})[
        "Quote"
    ]
    return quote


def outposts_of(outposts: "OutpostsClient") -> list[str]:
    """Return the ids of the Outposts, the rack's first."""
    return [outpost["OutpostId"] for outpost in outposts.list_outposts()["Outposts"]]


def an_order(outposts: "OutpostsClient", quote: "QuoteTypeDef", **request: Any) -> Any:
    """Create an order from a quote."""
    wanted = {
        "OutpostIdentifier": outposts_of(outposts)[1],
        "QuoteIdentifier": quote["QuoteId"],
        "PaymentOption": "NO_UPFRONT",
        **request,
    }
    return outposts.create_order(**wanted)["Order"]


def test_a_quote_can_be_read_listed_and_deleted(outposts: "OutpostsClient") -> None:
    """GetQuote and ListQuotes return a quote as CreateQuote did, until DeleteQuote."""
    quote = a_quote(outposts, RequestedPaymentTerms=["THREE_YEARS"])

    check({"Quote": quote}, MODEL.shape_for("CreateQuoteOutput"))
    (option,) = quote["QuoteOptions"]
    assert [spec["QuoteSpecificationType"] for spec in option["Specifications"]] == ["SERVER"]
    assert {price["SubscriptionPricingDetails"]["PaymentTerm"] for price in option["PricingOptions"]} == {"THREE_YEARS"}
    assert quote["QuoteStatus"] == "CREATED"
    assert outposts.get_quote(QuoteIdentifier=quote["QuoteId"])["Quote"] == quote
    assert outposts.list_quotes()["Quotes"] == [quote]
    outposts.delete_quote(QuoteIdentifier=quote["QuoteId"])
    assert outposts.list_quotes()["Quotes"] == []


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("bound", [True, False])
def test_an_order_can_be_created_from_a_quote(outposts: "OutpostsClient", *, named: bool, bound: bool) -> None:
    """It names the quote and its option, even if the request omits the option; the quote names the order."""
    quote = a_quote(outposts, **({} if bound else {"OutpostIdentifier": None}))
    option = quote["QuoteOptions"][0]["QuoteOptionIdentifier"]

    order = an_order(outposts, quote, **({"QuoteOptionIdentifier": option} if named else {}))

    check({"Order": order}, MODEL.shape_for("CreateOrderOutput"))
    assert (order["QuoteIdentifier"], order["QuoteOptionIdentifier"]) == (quote["QuoteId"], option)
    assert (order["OrderType"], order["Status"], order["PaymentOption"]) == ("OUTPOST", "PREPARING", "NO_UPFRONT")
    assert [set(item) for item in order["LineItems"]] == [{"LineItemId", "Quantity", "Status"}]
    assert outposts.get_order(OrderId=order["OrderId"])["Order"] == order
    ordered = outposts.get_quote(QuoteIdentifier=quote["QuoteId"])["Quote"]
    assert (ordered["QuoteStatus"], ordered["SubmittedOrderId"]) == ("ORDER_SUBMITTED", order["OrderId"])


def test_a_quote_can_only_be_ordered_once(outposts: "OutpostsClient") -> None:
    """A second order from it is a conflict that names the quote."""
    quote = a_quote(outposts)
    an_order(outposts, quote)

    with pytest.raises(outposts.exceptions.ConflictException) as refused:
        an_order(outposts, quote)

    response: Any = refused.value.response
    assert response["ResourceId"] == quote["QuoteId"]
    assert len(outposts.list_orders()["Orders"]) == 1


@pytest.mark.parametrize(
    ("quoted", "ordered", "code"),
    [
        ({}, {"QuoteIdentifier": f"oq-{ABSENT}"}, "NotFoundException"),
        ({}, {"QuoteOptionIdentifier": f"oqo-{ABSENT}"}, "NotFoundException"),
        ({}, {"LineItems": [{"CatalogItemId": "OR-RACKM5A"}]}, "ValidationException"),
        ({"RequestedPaymentOptions": ["ALL_UPFRONT"]}, {}, "ValidationException"),
        ({"RequestedPaymentTerms": ["ONE_YEAR"]}, {}, "ValidationException"),
    ],
)
def test_what_a_quote_does_not_offer_cannot_be_ordered(
    outposts: "OutpostsClient", quoted: dict[str, Any], ordered: dict[str, Any], code: str
) -> None:
    """The order is rejected, and the quote can still be ordered."""
    quote = a_quote(outposts, **quoted)

    with pytest.raises(ClientError) as refused:
        an_order(outposts, quote, **ordered)

    assert refused.value.response["Error"]["Code"] == code
    assert outposts.list_orders()["Orders"] == []
    assert outposts.get_quote(QuoteIdentifier=quote["QuoteId"])["Quote"]["QuoteStatus"] == "CREATED"


def test_a_quote_is_for_its_own_outpost(outposts: "OutpostsClient") -> None:
    """An order for another Outpost is rejected."""
    quote = a_quote(outposts)

    with pytest.raises(outposts.exceptions.ValidationException, match="is for arn:"):
        an_order(outposts, quote, OutpostIdentifier=outposts_of(outposts)[0])


def test_an_option_needs_its_quote(outposts: "OutpostsClient") -> None:
    """QuoteOptionIdentifier alone has no meaning."""
    with pytest.raises(outposts.exceptions.ValidationException, match="needs a QuoteIdentifier"):
        outposts.create_order(
            OutpostIdentifier=outposts_of(outposts)[0],
            QuoteOptionIdentifier=f"oqo-{ABSENT}",
            LineItems=[{"CatalogItemId": "OR-RACKM5A"}],
            PaymentOption="ALL_UPFRONT",
        )


def test_hardware_that_was_quoted_can_be_replaced_once_its_catalog_item_is_known(
    outposts: "OutpostsClient", control_plane: ControlPlane
) -> None:
    """Without it, the control plane refuses, and the line item stays the same."""
    order = an_order(outposts, a_quote(outposts))
    (item,) = order["LineItems"]

    with pytest.raises(ServiceError, match=r"ValidationException: .* no CatalogItemId") as refused:
        control_plane.replace_line_item(order["OrderId"], item["LineItemId"])

    assert refused.value.status == 400
    assert outposts.get_order(OrderId=order["OrderId"])["Order"] == order
    known = {"LineItems": {item["LineItemId"]: {"CatalogItemId": "OR-SRV1C6G"}}}
    control_plane.update_order(order["OrderId"], known)
    replacement = control_plane.replace_line_item(order["OrderId"], item["LineItemId"])
    assert replacement["LineItems"][0]["PreviousLineItemId"] == item["LineItemId"]
