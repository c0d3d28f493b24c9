"""An order's live card. Pure.

Everything in it comes from the order's snapshot, and from how long statuses usually last. No time in it is relative to
now: Slack itself computes how long ago a status began, so a card stays correct if it is not updated for weeks.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from outposts_order_notifier.domain.durations import Usuals
from outposts_order_notifier.domain.order import Order, line_items_by_id
from outposts_order_notifier.domain.places import account_and_region
from outposts_order_notifier.domain.progress import STAGES, next_step, progress
from outposts_order_notifier.domain.shipment import shipment_of
from outposts_order_notifier.domain.snapshot import ORDER, Snapshot, StatusEntry
from outposts_order_notifier.domain.statuses import (
    CANCELLED,
    ERROR,
    INSTALLED,
    MISSING,
    SETTLED_LINE_ITEM_STATUSES,
    STALLED,
    status_named,
)
from outposts_order_notifier.domain.timestamps import seconds_between
from outposts_order_notifier.notify.channels.slack.blocks import (
    Block,
    date,
    escape,
    fields,
    fitting,
    header,
    link,
    links,
    mrkdwn,
    section,
    shortened,
    steps,
)
from outposts_order_notifier.wording.annotations import NOTES_SHOWN, muted, when_expected, who, whole
from outposts_order_notifier.wording.console import orders_url
from outposts_order_notifier.wording.hardware import Hardware, in_full, ordered, together
from outposts_order_notifier.wording.headline import TEST, Names, marked_as, name_of, names_of, status_words, title
from outposts_order_notifier.wording.message import LONGEST_URL, step_lines
from outposts_order_notifier.wording.next_steps import steps_of_order
from outposts_order_notifier.wording.usual import usually_in
from outposts_order_notifier.wording.words import count, duration, plain

CARD = "outposts_order_card"
BAR_CELLS = 20
MAX_LIST = 2_400  # characters of each list; all lists and the rest of the card stay below Slack's limits
MAX_BAR = 600  # characters, with the counts below it, for the same reason
MAX_LIFE = 8
MAX_LINKED = 5
THREAD = "Its thread"
NO_ADDRESSES: Mapping[str, str | None] = {}
NOTHING_USUAL: Usuals = {}

Payload = dict[str, Any]


def card_payload(  # noqa: PLR0913 - all that a card shows
    snapshot: Snapshot,
    replaced_by: Mapping[str, Any],
    names: Names,
    addresses: Mapping[str, str | None] = NO_ADDRESSES,
    board_url: str = "",
    *,
    usuals: Usuals = NOTHING_USUAL,
) -> Payload:
    """Build an order's card: text, blocks, and the metadata that finds a lost card again.

    Args:
        snapshot: The order.
        replaced_by: Its line items that are known to be replaced, each with the replacement's `{orderId, lineItemId}`,
            and with another as `now` if the replacement was itself replaced.
        names: What people call the things that have ids.
        addresses: Those of the cards of related orders, by order id.
        board_url: Where all orders are shown; empty without a board.
        usuals: How long statuses usually last.
    """
    order = snapshot.order
    usually = usually_in(order, usuals, names)
    account, region = account_and_region(snapshot.source)
    required = step_lines(steps_of_order(order, names, region))
    lists = {
        "Line items": _line_items(snapshot, names, usually),
        "Shipments": _shipments(order, names),
        "Replacements": _replacements(snapshot, replaced_by, addresses),
    }
    account = escape(name_of(account, names))
    where = f"Order {escape(plain(snapshot.order_id))}, account {account}, {escape(plain(region))}, sequence"
    return _payload(
        snapshot.order_id,
        _icon(snapshot),
        title(order, names),
        *([section(text)] if (text := _list(_warnings(snapshot, names))) else []),
        *([section(text)] if (text := _list(_annotations(snapshot))) else []),
        section(_bar(order)),
        fields(_facts(snapshot, names, usually, waits=not required)),
        *([section(steps(required))] if required else []),
        *(section(f"*{name}*\n{text}") for name, lines in lists.items() if (text := _list(lines))),
        {
            "type": "context",
            "elements": [mrkdwn(f"{where} {snapshot.sequence}"), *map(mrkdwn, links(board_url, orders_url(region)))],
        },
    )


def sketch_payload(detail: Mapping[str, Any]) -> Payload:
    """Build a card from an event's detail, if the order's snapshot cannot be read; the next update completes it."""
    order = {"OutpostId": detail["outpostId"], "OrderId": detail["orderId"], "Status": detail["orderStatus"]}
    headline = f"{TEST if detail.get('test') else ''}{title(order, names_of(detail))}"
    counts = detail["lineItemCountsByStatus"].items()
    items = _list(f"• {number} {escape(status_words(status))}" for status, number in counts)
    return _payload(
        detail["orderId"],
        marked_as(detail).icon,
        headline,
        fields({"Order": escape(plain(detail["orderId"])), "Observed": date(plain(detail["observedAt"]))}),
        *([section(f"*Line items*\n{items}")] if items else []),
    )


def _payload(order_id: str, icon: str, headline: str, *blocks: Block) -> Payload:
    return {
        "text": escape(headline),
        "metadata": {"event_type": CARD, "event_payload": {"order_id": order_id}},
        "blocks": [header(f"{icon} {headline}"), *blocks],
    }


def _warnings(snapshot: Snapshot, names: Names) -> Iterator[str]:
    if snapshot.missing:
        yield f"{MISSING.icon} AWS no longer lists this order"
    items = line_items_by_id(snapshot.order)
    if ORDER in snapshot.stalled:
        yield f"{STALLED.icon} *Stalled:* the order is {_since(snapshot, ORDER)}"
    if stalled := together(ordered(items[name], names) for name in snapshot.stalled & items.keys()):
        yield f"{STALLED.icon} *Stalled:* {stalled}"
    if errors := together(ordered(item, names) for item in items.values() if item.get("Status") == ERROR):
        yield f"{status_named(ERROR).icon} *Error:* {errors}"


def _annotations(snapshot: Snapshot) -> Iterator[str]:
    """Return what people have added. Whether a mute has ended is for the reader to see: the card may be old."""
    annotations = snapshot.annotations
    if mute := annotations.mute:
        yield f"🔕 {escape(muted(mute))} ({escape(who(mute.by))})"
    if expected := annotations.expected:
        yield f"📅 {escape(when_expected(expected))} ({escape(who(expected.by))})"
    for note in annotations.notes[-NOTES_SHOWN:]:
        yield f"🗒️ {escape(whole(note.text))} ({escape(who(note.by))}, {date(note.at, '{date_short}')})"


def _icon(snapshot: Snapshot) -> str:
    """Return the icon of the weightiest status in an order."""
    order = snapshot.order
    statuses = [order.get("Status"), *(item.get("Status") for item in order.get("LineItems", []))]
    weighty = [row for row in map(status_named, statuses) if not row.settled and row.weight]
    return max(weighty, key=lambda row: row.weight, default=status_named(order.get("Status"))).icon


def _bar(order: Order) -> str:
    """Draw the line items' progress, and count them by status, the most advanced first. A cancelled order has none."""
    done = progress(order)
    cells = int(done * BAR_CELLS)
    statuses = Counter(plain(item.get("Status")) for item in order.get("LineItems", []))
    found = sorted(statuses, key=_stage, reverse=True)
    counts = ", ".join(f"{statuses[status]} {escape(status_words(status))}" for status in found)
    if order.get("Status") == CANCELLED:
        return shortened(counts or "No line items", MAX_BAR)
    bar = "█" * cells + "░" * (BAR_CELLS - cells)
    installed = f"{statuses[INSTALLED]} of {count(statuses.total(), 'line item')} installed"
    return shortened(f"`{bar}` {int(done * 100)}%\n{installed}" + (f": {counts}" if counts else ""), MAX_BAR)


