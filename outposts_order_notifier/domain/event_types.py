"""The types of event: their names, their keys, and what each means (contract, part 3). Pure.

The one source of all of it: the code that builds events is typed by these classes, and the published JSON Schemas,
docs/events.md and what a `notify` pattern may name are made from them. So a class's docstring says when its event
comes, and each key has its `Meaning`.

A published schema is never changed (the rules are in docs/events.md, the proof in tests/reference). To make a type
wider breaks it, to make it narrower does not: where there is a doubt, the type is the wide one.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, NotRequired, TypeAlias, TypeVar

from outposts_order_notifier.domain.order import LineItem, Order

if sys.version_info >= (3, 12):
    from typing import TypedDict
else:
    from typing_extensions import TypedDict  # pydantic, which makes the schemas of them, reads no other before 3.12

SCHEMA_VERSION = "1.0"


class Meaning:
    """What a key means.

    Args:
        text: In words.
        keywords: What its JSON Schema says beyond its type.
    """

    def __init__(self, text: str, **keywords: Any) -> None:
        self.text = text
        self._keywords = keywords

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        """Describe the key in its JSON Schema. Pydantic asks this of whatever annotates a type; never in Lambda."""
        return {**handler(core_schema), "description": self.text, **self._keywords}


class Truncated(TypedDict):
    """What stands in for a value that alone is too large for an event."""

    truncated: Annotated[Literal[True], Meaning("Always true.")]
    sha256: Annotated[str, Meaning("SHA-256 of the value's canonical JSON (sorted keys, no white space), hex.")]
    bytes: Annotated[int, Meaning("How many bytes that JSON has.")]
    start: Annotated[str, Meaning("Its first 200 characters.")]


Text: TypeAlias = str | Truncated


class Observed(TypedDict):
    """What all events of one observation of an order have in common."""

    schemaVersion: Annotated[
        str,
        Meaning(
            f"`{SCHEMA_VERSION}`. A version with the same first number only adds.",
            pattern=rf"^{SCHEMA_VERSION.partition('.')[0]}\.[0-9]+$",
        ),
    ]
    observedAt: Annotated[str, Meaning("When it was observed: ISO 8601, UTC.")]
    account: Annotated[str, Meaning("The account that the order lives in; the envelope's is the notifier's.")]
    region: Annotated[str, Meaning("The region that the order lives in; the envelope's is the notifier's.")]
    orderId: Annotated[str, Meaning("The order's id.")]
    outpostId: Annotated[str | None, Meaning("The order's Outpost, null where the API gives none.")]
    orderType: Annotated[str | None, Meaning("As the API gives it, such as `OUTPOST` or `REPLACEMENT`.")]
    orderStatus: Annotated[str | None, Meaning("The order's status after this observation.")]
    baseline: Annotated[bool, Meaning("Whether it comes from the first poll of a source.")]


class Common(Observed):
    """What every event has."""

    eventId: Annotated[str, Meaning("Stays the same at every retry and redelivery: deduplicate by it.")]
    sequence: Annotated[int, Meaning("1, 2, 3 … for each order, as things were observed.", minimum=1)]


class Lasted(TypedDict):
    """How long a status lasted."""

    secondsInPreviousStatus: Annotated[int, Meaning("How long the previous status was seen, in seconds.", minimum=0)]
    wasStalled: NotRequired[Annotated[bool, Meaning("There, and true, where the previous status was told stalled.")]]


class LineItemReference(TypedDict):
    """A line item of any order."""

    orderId: Annotated[Text, Meaning("The line item's order.")]
    lineItemId: Annotated[Text, Meaning("The line item's id.")]


class Shipment(TypedDict):
    """A line item's shipment."""

    carrier: Annotated[Text | None, Meaning("As the API gives it, such as `DHL`; null where unknown.")]
    trackingNumber: Annotated[Text | None, Meaning("As the API gives it; null where unknown.")]
    trackingUrl: Annotated[Text | None, Meaning("The carrier's tracking page, null for a carrier without a known one.")]


class Amendment(TypedDict):
    """One changed member."""

    path: Annotated[Text, Meaning("JSON Pointer into the order, in which a line item stands under its id.")]
    value: Annotated[Any, Meaning("What the member is now; null where it is gone.")]
    previousValue: Annotated[Any, Meaning("What it was; null where it is new.")]


class OfLineItem(TypedDict):
    """What tells of one line item."""

    lineItemId: Annotated[
        Text, Meaning("The line item's id; one without an id of its own is named by its place, such as `#1`.")
    ]


class OrderDiscovered(TypedDict):
    """An order is seen for the first time."""

    order: Annotated[Order, Meaning("The whole order as the API gave it, times as ISO 8601.")]


class OrderMoved(TypedDict):
    """An order's way from one status to the next."""

    status: Annotated[Text | None, Meaning("The API's own word, also one that no one has seen yet.")]
    previousStatus: Annotated[Text | None, Meaning("What it was before.")]


class OrderStatusChange(OrderMoved, Lasted):
    """The order's status changed."""


