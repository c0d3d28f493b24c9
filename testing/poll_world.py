"""AWS in this process, call by call: poll's real clients, whose every call can be delayed, lost, refused or fatal.

Botocore's `before-send` event is where the wire would begin, so everything above it is real: the signing, the
parsing, the retries. Behind it stand the Outposts simulator, moto's DynamoDB, and a bus with PutEvents' own limits.
"""

import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal
from unittest import mock

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber
from werkzeug.test import Client

from local.outposts.simulator import OutpostsSimulator
from outposts_order_notifier.domain.event_types import (
    DISCOVERED,
    MISSING,
    REAPPEARED,
    REPLACEMENT_LINKED,
    STALLED,
    UPDATED,
    Change,
)
from outposts_order_notifier.domain.events import SOURCE
from outposts_order_notifier.domain.lineage import links_of
from outposts_order_notifier.domain.order import Order, unordered_json
from outposts_order_notifier.poll.event_bus import EventBus
from outposts_order_notifier.poll.run import Poll
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.sources.outposts import outposts_client
from outposts_order_notifier.sources.source import Source
from outposts_order_notifier.store.table import SnapshotTable
from testing.event_bridge import EventBridge
from testing.replay import apply, keyed, links_told
from testing.snapshots import create_snapshot_table

ACCOUNT, REGION = "111122223333", "eu-west-1"
LEAVE_THE_ORDER_AS_IT_IS = frozenset({MISSING, REAPPEARED, REPLACEMENT_LINKED, STALLED})
BEGAN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
_TABLES = count(1)
_MOTO = BotocoreStubber()


