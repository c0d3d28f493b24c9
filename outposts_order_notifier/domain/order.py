"""An order as the Outposts API gives it, and the few things that this software reads in it.

An order stays the JSON object that GetOrder answered, under the API's own member names, so that members and
enum values which this version has never heard of pass through untouched.
Shapes: https://docs.aws.amazon.com/outposts/latest/APIReference/API_Order.html and API_LineItem.html.
"""

import json
from collections import Counter
from typing import Any

from outposts_order_notifier.domain.statuses import SETTLED_LINE_ITEM_STATUSES, SETTLED_ORDER_STATUSES

Order = dict[str, Any]
LineItem = dict[str, Any]

# Made once: json.dumps would make one anew for every value.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical_json(value: object) -> str:
    """Write JSON so that equal values give equal text: sorted keys, no white space, no escapes."""
    return _ENCODER.encode(value)


def unordered_json(value: object) -> str:
    """Write JSON so that values whose lists hold the same members give equal text, whatever order they are in.

    The Outposts API promises no order for any list of an order, so none carries meaning. A member that is in a list
    twice still counts twice. A value without lists gives the same text as `canonical_json`.
    """
    text = canonical_json(value)
    return _unordered(value) if "[" in text else text


def differs(old: object, new: object) -> bool:
    """Compare as JSON, in which `1` and `true` differ (in Python they are equal), and lists in any order.

    Most values are equal as they stand, and most that differ have texts of different lengths, which no other order
    of a list can cause: sorting lists, which is slow, is left for what remains.
    """
    if old is new:
        return False
    before, after = canonical_json(old), canonical_json(new)
    if before == after:
        return False
    return len(before) != len(after) or "[" not in before or _unordered(old) != _unordered(new)


def _unordered(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{','.join(f'{_ENCODER.encode(name)}:{_unordered(value[name])}' for name in sorted(value))}}}"
    if isinstance(value, list):
        return f"[{','.join(sorted(map(_unordered, value)))}]"
    return _ENCODER.encode(value)


def line_items_by_id(order: Order) -> dict[str, LineItem]:
    """Key an order's line items by `LineItemId`.

    The API's model requires neither that a line item has an id nor that the id is its own. One without, or a
    second one under the same id, is named by its place among them: `#2`, `ooi-…#2`. No list's order carries
    meaning in the API, so none changes a name.
    """
    listed = order.get("LineItems", [])
    ids = {item.get("LineItemId", "") for item in listed}
    named_by_place = "" in ids or len(ids) < len(listed)
    items: dict[str, LineItem] = {}
    for item in sorted(listed, key=unordered_json if named_by_place else canonical_json):
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
