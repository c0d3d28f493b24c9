"""The events as types, for subscribers. `make docs` generates this file from their schemas.

It needs nothing but the standard library and imports nothing else, so it can be copied too. A handler begins with
`is_outposts_event`; after that, a comparison of `event["detail-type"]` is enough for mypy and Pyright to know the keys
of `event["detail"]`. An enumeration is open: it accepts any text, and names the values that this version knows.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NotRequired, TypeAlias, TypedDict, TypeGuard

if TYPE_CHECKING:
    from typing_extensions import TypeIs

SOURCE: Final = "outposts-order-notifier"
SCHEMA_VERSION: Final = "1.1"

OrderType: TypeAlias = Literal[
    "OUTPOST",
    "REPLACEMENT",
]
OrderStatus: TypeAlias = Literal[
    "PREPARING",
    "IN_PROGRESS",
    "DELIVERED",
    "COMPLETED",
    "CANCELLED",
    "ERROR",
    "RECEIVED",
    "PENDING",
    "PROCESSING",
    "INSTALLING",
    "FULFILLED",
]
LineItemStatus: TypeAlias = Literal[
    "PREPARING",
    "BUILDING",
    "SHIPPED",
    "DELIVERED",
    "INSTALLING",
    "INSTALLED",
    "ERROR",
    "CANCELLED",
    "REPLACED",
]
Carrier: TypeAlias = Literal[
    "DHL",
    "DBS",
    "FEDEX",
    "UPS",
    "EXPEDITORS",
]


class Truncated(TypedDict):
    """The placeholder of a value that is too large for an event."""

    truncated: Literal[True]
    """Always true."""
    sha256: str
    """SHA-256 of the value's canonical JSON (sorted keys, no white space), in hex."""
    bytes: int
    """The length of that JSON in bytes."""
    start: str
    """The first 200 characters of that JSON."""


class LineItemReference(TypedDict):
    """A line item of any order."""

    orderId: str | Truncated
    """The line item's order."""
    lineItemId: str | Truncated
    """The line item's id."""


class Shipment(TypedDict):
    """A line item's shipment."""

    carrier: Carrier | str | Truncated | None
    """As returned by the API, such as `DHL`; null if unknown."""
    trackingNumber: str | Truncated | None
    """As returned by the API; null if unknown."""
    trackingUrl: str | Truncated | None
    """The carrier's tracking page; null if none is known."""


class Amendment(TypedDict):
    """One changed member."""

    path: str | Truncated
    """JSON Pointer into the order, with line items keyed by id."""
    value: Any
    """The new value; null if the member was removed."""
    previousValue: Any
    """The old value; null if the member is new."""


class Common(TypedDict):
    """The keys of every event."""

    schemaVersion: str
    """`1.1`. Versions with the same first number only add to each other."""
    observedAt: str
    """When the order was read: ISO 8601, UTC."""
    account: str
    """The order's account; the envelope's is the notifier's."""
    region: str
    """The order's region; the envelope's is the notifier's."""
    orderId: str
    """The order's id."""
    outpostId: str | None
    """The order's Outpost; null if the API returns none."""
    orderType: OrderType | str | None
    """As returned by the API, such as `OUTPOST` or `REPLACEMENT`."""
    orderStatus: OrderStatus | str | None
    """The order's status after this observation."""
    baseline: bool
    """Whether it was observed by the source's first poll."""
    eventId: str
    """The same at every retry and redelivery: use it to deduplicate."""
    sequence: int
    """1, 2, 3 … per order, in the order of observation."""
    test: NotRequired[Literal[True]]
    """Present (always true) in a sample that somebody sent: its order does not exist."""


class OrderDiscovered(TypedDict):
    """An order is seen for the first time."""

    order: dict[str, Any]
    """The whole order as returned by the API, times as ISO 8601."""
    snapshot: NotRequired[Literal[True]]
    """Present (always true) in what `snapshot` prints: the order as last read. Never on the bus."""


class OrderStatusChange(TypedDict):
    """The order's status changed."""

    status: OrderStatus | str | Truncated | None
    """As returned by the API; new values may appear at any time."""
    previousStatus: OrderStatus | str | Truncated | None
    """The status before."""
    secondsInPreviousStatus: int
    """How long the previous status lasted, in seconds."""
    wasStalled: NotRequired[bool]
    """Present (always true) if that status was reported as stalled."""


