"""Which line item took the place of which. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lambdas.orders.order import LineItem, Order, line_items_by_id


class Place(NamedTuple):
    """A line item of an order; `line_item_id` is empty where only the order is known."""

    order_id: str
    line_item_id: str


def replaces(item: LineItem) -> Place | None:
    """Give the line item that this one names as its predecessor."""
    order_id = item.get("PreviousOrderId")
    return Place(order_id, item.get("PreviousLineItemId", "")) if order_id else None


def replacements(orders: Iterable[Order]) -> dict[Place, Place]:
    """Map each line item that was replaced to the one that names it as its predecessor."""
    return {
        old: Place(order["OrderId"], name)
        for order in orders
        for name, item in line_items_by_id(order).items()
        if (old := replaces(item))
    }


def successors(place: Place, replaced_by: Mapping[Place, Place]) -> tuple[Place, ...]:
    """Follow a line item's replacements to the last, each once: the API does not promise that they never go round."""
    found = [place]
    while (following := replaced_by.get(found[-1])) and following not in found:
        found.append(following)
    return tuple(found[1:])
