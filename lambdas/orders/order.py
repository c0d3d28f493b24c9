"""An order as the Outposts API gives it, and the few things that this software reads in it.

An order stays the JSON object that GetOrder answered, under the API's own member names, so that members and
enum values which this version has never heard of pass through untouched.
Shapes: https://docs.aws.amazon.com/outposts/latest/APIReference/API_Order.html and API_LineItem.html.
"""

import json
from collections import Counter
from typing import Any

Order = dict[str, Any]
LineItem = dict[str, Any]

# "Settled" is this project's word: nothing more is expected to happen. FULFILLED is the API's old COMPLETED.
SETTLED_ORDER_STATUSES = frozenset({"COMPLETED", "CANCELLED", "FULFILLED"})
SETTLED_LINE_ITEM_STATUSES = frozenset({"INSTALLED", "CANCELLED", "REPLACED"})

# Made once: json.dumps would make one anew for every value.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical_json(value: object) -> str:
    """Write JSON so that equal values give equal text: sorted keys, no white space, no escapes."""
    return _ENCODER.encode(value)


def line_items_by_id(order: Order) -> dict[str, LineItem]:
    """Key an order's line items by `LineItemId`.

    The API's model requires neither that a line item has an id nor that the id is its own. One without, or a
    second one under the same id, is named by its place among them: `#2`, `ooi-…#2`. The list's order carries
    no meaning in the API, so it changes no name.
    """
    items: dict[str, LineItem] = {}
    for item in sorted(order.get("LineItems", []), key=canonical_json):
        given = item.get("LineItemId", "")
        name, place = given or "#1", 1
        while name in items:
            place += 1
            name = f"{given}#{place}"
        items[name] = item
    return items


def line_item_counts_by_status(order: Order) -> dict[str, int]:
    """Count an order's line items by status, as ListOrders does; a missing status counts as `UNKNOWN`."""
    return dict(Counter(item.get("Status", "UNKNOWN") for item in order.get("LineItems", [])))


def is_settled(order: Order) -> bool:
    """Whether nothing more is expected to happen to an order: it and all its line items have ended well or never.

    A status that this version does not know is never settled.
    """
    return order.get("Status") in SETTLED_ORDER_STATUSES and all(
        item.get("Status") in SETTLED_LINE_ITEM_STATUSES for item in order.get("LineItems", [])
    )