class LineItemStatusChange(TypedDict):
    """A line item's status changed."""

    lineItemId: str | Truncated
    """The line item's id; a line item without a unique id is named by its position, such as `#1`."""
    catalogItemId: str | Truncated | None
    """The catalog item that was ordered, such as `OR-RACKM5A`."""
    quantity: float | str | Truncated | None
    """The number that was ordered."""
    status: LineItemStatus | str | Truncated | None
    """As returned by the API; new values may appear at any time."""
    previousStatus: LineItemStatus | str | Truncated | None
    """The status before."""
    secondsInPreviousStatus: int
    """How long the previous status lasted, in seconds."""
    wasStalled: NotRequired[bool]
    """Present (always true) if that status was reported as stalled."""
    currentReplacement: NotRequired[LineItemReference | Truncated]
    """If the replacement was itself replaced: the last replacement of the chain."""
    replacedBy: NotRequired[LineItemReference | Truncated]
    """For `REPLACED`, if known: the line item that replaces it."""


class LineItemShipmentChange(TypedDict):
    """The carrier or tracking number of a line item appeared or changed."""

    lineItemId: str | Truncated
    """The line item's id; a line item without a unique id is named by its position, such as `#1`."""
    catalogItemId: str | Truncated | None
    """The catalog item that was ordered, such as `OR-RACKM5A`."""
    quantity: float | str | Truncated | None
    """The number that was ordered."""
    shipment: Shipment | Truncated | None
    """The new shipment; null if it was withdrawn."""
    previousShipment: Shipment | Truncated | None
    """The old shipment; null if there was none."""


class LineItemAssetsChange(TypedDict):
    """The assets of a line item, or their MAC addresses, appeared or changed."""

    lineItemId: str | Truncated
    """The line item's id; a line item without a unique id is named by its position, such as `#1`."""
    catalogItemId: str | Truncated | None
    """The catalog item that was ordered, such as `OR-RACKM5A`."""
    quantity: float | str | Truncated | None
    """The number that was ordered."""
    assets: list[dict[str, Any]] | Truncated | None
    """`AssetInformationList` as the API returns it; null for none."""
    previousAssets: list[dict[str, Any]] | Truncated | None
    """The old `AssetInformationList`."""


class LineItemAdded(TypedDict):
    """A line item was added to a known order."""

    lineItemId: str | Truncated
    """The line item's id; a line item without a unique id is named by its position, such as `#1`."""
    lineItem: dict[str, Any]
    """The whole line item as returned by the API."""


class LineItemRemoved(TypedDict):
    """A line item was removed from its order."""

    lineItemId: str | Truncated
    """The line item's id; a line item without a unique id is named by its position, such as `#1`."""
    lineItem: dict[str, Any]
    """The whole line item as last seen."""


class OrderAmended(TypedDict):
    """Any other member of the order or of a line item changed, including members that this version does not know."""

    amendments: list[Amendment]
    """The changed members."""


class ReplacementLinked(TypedDict):
    """A line item that replaces another one is first seen, or the order of the replaced one is discovered."""

    currentReplacement: NotRequired[LineItemReference | Truncated]
    """If the replacement was itself replaced: the last replacement of the chain."""
    previous: LineItemReference | Truncated
    """The line item that is replaced."""
    replacement: LineItemReference | Truncated
    """The line item that replaces it."""


class OrderStalled(TypedDict):
    """A status has lasted longer than its `stalledAfterDays`; once per status."""

    status: OrderStatus | LineItemStatus | str | Truncated | None
    """The current status."""
    since: str
    """When the status began, as far as known: ISO 8601, UTC."""
    days: int
    """How long the status has lasted, in whole days."""
    thresholdDays: int
    """The threshold in days."""
    lineItemId: NotRequired[str | Truncated]
    """The stalled line item; absent if it is the order."""


class OrderOverdue(TypedDict):
    """The day that somebody set with `expect` has passed, and the order is not completed; once for each day set."""

    expectedAt: str
    """The day on which the order was expected: `2026-12-01`."""
    days: int
    """How many days ago that was."""


class OrderDiscoveredEntry(OrderDiscovered):
    """An order is seen for the first time."""

    detailType: Literal["Outposts Order Discovered"]
    eventId: str
    """The `eventId` of that event."""


