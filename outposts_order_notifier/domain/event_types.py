"""The event types: their names, keys and meanings. Pure.

They are the single source: the code that builds events is typed by these classes, and the published JSON Schemas,
docs/events.md and the keys allowed in a `notify` pattern are generated from them. So a class's docstring says when its
event is published, and each key has a `Meaning`.

A published schema never changes, except for its descriptions (the rules are in docs/events.md, the tests in
tests/reference). Widening a type breaks subscribers, narrowing it does not: when in doubt, declare the wider type.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, NamedTuple, NotRequired, TypeAlias, TypeVar

from outposts_order_notifier.domain.order import LineItem, Order
from outposts_order_notifier.domain.statuses import LINE_ITEM_STATUSES, ORDER_STATUSES

if sys.version_info >= (3, 12):
    from typing import TypedDict
else:
    from typing_extensions import (
        TypedDict,  # before 3.12, pydantic accepts only these, and generates the schemas from them
    )

SCHEMA_VERSION = "1.1"


class Known(NamedTuple):
    """The values of an open enumeration that this version knows; AWS may add others at any time."""

    name: str
    values: tuple[str, ...]


# https://docs.aws.amazon.com/outposts/latest/APIReference/API_Order.html and API_ShipmentInformation.html
ORDER_TYPE = Known("OrderType", ("OUTPOST", "REPLACEMENT"))
ORDER_STATUS_NAME = Known("OrderStatus", tuple(ORDER_STATUSES))
LINE_ITEM_STATUS_NAME = Known("LineItemStatus", tuple(LINE_ITEM_STATUSES))
CARRIER = Known("Carrier", ("DHL", "DBS", "FEDEX", "UPS", "EXPEDITORS"))


class Meaning:
    """The meaning of a key: its description, and keywords of its JSON Schema beyond its type.

    Attributes:
        text: The description.
        known: The known values, if it is an open enumeration. The schemas accept any text, so these only appear in
            the types for subscribers.
        keywords: Keywords of its JSON Schema beyond its type, such as `minimum`.
    """

    def __init__(self, text: str, *, known: Sequence[Known] = (), **keywords: Any) -> None:
        self.text = text
        self.known = tuple(known)
        self.keywords = keywords

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        """Return the key's JSON Schema. Pydantic calls this when it generates the schemas, never in Lambda."""
        return {**handler(core_schema), "description": self.text, **self.keywords}


class Truncated(TypedDict):
    """The placeholder of a value that is too large for an event."""

    truncated: Annotated[Literal[True], Meaning("Always true.")]
    sha256: Annotated[str, Meaning("SHA-256 of the value's canonical JSON (sorted keys, no white space), in hex.")]
    bytes: Annotated[int, Meaning("The length of that JSON in bytes.")]
    start: Annotated[str, Meaning("The first 200 characters of that JSON.")]


Text: TypeAlias = str | Truncated


class Observed(TypedDict):
    """The keys that all events of an observation share."""

    schemaVersion: Annotated[
        str,
        Meaning(
            f"`{SCHEMA_VERSION}`. Versions with the same first number only add to each other.",
            pattern=rf"^{SCHEMA_VERSION.partition('.')[0]}\.[0-9]+$",
        ),
    ]
    observedAt: Annotated[str, Meaning("When the order was read: ISO 8601, UTC.")]
    account: Annotated[str, Meaning("The order's account; the envelope's is the notifier's.")]
    region: Annotated[str, Meaning("The order's region; the envelope's is the notifier's.")]
    orderId: Annotated[str, Meaning("The order's id.")]
    outpostId: Annotated[str | None, Meaning("The order's Outpost; null if the API returns none.")]
    orderType: Annotated[
        str | None, Meaning("As returned by the API, such as `OUTPOST` or `REPLACEMENT`.", known=[ORDER_TYPE])
    ]
    orderStatus: Annotated[str | None, Meaning("The order's status after this observation.", known=[ORDER_STATUS_NAME])]
    baseline: Annotated[bool, Meaning("Whether it was observed by the source's first poll.")]


class Common(Observed):
    """The keys of every event."""

    eventId: Annotated[str, Meaning("The same at every retry and redelivery: use it to deduplicate.")]
    sequence: Annotated[int, Meaning("1, 2, 3 … per order, in the order of observation.", minimum=1)]
    test: NotRequired[
        Annotated[
            Literal[True], Meaning("Present (always true) in a sample that somebody sent: its order does not exist.")
        ]
    ]


class PreviousStatusDuration(TypedDict):
    """How long the previous status lasted."""

    secondsInPreviousStatus: Annotated[int, Meaning("How long the previous status lasted, in seconds.", minimum=0)]
    wasStalled: NotRequired[Annotated[bool, Meaning("Present (always true) if that status was reported as stalled.")]]


