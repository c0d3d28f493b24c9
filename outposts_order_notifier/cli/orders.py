"""`orders` and `show`: show the orders in the snapshots."""

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from outposts_order_notifier.cli.errors import OperatorError, nearest_of
from outposts_order_notifier.cli.events import orders_changed_since
from outposts_order_notifier.cli.ids import find
from outposts_order_notifier.cli.terminal import (
    AsJson,
    Column,
    Form,
    Json,
    OrderId,
    Output,
    Profile,
    Region,
    deployed,
    fail_with,
    form_of,
    lasted,
    say,
    show_table,
    show_value,
)
from outposts_order_notifier.cli.times import Since
from outposts_order_notifier.cli.watch import Look, print_lines, redraw
from outposts_order_notifier.domain.annotations import Annotations
from outposts_order_notifier.domain.durations import Usual, usual_in
from outposts_order_notifier.domain.lineage import Lineage
from outposts_order_notifier.domain.order import is_settled, line_item_counts_by_status, line_items_by_id
from outposts_order_notifier.domain.places import account_and_region
from outposts_order_notifier.domain.shipment import shipment_of
from outposts_order_notifier.domain.snapshot import ORDER, Snapshot
from outposts_order_notifier.domain.statuses import LINE_ITEM_STATUSES, ORDER_STATUSES
from outposts_order_notifier.domain.timestamps import seconds_between, to_iso8601
from outposts_order_notifier.runtime.time_zone import zone_named
from outposts_order_notifier.wording.annotations import annotation_lines
from outposts_order_notifier.wording.headline import Names, name_of, with_id
from outposts_order_notifier.wording.usual import hardware_in, usually
from outposts_order_notifier.wording.words import count, one_line, plain, plain_date, shortened

if TYPE_CHECKING:
    from outposts_order_notifier.cli.stack import Stack

DAY = 86_400  # seconds
STALLED = "STALLED"  # in place of a status
LONGEST_NAME = 20  # characters; with a longer one, a row may not fit into 100 columns