class OrderStatusChangeEntry(OrderStatusChange):
    """The order's status changed."""

    detailType: Literal["Outposts Order Status Change"]
    eventId: str
    """The `eventId` of that event."""


class LineItemStatusChangeEntry(LineItemStatusChange):
    """A line item's status changed."""

    detailType: Literal["Outposts Line Item Status Change"]
    eventId: str
    """The `eventId` of that event."""


class LineItemShipmentChangeEntry(LineItemShipmentChange):
    """The carrier or tracking number of a line item appeared or changed."""

    detailType: Literal["Outposts Line Item Shipment Change"]
    eventId: str
    """The `eventId` of that event."""


class LineItemAssetsChangeEntry(LineItemAssetsChange):
    """The assets of a line item, or their MAC addresses, appeared or changed."""

    detailType: Literal["Outposts Line Item Assets Change"]
    eventId: str
    """The `eventId` of that event."""


class LineItemAddedEntry(LineItemAdded):
    """A line item was added to a known order."""

    detailType: Literal["Outposts Line Item Added"]
    eventId: str
    """The `eventId` of that event."""


class LineItemRemovedEntry(LineItemRemoved):
    """A line item was removed from its order."""

    detailType: Literal["Outposts Line Item Removed"]
    eventId: str
    """The `eventId` of that event."""


class OrderAmendedEntry(OrderAmended):
    """Any other member of the order or of a line item changed, including members that this version does not know."""

    detailType: Literal["Outposts Order Amended"]
    eventId: str
    """The `eventId` of that event."""


class ReplacementLinkedEntry(ReplacementLinked):
    """A line item that replaces another one is first seen, or the order of the replaced one is discovered."""

    detailType: Literal["Outposts Replacement Linked"]
    eventId: str
    """The `eventId` of that event."""


class OrderStalledEntry(OrderStalled):
    """A status has lasted longer than its `stalledAfterDays`; once per status."""

    detailType: Literal["Outposts Order Stalled"]
    eventId: str
    """The `eventId` of that event."""


class OrderOverdueEntry(OrderOverdue):
    """The day that somebody set with `expect` has passed, and the order is not completed; once for each day set."""

    detailType: Literal["Outposts Order Overdue"]
    eventId: str
    """The `eventId` of that event."""


class OrderMissingEntry(TypedDict):
    """ListOrders no longer names an order. If all orders of a source vanish at once, a second listing confirmed it."""

    detailType: Literal["Outposts Order Missing"]
    eventId: str
    """The `eventId` of that event."""


class OrderReappearedEntry(TypedDict):
    """ListOrders names an order again that was missing."""

    detailType: Literal["Outposts Order Reappeared"]
    eventId: str
    """The `eventId` of that event."""


class LaterChange(TypedDict):
    """A change of a type that a later version adds."""

    detailType: str
    """A `detail-type` that this version does not know."""
    eventId: str
    """The `eventId` of that event."""


Change: TypeAlias = (
    OrderDiscoveredEntry
    | OrderStatusChangeEntry
    | LineItemStatusChangeEntry
    | LineItemShipmentChangeEntry
    | LineItemAssetsChangeEntry
    | LineItemAddedEntry
    | LineItemRemovedEntry
    | OrderAmendedEntry
    | ReplacementLinkedEntry
    | OrderStalledEntry
    | OrderOverdueEntry
    | OrderMissingEntry
    | OrderReappearedEntry
)


class OrderUpdated(TypedDict):
    """All changes of an order's observation in one event, published once, after the events of the changes."""

    changes: list[Change | LaterChange]
    """The observation's changes, each with the keys of its type."""
    lineItemCountsByStatus: dict[str, int] | Truncated
    """The number of line items in each status; `UNKNOWN` for those without one."""
    changesOmitted: NotRequired[int]
    """How many changes were left out because of the size limit; absent if none."""
    names: NotRequired[dict[str, str]]
    """What people call the order's Outpost, account and catalog items, by id, as far as it is known."""
    mutedUntil: NotRequired[str]
    """Until when somebody has muted the order, ISO 8601, UTC; absent if it is not muted."""


class OrderDiscoveredDetail(Common, OrderDiscovered):
    """An order is seen for the first time."""


class OrderStatusChangeDetail(Common, OrderStatusChange):
    """The order's status changed."""


