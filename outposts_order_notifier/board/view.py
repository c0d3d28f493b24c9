"""What the board shows, as values for the templates. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from outposts_order_notifier.board.filters import STALLED, Filters
from outposts_order_notifier.board.gather import Gathered
from outposts_order_notifier.board.search import matches, texts_of
from outposts_order_notifier.board.sequence import CALM, in_error, in_sequence, is_overdue, urgency
from outposts_order_notifier.domain.dates import submitted_at
from outposts_order_notifier.domain.lineage import Reference
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
from outposts_order_notifier.wording.annotations import annotation_lines
from outposts_order_notifier.wording.console import orders_url
from outposts_order_notifier.wording.headline import name_of, with_id
from outposts_order_notifier.wording.usual import usually_in
from outposts_order_notifier.wording.words import abbreviation, duration, plain

SETTLED_SHOWN = 20  # unless all are requested
UNFOLDED_ITEMS = 4  # an order in flight with more line items is folded


@dataclass(frozen=True, slots=True)
class Moment:
    """A time: as ISO 8601, and short for people, in the board's zone.

    The text has the zone's abbreviation only if it differs from that of the board's own time, as in the other half of
    a year.
    """

    iso: str
    text: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A status in the history of an order or a line item.

    Attributes:
        status: The API's status.
        kind: See `outposts_order_notifier.domain.statuses.Status`.
        since: When it was first seen.
        lasted: How long it lasted, or has lasted so far; empty for a final one.
        current: Whether it is the current one.
        left: Its start on the order's time axis, and its `width`, in percent.
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
        name: Its id, or its position among those without one.
        kind: See `Stage`.
        icon: The status' emoji.
        stages: Its history, oldest first.
        stalled: Whether its status has lasted too long.
        usually: How long its status usually lasts, and from how many orders; empty if that is unknown.
        shipment: Carrier, tracking number and tracking URL; None if there is none.
        assets: Each asset's id and MAC addresses.
        replaces: The line item that it replaces.
        replaced_by: The one that replaces it, the one that replaces that one, and so on.
    """

    name: str
    catalog: str
    quantity: str
    status: str
    kind: str
    icon: str
    stages: tuple[Stage, ...]
    stalled: bool
    usually: str
    shipment: tuple[str, str, str] | None
    assets: tuple[tuple[str, str], ...]
    replaces: Reference | None
    replaced_by: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """An order.

    Attributes:
        id: The order's id, unescaped like the line items' names and references.
        kind: See `Stage`.
        icon: The status' emoji.
        facts: Outpost, type, account and region.
        console: The URL of the orders in the AWS console.
        submitted: When it was submitted; None if the API returns no plausible time.
        stages: Its history, oldest first.
        counts: The number of line items by status.
        stalled: Whether its own status has lasted too long.
        usually: See `Item`.
        items_stalled: The number of stalled line items.
        items_in_error: The number of line items in ERROR, which come first among them.
        overdue: Whether the day on which it was expected has passed.
        missing: Whether ListOrders no longer lists it.
        damage: What could not be read of its snapshot.
        added: What people have added: a mute, the day on which it is expected, the latest notes.
        settled: Whether no further change is expected.
        attention: Whether it is in flight and has a problem: one of these, or something in ERROR.
        unfolded: Whether its line items are shown at once.
    """

    id: str
    status: str
    kind: str
    icon: str
    facts: tuple[str, ...]
    console: str
    submitted: Moment | None
    stages: tuple[Stage, ...]
    items: tuple[Item, ...]
    counts: Mapping[str, int]
    stalled: bool
    usually: str
    items_stalled: int
    items_in_error: int
    overdue: bool
    missing: bool
    damage: str
    added: tuple[str, ...]
    settled: bool
    attention: bool
    unfolded: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The whole board.

    Attributes:
        at: When it was created.
        zone: The abbreviation and the name of the time zone of all times.
        options: The possible values of each filter.
        names: What people call the values of some filters.
        totals: The numbers of orders that pass the filters.
        in_flight: As the filters sort them.
        settled: The latest, sorted alike.
        in_flight_left_out: How many orders in flight are not shown; `settled_left_out` is alike.
        unread: The number of orders that were not read, as there are too many.
        errors: Why some orders could not be read, by order id.
    """

    at: Moment
    zone: tuple[str, str]
    filters: Filters
    options: Mapping[str, Sequence[str]]
    names: Mapping[str, str]
    totals: Mapping[str, int]
    in_flight: tuple[Card, ...]
    settled: tuple[Card, ...]
    in_flight_left_out: int
    settled_left_out: int
    unread: int
    errors: Mapping[str, str]

    @property
    def shown(self) -> frozenset[str]:
        """The ids of the orders on it."""
        return frozenset(card.id for card in (*self.in_flight, *self.settled))


def board(gathered: Gathered, filters: Filters, now: datetime, most: int | None = None) -> Board:
    """Build the board of at most `most` orders; durations last until `now`, whose zone is that of all times."""
    names = gathered.names
    matching = [snapshot for snapshot in gathered.snapshots if _matches(snapshot, filters, names)]
    matching.sort(key=_last_change, reverse=True)
    settled = [snapshot for snapshot in matching if is_settled(snapshot.order)]
    in_flight = in_sequence((each for each in matching if not is_settled(each.order)), filters.sort, names, now)
    shown = in_flight[:most]
    room = len(settled) if most is None else max(0, most - len(shown))
    latest = settled[: room if filters.settled == "all" else min(SETTLED_SHOWN, room)]
    shown_settled = in_sequence(latest, filters.sort, names, now)
    statuses = {status for snapshot in gathered.snapshots for status in _statuses(snapshot)} - {STALLED}
    return Board(
        at=_moment(now, now, now.tzinfo),
        zone=(abbreviation(now), str(now.tzinfo)),
        filters=filters,
        options={
            "status": [*sorted(statuses), STALLED],
            "outpost": gathered.outposts,
            "account": gathered.accounts,
            "region": gathered.regions,
        },
        names=names,
        totals={
            "in flight": len(in_flight),
            "stalled": sum(bool(snapshot.stalled) for snapshot in in_flight),
            "in error": sum(map(in_error, in_flight)),
            "settled": len(settled),
        },
        in_flight=tuple(_card(snapshot, gathered, now) for snapshot in shown),
        settled=tuple(_card(snapshot, gathered, now) for snapshot in shown_settled),
        in_flight_left_out=len(in_flight) - len(shown),
        settled_left_out=len(settled) - len(shown_settled),
        unread=gathered.unread,
        errors=gathered.errors,
    )


def _matches(snapshot: Snapshot, filters: Filters, names: Mapping[str, str]) -> bool:
    return filters.status in {"", *_statuses(snapshot)} and matches(filters.q, texts_of(snapshot, names))


def _statuses(snapshot: Snapshot) -> set[str]:
    items = snapshot.order.get("LineItems", [])
    found = {plain(each.get("Status")) for each in (snapshot.order, *items)}
    return found | {STALLED} if snapshot.stalled else found


def _last_change(snapshot: Snapshot) -> str:
    return max((entries[-1].at for entries in snapshot.history.values() if entries), default="")


@dataclass(frozen=True, slots=True)
class _Axis:
    """The time axis of an order's history: from when it was first seen until now, or until it was settled."""

    start: datetime
    end: datetime
    now: datetime

    def stages(self, entries: Sequence[StatusEntry], final: frozenset[str]) -> tuple[Stage, ...]:
        """Return the stages of a history; `final` are the statuses after which no other is expected."""
        times = [from_iso8601(entry.at) for entry in entries]
        whole = (self.end - self.start).total_seconds() or 1.0
        drawn = []
        for number, (entry, since) in enumerate(zip(entries, times, strict=True)):
            current = number == len(entries) - 1
            until = self.end if current else times[number + 1]
            over = current and entry.status in final
            status = plain(entry.status)
            seconds = (self.now if current else until) - since
            drawn.append(
                Stage(
                    status=status,
                    kind=status_named(status).kind,
                    since=_moment(since, self.now, self.now.tzinfo),
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


def _card(snapshot: Snapshot, gathered: Gathered, now: datetime) -> Card:
    order = snapshot.order
    account, region = account_and_region(snapshot.source)
    settled = is_settled(order)
    axis = _axis(snapshot, now, settled=settled)
    usually = usually_in(order, gathered.usuals, gathered.names)
    items = [
        _item(Reference(snapshot.order_id, name), item, snapshot, axis, gathered, usually=usually.get(name, ""))
        for name, item in line_items_by_id(order).items()
    ]
    items.sort(key=lambda item: item.status != ERROR)
    status = plain(order.get("Status"))
    stalled_items = sum(item.stalled for item in items)
    return Card(
        id=snapshot.order_id,
        status=status,
        kind=status_named(status).kind,
        icon=status_named(status).icon,
        facts=tuple(
            with_id(fact, gathered.names)
            for fact in (order.get("OutpostId"), order.get("OrderType"), account, region)
            if fact
        ),
        console=orders_url(region) if region else "",
        submitted=_moment(submitted, now, now.tzinfo) if (submitted := submitted_at(order, now)) else None,
        stages=axis.stages(snapshot.history.get(ORDER, ()), SETTLED_ORDER_STATUSES),
        items=tuple(items),
        counts={plain(name): number for name, number in line_item_counts_by_status(order).items()},
        stalled=ORDER in snapshot.stalled,
        usually=usually.get(ORDER, ""),
        items_stalled=stalled_items,
        items_in_error=sum(item.status == ERROR for item in items),
        overdue=is_overdue(snapshot),
        missing=snapshot.missing,
        damage=snapshot.damage,
        added=tuple(annotation_lines(snapshot.annotations, to_iso8601(now), now.tzinfo or UTC)),
        settled=settled,
        attention=urgency(snapshot) != CALM,
        unfolded=not settled and len(items) <= UNFOLDED_ITEMS,
    )


def _item(  # noqa: PLR0913 - all that a line item shows
    place: Reference, item: LineItem, snapshot: Snapshot, axis: _Axis, gathered: Gathered, *, usually: str
) -> Item:
    status = plain(item.get("Status"))
    name = place.line_item_id
    return Item(
        name=name,
        catalog=name_of(item.get("CatalogItemId"), gathered.names),
        quantity=plain(item.get("Quantity")),
        status=status,
        kind=status_named(status).kind,
        icon=status_named(status).icon,
        stages=axis.stages(snapshot.history.get(name, ()), SETTLED_LINE_ITEM_STATUSES),
        stalled=name in snapshot.stalled,
        usually=usually,
        shipment=_shipment(item),
        assets=tuple(_assets(item.get("AssetInformationList", []))),
        replaces=_replaces(item),
        replaced_by=tuple(gathered.lineage.chain(place)),
    )


def _replaces(item: LineItem) -> Reference | None:
    """Return the line item that this one replaces; without a line item id if it names only an order."""
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


@lru_cache(maxsize=4_096)  # line items that change together share their times
def _moment(time: datetime, now: datetime, zone: tzinfo | None) -> Moment:
    # The zone is an argument of its own because equal times in different zones are the same key of the cache.
    local = time.astimezone(zone)
    year = "" if local.year == now.year else f" {local.year}"
    suffix = "" if abbreviation(local) == abbreviation(now) else f" {abbreviation(local)}"
    return Moment(to_iso8601(time), f"{local.day} {local:%b}{year}, {local:%H:%M}{suffix}")