def orders(
    every: Annotated[bool, typer.Option("--all", help="Include settled orders.")] = False,
    outpost: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Filter by Outpost, id or name; repeatable.")
    ] = None,
    account: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Filter by account, id or name; repeatable.")
    ] = None,
    order_region: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Filter by the orders' region; repeatable.")
    ] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATUS",
            autocompletion=lambda: [*dict.fromkeys([*ORDER_STATUSES, *LINE_ITEM_STATUSES, STALLED])],
            help="Filter by the status of the order or of a line item, or STALLED; repeatable.",
        ),
    ] = None,
    since: Since = None,
    watch: Annotated[
        float | None,
        typer.Option(
            min=1,
            max=DAY,
            metavar="[SECONDS]",
            help="Look again every SECONDS (30) until Ctrl-C, and mark what has changed. With --output json, each "
            "change is a line of JSON.",
        ),
    ] = None,
    region: Region = None,
    profile: Profile = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """List the orders in flight, and how long each has been in its status.

    An order is in flight until it is COMPLETED or CANCELLED and all its line items are INSTALLED, CANCELLED or
    REPLACED. The list shows the result of the last poll; run `poll` to refresh it.

    With --since, the list has the orders of which an event was published since then, including settled ones. It is read
    from the poll function's log, which is kept for three months.
    """
    form = form_of(output, as_json)
    if watch and (form is Form.YAML or not (sys.stdout.isatty() or form is Form.JSON)):
        raise typer.BadParameter(
            "--watch needs a terminal; in a pipe, add --output json to get a line of JSON per change."
        )
    stack = deployed(region, profile)
    choice = Choice(
        every, outpost or (), account or (), order_region or (), [each.upper() for each in status or ()], since
    )
    if watch:
        _watch(stack, choice, watch, form)
        return
    found = _looked(stack, choice)
    rows = sorted(found.look.rows, key=lambda row: (row["since"] or "", row["orderId"]))
    if form.is_data:
        show_value(rows, form)
    elif rows:
        show_orders(rows, found.look.names, form)
    else:
        say(found.none)
    fail_with(found.problems)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which orders to list, as the options have it; an empty filter accepts all."""

    every: bool
    outposts: Sequence[str]
    accounts: Sequence[str]
    regions: Sequence[str]
    statuses: Sequence[str]
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Looked:
    """A look, what to say if it has no orders, and a line for each order that could not be read."""

    look: Look
    none: str
    problems: Sequence[str]


def _looked(stack: "Stack", choice: Choice) -> Looked:
    table = stack.snapshots
    entries = [*table.known_of_all_sources()]
    names = stack.names({source for source, _, _ in entries})
    if choice.since:
        changed = orders_changed_since(stack, choice.since)
        known = [order_id for _, order_id, each in entries if order_id in changed or each.pending]
    else:
        known = [order_id for _, order_id, each in entries if choice.every or not each.settled]
    loaded = table.read(known)
    now = to_iso8601(datetime.now(UTC))
    found = [row_of(each, now) for each in loaded.snapshots.values()]
    _check_statuses(choice.statuses, found)
    filters = {
        "outpostId": _ids(choice.outposts, names),
        "account": _ids(choice.accounts, names),
        "region": choice.regions,
    }
    wanted = set(choice.statuses)
    rows = [row for row in found if matches(row, filters) and (not wanted or statuses_of(row) & wanted)]
    otherwise = "No orders are known" if choice.every else "No orders in flight"
    none = "No such orders" if known else "No order has changed since then" if choice.since else otherwise
    problems = [f"{order_id} cannot be read: {error}" for order_id, error in loaded.errors.items()]
    return Looked(Look(now, rows, names), none, problems)


def _watch(stack: "Stack", choice: Choice, seconds: float, form: Form) -> None:
    def look() -> Look:
        found = _looked(stack, choice)
        fail_with(found.problems)
        return found.look

    if form is Form.JSON:
        print_lines(look, seconds)
    else:
        redraw(look, lambda rows, names: tables_of(rows, names, form), seconds)


def show(
    order: OrderId, region: Region = None, profile: Profile = None, output: Output = None, as_json: AsJson = False
) -> None:
    """Show an order's history: its statuses with times, line items, shipments, assets and replacements.

    The time of a status is that of the poll that first saw it. An order and each line item keep their last 20 statuses.
    """
    form = form_of(output, as_json)
    stack = deployed(region, profile)
    table = stack.snapshots
    found = find(table, order)
    lineage = Lineage(link for _, _, known in table.known_of_all_sources() for link in known.replaces)
    now = to_iso8601(datetime.now(UTC))
    names = stack.names([found.source])
    usual = usual_in(found.order, table.durations().usuals(), hardware_in(names))
    shown = life_of(found, now, lineage, usual)
    if form.is_data:
        show_value(shown, form)
    else:
        added = annotation_lines(found.annotations, now, zone_named(stack.outputs.get("TimeZone", "UTC")))
        show_life(shown, names, list(added), form)


def show_orders(rows: Sequence[Json], names: Names, form: Form = Form.TABLE) -> None:
    """Print the tables of orders."""
    for place, columns, of_place in tables_of(rows, names, form):
        show_table(of_place, columns, place)


def tables_of(
    rows: Sequence[Json], names: Names, form: Form = Form.TABLE
) -> Iterator[tuple[str, dict[str, Column], list[Json]]]:
    """Yield title, columns and rows of a table for each account and region.

    Account and region are the same for all orders of an Outpost.
    """
    columns = {**columns_of(names, form), "Notes": _notes, **(WIDE if form is Form.WIDE else {})}
    for account, region in dict.fromkeys((row["account"], row["region"]) for row in rows):
        of_place = [row for row in rows if (row["account"], row["region"]) == (account, region)]
        yield f"{with_id(account, _names(names, form))}, {plain(region)}", columns, of_place


def _names(names: Names, form: Form) -> Names:
    return names if form is Form.WIDE else _short(names)


def columns_of(names: Names, form: Form = Form.TABLE) -> dict[str, Column]:
    """Return the columns of a table of orders of one account and region; only the wide form has whole names."""
    short = _names(names, form)
    return {
        "Order": "orderId",
        "Outpost": lambda row: name_of(row["outpostId"], short) if row["outpostId"] else None,
        "Status": "status",
        "For": time_in_status,
        "Line items": _line_item_counts,
    }


def show_life(life: Json, names: Names, added: Sequence[str] = (), form: Form = Form.TABLE) -> None:
    """Print an order's history. Line items are numbered, so that those that took the same step share a line."""
    numbers = {item["lineItemId"]: number for number, item in enumerate(life["lineItems"], start=1)}
    say("\n".join([header_of(life, _names(names, form)), *added]))
    say("")
    show_table(_together(life["timeline"], numbers), TIMELINE)
    say("")
    show_table(
        [{"number": numbers[item["lineItemId"]], **item} for item in life["lineItems"]],
        LINE_ITEMS,
        form=form,
        wide=WIDE_LINE_ITEMS,
    )
    if lasting := _usual_lines(life["lineItems"], numbers):
        say("\n".join(["\nHow long these statuses usually last", *lasting]))
    if shipments := _shipments(life["lineItems"], numbers):
        say("\n".join(["\nShipments", *shipments]))
    if life["lineage"]:
        show_table(life["lineage"], LINEAGE, "Lineage")


