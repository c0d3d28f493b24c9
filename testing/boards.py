"""Orders for the board's tests: the scenarios' histories, a crowd, and what the API should never return."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from local.lives import lives_today
from outposts_order_notifier.board.filters import Filters
from outposts_order_notifier.board.gather import Gathered
from outposts_order_notifier.board.view import Board, board
from outposts_order_notifier.domain.durations import Key, Level, Usual
from outposts_order_notifier.domain.events import Observation
from outposts_order_notifier.domain.lineage import Lineage, links_of
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.places import account_and_region
from outposts_order_notifier.domain.snapshot import ORDER, Snapshot, observe
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.sources.source import Source

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SOURCE = Source("111122223333", "eu-west-1")
RIGHT_TO_LEFT = "\u202e"  # reverses the text that follows


def days_ago(days: float) -> str:
    """Return a time as ISO 8601."""
    return to_iso8601(NOW - timedelta(days=days))


def observed(*reads: tuple[float, Order], source: Source = SOURCE, **further: Any) -> Snapshot:
    """Return the snapshot of an order after reads, each some days ago."""
    snapshot: Snapshot | None = None
    for days, order in reads:
        observation = Observation(source.account, source.region, days_ago(days))
        snapshot = observe(snapshot, {"OrderId": "oo-1", "OutpostId": "op-1", **order}, observation, b"") or snapshot
    assert snapshot
    return replace(snapshot, **further)


# What is usual for orders of type OUTPOST, of hardware without a name; most of the orders here have no type.
LEVELS: tuple[tuple[Level, str], ...] = (("order", "IN_PROGRESS"), ("lineItem", "BUILDING"))
USUALS = {Key("OUTPOST", "item", level, status): Usual(12 * 86_400, 20 * 86_400, 9) for level, status in LEVELS}


def gathered(snapshots: Iterable[Snapshot], *, unread: int = 0, **errors: str) -> Gathered:
    """Return what reading these snapshots results in."""
    every = tuple(snapshots)
    places = [account_and_region(each.source) for each in every]
    return Gathered(
        usuals=USUALS,
        snapshots=every,
        errors=errors,
        unread=unread,
        lineage=Lineage(link for each in every for link in links_of(each.order)),
        outposts=tuple(sorted({str(each.order.get("OutpostId", "")) for each in every})),
        accounts=tuple(sorted({account for account, _ in places})),
        regions=tuple(sorted({region for _, region in places})),
    )


def board_of(*snapshots: Snapshot, filters: Filters = Filters(), most: int | None = None) -> Board:  # noqa: B008 - frozen
    """Return the board of these orders."""
    return board(gathered(snapshots), filters, NOW, most)


@cache
def orders_of_every_kind() -> tuple[Snapshot, ...]:
    """Return orders in every condition: on their way, failed, replaced, settled, stalled, missing, large, damaged."""
    items = [
        {"LineItemId": f"ooi-{n}", "CatalogItemId": "OR-1", "Quantity": 2, "Status": "BUILDING"} for n in range(12)
    ]
    large = observed(
        (50, {"OrderId": "oo-large", "Status": "PREPARING"}),
        (9, {"OrderId": "oo-large", "Status": "IN_PROGRESS", "LineItems": items}),
    )
    return (
        *lives_today(NOW, SOURCE),
        replace(large, stalled=frozenset({ORDER, "ooi-3"}), missing=True),
        replace(observed((3, {"OrderId": "oo-damaged"})), damage="snapshot: error"),
        observed((3, {"OrderId": "oo-odd", "Status": "NEVER_SEEN", "OutpostId": "x" * 300, "LineItems": [{}]})),
        *orders_with_reversing_ids(),
    )


def orders_with_reversing_ids() -> list[Snapshot]:
    """Return an order and its replacement, whose ids reverse the text that follows them."""
    order, item = f"oo-{RIGHT_TO_LEFT}turned", f"ooi-{RIGHT_TO_LEFT}turned"
    turned = {"OrderId": order, "OutpostId": f"op-{RIGHT_TO_LEFT}turned", "Status": "IN_PROGRESS"}
    named = {"PreviousOrderId": order, "PreviousLineItemId": item}
    return [
        observed((3, {**turned, "LineItems": [{"LineItemId": item, "Status": "REPLACED"}]})),
        observed((3, {**turned, "OrderId": f"{order}-2", "LineItems": [{"LineItemId": f"{item}-2", **named}]})),
    ]