class LineItemReference(TypedDict):
    """A line item of any order."""

    orderId: Annotated[Text, Meaning("The line item's order.")]
    lineItemId: Annotated[Text, Meaning("The line item's id.")]


class Shipment(TypedDict):
    """A line item's shipment."""

    carrier: Annotated[Text | None, Meaning("As returned by the API, such as `DHL`; null if unknown.", known=[CARRIER])]
    trackingNumber: Annotated[Text | None, Meaning("As returned by the API; null if unknown.")]
    trackingUrl: Annotated[Text | None, Meaning("The carrier's tracking page; null if none is known.")]


class Amendment(TypedDict):
    """One changed member."""

    path: Annotated[Text, Meaning("JSON Pointer into the order, with line items keyed by id.")]
    value: Annotated[Any, Meaning("The new value; null if the member was removed.")]
    previousValue: Annotated[Any, Meaning("The old value; null if the member is new.")]


class LineItemIdentity(TypedDict):
    """The line item that an event is about."""

    lineItemId: Annotated[
        Text, Meaning("The line item's id; a line item without a unique id is named by its position, such as `#1`.")
    ]


class LineItemHardware(LineItemIdentity):
    """A line item, and what it orders."""

    catalogItemId: Annotated[Text | None, Meaning("The catalog item that was ordered, such as `OR-RACKM5A`.")]
    quantity: Annotated[float | Text | None, Meaning("The number that was ordered.")]


class OrderDiscovered(TypedDict):
    """An order is seen for the first time."""

    order: Annotated[Order, Meaning("The whole order as returned by the API, times as ISO 8601.")]
    snapshot: NotRequired[
        Annotated[
            Literal[True],
            Meaning("Present (always true) in what `snapshot` prints: the order as last read. Never on the bus."),
        ]
    ]


class OrderTransition(TypedDict):
    """An order's change from one status to another."""

    status: Annotated[
        Text | None, Meaning("As returned by the API; new values may appear at any time.", known=[ORDER_STATUS_NAME])
    ]
    previousStatus: Annotated[Text | None, Meaning("The status before.", known=[ORDER_STATUS_NAME])]


class OrderStatusChange(OrderTransition, PreviousStatusDuration):
    """The order's status changed."""


class LineItemTransition(LineItemHardware):
    """A line item's change from one status to another."""

    status: Annotated[
        Text | None,
        Meaning("As returned by the API; new values may appear at any time.", known=[LINE_ITEM_STATUS_NAME]),
    ]
    previousStatus: Annotated[Text | None, Meaning("The status before.", known=[LINE_ITEM_STATUS_NAME])]


class Replaced(TypedDict):
    """The current replacement of a replaced line item."""

    currentReplacement: NotRequired[
        Annotated[
            LineItemReference | Truncated,
            Meaning("If the replacement was itself replaced: the last replacement of the chain."),
        ]
    ]


class LineItemStatusChange(LineItemTransition, PreviousStatusDuration, Replaced):
    """A line item's status changed."""

    replacedBy: NotRequired[
        Annotated[LineItemReference | Truncated, Meaning("For `REPLACED`, if known: the line item that replaces it.")]
    ]


class LineItemShipmentChange(LineItemHardware):
    """The carrier or tracking number of a line item appeared or changed."""

    shipment: Annotated[Shipment | Truncated | None, Meaning("The new shipment; null if it was withdrawn.")]
    previousShipment: Annotated[Shipment | Truncated | None, Meaning("The old shipment; null if there was none.")]


class LineItemAssetsChange(LineItemHardware):
    """The assets of a line item, or their MAC addresses, appeared or changed."""

    assets: Annotated[
        list[dict[str, Any]] | Truncated | None,
        Meaning("`AssetInformationList` as the API returns it; null for none."),
    ]
    previousAssets: Annotated[list[dict[str, Any]] | Truncated | None, Meaning("The old `AssetInformationList`.")]


class LineItemAdded(LineItemIdentity):
    """A line item was added to a known order."""

    lineItem: Annotated[LineItem, Meaning("The whole line item as returned by the API.")]


class LineItemRemoved(LineItemIdentity):
    """A line item was removed from its order."""

    lineItem: Annotated[LineItem, Meaning("The whole line item as last seen.")]


class OrderAmended(TypedDict):
    """Any other member of the order or of a line item changed, including members that this version does not know."""

    amendments: Annotated[list[Amendment], Meaning("The changed members.")]


class ReplacementLinked(Replaced):
    """A line item that replaces another one is first seen, or the order of the replaced one is discovered."""

    previous: Annotated[LineItemReference | Truncated, Meaning("The line item that is replaced.")]
    replacement: Annotated[LineItemReference | Truncated, Meaning("The line item that replaces it.")]