def _together(steps: Sequence[Json], numbers: Mapping[str, int]) -> list[Json]:
    """Return the steps of a timeline, those of several line items as one if nothing else distinguishes them."""
    alike = dict[tuple[object, ...], list[Json]]()
    for step in steps:
        # The order has its own steps, and so has a line item that is no longer in it.
        own = step["lineItemId"] if step["lineItemId"] not in numbers else ""
        alike.setdefault((step["at"], step["status"], step["seconds"], step["current"], own), []).append(step)
    return [{**group[0], "of": _of([step["lineItemId"] for step in group], numbers)} for group in alike.values()]


def _of(line_items: Sequence[str | None], numbers: Mapping[str, int]) -> str:
    """Return whose step it is: the order's, that of a line item by its id, or those of line items by their numbers."""
    if len(line_items) == 1:
        return line_items[0] or "order"
    if len(line_items) == len(numbers):
        return f"all {count(len(numbers), 'line item')}"
    return f"line items {_ranges([numbers[each] for each in line_items if each])}"


def _ranges(numbers: Iterable[int]) -> str:
    """Return numbers in few characters: `1-3, 5`."""
    ranges = list[list[int]]()
    for number in sorted(numbers):
        if ranges and ranges[-1][-1] == number - 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    return ", ".join(f"{each[0]}-{each[-1]}" if len(each) > 1 else str(each[0]) for each in ranges)


def _shipments(line_items: Iterable[Json], numbers: Mapping[str, int]) -> list[str]:
    """Return a line for each shipment, with the numbers of its line items."""
    shipped = dict[str, list[int]]()
    for item in line_items:
        if shipment := _shipped(item["shipment"]):
            shipped.setdefault(plain(shipment), []).append(numbers[item["lineItemId"]])
    return [f"{_ranges(carried)}: {shipment}" for shipment, carried in shipped.items()]


def _usual_lines(line_items: Iterable[Json], numbers: Mapping[str, int]) -> list[str]:
    """Return a line for each status that line items are in and whose usual duration is known, with their numbers."""
    alike = dict[str, list[int]]()
    for item in line_items:
        for words in _usually(item):
            alike.setdefault(f"{item['status']} {words}", []).append(numbers[item["lineItemId"]])
    return [f"{_ranges(each)}: {words}" for words, each in alike.items()]


def _short(names: Names) -> dict[str, str]:
    return {identifier: shortened(one_line(name), LONGEST_NAME) for identifier, name in names.items()}