class LineItemStatusChangeDetail(Common, LineItemStatusChange):
    """A line item's status changed."""


class LineItemShipmentChangeDetail(Common, LineItemShipmentChange):
    """The carrier or tracking number of a line item appeared or changed."""


class LineItemAssetsChangeDetail(Common, LineItemAssetsChange):
    """The assets of a line item, or their MAC addresses, appeared or changed."""


class LineItemAddedDetail(Common, LineItemAdded):
    """A line item was added to a known order."""


class LineItemRemovedDetail(Common, LineItemRemoved):
    """A line item was removed from its order."""


class OrderAmendedDetail(Common, OrderAmended):
    """Any other member of the order or of a line item changed, including members that this version does not know."""


class ReplacementLinkedDetail(Common, ReplacementLinked):
    """A line item that replaces another one is first seen, or the order of the replaced one is discovered."""


class OrderStalledDetail(Common, OrderStalled):
    """A status has lasted longer than its `stalledAfterDays`; once per status."""


class OrderOverdueDetail(Common, OrderOverdue):
    """The day that somebody set with `expect` has passed, and the order is not completed; once for each day set."""


class OrderMissingDetail(Common):
    """ListOrders no longer names an order. If all orders of a source vanish at once, a second listing confirmed it."""


class OrderReappearedDetail(Common):
    """ListOrders names an order again that was missing."""


class OrderUpdatedDetail(Common, OrderUpdated):
    """All changes of an order's observation in one event, published once, after the events of the changes."""


class Envelope(TypedDict):
    """The envelope in which EventBridge delivers an event."""

    version: str
    """Of the envelope, which is EventBridge's own: `0`."""
    id: str
    """Of the delivery, by EventBridge; deduplicate by `eventId` in `detail` instead."""
    source: Literal["outposts-order-notifier"]
    account: str
    """The notifier's."""
    time: str
    """When it was observed."""
    region: str
    """The notifier's."""
    resources: list[str]
    """The order's id, and the Outpost's where it is known."""


_OrderDiscoveredEvent = TypedDict("_OrderDiscoveredEvent", {"detail-type": Literal["Outposts Order Discovered"]})


class OrderDiscoveredEvent(_OrderDiscoveredEvent, Envelope):
    """An order is seen for the first time."""

    detail: OrderDiscoveredDetail


_OrderStatusChangeEvent = TypedDict("_OrderStatusChangeEvent", {"detail-type": Literal["Outposts Order Status Change"]})


class OrderStatusChangeEvent(_OrderStatusChangeEvent, Envelope):
    """The order's status changed."""

    detail: OrderStatusChangeDetail


_LineItemStatusChangeEvent = TypedDict(
    "_LineItemStatusChangeEvent", {"detail-type": Literal["Outposts Line Item Status Change"]}
)


class LineItemStatusChangeEvent(_LineItemStatusChangeEvent, Envelope):
    """A line item's status changed."""

    detail: LineItemStatusChangeDetail


_LineItemShipmentChangeEvent = TypedDict(
    "_LineItemShipmentChangeEvent", {"detail-type": Literal["Outposts Line Item Shipment Change"]}
)


class LineItemShipmentChangeEvent(_LineItemShipmentChangeEvent, Envelope):
    """The carrier or tracking number of a line item appeared or changed."""

    detail: LineItemShipmentChangeDetail


_LineItemAssetsChangeEvent = TypedDict(
    "_LineItemAssetsChangeEvent", {"detail-type": Literal["Outposts Line Item Assets Change"]}
)


class LineItemAssetsChangeEvent(_LineItemAssetsChangeEvent, Envelope):
    """The assets of a line item, or their MAC addresses, appeared or changed."""

    detail: LineItemAssetsChangeDetail


_LineItemAddedEvent = TypedDict("_LineItemAddedEvent", {"detail-type": Literal["Outposts Line Item Added"]})


class LineItemAddedEvent(_LineItemAddedEvent, Envelope):
    """A line item was added to a known order."""

    detail: LineItemAddedDetail


_LineItemRemovedEvent = TypedDict("_LineItemRemovedEvent", {"detail-type": Literal["Outposts Line Item Removed"]})


class LineItemRemovedEvent(_LineItemRemovedEvent, Envelope):
    """A line item was removed from its order."""

    detail: LineItemRemovedDetail


