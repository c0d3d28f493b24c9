"""`orders` and `show`: show the orders in the snapshots."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Annotated

import typer

from outposts_order_notifier.cli.errors import OperatorError, nearest_of
from outposts_order_notifier.cli.terminal import (
    AsJson,
    Column,
    Json,
    OrderId,
    Profile,
    Region,
    deployed,
    fail_with,
    lasted,
    say,
    show_table,
)
from outposts_order_notifier.domain.lineage import Lineage
from outposts_order_notifier.domain.order import is_settled, line_item_counts_by_status, line_items_by_id
from outposts_order_notifier.domain.places import account_and_region
from outposts_order_notifier.domain.shipment import shipment_of
from outposts_order_notifier.domain.snapshot import ORDER, Snapshot
from outposts_order_notifier.domain.statuses import LINE_ITEM_STATUSES, ORDER_STATUSES
from outposts_order_notifier.domain.timestamps import seconds_between, to_iso8601
from outposts_order_notifier.store.table import SnapshotTable
from outposts_order_notifier.wording.words import count, plain

STALLED = "STALLED"  # in place of a status


def orders(
    every: Annotated[bool, typer.Option("--all", help="Include settled orders.")] = False,
    outpost: Annotated[list[str] | None, typer.Option(metavar="ID", help="Filter by Outpost; repeatable.")] = None,
    account: Annotated[list[str] | None, typer.Option(metavar="ID", help="Filter by account; repeatable.")] = None,
    order_region: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Filter by the orders' region; repeatable.")
    ] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATUS", help="Filter by the status of the order or of a line item, or STALLED; repeatable."
        ),
    ] = None,
    region: Region = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """List the orders in flight, and how long each has been in its status.

    An order is in flight until it is COMPLETED or CANCELLED and all its line items are INSTALLED, CANCELLED or
    REPLACED. The list shows the result of the last poll; run `poll` to refresh it.
    """
    table = deployed(region, profile).snapshots
    statuses = [each.upper() for each in status or ()]
    filters = {"outpostId": outpost, "account": account, "region": order_region}
    known = [order_id for _, order_id, known in table.known_of_all_sources() if every or not known.settled]
    loaded = table.read(known)
    now = to_iso8601(datetime.now(UTC))
    found = [row_of(each, now) for each in loaded.snapshots.values()]
    _check_statuses(statuses, found)
    rows = [row for row in found if matches(row, filters) and (not statuses or statuses_of(row) & set(statuses))]
    rows.sort(key=lambda row: (row["since"] or "", row["orderId"]))
    if rows or as_json:
        columns: dict[str, Column] = {
            "Order": "orderId",
            "Outpost": "outpostId",
            "Account": "account",
            "Region": "region",
            "Status": "status",
            "For": time_in_status,
            "Line items": line_item_counts,
            "Notes": _notes,
        }
        show_table(rows, columns, as_json=as_json)
    else:
        say("No such orders" if known else "No orders in flight" if not every else "No orders are known")
    fail_with([f"{order_id} cannot be read: {error}" for order_id, error in loaded.errors.items()])


def show(order: OrderId, region: Region = None, profile: Profile = None, as_json: AsJson = False) -> None:
    """Show an order's history: its statuses with times, line items, shipments, assets and replacements.

    The time of a status is that of the poll that first saw it. An order and each line item keep their last 20 statuses.
    """
    table = deployed(region, profile).snapshots
    found = find(table, order)
    lineage = Lineage(link for _, _, known in table.known_of_all_sources() for link in known.replaces)
    shown = life_of(found, to_iso8601(datetime.now(UTC)), lineage)
    if as_json:
        say(shown)
        return
    say(header_of(shown))
    show_table(shown["timeline"], TIMELINE, "Timeline")
    show_table(shown["lineItems"], LINE_ITEMS, "Line items")
    if shown["lineage"]:
        show_table(shown["lineage"], LINEAGE, "Lineage")


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


def header_of(life: Json) -> str:
    """Return two lines that identify an order and summarise its state."""
    names = ("orderId", "orderType", "outpostId", "account", "region")
    order_id, order_type, outpost, account, region = (plain(life[name]) for name in names)
    time = lasted(life["secondsInStatus"])
    known = [
        plain(life["status"]) + (f" for {time}" if time else ""),
        f"{count(life['sequence'], 'event')} so far",
        _notes(life),
    ]
    return (
        f"Order {order_id} ({order_type}) for Outpost {outpost}, account {account}, region {region}\n"
        f"{'; '.join(filter(None, known))}"
    )


def find(table: SnapshotTable, order_id: str) -> Snapshot:
    """Read an order's snapshot; raise an OperatorError if no poll has seen the order, or it cannot be read."""
    loaded = table.read([order_id])
    if order_id in loaded.errors:
        raise OperatorError(f"{order_id} cannot be read: {loaded.errors[order_id]}")
    if order_id not in loaded.snapshots:
        known = [known for _, known, _ in table.known_of_all_sources()]
        raise OperatorError(
            f"no poll has seen the order {order_id}{nearest_of(order_id, known)} "
            "`orders --all` lists the known orders, and `poll` looks for new ones"
        )
    return loaded.snapshots[order_id]


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
    }