class Stopped(BaseException):
    """The function's process ended at this call."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What befalls a call, instead of going well.

    Attributes:
        kind: `stop` ends the run; `timeout` lets the client wait in vain; the others are answers.
        done: Whether the service did what was asked, so that only its answer was lost.
    """

    kind: Literal["stop", "timeout", "unavailable", "throttled", "stale"]
    done: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call on its way to a service.

    Attributes:
        service: Its name in botocore.
        operation: Its name in the API.
        item: The order of GetOrder, the item of UpdateItem; else empty.
    """

    service: str
    operation: str
    item: str = ""


Befall = Callable[[Call], Trouble | None]


def nothing(_: Call) -> None:
    """Nothing befalls any call."""


@dataclass
class World:
    """The services, what the orders were at each time, and what must hold of what was told.

    Attributes:
        api: The Outposts simulator.
        bus: What reached the bus.
        history: Every state that each order was in, oldest first, as poll sees it.
        hidden: Orders that ListOrders does not name.
        now: The time, which goes on whenever poll looks at it.
        table: The snapshot table's name.
        old_index: An answer that the table's index gave before, as an eventually consistent one may give again.
    """

    api: OutpostsSimulator = field(default_factory=lambda: OutpostsSimulator(ACCOUNT, REGION))
    bus: EventBridge = field(default_factory=EventBridge)
    history: dict[str, list[Order]] = field(default_factory=lambda: defaultdict(list))
    hidden: set[str] = field(default_factory=set)
    now: datetime = BEGAN
    table: str = ""
    old_index: bytes | None = None

    def __post_init__(self) -> None:
        """Create the snapshot table."""
        self.table = f"snapshots-{next(_TABLES)}"
        create_snapshot_table(self.poller().dynamodb, self.table)

    def pass_hours(self, hours: int) -> None:
        """Let time pass."""
        self.now += timedelta(hours=hours)

    def close(self) -> None:
        """Drop the snapshot table."""
        self.poller().dynamodb.delete_table(TableName=self.table)

    def poller(self, number: int = 0) -> "Poller":
        """Give one of the instances of the poll function; their clients are slow to make, so they are kept."""
        poller = _POLLERS.get(number) or _POLLERS.setdefault(number, Poller())
        poller.world = self
        return poller

    def put(self, order: Order) -> None:
        """Let the API give this order from now on."""
        self.api._account.put_order(order)
        self.history[order["OrderId"]].append(order)

    def answer(self, call: Call, request: AWSPreparedRequest) -> tuple[int, dict[str, str], bytes]:
        """Do what a call asks."""
        if call.service == "outposts":
            return self._outposts(request)
        if call.service == "eventbridge":
            return self._put_events(request)
        response: Any = _MOTO.process_request(request)
        status, headers, body = response
        content = body.encode() if isinstance(body, str) else body
        if call.operation == "Query":
            self.old_index = self.old_index or content
        return status, headers, content

    def _outposts(self, request: AWSPreparedRequest) -> tuple[int, dict[str, str], bytes]:
        path = str(request.url).partition("amazonaws.com")[2]
        response = Client(self.api).open(path, method=request.method)
        if self.hidden and response.json and "Orders" in response.json:
            named = [order for order in response.json["Orders"] if order.get("OrderId") not in self.hidden]
            return 200, {}, json.dumps({**response.json, "Orders": named}).encode()
        return response.status_code, dict(response.headers), response.data

    def _put_events(self, request: AWSPreparedRequest) -> tuple[int, dict[str, str], bytes]:
        body: Any = request.body
        try:
            return 200, {}, json.dumps(self.bus.put_events(Entries=json.loads(body)["Entries"])).encode()
        except ClientError as error:
            return 400, {}, json.dumps({"__type": error.response["Error"]["Code"], "message": str(error)}).encode()

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """What arrived about each order, in the order of arrival."""
        by_order: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for entry in self.bus.arrived:
            assert entry["Source"] == SOURCE
            detail = json.loads(entry["Detail"])
            by_order[detail["orderId"]].append({**detail, "detailType": entry["DetailType"]})
        return by_order

    def check_told(self) -> dict[str, list[dict[str, Any]]]:
        """Check what may be said at any moment; gives each order's events, each once, by sequence.

        - An event id, and an order's sequence, have one content each.
        - Sequences arrive first in their order, without a gap.
        - Nothing but an order's first observation is baseline.
        - After each observation, the events so far give an order that the API really gave, none older than before.
        - No order tells a link twice, nor that the same status has stalled.
        - An order is missing, then reappears, then may be missing again; never twice in a row.
        """
        once = {order_id: _each_once(events) for order_id, events in self.told().items()}
        for order_id, events in once.items():
            first = events[0]["observedAt"]
            assert all(event["observedAt"] == first for event in events if event["baseline"])
            self._check_replay(order_id, events)
            stalled = [(event.get("lineItemId"), event["since"]) for event in events if event["detailType"] == STALLED]
            for each_once in (links_told(events), stalled):
                assert len(each_once) == len(set(each_once))
            presence = [event["detailType"] for event in events if event["detailType"] in {MISSING, REAPPEARED}]
            assert presence == [REAPPEARED if place % 2 else MISSING for place in range(len(presence))]
        return once

    def _check_replay(self, order_id: str, events: list[dict[str, Any]]) -> None:
        states, place = [unordered_json(keyed(order)) for order in self.history[order_id]], 0
        for order in replayed(events):
            assert order in states[place:], f"{order_id} was never {order} since its state {place}"
            place = states.index(order, place)

    def check_quiet(self) -> None:
        """Check what must hold once all is told.

        - The events give the API's orders, and each order's links.
        - Reading every order again finds no difference from its snapshot, and nothing pending.
        """
        once = self.check_told()
        for order_id, states in self.history.items():
            assert list(replayed(once[order_id]))[-1:] == [unordered_json(keyed(states[-1]))], (
                f"{order_id}'s end is untold"
            )
            assert set(links_of(states[-1])) <= set(links_told(once[order_id]))
        poller = self.poller()
        poller.befall = nothing
        again = poller.poll().run_only(sorted(self.history))
        assert (again.failures, again.orders_changed, again.events_published) == ({}, 0, 0)

    def baseline(self) -> dict[str, bool]:
        """Whether each order's discovery was marked as found by the first poll."""
        return {order_id: events[0]["baseline"] for order_id, events in self.check_told().items()}