def _ids(given: Collection[str] | None, names: Names) -> list[str]:
    """Return the ids of what a filter names by id or by name."""
    named = [identifier for identifier, name in names.items() if name in (given or ())]
    return [*(given or ()), *named]


def matches(row: Json, filters: Mapping[str, Collection[str] | None]) -> bool:
    """Return whether the keys of a row have one of the values in their filters; an empty filter accepts all."""
    return all(row[key] in allowed for key, allowed in filters.items() if allowed)


def statuses_of(row: Json) -> set[str]:
    """Return the statuses of an order and of its line items, and `STALLED` if one of them has lasted too long."""
    stalled = row["stalled"] or row["lineItemsStalled"]
    return {row["status"] or "", *row["lineItemCountsByStatus"], *([STALLED] if stalled else [])}


def _check_statuses(given: Collection[str], rows: Collection[Json]) -> None:
    """Refuse a status that neither this version nor any order knows: it would look as if there were no such orders."""
    known = {*ORDER_STATUSES, *LINE_ITEM_STATUSES, STALLED}.union(*map(statuses_of, rows)) - {""}
    for each in given:
        if each not in known:
            raise OperatorError(
                f"--status {each} is not a status{nearest_of(each, known)} The statuses are {', '.join(sorted(known))}"
            )


def header_of(life: Json, names: Names) -> str:
    """Return three lines that identify an order and summarise its state."""
    order_id, order_type, region = (plain(life[name]) for name in ("orderId", "orderType", "region"))
    outpost, account = (with_id(life[name], names) for name in ("outpostId", "account"))
    time = lasted(life["secondsInStatus"])
    known = [
        plain(life["status"]) + (f" for {time}" if time else ""),
        *_usually(life),
        f"{count(life['sequence'], 'event')} so far",
        *_notes(life),
    ]
    return (
        f"Order {order_id} ({order_type}) for Outpost {outpost}\nAccount {account}, region {region}\n{'; '.join(known)}"
    )


def row_of(snapshot: Snapshot, now: str) -> Json:
    """Return the summary of an order: its ids, its status and how long it has been in it, and what is wrong with it."""
    order = snapshot.order
    account, region = account_and_region(snapshot.source)
    return {
        "orderId": snapshot.order_id,
        "outpostId": order.get("OutpostId"),
        "orderType": order.get("OrderType"),
        "account": account,
        "region": region,
        **_status_of(snapshot, ORDER, order.get("Status"), now),
        "settled": is_settled(order),
        "lineItemCountsByStatus": line_item_counts_by_status(order),
        "stalled": ORDER in snapshot.stalled,
        "lineItemsStalled": sorted(snapshot.stalled - {ORDER}),
        "missing": snapshot.missing,
        "eventsPending": len(snapshot.pending),
        "damage": snapshot.damage,
        **_annotations_of(snapshot.annotations, now),
    }


def _annotations_of(annotations: Annotations, now: str) -> Json:
    return {
        "mutedUntil": (until := annotations.muted_until(now)),
        "mutedUntilDay": annotations.mute.date if annotations.mute and until else None,
        "expectedAt": annotations.expected.date if annotations.expected else None,
        "overdue": bool(annotations.expected and annotations.expected.reported),
        "notes": [asdict(note) for note in annotations.notes],
    }


def life_of(
    snapshot: Snapshot,
    now: str,
    lineage: Lineage,
    usual: Mapping[str, Usual] = {},
) -> Json:
    """Return everything that is known about an order at a time, in ISO 8601, and how long its statuses usually last."""
    return {
        **row_of(snapshot, now),
        "usual": _usual_json(usual.get(ORDER)),
        "sequence": snapshot.sequence,
        "timeline": timeline(snapshot, now),
        "lineItems": [
            {
                "lineItemId": name,
                "catalogItemId": item.get("CatalogItemId"),
                "quantity": item.get("Quantity"),
                **_status_of(snapshot, name, item.get("Status"), now),
                "stalled": name in snapshot.stalled,
                "usual": _usual_json(usual.get(name)),
                "shipment": shipment_of(item),
                "assets": item.get("AssetInformationList", []),
            }
            for name, item in line_items_by_id(snapshot.order).items()
        ],
        "lineage": [dict(lineage.link_change(link).keys) for link in lineage.of(snapshot.order_id)],
        "order": snapshot.order,
    }