def life_of(snapshot: Snapshot, now: str, lineage: Lineage) -> Json:
    """Return everything that is known about an order at a time, in ISO 8601."""
    return {
        **row_of(snapshot, now),
        "sequence": snapshot.sequence,
        "timeline": timeline(snapshot, now),
        "lineItems": [
            {
                "lineItemId": name,
                "catalogItemId": item.get("CatalogItemId"),
                "quantity": item.get("Quantity"),
                **_status_of(snapshot, name, item.get("Status"), now),
                "stalled": name in snapshot.stalled,
                "shipment": shipment_of(item),
                "assets": item.get("AssetInformationList", []),
            }
            for name, item in line_items_by_id(snapshot.order).items()
        ],
        "lineage": [dict(lineage.link_change(link).keys) for link in lineage.of(snapshot.order_id)],
        "order": snapshot.order,
    }


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


def _notes(row: Json) -> str:
    notes = {
        "stalled": bool(row["stalled"] or row["lineItemsStalled"]),
        "missing from the list": row["missing"],
        f"{row['eventsPending']} events pending": bool(row["eventsPending"]),
        "damaged snapshot": bool(row["damage"]),
    }
    return ", ".join(text for text, applies in notes.items() if applies)


def _shipped(shipment: Json | None) -> str | None:
    if shipment is None:
        return None
    return shipment["trackingUrl"] or " ".join(filter(None, (shipment["carrier"], shipment["trackingNumber"])))


def time_in_status(row: Json) -> str | None:
    """Return how long an order or line item has been in its status."""
    return lasted(row["secondsInStatus"])


def line_item_counts(row: Json) -> str:
    """Return the number of line items in each status."""
    return ", ".join(f"{number} {name}" for name, number in row["lineItemCountsByStatus"].items())


TIMELINE: dict[str, Column] = {
    "Since (UTC)": "at",
    "Of": lambda step: step["lineItemId"] or "order",
    "Status": "status",
    "For": lambda step: f"{lasted(step['seconds'])}{' until now' if step['current'] else ''}",
}
LINE_ITEMS: dict[str, Column] = {
    "Line item": "lineItemId",
    "Catalog item": "catalogItemId",
    "Quantity": "quantity",
    "Status": "status",
    "For": time_in_status,
    "Shipment": lambda item: _shipped(item["shipment"]),
    "Assets": lambda item: ", ".join(str(asset.get("AssetId")) for asset in item["assets"]),
}
LINEAGE: dict[str, Column] = {
    "Line item": lambda link: link["previous"]["lineItemId"],
    "Of order": lambda link: link["previous"]["orderId"],
    "Replaced by": lambda link: link["replacement"]["lineItemId"],
    "In order": lambda link: link["replacement"]["orderId"],
    "Current item": lambda link: link.get("currentReplacement", {}).get("lineItemId"),
    "Current order": lambda link: link.get("currentReplacement", {}).get("orderId"),
}