class OrderStalled(TypedDict):
    """A status has lasted longer than its `stalledAfterDays`; once per status."""

    status: Annotated[Text | None, Meaning("The current status.", known=[ORDER_STATUS_NAME, LINE_ITEM_STATUS_NAME])]
    since: Annotated[str, Meaning("When the status began, as far as known: ISO 8601, UTC.")]
    days: Annotated[int, Meaning("How long the status has lasted, in whole days.", minimum=0)]
    thresholdDays: Annotated[int, Meaning("The threshold in days.", minimum=0)]
    lineItemId: NotRequired[Annotated[Text, Meaning("The stalled line item; absent if it is the order.")]]


class OrderOverdue(TypedDict):
    """The day that somebody set with `expect` has passed, and the order is not completed; once for each day set."""

    expectedAt: Annotated[str, Meaning("The day on which the order was expected: `2026-12-01`.")]
    days: Annotated[int, Meaning("How many days ago that was.", minimum=1)]


class OrderMissing(TypedDict):
    """ListOrders no longer names an order. If all orders of a source vanish at once, a second listing confirmed it."""


class OrderReappeared(TypedDict):
    """ListOrders names an order again that was missing."""


class PublishedChange(TypedDict):
    """The keys of each of `changes`, in addition to those of its type."""

    detailType: Annotated[str, Meaning("The `detail-type` of the event that reports this change.")]
    eventId: Annotated[str, Meaning("The `eventId` of that event.")]


class OrderUpdated(TypedDict):
    """All changes of an order's observation in one event, published once, after the events of the changes."""

    changes: Annotated[
        Sequence[Mapping[str, Any]],
        Meaning("The observation's changes, each with the keys of its type."),
    ]
    lineItemCountsByStatus: Annotated[
        dict[str, int] | Truncated, Meaning("The number of line items in each status; `UNKNOWN` for those without one.")
    ]
    changesOmitted: NotRequired[
        Annotated[int, Meaning("How many changes were left out because of the size limit; absent if none.", minimum=1)]
    ]
    names: NotRequired[
        Annotated[
            dict[str, str],
            Meaning("What people call the order's Outpost, account and catalog items, by id, as far as it is known."),
        ]
    ]
    mutedUntil: NotRequired[
        Annotated[str, Meaning("Until when somebody has muted the order, ISO 8601, UTC; absent if it is not muted.")]
    ]


@dataclass(frozen=True, slots=True)
class Change:
    """A change: the `detail-type` that reports it, and the keys of that type."""

    detail_type: str
    keys: Mapping[str, Any]


K = TypeVar("K", bound=Mapping[str, object])


class DetailType(str, Generic[K]):
    """A `detail-type`: its name in events, and the class of its keys in addition to `Common`."""

    __slots__ = ("keys",)
    keys: type[K]

    def __new__(cls, name: str, keys: type[K]) -> "DetailType[K]":
        """Create the string."""
        created = super().__new__(cls, name)
        created.keys = keys
        return created

    def __getnewargs__(self) -> tuple[str, type[K]]:  # type: ignore[override] # `str` has one argument, this subclass two
        """Return the arguments of `__new__`, for copies."""
        return str(self), self.keys

    def change(self, keys: K) -> Change:
        """Return a change of this type; mypy checks that the keys are the type's."""
        return Change(self, keys)


DISCOVERED = DetailType("Outposts Order Discovered", OrderDiscovered)
ORDER_STATUS = DetailType("Outposts Order Status Change", OrderStatusChange)
LINE_ITEM_STATUS = DetailType("Outposts Line Item Status Change", LineItemStatusChange)
SHIPMENT = DetailType("Outposts Line Item Shipment Change", LineItemShipmentChange)
ASSETS = DetailType("Outposts Line Item Assets Change", LineItemAssetsChange)
LINE_ITEM_ADDED = DetailType("Outposts Line Item Added", LineItemAdded)
LINE_ITEM_REMOVED = DetailType("Outposts Line Item Removed", LineItemRemoved)
AMENDED = DetailType("Outposts Order Amended", OrderAmended)
REPLACEMENT_LINKED = DetailType("Outposts Replacement Linked", ReplacementLinked)
STALLED = DetailType("Outposts Order Stalled", OrderStalled)
OVERDUE = DetailType("Outposts Order Overdue", OrderOverdue)
MISSING = DetailType("Outposts Order Missing", OrderMissing)
REAPPEARED = DetailType("Outposts Order Reappeared", OrderReappeared)
UPDATED = DetailType("Outposts Order Updated", OrderUpdated)

# The types of changes; `UPDATED` gathers them.
CHANGES: tuple[DetailType[Any], ...] = (
    DISCOVERED,
    ORDER_STATUS,
    LINE_ITEM_STATUS,
    SHIPMENT,
    ASSETS,
    LINE_ITEM_ADDED,
    LINE_ITEM_REMOVED,
    AMENDED,
    REPLACEMENT_LINKED,
    STALLED,
    OVERDUE,
    MISSING,
    REAPPEARED,
)
