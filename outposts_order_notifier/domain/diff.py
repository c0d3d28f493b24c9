"""The changes between two reads of an order. Pure.

Every difference is in at least one change: applying the changes to the old order results in the new one, except for
the order of list members, which carries no meaning.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from outposts_order_notifier.domain.event_types import (
    AMENDED,
    ASSETS,
    LINE_ITEM_ADDED,
    LINE_ITEM_REMOVED,
    LINE_ITEM_STATUS,
    ORDER_STATUS,
    SHIPMENT,
    Amendment,
    Change,
    LineItemHardware,
    LineItemTransition,
    OrderTransition,
)
from outposts_order_notifier.domain.order import LineItem, Order, canonical_json, differs, line_items_by_id
from outposts_order_notifier.domain.shipment import shipment_of

MEMBERS_WITH_THEIR_OWN_EVENTS = frozenset({"Status", "ShipmentInformation", "AssetInformationList"})
SHIPMENT_MEMBERS = frozenset({"ShipmentCarrier", "ShipmentTrackingNumber"})


def diff(old: Order, new: Order) -> list[Change]:
    """Return the changes between two reads of an order.

    Status changes lack `secondsInPreviousStatus`, which needs the order's history.
    """
    if canonical_json(old) == canonical_json(new):
        return []  # nearly every order, cheaply
    before, after = line_items_by_id(old), line_items_by_id(new)
    differing = {name for name in after if name in before and differs(before[name], after[name])}
    return [
        *_order_status(old, new),
        *_line_items(before, after, differing),
        *_amendments(old, new, [(name, before[name], after[name]) for name in differing]),
    ]


def _order_status(old: Order, new: Order) -> Iterator[Change]:
    if old.get("Status") != new.get("Status"):
        yield Change(ORDER_STATUS, OrderTransition(status=new.get("Status"), previousStatus=old.get("Status")))


def _line_items(
    before: dict[str, LineItem], after: dict[str, LineItem], differing: Collection[str]
) -> Iterator[Change]:
    for name, item in after.items():
        if name not in before:
            yield LINE_ITEM_ADDED.change({"lineItemId": name, "lineItem": item})
        elif name in differing:
            yield from _line_item(name, before[name], item)
    for name, item in before.items():
        if name not in after:
            yield LINE_ITEM_REMOVED.change({"lineItemId": name, "lineItem": item})


def _line_item(name: str, old: LineItem, new: LineItem) -> Iterator[Change]:
    hardware = LineItemHardware(lineItemId=name, catalogItemId=new.get("CatalogItemId"), quantity=new.get("Quantity"))
    if old.get("Status") != new.get("Status"):
        moved = LineItemTransition(**hardware, status=new.get("Status"), previousStatus=old.get("Status"))
        yield Change(LINE_ITEM_STATUS, moved)
    if (shipment := shipment_of(new)) != (previous := shipment_of(old)):
        yield SHIPMENT.change({**hardware, "shipment": shipment, "previousShipment": previous})
    assets, previous_assets = new.get("AssetInformationList"), old.get("AssetInformationList")
    if differs(assets, previous_assets):
        yield ASSETS.change({**hardware, "assets": assets, "previousAssets": previous_assets})


def _amendments(old: Order, new: Order, differing: Iterable[tuple[str, LineItem, LineItem]]) -> Iterator[Change]:
    amendments = _members("", old, new, but=frozenset({"Status", "LineItems"}))
    for name, before, after in differing:
        path = f"/LineItems/{_pointer(name)}"
        shipments = [item.get("ShipmentInformation", {}) for item in (before, after)]
        amendments += _members(path, before, after, but=MEMBERS_WITH_THEIR_OWN_EVENTS)
        amendments += _members(f"{path}/ShipmentInformation", *shipments, but=SHIPMENT_MEMBERS)
    if amendments:
        yield AMENDED.change({"amendments": sorted(amendments, key=lambda amendment: str(amendment["path"]))})


def _members(path: str, old: dict[str, Any], new: dict[str, Any], *, but: frozenset[str]) -> list[Amendment]:
    return [
        {"path": f"{path}/{_pointer(name)}", "value": new.get(name), "previousValue": old.get(name)}
        for name in (old.keys() | new.keys()) - but
        if differs(old.get(name), new.get(name))
    ]


def _pointer(member: str) -> str:
    """Escape a member's name for a JSON Pointer (RFC 6901, section 3)."""
    return member.replace("~", "~0").replace("/", "~1")
