"""Which orders replace which. Pure."""

from collections.abc import Iterable
from typing import Any

from lambdas.orders.order import Order, line_items_by_id

Link = dict[str, dict[str, Any]]


def links_of(order: Order) -> list[Link]:
    """List what an order's line items replace, as `{previous, replacement}`, each `{orderId, lineItemId}`."""
    return [
        {
            "previous": {"orderId": item["PreviousOrderId"], "lineItemId": item.get("PreviousLineItemId")},
            "replacement": {"orderId": order["OrderId"], "lineItemId": name},
        }
        for name, item in line_items_by_id(order).items()
        if item.get("PreviousOrderId")
    ]


def lineage(order_id: str, orders: Iterable[Order]) -> list[Link]:
    """List the links that an order has a part in, as what is replaced or as the replacement."""
    return [
        link
        for order in orders
        for link in links_of(order)
        if order_id in {link["previous"]["orderId"], link["replacement"]["orderId"]}
    ]
