"""What the board shows, as values that a template only has to lay out. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from outposts_order_notifier.board.filters import STALLED, Filters
from outposts_order_notifier.board.gather import Gathered
from outposts_order_notifier.domain.dates import submitted_at
from outposts_order_notifier.domain.lineage import Lineage, Reference
from outposts_order_notifier.domain.order import (
    LineItem,
    is_settled,
    line_item_counts_by_status,
    line_items_by_id,
)
from outposts_order_notifier.domain.places import account_and_region
from outposts_order_notifier.domain.shipment import shipment_of
from outposts_order_notifier.domain.snapshot import ORDER, Snapshot, StatusEntry
from outposts_order_notifier.domain.statuses import (
    ERROR,
    SETTLED_LINE_ITEM_STATUSES,
    SETTLED_ORDER_STATUSES,
    status_named,
)
from outposts_order_notifier.domain.timestamps import from_iso8601, to_iso8601
from outposts_order_notifier.wording.console import orders_url
from outposts_order_notifier.wording.words import duration, plain

SETTLED_SHOWN = 20  # unless all are asked for
UNFOLDED_ITEMS = 4  # an order in flight with more line items shows them when asked


@dataclass(frozen=True, slots=True)
class Moment:
    """A time: as ISO 8601, and short for people, in UTC."""

    iso: str
    text: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A status that an order or a line item was in, or is.

    Attributes:
        status: In the API's words.
        kind: See `outposts_order_notifier.domain.statuses.Status`.
        since: When it was first seen.
        lasted: How long it lasted, or has lasted by now; empty where it is an end.
        current: Whether it is in it now.
        left: Where it begins on the order's time axis, in percent; `width` is how long it is there.
        width: See `left`.
    """

    status: str
    kind: str
    since: Moment
    lasted: str
    current: bool
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Item:
    """A line item.

    Attributes:
        name: Its id, or its place among those without one.
        catalog: The catalog item's id.
        quantity: How many.
        status: As `Stage.status`; `kind` as `Stage.kind`.
        kind: See `status`.
        stages: Its life, oldest first.
        stalled: Whether its status lasts too long.
        shipment: Carrier, tracking number and address of the tracking page; None before any.
        assets: Each asset's id and its MAC addresses.
        replaces: The line item whose place it took.
        replaced_by: The one that took its place, and the one that took that one's, and so on.
    """

    name: str
    catalog: str
    quantity: str
    status: str
    kind: str
    stages: tuple[Stage, ...]
    stalled: bool
    shipment: tuple[str, str, str] | None
    assets: tuple[tuple[str, str], ...]
    replaces: Reference | None
    replaced_by: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """An order.

    Attributes:
        id: The order's id, as it came; so are the line items' names and what replaces them.
        status: As `Stage.status`; `kind` as `Stage.kind`.
        kind: See `status`.
        facts: Where it lives and what it is, in a few words each.
        console: Address of the orders in the AWS console.
        submitted: When it was submitted; None if the API does not say, or says what cannot be.
        stages: Its life, oldest first.
        items: Its line items, and how many are in each status.
        counts: See `items`.
        stalled: Whether its own status lasts too long.
        items_stalled: How many of its line items' do.
        missing: Whether ListOrders no longer names it.
        damage: What of its snapshot could not be read.
        settled: Whether nothing more is expected to happen.
        attention: Whether it is in flight and wants some: for any of these reasons, or as something is in ERROR.
        unfolded: Whether its line items are shown without asking.
    """

    id: str
    status: str
    kind: str
    facts: tuple[str, ...]
    console: str
    submitted: Moment | None
    stages: tuple[Stage, ...]
    items: tuple[Item, ...]
    counts: Mapping[str, int]
    stalled: bool
    items_stalled: int
    missing: bool
    damage: str
    settled: bool
    attention: bool
    unfolded: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The whole board.

    Attributes:
        at: When it was made.
        filters: What was asked for.
        options: What can be asked for, by filter.
        totals: Numbers to see from afar, of the orders that the filters let in.
        in_flight: Orders on their way, those that want attention first, then those that changed last.
        settled: Orders that ended, those that ended last first.
        in_flight_left_out: How many of each are not shown.
        settled_left_out: See `in_flight_left_out`.
        unread: How many orders were not even read, as there are too many.
        errors: Why some orders could not be read, by order id.
    """

    at: Moment
    filters: Filters
    options: Mapping[str, Sequence[str]]
    totals: Mapping[str, int]
    in_flight: tuple[Card, ...]
    settled: tuple[Card, ...]
    in_flight_left_out: int
    settled_left_out: int
    unread: int
    errors: Mapping[str, str]

    @property
    def shown(self) -> frozenset[str]:
        """The ids of the orders that are on it."""
        return frozenset(card.id for card in (*self.in_flight, *self.settled))


def board(gathered: Gathered, filters: Filters, now: datetime, most: int | None = None) -> Board:
    """Lay the board out.

    Args:
        gathered: What was read.
        filters: What is wanted.
        now: The time that durations last to.
        most: How many orders are shown at most; None for no limit.
    """
    let_in = [snapshot for snapshot in gathered.snapshots if filters.status in {"", *_statuses(snapshot)}]
    let_in.sort(key=_last_change, reverse=True)
    settled = [snapshot for snapshot in let_in if is_settled(snapshot.order)]
    in_flight = sorted((each for each in let_in if not is_settled(each.order)), key=_is_calm)
    shown = in_flight[:most]
    room = len(settled) if most is None else max(0, most - len(shown))
    shown_settled = settled[: room if filters.settled == "all" else min(SETTLED_SHOWN, room)]
    statuses = {status for snapshot in gathered.snapshots for status in _statuses(snapshot)} - {STALLED}
    return Board(
        at=_moment(now, now),
        filters=filters,
        options={
            "status": [*sorted(statuses), STALLED],
            "outpost": gathered.outposts,
            "account": gathered.accounts,
            "region": gathered.regions,
        },
        totals={
            "in flight": len(in_flight),
            "stalled": sum(bool(snapshot.stalled) for snapshot in in_flight),
            "in error": sum(ERROR in _statuses(snapshot) for snapshot in in_flight),
            "settled": len(settled),
        },
        in_flight=tuple(_card(snapshot, gathered.lineage, now) for snapshot in shown),
        settled=tuple(_card(snapshot, gathered.lineage, now) for snapshot in shown_settled),
        in_flight_left_out=len(in_flight) - len(shown),
        settled_left_out=len(settled) - len(shown_settled),
        unread=gathered.unread,
        errors=gathered.errors,
    )


def _statuses(snapshot: Snapshot) -> set[str]:
    items = snapshot.order.get("LineItems", [])
    found = {plain(each.get("Status")) for each in (snapshot.order, *items)}
    return found | {STALLED} if snapshot.stalled else found


def _last_change(snapshot: Snapshot) -> str:
    return max((entries[-1].at for entries in snapshot.history.values() if entries), default="")


def _is_calm(snapshot: Snapshot) -> bool:
    return not (snapshot.stalled or snapshot.missing or snapshot.damage or ERROR in _statuses(snapshot))


@dataclass(frozen=True, slots=True)
class _Axis:
    """The time that an order's life is drawn on: from when it was first seen until now, or until it ended."""

    start: datetime
    end: datetime
    now: datetime

    def stages(self, entries: Sequence[StatusEntry], ends: frozenset[str]) -> tuple[Stage, ...]:
        """Draw a life; `ends` are the statuses that nothing is expected after."""
        times = [from_iso8601(entry.at) for entry in entries]
        whole = (self.end - self.start).total_seconds() or 1.0
        drawn = []
        for number, (entry, since) in enumerate(zip(entries, times, strict=True)):
            current = number == len(entries) - 1
            until = self.end if current else times[number + 1]
            over = current and entry.status in ends
            status = plain(entry.status)
            seconds = (self.now if current else until) - since
            drawn.append(
                Stage(
                    status=status,
                    kind=status_named(status).kind,
                    since=_moment(since, self.now),
                    lasted="" if over else duration(max(0, int(seconds.total_seconds()))),
                    current=current,
                    left=round(100 * max(0.0, (since - self.start).total_seconds()) / whole, 2),
                    width=round(100 * max(0.0, (until - since).total_seconds()) / whole, 2),
                )
            )
        return tuple(drawn)


