"""AWS in this process, call by call: poll's real clients, with faults at any call.

botocore sends a request after its `before-send` event, so everything before it is real: signing, retries, parsing. The
requests go to the Outposts simulator, to moto's DynamoDB, and to a bus with PutEvents' limits.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal, TypeVar
from unittest import mock

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber
from werkzeug.test import Client

from local.outposts.simulator import OutpostsSimulator
from outposts_order_notifier.domain.annotations import Annotations
from outposts_order_notifier.domain.durations import ended_order
from outposts_order_notifier.domain.event_types import (
    DISCOVERED,
    MISSING,
    OVERDUE,
    REAPPEARED,
    REPLACEMENT_LINKED,
    STALLED,
    UPDATED,
    Change,
)
from outposts_order_notifier.domain.events import SOURCE
from outposts_order_notifier.domain.lineage import links_of
from outposts_order_notifier.domain.order import Order, is_settled, unordered_json
from outposts_order_notifier.poll.event_bus import EventBus
from outposts_order_notifier.poll.run import Poll
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.sources.outposts import outposts_client
from outposts_order_notifier.sources.source import Source
from outposts_order_notifier.store.table import SnapshotTable
from testing.event_bridge import EventBridge
from testing.replay import apply, keyed, links_reported
from testing.responses import response
from testing.snapshots import create_snapshot_table

ACCOUNT, REGION = "111122223333", "eu-west-1"
LEAVE_THE_ORDER_AS_IT_IS = frozenset({MISSING, OVERDUE, REAPPEARED, REPLACEMENT_LINKED, STALLED})
BEGAN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
_TABLES = count(1)
T = TypeVar("T")
_MOTO = BotocoreStubber()


class Stopped(BaseException):
    """The function's process ended at this call."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of a call.

    Attributes:
        kind: `stop` ends the run; `timeout` is a missing response; the others are responses.
        done: Whether the call took effect, so that only its response was lost.
    """

    kind: Literal["stop", "timeout", "unavailable", "throttled", "stale"]
    done: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call on its way to a service.

    Attributes:
        service: Its name in botocore.
        operation: Its name in the API.
        item: The order of GetOrder, the item of UpdateItem and PutItem; else empty.
    """

    service: str
    operation: str
    item: str = ""


Faults = Callable[[Call], Fault | None]


def no_faults(_: Call) -> None:
    """Return no fault for any call."""


