"""The generated parts of docs/messages.md: typical observations with their headlines, and who acts next."""

from collections.abc import Iterator, Mapping
from typing import Any

from outposts_order_notifier.domain import event_types as types
from outposts_order_notifier.domain.event_types import Change, OrderStalled, ReplacementLinked
from outposts_order_notifier.domain.order import LineItem, Order
from outposts_order_notifier.wording.hardware import ITEM
from outposts_order_notifier.wording.headline import digest_headline, headline
from outposts_order_notifier.wording.next_steps import LATE, STEPS
from reference.generated import fill
from testing.details import detail_of

OUTPOST, RACK, SERVER = "op-0123456789abcdef0", "OR-RACKM5A", "OR-SRV2U"
NAMES = {OUTPOST: "Dublin plant", RACK: "rack, 4 × m5.24xlarge", SERVER: "server, 1 × c6id.16xlarge"}
PARCEL = {"ShipmentCarrier": "DHL", "ShipmentTrackingNumber": "00340434161094042557"}
STALLED: OrderStalled = {"status": "BUILDING", "since": "2026-09-01T09:30:00Z", "days": 61, "thresholdDays": 60}
LINK: ReplacementLinked = {
    "previous": {"orderId": "oo-1", "lineItemId": "ooi-1"},
    "replacement": {"orderId": "oo-2", "lineItemId": "ooi-1"},
}


def fill_page(text: str) -> str:
    """Return docs/messages.md, this text, with its generated part."""
    rows = (f"| {what} | {words} |" for what, words in headlines().items())
    return fill(
        text,
        {
            "headlines": "\n".join(["\n", "| Observed | Headline |", "|---|---|", *rows, "\n"]),
            "steps": "\n".join(["\n", *_steps(), "\n"]),
        },
    )


def _steps() -> Iterator[str]:
    """Yield the table of who acts next."""
    yield "| After | Hardware | Who | What | Source |"
    yield "|---|---|---|---|---|"
    for situation, kinds in STEPS.items():
        after = situation if situation == LATE else f"`{situation}`"
        for kind, step in kinds.items():
            hardware = {ITEM: "any" if len(kinds) == 1 else "unknown"}.get(kind, kind)
            source = step.url.removeprefix("https://docs.aws.amazon.com/outposts/latest/").removesuffix(".html")
            yield f"| {after} | {hardware} | {step.actor} | {step.text} | [{source}]({step.url}) |"


def headlines() -> dict[str, str]:
    """Return the headline of each of the typical observations, by what was observed."""
    parts = _orders(), _line_items(), _trouble(), _other_changes(), _names()
    found = {what: headline(detail) for part in parts for what, detail in part}
    return found | {what: digest_headline([[each] for each in details]) for what, details in _digests()}


def an_order(status: str, *items: LineItem, **members: Any) -> Order:
    """Return an order of these line items, which get ids."""
    numbered = [{"LineItemId": f"ooi-{number}", **item} for number, item in enumerate(items, start=1)]
    own = {"OrderId": "oo-1", "OutpostId": OUTPOST, "OrderType": "OUTPOST", "Status": status, "LineItems": numbered}
    return own | members


def racks(*statuses: str, quantity: int = 1, **members: Any) -> list[LineItem]:
    """Return line items of racks in these statuses."""
    return [{"CatalogItemId": RACK, "Quantity": quantity, "Status": status, **members} for status in statuses]


def servers(*statuses: str, quantity: int = 1) -> list[LineItem]:
    """Return line items of servers in these statuses."""
    return [each | {"CatalogItemId": SERVER} for each in racks(*statuses, quantity=quantity)]


def observed(old: Order | None, new: Order, names: Mapping[str, str] = NAMES) -> dict[str, Any]:
    """Return the event's detail of an order that was read twice, or once."""
    return detail_of(old, new, names=names)


def changed(order: Order, *changes: Change) -> dict[str, Any]:
    """Return the event's detail of an order with these changes."""
    found = [{"detailType": str(change.detail_type), **change.keys} for change in changes]
    return observed(None, order) | {"changes": found}


Details = Iterator[tuple[str, dict[str, Any]]]