def _axis(snapshot: Snapshot, now: datetime, *, settled: bool) -> _Axis:
    times = [from_iso8601(entry.at) for entries in snapshot.history.values() for entry in entries] or [now]
    return _Axis(min(times), max(times) if settled else max(now, *times), now)


def _card(snapshot: Snapshot, lineage: Lineage, now: datetime) -> Card:
    order = snapshot.order
    account, region = account_and_region(snapshot.source)
    settled = is_settled(order)
    axis = _axis(snapshot, now, settled=settled)
    items = tuple(
        _item(Reference(snapshot.order_id, name), item, snapshot, axis, lineage)
        for name, item in line_items_by_id(order).items()
    )
    status = plain(order.get("Status"))
    stalled_items = sum(item.stalled for item in items)
    return Card(
        id=snapshot.order_id,
        status=status,
        kind=status_named(status).kind,
        facts=tuple(plain(fact) for fact in (order.get("OutpostId"), order.get("OrderType"), account, region) if fact),
        console=orders_url(region) if region else "",
        submitted=_moment(submitted, now) if (submitted := submitted_at(order, now)) else None,
        stages=axis.stages(snapshot.history.get(ORDER, ()), SETTLED_ORDER_STATUSES),
        items=items,
        counts={plain(name): number for name, number in line_item_counts_by_status(order).items()},
        stalled=ORDER in snapshot.stalled,
        items_stalled=stalled_items,
        missing=snapshot.missing,
        damage=snapshot.damage,
        settled=settled,
        attention=not settled and not _is_calm(snapshot),
        unfolded=not settled and len(items) <= UNFOLDED_ITEMS,
    )


