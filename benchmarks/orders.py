"""The orders that the pollers watch, as the Outposts API returns them; the same number is always the same order."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

Order = dict[str, Any]

ACCOUNT, REGION = "111122223333", "eu-west-1"
IN_FLIGHT_EVERY, CHANGED_EVERY = 20, 200  # 5 % and 0.5 %
LINE_ITEMS = 3
SUBMITTED = 1_790_000_000


def order_id(number: int) -> str:
    """Return the id of an order."""
    return f"oo-{number:017x}"


def in_flight(number: int) -> bool:
    """Return whether the order is in flight."""
    return number % IN_FLIGHT_EVERY == 0


def changed(number: int) -> bool:
    """Return whether the order has changed at the measured run; only settled ones do, which costs the most reads."""
    return number % CHANGED_EVERY == 7  # noqa: PLR2004 - any number that is not one in flight


def order(number: int, *, line_items: int = LINE_ITEMS, after: bool = False) -> Order:
    """Return an order with so many line items, `after` the change with its first line item failed."""
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
    """Return an order's summary, as in ListOrders."""
    names = ("OutpostId", "OrderId", "OrderType", "Status", "OrderSubmissionDate", "OrderFulfilledDate")
    counts = Counter(item["Status"] for item in whole["LineItems"])
    return {**{name: whole[name] for name in names if name in whole}, "LineItemCountsByStatus": dict(counts)}


def numbers_to_read(count: int) -> Iterable[int]:
    """Return the orders that every correct poller must read: those in flight, and the changed ones."""
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