def _facts(snapshot: Snapshot, names: Names, usually: Mapping[str, str], *, waits: bool) -> dict[str, str]:
    order = snapshot.order
    life = list(_life(snapshot.history.get(ORDER, ())))
    return {
        "Status": f"{_since(snapshot, ORDER)}{_usually(usually, ORDER)}",
        **({"Expected next": escape(next_step(order))} if waits else {}),
        "Outpost": escape(name_of(order.get("OutpostId"), names)),
        **({"Before": " → ".join(life[-MAX_LIFE:])} if life else {}),
    }


def _life(entered: tuple[StatusEntry, ...]) -> Iterator[str]:
    """Return the statuses before the current one, and how long each lasted."""
    for status, after in pairwise(entered):
        yield f"{escape(status_words(status.status))} for {duration(seconds_between(status.at, after.at))}"


def _since(snapshot: Snapshot, name: str) -> str:
    """Return a current status, and since when."""
    entered = snapshot.history.get(name)
    if not entered:
        return "unknown"
    return f"{escape(status_words(entered[-1].status))} since {date(entered[-1].at, '{date_short} ({ago})')}"


def _usually(usually: Mapping[str, str], name: str) -> str:
    return f"; {usually[name]}" if name in usually else ""


def _line_items(snapshot: Snapshot, names: Names, usually: Mapping[str, str]) -> Iterator[str]:
    """Return the hardware ordered, grouped by status and catalog item; the least advanced comes first."""
    items = line_items_by_id(snapshot.order)
    groups: dict[tuple[str, str], list[str]] = {}
    for name, item in items.items():
        groups.setdefault((plain(item.get("Status")), name_of(item.get("CatalogItemId"), names)), []).append(name)
    for (status, catalog_item), ids in sorted(groups.items(), key=lambda group: (_stage(group[0][0]), group[0])):
        starts = [snapshot.history[name][-1].at for name in ids if snapshot.history.get(name)]
        since = f" since {date(min(starts), '{date_short} ({ago})')}" if starts else ""
        what = together(ordered(items[name], names) for name in ids)
        hardware = escape(in_full(what, catalog_item)) if what else "line item"
        lasts = f"{escape(status_words(status))}{since}{_usually(usually, ids[0])}"
        yield f"{status_named(status).icon} {hardware}: {lasts}"


