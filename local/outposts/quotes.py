"""The quotes of one account, and orders from them.

A quote here has one option, with every kind of payment that the request allows; its prices are invented.
"""

import time
from typing import Any

from local.outposts.errors import ServiceError
from local.outposts.ids import new_id, resource_id
from local.outposts.paging import page

Json = dict[str, Any]

VALID_SECONDS = 30 * 86_400
PAYMENT_OPTIONS = ("ALL_UPFRONT", "PARTIAL_UPFRONT", "NO_UPFRONT")
PAYMENT_TERMS = ("ONE_YEAR", "THREE_YEARS", "FIVE_YEARS")
SPECIFICATIONS = {"RACK": "NEW_RACK", "SERVER": "SERVER"}


class Quotes:
    """The quotes of the account with this id."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._quotes: dict[str, Json] = {}

    def create(self, request: Json, outpost: Json | None) -> Json:
        """Answer CreateQuote, given the Outpost that the request names, if any."""
        quote_id, now = new_id("oq"), round(time.time(), 3)
        hardware = outpost["SupportedHardwareType"] if outpost else "RACK"
        prices = [
            _price(option, term)
            for option in request.get("RequestedPaymentOptions", PAYMENT_OPTIONS)
            for term in request.get("RequestedPaymentTerms", PAYMENT_TERMS)
        ]
        quote = {
            **{name: value for name, value in request.items() if name != "OutpostIdentifier"},
            **({"OutpostArn": outpost["OutpostArn"]} if outpost else {}),
            "QuoteId": quote_id,
            "AccountId": self._account,
            "QuoteStatus": "CREATED",
            "QuoteOptions": [
                {
                    "QuoteOptionIdentifier": new_id("oqo"),
                    "Capacities": request["RequestedCapacities"],
                    "Specifications": [{"QuoteSpecificationType": SPECIFICATIONS[hardware]}],
                    "PricingOptions": prices,
                }
            ],
            "CreatedDate": now,
            "ExpirationDate": now + VALID_SECONDS,
        }
        self._quotes[quote_id] = quote
        return {"Quote": quote}

    def get(self, request: Json) -> Json:
        """Answer GetQuote."""
        return {"Quote": self._quote(request["QuoteIdentifier"])}

    def delete(self, request: Json) -> Json:
        """Answer DeleteQuote."""
        del self._quotes[self._quote(request["QuoteIdentifier"])["QuoteId"]]
        return {}

    def list(self, request: Json) -> Json:
        """Answer ListQuotes."""
        return page("ListQuotes", request, list(self._quotes.values()), "Quotes")

    def order(self, request: Json, outpost: Json) -> Json:
        """Return the members that an order gets from its quote, if the quote can be ordered; change nothing."""
        quote = self._quote(request["QuoteIdentifier"])
        if "LineItems" in request:
            raise ServiceError("ValidationException", "An order needs either QuoteIdentifier or LineItems, not both.")
        if quote["QuoteStatus"] != "CREATED":
            raise ServiceError(
                "ConflictException",
                f"Quote {quote['QuoteId']} is {quote['QuoteStatus']}; it can be ordered while CREATED.",
                members={"ResourceId": quote["QuoteId"], "ResourceType": "QUOTE"},
            )
        if quote.get("OutpostArn", outpost["OutpostArn"]) != outpost["OutpostArn"]:
            raise ServiceError("ValidationException", f"Quote {quote['QuoteId']} is for {quote['OutpostArn']}.")
        options = {option["QuoteOptionIdentifier"]: option for option in quote["QuoteOptions"]}
        wanted = request.get("QuoteOptionIdentifier", next(iter(options)))
        if wanted not in options:
            raise ServiceError("NotFoundException", f"Quote {quote['QuoteId']} has no option {wanted}.")
        payment = {name: request[name] for name in ("PaymentOption", "PaymentTerm") if name in request}
        prices = [option["SubscriptionPricingDetails"] for option in options[wanted]["PricingOptions"]]
        if not any(payment.items() <= price.items() for price in prices):
            raise ServiceError("ValidationException", f"Quote {quote['QuoteId']} has no price for {payment}.")
        return {"QuoteIdentifier": quote["QuoteId"], "QuoteOptionIdentifier": wanted}

    def ordered(self, quote_id: str, order_id: str) -> None:
        """Record the order that was created from a quote."""
        changes = {"QuoteStatus": "ORDER_SUBMITTED", "SubmittedOrderId": order_id}
        self._quotes[quote_id] = {**self._quotes[quote_id], **changes}

    def _quote(self, identifier: str) -> Json:
        quote_id = resource_id(identifier)
        if quote_id not in self._quotes:
            raise ServiceError("NotFoundException", f"There is no quote {quote_id}.")
        return self._quotes[quote_id]


def _price(option: str, term: str) -> Json:
    upfront, monthly = {"ALL_UPFRONT": (180_000.0, 0.0), "NO_UPFRONT": (0.0, 6_000.0)}.get(option, (90_000.0, 3_000.0))
    details = {"PaymentOption": option, "PaymentTerm": term, "Currency": "USD"}
    prices = {"UpfrontPrice": upfront, "MonthlyRecurringPrice": monthly}
    return {"PricingType": "SUBSCRIPTION", "SubscriptionPricingDetails": {**details, **prices}}