def _orders() -> Details:
    """Yield what happens to an order as a whole."""
    prepared, built = (
        an_order("PREPARING", *racks(*["PREPARING"] * 5)),
        an_order("IN_PROGRESS", *racks(*["BUILDING"] * 5)),
    )
    yield "A new order of five racks", observed(None, prepared)
    yield (
        "A new order of one line item, quantity 3",
        observed(None, an_order("PREPARING", *servers("PREPARING", quantity=3))),
    )
    yield (
        "A new order of two racks and four servers",
        observed(None, an_order("PREPARING", *racks(*["PREPARING"] * 2), *servers(*["PREPARING"] * 4))),
    )
    yield "A new order without line items", observed(None, an_order("PREPARING"))
    yield "An order found when it is already in progress", observed(None, built)
    yield (
        "An order found when it is already completed",
        observed(None, an_order("COMPLETED", *racks("INSTALLED", "INSTALLED"))),
    )
    yield (
        "A new replacement order, and its link to what it replaces",
        changed(
            an_order("PREPARING", *racks("PREPARING"), OrderType="REPLACEMENT"),
            types.DISCOVERED.change({"order": an_order("PREPARING", *racks("PREPARING"), OrderType="REPLACEMENT")}),
            types.REPLACEMENT_LINKED.change(LINK),
        ),
    )
    yield (
        "The order is `IN_PROGRESS`",
        observed(an_order("PREPARING", *racks("BUILDING")), an_order("IN_PROGRESS", *racks("BUILDING"))),
    )
    yield "The order is `IN_PROGRESS`, its racks `BUILDING`", observed(prepared, built)
    yield (
        "The order is `DELIVERED`, its racks too",
        observed(
            an_order("IN_PROGRESS", *racks("SHIPPED", "SHIPPED")),
            an_order("DELIVERED", *racks("DELIVERED", "DELIVERED")),
        ),
    )
    yield (
        "The order is `COMPLETED`, its racks `INSTALLED`",
        observed(
            an_order("DELIVERED", *racks("INSTALLING", "INSTALLING")),
            an_order("COMPLETED", *racks("INSTALLED", "INSTALLED")),
        ),
    )
    yield (
        "The order is `CANCELLED` with its racks",
        observed(prepared, an_order("CANCELLED", *racks(*["CANCELLED"] * 5))),
    )
    yield "The order is in `ERROR`", observed(built, an_order("ERROR", *racks(*["BUILDING"] * 5)))
    yield (
        "The order is in a status that this version does not know",
        observed(built, an_order("ON_HOLD", *racks(*["BUILDING"] * 5))),
    )


def _line_items() -> Details:
    """Yield what usually happens to line items."""
    yield (
        "Five racks are `SHIPPED`",
        observed(an_order("IN_PROGRESS", *racks(*["BUILDING"] * 5)), an_order("IN_PROGRESS", *racks(*["SHIPPED"] * 5))),
    )
    yield (
        "One line item, quantity 3, is `SHIPPED`",
        observed(
            an_order("IN_PROGRESS", *racks("BUILDING", quantity=3)),
            an_order("IN_PROGRESS", *racks("SHIPPED", quantity=3)),
        ),
    )
    yield (
        "Three racks are `SHIPPED`, two `BUILDING`",
        observed(
            an_order("IN_PROGRESS", *racks(*["BUILDING"] * 3, *["PREPARING"] * 2)),
            an_order("IN_PROGRESS", *racks(*["SHIPPED"] * 3, *["BUILDING"] * 2)),
        ),
    )
    yield (
        "A rack and a server are `SHIPPED`",
        observed(
            an_order("IN_PROGRESS", *racks("BUILDING"), *servers("BUILDING")),
            an_order("IN_PROGRESS", *racks("SHIPPED"), *servers("SHIPPED")),
        ),
    )
    yield (
        "Racks are `SHIPPED`, with tracking numbers",
        observed(
            an_order("IN_PROGRESS", *racks(*["BUILDING"] * 12)),
            an_order("IN_PROGRESS", *racks(*["SHIPPED"] * 12, ShipmentInformation=PARCEL)),
        ),
    )
    yield (
        "Two racks are `DELIVERED`",
        observed(
            an_order("IN_PROGRESS", *racks("SHIPPED", "SHIPPED")),
            an_order("IN_PROGRESS", *racks("DELIVERED", "DELIVERED")),
        ),
    )
    yield (
        "A rack is `INSTALLING`",
        observed(an_order("DELIVERED", *racks("DELIVERED")), an_order("DELIVERED", *racks("INSTALLING"))),
    )
    yield (
        "A rack is `INSTALLED`, with its assets",
        observed(
            an_order("DELIVERED", *racks("INSTALLING")),
            an_order("DELIVERED", *racks("INSTALLED", AssetInformationList=[{"AssetId": "1"}])),
        ),
    )