_OrderAmendedEvent = TypedDict("_OrderAmendedEvent", {"detail-type": Literal["Outposts Order Amended"]})


class OrderAmendedEvent(_OrderAmendedEvent, Envelope):
    """Any other member of the order or of a line item changed, including members that this version does not know."""

    detail: OrderAmendedDetail


_ReplacementLinkedEvent = TypedDict("_ReplacementLinkedEvent", {"detail-type": Literal["Outposts Replacement Linked"]})


class ReplacementLinkedEvent(_ReplacementLinkedEvent, Envelope):
    """A line item that replaces another one is first seen, or the order of the replaced one is discovered."""

    detail: ReplacementLinkedDetail


_OrderStalledEvent = TypedDict("_OrderStalledEvent", {"detail-type": Literal["Outposts Order Stalled"]})


class OrderStalledEvent(_OrderStalledEvent, Envelope):
    """A status has lasted longer than its `stalledAfterDays`; once per status."""

    detail: OrderStalledDetail


_OrderOverdueEvent = TypedDict("_OrderOverdueEvent", {"detail-type": Literal["Outposts Order Overdue"]})


class OrderOverdueEvent(_OrderOverdueEvent, Envelope):
    """The day that somebody set with `expect` has passed, and the order is not completed; once for each day set."""

    detail: OrderOverdueDetail


_OrderMissingEvent = TypedDict("_OrderMissingEvent", {"detail-type": Literal["Outposts Order Missing"]})


class OrderMissingEvent(_OrderMissingEvent, Envelope):
    """ListOrders no longer names an order. If all orders of a source vanish at once, a second listing confirmed it."""

    detail: OrderMissingDetail


_OrderReappearedEvent = TypedDict("_OrderReappearedEvent", {"detail-type": Literal["Outposts Order Reappeared"]})


class OrderReappearedEvent(_OrderReappearedEvent, Envelope):
    """ListOrders names an order again that was missing."""

    detail: OrderReappearedDetail


_OrderUpdatedEvent = TypedDict("_OrderUpdatedEvent", {"detail-type": Literal["Outposts Order Updated"]})


class OrderUpdatedEvent(_OrderUpdatedEvent, Envelope):
    """All changes of an order's observation in one event, published once, after the events of the changes."""

    detail: OrderUpdatedDetail


OutpostsEvent: TypeAlias = (
    OrderDiscoveredEvent
    | OrderStatusChangeEvent
    | LineItemStatusChangeEvent
    | LineItemShipmentChangeEvent
    | LineItemAssetsChangeEvent
    | LineItemAddedEvent
    | LineItemRemovedEvent
    | OrderAmendedEvent
    | ReplacementLinkedEvent
    | OrderStalledEvent
    | OrderOverdueEvent
    | OrderMissingEvent
    | OrderReappearedEvent
    | OrderUpdatedEvent
)

DETAIL_TYPES: Final = frozenset(
    {
        "Outposts Order Discovered",
        "Outposts Order Status Change",
        "Outposts Line Item Status Change",
        "Outposts Line Item Shipment Change",
        "Outposts Line Item Assets Change",
        "Outposts Line Item Added",
        "Outposts Line Item Removed",
        "Outposts Order Amended",
        "Outposts Replacement Linked",
        "Outposts Order Stalled",
        "Outposts Order Overdue",
        "Outposts Order Missing",
        "Outposts Order Reappeared",
        "Outposts Order Updated",
    }
)
CHANGES: Final = DETAIL_TYPES - {"Outposts Order Updated"}


def is_outposts_event(event: Mapping[str, Any]) -> TypeGuard[OutpostsEvent]:
    """Return whether these types describe an event: its source, its type, and the first number of its version."""
    return (
        event.get("source") == SOURCE
        and event.get("detail-type") in DETAIL_TYPES
        and str(event["detail"].get("schemaVersion")).startswith("1.")
    )


def is_known_change(change: Change | LaterChange) -> "TypeIs[Change]":
    """Return whether this version knows the type of one of `changes`."""
    return change["detailType"] in CHANGES


def is_truncated(value: object) -> "TypeIs[Truncated]":
    """Return whether a value was too large for an event, so that its placeholder is there instead."""
    return isinstance(value, Mapping) and value.get("truncated") is True and "sha256" in value