@dataclass
class World:
    """The services, the orders at each time, and checks of what was published.

    Attributes:
        api: The Outposts simulator.
        bus: The bus, with the events that reached it.
        history: Every state of each order, oldest first, as the API returned it.
        hidden: Orders that ListOrders does not name.
        now: The time, which advances whenever poll reads it.
        table: The snapshot table's name.
        annotated: What people have added to orders.
        old_index: An earlier response of the index, which may return it again, as it is eventually consistent.
    """

    api: OutpostsSimulator = field(default_factory=lambda: OutpostsSimulator(ACCOUNT, REGION))
    bus: EventBridge = field(default_factory=EventBridge)
    history: dict[str, list[Order]] = field(default_factory=lambda: defaultdict(list))
    hidden: set[str] = field(default_factory=set)
    now: datetime = BEGAN
    table: str = ""
    old_index: bytes | None = None
    annotated: dict[str, Annotations] = field(default_factory=dict)

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
        """Return an instance of the poll function, cached as its clients are slow to create."""
        poller = _POLLERS.get(number) or _POLLERS.setdefault(number, Poller())
        poller.world = self
        return poller

    def put(self, order: Order) -> None:
        """Let the API return this order from now on."""
        self.api._account.put_order(order)
        self.history[order["OrderId"]].append(order)

    def annotate(self, order_id: str, annotations: Annotations) -> None:
        """Add something to an order, as people do."""
        table = SnapshotTable(self.poller().dynamodb, self.table)
        assert table.annotate(order_id, annotations)
        self.annotated[order_id] = annotations

    def answer(self, call: Call, request: AWSPreparedRequest) -> tuple[int, dict[str, str], bytes]:
        """Respond to a call."""
        if call.service == "outposts":
            return self._outposts(request)
        if call.service == "eventbridge":
            return self._put_events(request)
        answer: Any = _MOTO.process_request(request)
        status, headers, body = answer
        content = body.encode() if isinstance(body, str) else body
        if call.operation == "Query":
            self.old_index = self.old_index or content
        return status, headers, content

    def _outposts(self, request: AWSPreparedRequest) -> tuple[int, dict[str, str], bytes]:
        path = str(request.url).partition("amazonaws.com")[2]
        answer = Client(self.api).open(path, method=request.method)
        if self.hidden and answer.json and "Orders" in answer.json:
            named = [order for order in answer.json["Orders"] if order.get("OrderId") not in self.hidden]
            return 200, {}, json.dumps({**answer.json, "Orders": named}).encode()
        return answer.status_code, dict(answer.headers), answer.data

    def _put_events(self, request: AWSPreparedRequest) -> tuple[int, dict[str, str], bytes]:
        body: Any = request.body
        try:
            return 200, {}, json.dumps(self.bus.put_events(Entries=json.loads(body)["Entries"])).encode()
        except ClientError as error:
            return 400, {}, json.dumps({"__type": error.response["Error"]["Code"], "message": str(error)}).encode()

    def published(self) -> dict[str, list[dict[str, Any]]]:
        """Return the events of each order, in the sequence of arrival."""
        by_order: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for entry in self.bus.arrived:
            assert entry["Source"] == SOURCE
            detail = json.loads(entry["Detail"])
            by_order[detail["orderId"]].append({**detail, "detailType": entry["DetailType"]})
        return by_order

    def check_published(self) -> dict[str, list[dict[str, Any]]]:
        """Check what must hold at any time; return each order's events, without repetitions, by sequence.

        - An event id, and an order's sequence, have one content each.
        - Sequences arrive first in their order, without a gap.
        - Only an order's first observation is baseline.
        - After each observation, the events result in a state that the API returned, none older than before.
        - No order reports a link or a stalled status twice.
        - No day that somebody set is reported as overdue twice.
        - An order is missing, then reappears, then may be missing again; never twice in a row.
        """
        once = {order_id: _each_once(events) for order_id, events in self.published().items()}
        for order_id, events in once.items():
            first = events[0]["observedAt"]
            assert all(event["observedAt"] == first for event in events if event["baseline"])
            self._check_replay(order_id, events)
            stalled = [(event.get("lineItemId"), event["since"]) for event in events if event["detailType"] == STALLED]
            for each_once in (links_reported(events), stalled):
                assert len(each_once) == len(set(each_once))
            days = [event["expectedAt"] for event in events if event["detailType"] == OVERDUE]
            assert len(days) == len(set(days))
            presence = [event["detailType"] for event in events if event["detailType"] in {MISSING, REAPPEARED}]
            assert presence == [REAPPEARED if place % 2 else MISSING for place in range(len(presence))]
        return once

    def _check_replay(self, order_id: str, events: list[dict[str, Any]]) -> None:
        states, place = [unordered_json(keyed(order)) for order in self.history[order_id]], 0
        for order in replayed(events):
            assert order in states[place:], f"{order_id} was never {order} since its state {place}"
            place = states.index(order, place)

    def check_quiet(self) -> None:
        """Check what must hold when nothing is left to publish.

        - The events result in the API's orders, and report each order's links.
        - Reading every order again finds no difference from its snapshot, and nothing pending.
        - What people have added is still there.
        - The durations of orders that have ended are counted, each order once.
        """
        once = self.check_published()
        for order_id, states in self.history.items():
            assert list(replayed(once[order_id]))[-1:] == [unordered_json(keyed(states[-1]))], (
                f"the last state of {order_id} was not published"
            )
            assert set(links_of(states[-1])) <= set(links_reported(once[order_id]))
        poller = self.poller()
        poller.faults = no_faults
        again = poller.poll().run_only(sorted(self.history))
        assert (again.failures, again.orders_changed, again.events_published) == ({}, 0, 0)
        table = SnapshotTable(poller.dynamodb, self.table)
        self._check_counted(table)
        for order_id, snapshot in table.read(sorted(self.annotated)).snapshots.items():
            given, kept = self.annotated[order_id], snapshot.annotations
            assert (kept.mute, kept.notes) == (given.mute, given.notes)
            assert (kept.expected and kept.expected.date) == (given.expected and given.expected.date)

    def _check_counted(self, table: SnapshotTable) -> None:
        snapshots = table.read(sorted(self.history)).snapshots
        ended = {order_id for order_id, each in snapshots.items() if ended_order(each, lambda _: "item")}
        counted = [each.order_id for each in table.durations().orders]
        assert len(counted) == len(set(counted))
        assert ended <= set(counted)
        for order_id in counted:
            assert any(map(is_settled, self.history[order_id])), f"{order_id} is counted, and never ended"

    def baseline(self) -> dict[str, bool]:
        """Return whether each order's discovery was marked as baseline."""
        return {order_id: events[0]["baseline"] for order_id, events in self.check_published().items()}