def replayed(events: list[dict[str, Any]]) -> Iterator[str]:
    """What an order was after each observation, by its events alone, up to the order of its lists."""
    order: Order = {}
    changes: list[Change] = []
    for event in events:
        if event["detailType"] == UPDATED:
            after = apply(changes, order)
            yield unordered_json(after)
            order, changes = {**after, "LineItems": [*after["LineItems"].values()]}, []
        elif event["detailType"] == DISCOVERED:
            order = event["order"]
        elif event["detailType"] not in LEAVE_THE_ORDER_AS_IT_IS:
            changes.append(Change(event["detailType"], event))


def _each_once(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_id: dict[str, dict[str, Any]] = {}
    for event in events:
        assert by_id.setdefault(event["eventId"], event) == event, f"two contents for {event['eventId']}"
    once = list(by_id.values())
    assert [event["sequence"] for event in once] == list(range(1, len(once) + 1))
    return once


class Poller:
    """One instance of the poll function: its clients, and what befalls their calls.

    Attributes:
        world: The services.
        befall: What befalls a call.
    """

    world: World

    def __init__(self) -> None:
        self.befall: Befall = nothing
        self.dead = False
        session = boto3.Session(region_name=REGION)
        config = Config(retries={"total_max_attempts": 2, "mode": "legacy"})
        self.dynamodb = session.client("dynamodb", config=config)
        with mock.patch.object(clients, "configuration", return_value=config):  # adaptive retries wait in real time
            self._outposts = outposts_client(Source(ACCOUNT, REGION))
        self._events = session.client("events", config=config)
        for client in (self.dynamodb, self._outposts, self._events):
            client.meta.events.register_first("before-send", self._send)  # type: ignore[arg-type] # its answer is used

    def poll(self) -> Poll:
        """Make ready for a run."""
        self.dead = False
        table = SnapshotTable(self.dynamodb, self.world.table)
        bus = EventBus(self._events, "orders", sleep=lambda _: None)
        return Poll(Source(ACCOUNT, REGION), self._outposts, table, bus, self._tick)

    def _tick(self) -> datetime:
        self.world.now += timedelta(seconds=1)
        return self.world.now

    def _send(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        service, operation = event_name.split(".")[1:]
        call = Call(service, operation, _item(operation, request))
        trouble = None if self.dead else self.befall(call)
        if trouble is None and not self.dead:
            return _response(request, *self.world.answer(call, request))
        if self.dead or trouble is None:
            raise Stopped
        if trouble.done:
            self.world.answer(call, request)
        if trouble.kind == "stop":
            self.dead = True  # no thread of a stopped process makes another call
            raise Stopped
        if trouble.kind == "timeout":
            raise ReadTimeoutError(endpoint_url=request.url)
        if trouble.kind == "stale" and self.world.old_index and call.operation == "Query":
            old, self.world.old_index = self.world.old_index, None
            return _response(request, 200, {}, old)
        if trouble.kind == "throttled":
            return _response(request, 400, {"x-amzn-errortype": "ThrottlingException"}, _error("ThrottlingException"))
        return _response(request, 500, {"x-amzn-errortype": "InternalServerError"}, _error("InternalServerError"))


def _item(operation: str, request: AWSPreparedRequest) -> str:
    if operation == "GetOrder":
        return str(request.url).rpartition("/")[2]
    body: Any = request.body
    return str(json.loads(body)["Key"]["id"]["S"]) if operation == "UpdateItem" else ""


def _error(code: str) -> bytes:
    return json.dumps({"__type": code, "message": "trouble"}).encode()


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _response(request: AWSPreparedRequest, status: int, headers: dict[str, str], body: bytes) -> AWSResponse:
    return AWSResponse(request.url, status, headers, _Raw(body))  # type: ignore[arg-type] # all that botocore reads


_POLLERS: dict[int, Poller] = {}