def _trouble() -> Details:
    """Yield what nobody should miss."""
    yield (
        "A rack is in `ERROR`",
        observed(
            an_order("IN_PROGRESS", *racks("BUILDING", "BUILDING")),
            an_order("IN_PROGRESS", *racks("ERROR", "BUILDING")),
        ),
    )
    yield (
        "The order is `DELIVERED`, one rack in `ERROR`",
        observed(
            an_order("IN_PROGRESS", *racks("SHIPPED", "SHIPPED")), an_order("DELIVERED", *racks("ERROR", "DELIVERED"))
        ),
    )
    yield (
        "The order is `DELIVERED`, a rack has been in `ERROR` for long",
        observed(
            an_order("IN_PROGRESS", *racks("ERROR", "DELIVERED")), an_order("DELIVERED", *racks("ERROR", "DELIVERED"))
        ),
    )
    yield (
        "Two racks are `SHIPPED`, another is still in `ERROR`",
        observed(
            an_order("IN_PROGRESS", *racks("ERROR", "BUILDING", "BUILDING")),
            an_order("IN_PROGRESS", *racks("ERROR", "SHIPPED", "SHIPPED")),
        ),
    )
    yield (
        "Six racks, each changed differently",
        observed(
            an_order("PREPARING", *racks(*["PREPARING"] * 6)),
            an_order("IN_PROGRESS", *racks("ERROR", "REPLACED", "CANCELLED", "SHIPPED", "SHIPPED", "BUILDING")),
        ),
    )
    yield (
        "A rack is `CANCELLED`",
        observed(
            an_order("IN_PROGRESS", *racks("BUILDING", "BUILDING")),
            an_order("IN_PROGRESS", *racks("CANCELLED", "BUILDING")),
        ),
    )
    yield (
        "A rack is `REPLACED`",
        observed(an_order("COMPLETED", *racks("INSTALLED")), an_order("COMPLETED", *racks("REPLACED"))),
    )
    building = an_order("IN_PROGRESS", *racks(*["BUILDING"] * 3))
    order = types.STALLED.change(STALLED)
    items = [types.STALLED.change({**STALLED, "lineItemId": f"ooi-{number}"}) for number in (1, 2, 3)]
    yield "The order has stalled", changed(building, order)
    yield "The order and its three line items have stalled", changed(building, order, *items)
    yield "The order is no longer listed", changed(building, types.MISSING.change({}))
    yield "The order is listed again", changed(building, types.REAPPEARED.change({}))


def _other_changes() -> Details:
    """Yield what is not about a status."""
    built = an_order("IN_PROGRESS", *racks(*["BUILDING"] * 2))
    yield (
        "A tracking number appears for 12 line items",
        observed(
            an_order("IN_PROGRESS", *racks(*["SHIPPED"] * 12)),
            an_order("IN_PROGRESS", *racks(*["SHIPPED"] * 12, ShipmentInformation=PARCEL)),
        ),
    )
    yield (
        "Assets appear for two line items",
        observed(
            an_order("DELIVERED", *racks(*["INSTALLING"] * 2)),
            an_order("DELIVERED", *racks(*["INSTALLING"] * 2, AssetInformationList=[{"AssetId": "1"}])),
        ),
    )
    yield "A rack is added", observed(built, an_order("IN_PROGRESS", *racks(*["BUILDING"] * 2, "PREPARING")))
    yield "A rack is removed", observed(built, an_order("IN_PROGRESS", *racks("BUILDING")))
    yield "A replaced line item is linked to this order's", changed(built, types.REPLACEMENT_LINKED.change(LINK))
    yield "Anything else changes", observed(built, built | {"PaymentTerm": "THREE_YEARS"})


def _names() -> Details:
    """Yield what is not known by name, or has a long one."""
    old, new = an_order("IN_PROGRESS", *racks(*["BUILDING"] * 2)), an_order("IN_PROGRESS", *racks("SHIPPED", "ERROR"))
    yield "No name is known", observed(old, new, {})
    yield "The order belongs to no Outpost", observed(old, new | {"OutpostId": None})
    yield (
        "The Outpost has a long name",
        observed(old, new, NAMES | {OUTPOST: "Manufacturing execution, Ringaskiddy site, hall 4"}),
    )
    yield "`test-notification`", observed(old, new) | {"test": True}


def _digests() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the observations of several orders in one message."""
    details = {what: detail for details in (_orders(), _line_items(), _trouble()) for what, detail in details}
    usual = ("The order is `DELIVERED`, its racks too", "Five racks are `SHIPPED`")
    trouble = ("A rack is in `ERROR`", "The order is `CANCELLED` with its racks", "The order has stalled")
    yield "A digest of six orders", [details[each] for each in usual * 3]
    yield "A digest of five orders, some in trouble", [details[each] for each in usual + trouble]
