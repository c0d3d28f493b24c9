"""The pollers: this project's, a usual one, and the bound, which makes the fewest possible calls.

Each gets the number of orders, and returns a function that polls once.
"""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.model import StructureShape
from botocore.parsers import ResponseParserFactory
from botocore.session import get_session

from benchmarks import orders
from benchmarks.orders import ACCOUNT, REGION, Order
from outposts_order_notifier.domain.snapshot import Snapshot, StatusEntry, statuses
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.poll.event_bus import EventBus
from outposts_order_notifier.poll.handler import TABLE_ATTEMPTS, TABLE_CONNECTIONS
from outposts_order_notifier.poll.run import Poll
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.sources.outposts import CONCURRENT_READS, PAGE_SIZE, digest, from_wire, outposts_client
from outposts_order_notifier.sources.source import Source
from outposts_order_notifier.store.items import Item, items_of
from outposts_order_notifier.store.table import SnapshotTable

SOURCE = Source(ACCOUNT, REGION)
TABLE, BUS = "snapshots", "orders"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
BEFORE = NOW - timedelta(minutes=5)

Run = Callable[[], object]
Reach = Callable[..., None]  # connects clients to the stand-in
Poller = Callable[[Reach, int], Run]


def this_project(reach: Reach, _: int) -> Run:
    """Poll as the poll function does."""
    outposts, events = outposts_client(SOURCE), clients.events()
    dynamodb = clients.dynamodb(TABLE_ATTEMPTS, TABLE_CONNECTIONS)
    reach(outposts, dynamodb, events)
    poll = Poll(SOURCE, outposts, SnapshotTable(dynamodb, TABLE), EventBus(events, BUS), lambda: NOW)

    def run() -> None:
        if failures := poll.run().failures:
            raise RuntimeError(f"the poll failed: {failures}")

    return run


def usual(reach: Reach, _: int) -> Run:
    """Poll as sample code does: read, look up, compare and store one order after the other."""
    outposts, dynamodb, events = boto3.client("outposts"), boto3.client("dynamodb"), boto3.client("events")
    reach(outposts, dynamodb, events)

    def run() -> None:
        pages = outposts.get_paginator("list_orders").paginate(PaginationConfig={"PageSize": PAGE_SIZE})
        for summary in (summary for page in pages for summary in page["Orders"]):
            key = summary["OrderId"]
            text = _text(outposts.get_order(OrderId=key)["Order"])
            stored = dynamodb.get_item(TableName=TABLE, Key={"id": {"S": key}}, ConsistentRead=True).get("Item")
            if stored and stored["order"]["S"] == text:
                continue
            dynamodb.put_item(TableName=TABLE, Item={"id": {"S": key}, "order": {"S": text}})
            events.put_events(Entries=[_entry(text)])

    return run


def bound(reach: Reach, count: int) -> Run:
    """Make only the calls that every correct poller must make, knowing in advance which they are."""
    config = Config(max_pool_connections=CONCURRENT_READS)
    outposts, dynamodb = boto3.client("outposts", config=config), boto3.client("dynamodb", config=config)
    events = boto3.client("events", config=config)
    reach(outposts, dynamodb, events)
    read = [orders.order_id(number) for number in orders.numbers_to_read(count)]
    changed = {orders.order_id(number) for number in range(count) if orders.changed(number)}

    def put(order: Mapping[str, Any]) -> str:
        text = _text(order)
        dynamodb.put_item(TableName=TABLE, Item={"id": {"S": order["OrderId"]}, "order": {"S": text}})
        return text

    def run() -> None:
        for _ in outposts.get_paginator("list_orders").paginate(PaginationConfig={"PageSize": PAGE_SIZE}):
            pass
        with ThreadPoolExecutor(CONCURRENT_READS) as threads:
            got = list(threads.map(lambda order_id: outposts.get_order(OrderId=order_id)["Order"], read))
            entries = [_entry(text) for text in threads.map(put, (each for each in got if each["OrderId"] in changed))]
            batches = [entries[start : start + 10] for start in range(0, len(entries), 10)]
            list(threads.map(lambda batch: events.put_events(Entries=batch), batches))

    return run


POLLERS: dict[str, Poller] = {"this project": this_project, "usual": usual, "bound": bound}


def stored_by(poller: str, count: int) -> list[Item]:
    """Return the table after a poller's earlier runs: every order as it was before the change."""
    before = [orders.order(number) for number in range(count)]
    if poller != "this project":
        return [{"id": {"S": order["OrderId"]}, "order": {"S": _text(_parsed(order))}} for order in before]
    since, model = to_iso8601(BEFORE), get_session().get_service_model("outposts")
    listed = model.operation_model("ListOrders").output_shape
    state: Item = {
        "id": {"S": f"source#{SOURCE.name}"},
        "baselineAt": {"S": to_iso8601(BEFORE - timedelta(days=9))},
        "polledAt": {"S": since},
        "durationsCounted": {"BOOL": True},
    }
    items = [state]
    for order in before:
        (listed_order,) = from_wire({"Orders": [orders.summary(order)]}, listed)["Orders"]
        whole = from_wire(order, model.shape_for("Order"))
        history = {name: (StatusEntry(status, since),) for name, status in statuses(whole).items()}
        items += items_of(Snapshot(f"{ACCOUNT}/{REGION}", whole, 3, 12, history, summary=digest(listed_order)))
    return items


_MODEL = get_session().get_service_model("outposts")
_PARSER = ResponseParserFactory().create_parser("rest-json")


def _parsed(order: Order) -> Order:
    shape = _MODEL.operation_model("GetOrder").output_shape
    assert isinstance(shape, StructureShape)  # noqa: S101 - for mypy
    body = json.dumps({"Order": order}).encode()
    answer: Order = _PARSER.parse({"body": body, "headers": {}, "status_code": 200}, shape)
    return dict(answer["Order"])


def _text(order: Mapping[str, Any]) -> str:
    return json.dumps(order, sort_keys=True, default=lambda time: time.astimezone(UTC).isoformat())


def _entry(text: str) -> Any:
    return {"EventBusName": BUS, "Source": "orders", "DetailType": "Order Changed", "Detail": text}
