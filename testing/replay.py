"""Apply changes to an order, the reverse of the diff, to prove that the changes are complete."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from outposts_order_notifier.domain.event_types import REPLACEMENT_LINKED, Change
from outposts_order_notifier.domain.lineage import Link, Reference
from outposts_order_notifier.domain.order import Order, line_items_by_id


def keyed(order: Order) -> dict[str, Any]:
    """Return an order with its line items by name, because their sequence has no meaning in the API."""
    return {**order, "LineItems": line_items_by_id(order)}


def apply(changes: Iterable[Change], order: Order) -> dict[str, Any]:
    """Apply changes to an order, and return the result as `keyed` does."""
    result: dict[str, Any] = copy.deepcopy(keyed(order))
    for change in changes:
        _APPLY[change.detail_type](result, change.keys)
    return result


def links_reported(events: list[dict[str, Any]]) -> list[Link]:
    """Return the links that events report."""
    reported = [event for event in events if event["detailType"] == REPLACEMENT_LINKED]
    ends = [[event[end] for end in ("previous", "replacement")] for event in reported]
    return [Link(*(Reference(each["orderId"], each["lineItemId"]) for each in pair)) for pair in ends]


def _put(holder: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        holder.pop(name, None)
    else:
        holder[name] = value


def _order_status(order: dict[str, Any], keys: Mapping[str, Any]) -> None:
    _put(order, "Status", keys["status"])


def _line_item_status(order: dict[str, Any], keys: Mapping[str, Any]) -> None:
    _put(order["LineItems"][keys["lineItemId"]], "Status", keys["status"])


def _shipment(order: dict[str, Any], keys: Mapping[str, Any]) -> None:
    item, shipment = order["LineItems"][keys["lineItemId"]], keys["shipment"]
    if shipment is None:
        del item["ShipmentInformation"]
        return
    information = item.setdefault("ShipmentInformation", {})
    _put(information, "ShipmentCarrier", shipment["carrier"])
    _put(information, "ShipmentTrackingNumber", shipment["trackingNumber"])


def _assets(order: dict[str, Any], keys: Mapping[str, Any]) -> None:
    _put(order["LineItems"][keys["lineItemId"]], "AssetInformationList", keys["assets"])


def _added(order: dict[str, Any], keys: Mapping[str, Any]) -> None:
    order["LineItems"][keys["lineItemId"]] = copy.deepcopy(keys["lineItem"])


def _removed(order: dict[str, Any], keys: Mapping[str, Any]) -> None:
    del order["LineItems"][keys["lineItemId"]]


def _amended(order: dict[str, Any], keys: Mapping[str, Any]) -> None:
    for amendment in keys["amendments"]:
        *holders, name = [part.replace("~1", "/").replace("~0", "~") for part in amendment["path"].split("/")[1:]]
        holder = order
        for part in holders:
            holder = holder.get(part, {})
        _put(holder, name, amendment["value"])


_APPLY = {
    "Outposts Order Status Change": _order_status,
    "Outposts Line Item Status Change": _line_item_status,
    "Outposts Line Item Shipment Change": _shipment,
    "Outposts Line Item Assets Change": _assets,
    "Outposts Line Item Added": _added,
    "Outposts Line Item Removed": _removed,
    "Outposts Order Amended": _amended,
}