class LineItemMoved(OfLineItem, OrderMoved):
    """A line item's way from one status to the next."""

    catalogItemId: Annotated[Text | None, Meaning("What was ordered, such as `OR-RACKM5A`.")]
    quantity: Annotated[float | Text | None, Meaning("How many were ordered.")]


class Replaced(TypedDict):
    """What has become of a line item that is replaced."""

    currentReplacement: NotRequired[
        Annotated[
            LineItemReference | Truncated,
            Meaning("Where the replacement was itself replaced: what is there now, at the chain's end."),
        ]
    ]


class LineItemStatusChange(LineItemMoved, Lasted, Replaced):
    """A line item's status changed."""

    replacedBy: NotRequired[
        Annotated[LineItemReference | Truncated, Meaning("For `REPLACED`, once known: what replaces it.")]
    ]


class LineItemShipmentChange(OfLineItem):
    """Carrier or tracking number appeared or changed."""

    shipment: Annotated[Shipment | Truncated | None, Meaning("The shipment now, null where there is none any more.")]
    previousShipment: Annotated[Shipment | Truncated | None, Meaning("What it was, null where there was none.")]


class LineItemAssetsChange(OfLineItem):
    """Assets or their MAC addresses appeared or changed."""

    assets: Annotated[
        list[dict[str, Any]] | Truncated | None, Meaning("`AssetInformationList` as the API gives it, null for none.")
    ]
    previousAssets: Annotated[list[dict[str, Any]] | Truncated | None, Meaning("What it was.")]


class LineItemAdded(OfLineItem):
    """A line item joined an order that was known."""

    lineItem: Annotated[LineItem, Meaning("The whole line item as the API gives it.")]


class LineItemRemoved(OfLineItem):
    """A line item left its order."""

    lineItem: Annotated[LineItem, Meaning("The whole line item as it was last seen.")]


class OrderAmended(TypedDict):
    """Any other member of the order or of a line item changed, unknown ones included."""

    amendments: Annotated[list[Amendment], Meaning("The changed members.")]


class ReplacementLinked(Replaced):
    """A line item that replaces another is first seen, or the order of the one that it replaces is."""

    previous: Annotated[LineItemReference | Truncated, Meaning("The line item that is replaced.")]
    replacement: Annotated[LineItemReference | Truncated, Meaning("The line item that takes its place.")]


class OrderStalled(TypedDict):
    """A status has lasted longer than `stalledAfterDays`; once for each status."""

    status: Annotated[Text | None, Meaning("The status that lasts.")]
    since: Annotated[str, Meaning("When it began, as far as is known: ISO 8601, UTC.")]
    days: Annotated[int, Meaning("How long it has lasted, in whole days.", minimum=0)]
    thresholdDays: Annotated[int, Meaning("How long it may.", minimum=0)]
    lineItemId: NotRequired[Annotated[Text, Meaning("The line item that it is about; absent for the order itself.")]]


class OrderMissing(TypedDict):
    """ListOrders no longer names an order. If it names none of a source's orders, a second listing confirmed it."""


class OrderReappeared(TypedDict):
    """ListOrders names an order again that it did not name for a while."""


class PublishedChange(TypedDict):
    """What each of `changes` has, beside its type's own keys."""

    detailType: Annotated[str, Meaning("The `detail-type` that also tells this change.")]
    eventId: Annotated[str, Meaning("The `eventId` of the event that also tells it.")]


class OrderUpdated(TypedDict):
    """Once for each order and observation that published any other event, after them: all of it in one."""

    changes: Annotated[
        Sequence[Mapping[str, Any]],
        Meaning("What the other events of this observation told, each with its type's own keys."),
    ]
    lineItemCountsByStatus: Annotated[
        dict[str, int] | Truncated, Meaning("How many line items are in which status; `UNKNOWN` for one without.")
    ]
    changesOmitted: NotRequired[
        Annotated[int, Meaning("How many changes the size limit left out; absent for none.", minimum=1)]
    ]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: the `detail-type` that tells it, and that type's own keys."""

    detail_type: str
    keys: Mapping[str, Any]


K = TypeVar("K", bound=Mapping[str, object])


class DetailType(str, Generic[K]):
    """A `detail-type`: its name, and the class of its own keys.

    Args:
        name: As events carry it.
        keys: Beside those that every event has.
    """

    __slots__ = ("keys",)
    keys: type[K]

    def __new__(cls, name: str, keys: type[K]) -> "DetailType[K]":
        """Name it."""
        made = super().__new__(cls, name)
        made.keys = keys
        return made

    def __getnewargs__(self) -> tuple[str, type[K]]:  # type: ignore[override] # `str` has one argument, a subclass more
        """Say what a copy is made of."""
        return str(self), self.keys

    def change(self, keys: K) -> Change:
        """Tell a difference by this type; mypy sees to it that the keys are the type's."""
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
MISSING = DetailType("Outposts Order Missing", OrderMissing)
REAPPEARED = DetailType("Outposts Order Reappeared", OrderReappeared)
UPDATED = DetailType("Outposts Order Updated", OrderUpdated)

# What is told of an order; `UPDATED` gathers what these told.
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
    MISSING,
    REAPPEARED,
)
