"""The orders that every poller watches, as the Outposts API sends them. The same number always gives the same order."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

Order = dict[str, Any]

ACCOUNT, REGION = "111122223333", "eu-west-1"
IN_FLIGHT_EVERY, CHANGED_EVERY = 20, 200  # 5 % and 0.5 %
LINE_ITEMS = 3
SUBMITTED = 1_790_000_000


def order_id(number: int) -> str:
    """Name an order as the API does."""
    return f"oo-{number:017x}"


def in_flight(number: int) -> bool:
    """Whether the order is on its way."""
    return number % IN_FLIGHT_EVERY == 0


def changed(number: int) -> bool:
    """Whether the measured run finds the order changed. Only settled ones are: it costs a poller the most reads."""
    return number % CHANGED_EVERY == 7  # noqa: PLR2004 - any number that is not in flight


def order(number: int, *, line_items: int = LINE_ITEMS, after: bool = False) -> Order:
    """Give an order.

    Args:
        number: Which.
        line_items: How many it has.
        after: Whether the change has come: its first line item has failed.
    """
    moving = in_flight(number)
    items = [_line_item(number, place, "SHIPPED" if moving else "INSTALLED") for place in range(line_items)]
    if after:
        items[0]["Status"] = "ERROR"
    return {
        "OutpostId": f"op-{number % 7:017x}",
        "OrderId": order_id(number),
        "Status": "IN_PROGRESS" if moving else "COMPLETED",
        "LineItems": items,
        "PaymentOption": "ALL_UPFRONT",
        "PaymentTerm": "THREE_YEARS",
        "OrderSubmissionDate": SUBMITTED + number,
        **({} if moving else {"OrderFulfilledDate": SUBMITTED + number + 5_000_000}),
        "OrderType": "OUTPOST",
    }


def summary(whole: Order) -> Order:
    """Return an order as ListOrders summarizes it."""
    names = ("OutpostId", "OrderId", "OrderType", "Status", "OrderSubmissionDate", "OrderFulfilledDate")
    counts = Counter(item["Status"] for item in whole["LineItems"])
    return {**{name: whole[name] for name in names if name in whole}, "LineItemCountsByStatus": dict(counts)}


def numbers_to_read(count: int) -> Iterable[int]:
    """Say which orders no correct poller can leave unread: those in flight, and the changed ones."""
    return (number for number in range(count) if in_flight(number) or changed(number))


def _line_item(number: int, place: int, status: str) -> Order:
    return {
        "CatalogItemId": f"OR-{place % 9:07d}",
        "LineItemId": f"ooi-{number * 1_000 + place:017x}",
        "Quantity": 1,
        "Status": status,
        "ShipmentInformation": {"ShipmentTrackingNumber": f"1Z{number:08d}{place:04d}", "ShipmentCarrier": "UPS"},
        "AssetInformationList": [
            {"AssetId": f"{number:06d}{place:04d}", "MacAddressList": [f"02:00:00:00:{place % 256:02x}:01"]}
        ],
    }
