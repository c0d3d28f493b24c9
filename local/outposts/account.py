"""One account's sites, Outposts and orders in one region, and the API's operations on them.

Requests and responses have the API's member names, with times in epoch seconds
(https://docs.aws.amazon.com/outposts/latest/APIReference/API_Operations.html).
A change replaces an object and never modifies it, so that a response stays as it was.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from local.outposts.errors import ServiceError
from local.outposts.ids import new_id, resource_id
from local.outposts.merge_patch import patch_order
from local.outposts.paging import page
from local.outposts.quotes import Quotes
from outposts_order_notifier.runtime import aws_data

Json = dict[str, Any]

CATALOG: dict[str, list[Json]] = yaml.safe_load(Path(__file__).with_name("catalog.yaml").read_text("utf-8"))
CATALOG_ITEMS: dict[str, Json] = {item["CatalogItemId"]: item for items in CATALOG.values() for item in items}


class Account:
    """An account, which starts with one site and one Outpost of each hardware type.

    Attributes:
        operations: What answers each operation of the API.
    """

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region
        partition = aws_data.session().get_partition_for_region(region)
        self._arn_prefix = f"arn:{partition}:outposts:{region}:{account}"
        self._lock = threading.RLock()
        self._sites: dict[str, Json] = {}
        self._outposts: dict[str, Json] = {}
        self._orders: dict[str, Json] = {}
        self._quotes = Quotes(account)
        self.operations: dict[str, Callable[[Json], Json]] = {
            "CancelOrder": self._cancel_order,
            "CreateOrder": self._create_order,
            "CreateOutpost": self._create_outpost,
            "CreateQuote": self._create_quote,
            "CreateSite": self._create_site,
            "DeleteQuote": self._quotes.delete,
            "GetCatalogItem": self._get_catalog_item,
            "GetOrder": lambda request: {"Order": self.order(request["OrderId"])},
            "GetOutpost": lambda request: {"Outpost": self._outpost(request["OutpostId"])},
            "GetQuote": self._quotes.get,
            "GetSite": lambda request: {"Site": self._site(request["SiteId"])},
            "ListCatalogItems": self._list_catalog_items,
            "ListOrders": self._list_orders,
            "ListOutposts": self._list_outposts,
            "ListQuotes": self._quotes.list,
            "ListSites": self._list_sites,
        }
        site = self._create_site({"Name": "Head office"})["Site"]["SiteId"]
        for hardware in CATALOG:
            name = f"{hardware.capitalize()}s of the head office"
            self._create_outpost({"Name": name, "SiteId": site, "SupportedHardwareType": hardware})

    def order(self, order_id: str) -> Json:
        """Return an order as GetOrder does; `NotFoundException` is raised if there is none."""
        return _found(self._orders, order_id, "order")

    def put_order(self, order: Json) -> Json:
        """Store a whole order verbatim, with any members, under its `OrderId`."""
        with self._lock:
            self._orders[order["OrderId"]] = order
        return order

    def update_order(self, order_id: str, changes: Json) -> Json:
        """Change an order as AWS does while it works on it, without checking that the change makes sense.

        An order that becomes COMPLETED gets an `OrderFulfilledDate`, unless `changes` contains one.

        Args:
            order_id: The order to change; `NotFoundException` is raised if there is none.
            changes: A JSON merge patch that addresses line items by `LineItemId`.
        """
        with self._lock:
            order = self.order(order_id)
            if changes.get("Status") == "COMPLETED" and "OrderFulfilledDate" not in order:
                changes = {"OrderFulfilledDate": _now(), **changes}
            return self.put_order(patch_order(order, changes))

    def replace_line_item(self, order_id: str, line_item_id: str) -> Json:
        """Replace a line item as AWS does when its hardware fails, and return the new order.

        The line item becomes REPLACED; the new order, of type REPLACEMENT, has one line item, which names it. If the
        line item lacks what the new order needs, an error is raised and nothing changes.
        """
        with self._lock:
            order = self.order(order_id)
            old = _found(_line_items(order), line_item_id, f"line item of {order_id}")
            lacking = [name for name in ("CatalogItemId", "Quantity") if name not in old]
            lacking += [name for name in ("OutpostId",) if name not in order]
            if lacking:
                raise ServiceError(
                    "ValidationException",
                    f"Line item {line_item_id} of {order_id} has no {' and no '.join(lacking)} (one ordered from a "
                    "quote has no CatalogItemId); add it to have the line item replaced.",
                )
            self.update_order(order_id, {"LineItems": {line_item_id: {"Status": "REPLACED"}}})
            previous = {"PreviousOrderId": order_id, "PreviousLineItemId": line_item_id}
            return self._new_order(
                "REPLACEMENT",
                order["OutpostId"],
                [{**_line_item(old["Quantity"], old["CatalogItemId"]), **previous}],
                {name: order[name] for name in ("PaymentOption", "PaymentTerm") if name in order},
            )

    def _create_order(self, request: Json) -> Json:
        outpost = self._outpost(request["OutpostIdentifier"])
        # The term is optional; at first the API had three years only.
        payment = {"PaymentOption": request["PaymentOption"], "PaymentTerm": request.get("PaymentTerm", "THREE_YEARS")}
        with self._lock:
            if "QuoteIdentifier" in request:
                quote = self._quotes.order({**request, **payment}, outpost)
                # A quote is about capacity, so its order's line item names no catalog item.
                order = self._new_order("OUTPOST", outpost["OutpostId"], [_line_item(1)], {**quote, **payment})
                self._quotes.ordered(quote["QuoteIdentifier"], order["OrderId"])
                return {"Order": order}
            if "QuoteOptionIdentifier" in request:
                raise ServiceError("ValidationException", "QuoteOptionIdentifier needs a QuoteIdentifier.")
            if "LineItems" not in request:
                raise ServiceError("ValidationException", "An order without a quote needs LineItems.")
            items = [self._ordered(item) for item in request["LineItems"]]
            return {"Order": self._new_order("OUTPOST", outpost["OutpostId"], items, payment)}

    def _create_quote(self, request: Json) -> Json:
        identifier = request.get("OutpostIdentifier")
        return self._quotes.create(request, self._outpost(identifier) if identifier else None)

    @staticmethod
    def _ordered(requested: Json) -> Json:
        if "CatalogItemId" not in requested:
            raise ServiceError("ValidationException", "A line item needs a CatalogItemId.")
        item = _found(CATALOG_ITEMS, requested["CatalogItemId"], "catalog item")
        if item["ItemStatus"] != "AVAILABLE":
            raise ServiceError("ValidationException", f"Catalog item {item['CatalogItemId']} is {item['ItemStatus']}.")
        return _line_item(requested.get("Quantity", 1), item["CatalogItemId"])

    def _new_order(self, order_type: str, outpost_id: str, items: list[Json], payment: Json) -> Json:
        return self.put_order(
            {
                "OutpostId": outpost_id,
                "OrderId": new_id("oo"),
                "Status": "PREPARING",
                "LineItems": items,
                **payment,
                "OrderSubmissionDate": _now(),
                "OrderType": order_type,
            }
        )

    def _cancel_order(self, request: Json) -> Json:
        with self._lock:
            order = self.order(request["OrderId"])
            if order.get("Status") != "PREPARING":
                raise ServiceError(
                    "ConflictException",
                    f"Order {order['OrderId']} is {order.get('Status')}; it can be cancelled while PREPARING.",
                    members={"ResourceId": order["OrderId"], "ResourceType": "ORDER"},
                )
            items = {name: {"Status": "CANCELLED"} for name in _line_items(order)}
            self.update_order(order["OrderId"], {"Status": "CANCELLED", **({"LineItems": items} if items else {})})
        return {}

    def _list_orders(self, request: Json) -> Json:
        orders = list(self._orders.values())
        if wanted := request.get("OutpostIdentifierFilter"):
            orders = [order for order in orders if order.get("OutpostId") == resource_id(wanted)]
            if not orders:
                self._outpost(wanted)
        return page("ListOrders", request, [_summary(order) for order in orders], "Orders")

    def _create_outpost(self, request: Json) -> Json:
        site = self._site(request["SiteId"])
        outpost_id = new_id("op")
        outpost = {
            "AvailabilityZone": f"{self._region}a",
            "SupportedHardwareType": "RACK",
            **request,
            "OutpostId": outpost_id,
            "OwnerId": self._account,
            "OutpostArn": f"{self._arn_prefix}:outpost/{outpost_id}",
            "SiteId": site["SiteId"],
            "SiteArn": site["SiteArn"],
            "LifeCycleStatus": "PENDING",
        }
        self._outposts[outpost_id] = outpost
        return {"Outpost": outpost}

    def _list_outposts(self, request: Json) -> Json:
        return page("ListOutposts", request, _selected(request, self._outposts), "Outposts")

    def _create_site(self, request: Json) -> Json:
        site_id = new_id("os")
        address = request.get("OperatingAddress", {})
        names = ("CountryCode", "StateOrRegion", "City")
        site = {
            **{name: value for name, value in request.items() if not name.endswith("Address")},
            **{f"OperatingAddress{name}": address[name] for name in names if name in address},
            "SiteId": site_id,
            "SiteArn": f"{self._arn_prefix}:site/{site_id}",
            "AccountId": self._account,
        }
        self._sites[site_id] = site
        return {"Site": site}

    def _list_sites(self, request: Json) -> Json:
        return page("ListSites", request, _selected(request, self._sites), "Sites")

    @staticmethod
    def _get_catalog_item(request: Json) -> Json:
        return {"CatalogItem": _found(CATALOG_ITEMS, request["CatalogItemId"], "catalog item")}

    @staticmethod
    def _list_catalog_items(request: Json) -> Json:
        items = [
            item
            for item_class, items in CATALOG.items()
            for item in items
            if _fits(request, "ItemClassFilter", [item_class])
            and _fits(request, "SupportedStorageFilter", item["SupportedStorage"])
            and _fits(request, "EC2FamilyFilter", [each["Family"] for each in item["EC2Capacities"]])
        ]
        return page("ListCatalogItems", request, items, "CatalogItems")

    def _outpost(self, identifier: str) -> Json:
        return _found(self._outposts, resource_id(identifier), "Outpost")

    def _site(self, identifier: str) -> Json:
        return _found(self._sites, resource_id(identifier), "site")


def _summary(order: Json) -> Json:
    names = ("OutpostId", "OrderId", "OrderType", "Status", "OrderSubmissionDate", "OrderFulfilledDate")
    items = order.get("LineItems")
    # The control plane stores orders verbatim, so anything may be there.
    named = (item.get("Status") for item in (items if isinstance(items, list) else ()) if isinstance(item, dict))
    counts = Counter(status for status in named if isinstance(status, str))
    return {**{name: order[name] for name in names if name in order}, "LineItemCountsByStatus": dict(counts)}


def _line_items(order: Json) -> dict[str, Json]:
    """Return an order's line items by id; the control plane stores orders verbatim, so anything may be there."""
    items = order.get("LineItems")
    named = [item for item in (items if isinstance(items, list) else ()) if isinstance(item, dict)]
    return {item["LineItemId"]: item for item in named if isinstance(item.get("LineItemId"), str)}


def _line_item(quantity: int, catalog_item_id: str | None = None) -> Json:
    return {
        **({"CatalogItemId": catalog_item_id} if catalog_item_id else {}),
        "LineItemId": new_id("ooi"),
        "Quantity": quantity,
        "Status": "PREPARING",
    }


def _selected(request: Json, resources: Mapping[str, Json]) -> list[Json]:
    """Apply the filters, each of which is named after a member."""
    filters = [name for name in request if name.endswith("Filter")]
    return [
        resource
        for resource in list(resources.values())
        if all(_fits(request, name, [resource.get(name.removesuffix("Filter"))]) for name in filters)
    ]


def _fits(request: Json, name: str, values: Collection[str | None]) -> bool:
    return name not in request or not set(request[name]).isdisjoint(values)


def _found(things: Mapping[str, Json], thing_id: str, kind: str) -> Json:
    if thing_id not in things:
        raise ServiceError("NotFoundException", f"There is no {kind} {thing_id}.")
    return things[thing_id]


def _now() -> float:
    return round(time.time(), 3)