def _shipments(order: Order, names: Names) -> Iterator[str]:
    """Return the shipments under way, each tracking number once."""
    parcels: dict[tuple[str, str, str], list[Hardware]] = {}
    for item in line_items_by_id(order).values():
        shipment = shipment_of(item)
        if shipment and shipment["trackingNumber"] and item.get("Status") not in SETTLED_LINE_ITEM_STATUSES:
            words = (plain(shipment["carrier"]), plain(shipment["trackingNumber"]), str(shipment["trackingUrl"] or ""))
            parcels.setdefault(words, []).append(ordered(item, names))
    for (carrier, number, url), carried in parcels.items():
        track = f"  {link(url, 'Track it')}" if url and len(url) <= LONGEST_URL else ""
        yield f"• {escape(carrier)} {escape(number)}: {together(carried)}{track}"


def related_orders(snapshot: Snapshot, replaced_by: Mapping[str, Any]) -> list[str]:
    """Return the orders that the card's list of replacements names, each once, at most so many as have links."""
    previous = [item.get("PreviousOrderId") for item in line_items_by_id(snapshot.order).values()]
    new = [each.get("orderId") for known in replaced_by.values() for each in (known, known.get("now")) if each]
    return [name for name in dict.fromkeys([*previous, *new]) if isinstance(name, str)][:MAX_LINKED]


def _replacements(
    snapshot: Snapshot, replaced_by: Mapping[str, Any], addresses: Mapping[str, str | None]
) -> Iterator[str]:
    def of(line_item: object, order_id: object) -> str:
        address = addresses.get(order_id) if isinstance(order_id, str) else None
        named = f"{escape(plain(line_item))} of order {escape(plain(order_id))}"
        return f"{named} ({link(address, THREAD)})" if address else named

    for name, item in line_items_by_id(snapshot.order).items():
        if previous := item.get("PreviousOrderId"):
            yield f"• {escape(plain(name))} replaces {of(item.get('PreviousLineItemId'), previous)}"
        if new := replaced_by.get(name):
            by = [of(each.get("lineItemId"), each.get("orderId")) for each in (new, new.get("now")) if each]
            yield f"• {escape(plain(name))} is replaced by {', now by '.join(by)}"


def _list(lines: Iterable[str]) -> str:
    return "\n".join(fitting(list(lines), MAX_LIST))


def _stage(status: str) -> int:
    """Return a status's rank: that of its stage; others, such as ERROR, come before all stages, settled ones after."""
    if status in STAGES:
        return STAGES.index(status)
    return len(STAGES) if status in SETTLED_LINE_ITEM_STATUSES else -1