def _item(place: Reference, item: LineItem, snapshot: Snapshot, axis: _Axis, lineage: Lineage) -> Item:
    status = plain(item.get("Status"))
    name = place.line_item_id
    return Item(
        name=name,
        catalog=plain(item.get("CatalogItemId")),
        quantity=plain(item.get("Quantity")),
        status=status,
        kind=status_named(status).kind,
        stages=axis.stages(snapshot.history.get(name, ()), SETTLED_LINE_ITEM_STATUSES),
        stalled=name in snapshot.stalled,
        shipment=_shipment(item),
        assets=tuple(_assets(item.get("AssetInformationList", []))),
        replaces=_replaces(item),
        replaced_by=tuple(lineage.chain(place)),
    )


def _replaces(item: LineItem) -> Reference | None:
    """Return the line item that this one names as its predecessor, without an id where it names an order alone."""
    order_id = item.get("PreviousOrderId")
    return Reference(order_id, item.get("PreviousLineItemId", "")) if order_id else None


def _shipment(item: LineItem) -> tuple[str, str, str] | None:
    shipment = shipment_of(item)
    if shipment is None:
        return None
    url = str(shipment["trackingUrl"] or "")
    safe = url if urlsplit(url).scheme in {"http", "https"} else ""
    return plain(shipment["carrier"]), plain(shipment["trackingNumber"]), safe


def _assets(assets: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    for asset in assets:
        yield plain(asset.get("AssetId")), ", ".join(plain(address) for address in asset.get("MacAddressList", []))


@lru_cache(maxsize=4_096)  # line items that move together share their times
def _moment(time: datetime, now: datetime) -> Moment:
    utc = time.astimezone(UTC)
    year = "" if utc.year == now.year else f" {utc.year}"
    return Moment(to_iso8601(utc), f"{utc.day} {utc:%b}{year}, {utc:%H:%M}")