def replayed(events: list[dict[str, Any]]) -> Iterator[str]:
    """Yield an order after each observation, by its events only, without regard to the order of lists."""
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


class InTurn(Executor):
    """Runs each task when it is submitted: with threads, the sequence of a run's calls would be random."""

    def __init__(self, _workers: int) -> None:
        """Accept the arguments of a thread pool."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run a task to its end."""
        future = Future[T]()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - as a thread hands it on
            future.set_exception(error)
        return future


class Poller:
    """An instance of the poll function: its clients, and the faults of their calls.

    Attributes:
        world: The services.
        faults: Returns the fault of a call, or None.
    """

    world: World

    def __init__(self) -> None:
        self.faults: Faults = no_faults
        self.dead = False
        session = boto3.Session(region_name=REGION)
        config = Config(retries={"total_max_attempts": 2, "mode": "legacy"}, user_agent=clients.USER_AGENT)
        self.dynamodb = session.client("dynamodb", config=config)
        with mock.patch.object(clients, "configuration", return_value=config):  # adaptive retries wait in real time
            self._outposts = outposts_client(Source(ACCOUNT, REGION))
        self._events = session.client("events", config=config)
        for client in (self.dynamodb, self._outposts, self._events):
            client.meta.events.register_first("before-send", self._send)  # type: ignore[arg-type] # its answer is used

    def poll(self) -> Poll:
        """Return a poll, for one run."""
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
        fault = None if self.dead else self.faults(call)
        if fault is None and not self.dead:
            return response(request, *self.world.answer(call, request))
        if self.dead or fault is None:
            raise Stopped
        if fault.done:
            self.world.answer(call, request)
        if fault.kind == "stop":
            self.dead = True  # no thread of a stopped process makes another call
            raise Stopped
        if fault.kind == "timeout":
            raise ReadTimeoutError(endpoint_url=request.url)
        if fault.kind == "stale" and self.world.old_index and call.operation == "Query":
            old, self.world.old_index = self.world.old_index, None
            return response(request, 200, {}, old)
        if fault.kind == "throttled":
            return response(request, 400, {"x-amzn-errortype": "ThrottlingException"}, _error("ThrottlingException"))
        return response(request, 500, {"x-amzn-errortype": "InternalServerError"}, _error("InternalServerError"))


def _item(operation: str, request: AWSPreparedRequest) -> str:
    if operation == "GetOrder":
        return str(request.url).rpartition("/")[2]
    member = {"UpdateItem": "Key", "PutItem": "Item"}.get(operation)
    body: Any = request.body
    return str(json.loads(body)[member]["id"]["S"]) if member else ""


def _error(code: str) -> bytes:
    return json.dumps({"__type": code, "message": "fault"}).encode()


_POLLERS: dict[int, Poller] = {}
