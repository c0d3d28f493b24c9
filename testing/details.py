"""`Outposts Order Updated` events as built by poll."""

from typing import Any

from outposts_order_notifier.domain.diff import diff
from outposts_order_notifier.domain.event_types import DISCOVERED, Change, PreviousStatusDuration
from outposts_order_notifier.domain.events import Observation, events_of
from outposts_order_notifier.domain.order import Order

OBSERVATION = Observation("111122223333", "eu-west-1", "2026-11-24T09:30:00Z")
LASTED = PreviousStatusDuration(secondsInPreviousStatus=12 * 86_400)
ORDER_ID = "oo-0123456789abcdef0"


def detail_of(old: Order | None, new: Order, **keys: Any) -> dict[str, Any]:
    """Return the `detail` for an order's change between two reads; every status lasted 12 days."""
    changes = [
        Change(change.detail_type, {**change.keys, **(LASTED if "previousStatus" in change.keys else {})})
        for change in ([DISCOVERED.change({"order": new})] if old is None else diff(old, new))
    ]
    return events_of(new, changes, OBSERVATION, after_sequence=0)[-1].detail | keys


def an_order(order_id: str = ORDER_ID, status: str = "IN_PROGRESS", item: str = "BUILDING", **members: Any) -> Order:
    """Return an order of one line item."""
    line_item = {"LineItemId": "ooi-1", "CatalogItemId": "OR-RACKM5A", "Quantity": 1, "Status": item, **members}
    return {
        "OrderId": order_id,
        "OutpostId": "op-0123456789abcdef0",
        "OrderType": "OUTPOST",
        "Status": status,
        "LineItems": [line_item],
    }


def an_update(order_id: str = ORDER_ID) -> dict[str, Any]:
    """Return the `detail` of an order that was completed."""
    return detail_of(an_order(order_id), an_order(order_id, "COMPLETED", "INSTALLED"))


def with_line_items(order: Order, *statuses: str) -> Order:
    """Return the order with line items in these statuses instead of its own."""
    items = [{"LineItemId": f"ooi-{n}", "Status": status} for n, status in enumerate(statuses)]
    return order | {"LineItems": items}
