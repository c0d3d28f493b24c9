"""Changes to JSON objects, given as objects that hold only what changes."""

from typing import Any


def merge_patch(value: Any, patch: Any) -> Any:
    """Return a value with a JSON merge patch (RFC 7396) applied: objects merge, null removes, all else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(value) if isinstance(value, dict) else {}
    for name, change in patch.items():
        if change is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), change)
    return merged


def patch_order(order: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return an order with a merge patch applied that addresses its `LineItems` by `LineItemId`.

    Line items that the order lacks are added; those that the patch sets to null are removed.
    """
    by_id = changes.get("LineItems")
    if not isinstance(by_id, dict):
        return dict(merge_patch(order, changes))
    stored = order.get("LineItems")
    # A verbatim order may hold anything: what is not a line item cannot be addressed, and stays.
    old = [(_line_item_id(item), item) for item in (stored if isinstance(stored, list) else ())]
    kept = [
        merge_patch(item, by_id[name]) if name in by_id else item
        for name, item in old
        if by_id.get(name, 0) is not None
    ]
    known = {name for name, _ in old}
    added = [
        merge_patch({"LineItemId": name}, change)
        for name, change in by_id.items()
        if name not in known and change is not None
    ]
    return {**merge_patch(order, {**changes, "LineItems": None}), "LineItems": [*kept, *added]}


def _line_item_id(item: Any) -> str | None:
    name = item.get("LineItemId") if isinstance(item, dict) else None
    return name if isinstance(name, str) else None