def _usual_json(usual: Usual | None) -> Json | None:
    if usual is None:
        return None
    return {"medianSeconds": usual.median, "slowestTenthSeconds": usual.slowest_tenth, "orders": usual.orders}


def _usually(row: Json) -> list[str]:
    """Return in words how long a status usually lasts, if that is known."""
    if not (usual := row["usual"]):
        return []
    return [usually(Usual(usual["medianSeconds"], usual["slowestTenthSeconds"], usual["orders"]))]


def timeline(snapshot: Snapshot, now: str) -> list[Json]:
    """Return the statuses of the order and its line items, oldest first, each with its beginning and duration."""
    steps = [
        {
            "at": entered.at,
            "lineItemId": name or None,
            "status": entered.status,
            "seconds": seconds_between(entered.at, following.at if following else now),
            "current": following is None,
        }
        for name, history in snapshot.history.items()
        for entered, following in zip(history, [*history[1:], None], strict=True)
    ]
    return sorted(steps, key=lambda step: (step["at"], step["lineItemId"] or ""))


def _status_of(snapshot: Snapshot, name: str, status: str | None, now: str) -> Json:
    history = snapshot.history.get(name, ())
    since = history[-1].at if history else None
    return {"status": status, "since": since, "secondsInStatus": seconds_between(since, now) if since else None}


def _notes(row: Json) -> list[str]:
    notes = {
        "stalled": bool(row["stalled"] or row["lineItemsStalled"]),
        "missing": row["missing"],
        "damaged": bool(row["damage"]),
        f"{row['eventsPending']} pending": bool(row["eventsPending"]),
        f"muted until {plain_date(row['mutedUntilDay'])}": bool(row["mutedUntil"]),
        f"{'overdue since' if row['overdue'] else 'expected'} {plain_date(row['expectedAt'])}": bool(row["expectedAt"]),
    }
    return [text for text, applies in notes.items() if applies]


def _shipped(shipment: Json | None) -> str | None:
    if shipment is None:
        return None
    return shipment["trackingUrl"] or " ".join(filter(None, (shipment["carrier"], shipment["trackingNumber"])))


def time_in_status(row: Json) -> str | None:
    """Return how long an order or line item has been in its status."""
    return lasted(row["secondsInStatus"])


def _line_item_counts(row: Json) -> list[str]:
    return [f"{number} {name}" for name, number in row["lineItemCountsByStatus"].items()]


def _item_of(end: Json) -> str:
    """Return a line item and its order; a link may lack the former."""
    return " of ".join(filter(None, (end["lineItemId"], end["orderId"])))


TIMELINE: dict[str, Column] = {
    "Since (UTC)": "at",
    "Of": "of",
    "Status": "status",
    "For": lambda step: f"{lasted(step['seconds'])}{' until now' if step['current'] else ''}",
}
LINE_ITEMS: dict[str, Column] = {
    "": "number",
    "Line item": "lineItemId",
    "Catalog item": "catalogItemId",
    "Quantity": "quantity",
    "Status": "status",
    "For": time_in_status,
    "Assets": lambda item: [asset.get("AssetId") for asset in item["assets"]],
}
WIDE_LINE_ITEMS: dict[str, Column] = {"Since (UTC)": "since"}
WIDE: dict[str, Column] = {
    "Outpost's id": "outpostId",
    "Type": "orderType",
    "Since (UTC)": "since",
    "Pending events": lambda row: row["eventsPending"] or None,
}
LINEAGE: dict[str, Column] = {
    "Replaced item": lambda link: _item_of(link["previous"]),
    "Replaced by": lambda link: _item_of(link["replacement"]),
    "Current item": lambda link: _item_of(link["currentReplacement"]) if "currentReplacement" in link else None,
}
