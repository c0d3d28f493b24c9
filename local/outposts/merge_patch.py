"""Changing a JSON object by another that names only what changes."""

from typing import Any


def merge_patch(value: Any, patch: Any) -> Any:
    """Apply a JSON merge patch (RFC 7396): objects merge, null removes, all else replaces.

    Returns:
        The new value; `value` stays as it is.
    """
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
    """Apply a merge patch to an order, whose `LineItems` the patch addresses by `LineItemId`.

    A line item that the order lacks is added; one that the patch sets to null is removed.
    """
    by_id = changes.get("LineItems")
    if not isinstance(by_id, dict):
        return dict(merge_patch(order, changes))
    stored = order.get("LineItems")
    # An order may have been stored verbatim: what is not a line item cannot be addressed, and stays.
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
