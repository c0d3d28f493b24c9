"""An order as returned by the Outposts API, and the few things that this software reads in it. Pure.

An order stays the JSON object that GetOrder returned, under the API's member names, so that members and values that
this version does not know pass through unchanged.
Shapes: https://docs.aws.amazon.com/outposts/latest/APIReference/API_Order.html and API_LineItem.html.
"""

import json
from collections import Counter
from typing import Any

from outposts_order_notifier.domain.statuses import SETTLED_LINE_ITEM_STATUSES, SETTLED_ORDER_STATUSES

Order = dict[str, Any]
LineItem = dict[str, Any]

# Shared, as json.dumps creates an encoder for every call with options.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical_json(value: object) -> str:
    """Return JSON that is equal for equal values: sorted keys, no white space, no escapes."""
    return _ENCODER.encode(value)


def unordered_json(value: object) -> str:
    """Return JSON that is equal for values whose lists hold the same members in any order.

    The Outposts API does not document an order for any list, so it carries no meaning. Duplicates still count. For a
    value without lists, the result is that of `canonical_json`.
    """
    text = canonical_json(value)
    return _unordered(value) if "[" in text else text


def differs(old: object, new: object) -> bool:
    """Return whether two values differ as JSON, where `1` is not `true` and the order of lists is ignored.

    Sorting lists is slow. Most equal values have the same text anyway, and most others have texts of different lengths,
    which the order of lists cannot cause; only the rest are sorted.
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
    """Return an order's line items by `LineItemId`.

    The API's model requires neither an id nor that ids are unique. A line item without an id, and a second one with
    the same id, are named by their position: `#2`, `ooi-…#2`. Positions are those of the sorted line items, as the
    order of the API's list carries no meaning.
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
    """Return the number of line items in each status, as ListOrders does; a missing status counts as `UNKNOWN`."""
    return dict(Counter(item.get("Status", "UNKNOWN") for item in order.get("LineItems", [])))


def is_settled(order: Order) -> bool:
    """Return whether an order and all its line items are settled: nothing more is expected to happen to them.

    A status that this version does not know is not settled.
    """
    return order.get("Status") in SETTLED_ORDER_STATUSES and all(
        item.get("Status") in SETTLED_LINE_ITEM_STATUSES for item in order.get("LineItems", [])
    )
