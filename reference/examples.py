"""Events that the deployed poll code publishes while the local cloud's scenarios are played."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, cast
from unittest import mock

import boto3
from moto import mock_aws
from moto.core.config import DefaultConfig

from local.outposts import account
from local.outposts.simulator import OutpostsSimulator
from local.scenarios import load_scenarios
from local.server import Server
from outposts_order_notifier.cli.envelope import as_delivered
from outposts_order_notifier.domain.annotations import Annotations, Expected
from outposts_order_notifier.domain.events import Event
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.poll import ports
from outposts_order_notifier.poll.event_bus import EventBus
from outposts_order_notifier.poll.run import Poll
from outposts_order_notifier.sources.outposts import outposts_client
from outposts_order_notifier.sources.source import Source
from outposts_order_notifier.store.table import SnapshotTable
from testing.event_bridge import EventBridge
from testing.snapshots import create_snapshot_table

if TYPE_CHECKING:
    from mypy_boto3_events.client import EventBridgeClient

Json = dict[str, Any]

ACCOUNT, REGION = "111122223333", "eu-west-1"
BEGAN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HTTP_ON_THIS_MACHINE: DefaultConfig = {"core": {"passthrough": {"urls": [r"http://127\.0\.0\.1:.*"]}}}
NOBODYS = {"AWS_ACCESS_KEY_ID": "anyone", "AWS_SECRET_ACCESS_KEY": "anything", "AWS_DEFAULT_REGION": REGION}


def delivered(entry: Json) -> Json:
    """Return an entry of PutEvents as EventBridge delivers it."""
    return as_delivered(Event(entry["DetailType"], json.loads(entry["Detail"])))


@dataclass
class Clock:
    """A clock that stands still until it is advanced."""

    now: datetime = BEGAN

    def timestamp(self) -> float:
        """Return the time in epoch seconds."""
        return self.now.timestamp()

    def pass_days(self, days: float) -> None:
        """Advance the clock."""
        self.now += timedelta(days=days)


@cache
def run() -> list[Json]:
    """Return the events of all scenarios, and of what these do not show; always the same, so they are played once.

    They are sorted, because a poll reads orders concurrently and publishes their events in any order.
    """
    clock, bus = Clock(), EventBridge()
    with polling(clock, EventBus(cast("EventBridgeClient", bus), "orders")) as (simulator, poll):
        poll.run()  # the source's first poll; later changes are not part of the baseline
        for scenario in load_scenarios():
            scenario.play(poll.outposts, clock.pass_days, lambda _: poll.run())
        for happens in _further(simulator, clock):
            clock.pass_days(1)
            happens()
            poll.run()
    return sorted(
        map(delivered, bus.arrived),
        key=lambda event: (event["time"], event["detail"]["orderId"], event["detail"]["sequence"]),
    )


@contextmanager
def polling(
    clock: Clock, bus: ports.Bus, account_id: str = ACCOUNT, new_id: Callable[[str], str] | None = None
) -> Iterator[tuple[OutpostsSimulator, Poll]]:
    """Set up the deployed poll code, a simulator that it reads, and a table `snapshots` in this process.

    The simulator and the notifier are in the same account and use the same clock. `new_id` returns an id that begins
    with a prefix, by default one that looks like the API's.
    """
    with (
        mock.patch.multiple(account, _now=clock.timestamp, new_id=new_id or _Ids()),
        mock_aws(config=HTTP_ON_THIS_MACHINE),
        Server(simulator := OutpostsSimulator(account_id, REGION)) as server,
        mock.patch.dict("os.environ", {**NOBODYS, "AWS_ENDPOINT_URL_OUTPOSTS": server.url}),
    ):
        source, dynamodb = Source(account_id, REGION), boto3.client("dynamodb")
        create_snapshot_table(dynamodb, "snapshots")
        table = SnapshotTable(dynamodb, "snapshots")
        yield simulator, Poll(source, outposts_client(source), table, bus, lambda: clock.now)


class _Ids:
    """Creates ids in the form of the simulator's, the same in every run."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}-0{hashlib.sha256(str(self._count).encode()).hexdigest()[:16]}"


def _today(clock: Clock) -> Expected:
    now, day = to_iso8601(clock.now), timedelta(days=1)
    midnight = clock.now.replace(hour=0, minute=0, second=0, microsecond=0) + day
    return Expected(f"{clock.now:%Y-%m-%d}", to_iso8601(midnight), f"arn:aws:iam::{ACCOUNT}:user/jane", now)


def _further(simulator: OutpostsSimulator, clock: Clock) -> Iterator[Callable[[], object]]:
    """Yield further changes to an order in flight, which no scenario shows."""
    outposts = simulator._account  # noqa: SLF001 - no API removes an order
    orders = outposts._orders  # noqa: SLF001
    order = next(order for order in orders.values() if order["Status"] == "ERROR")
    joined = {
        "LineItemId": "ooi-0fedcba9876543210",
        "CatalogItemId": "OR-RACKM5A",
        "Quantity": 1,
        "Status": "PREPARING",
    }
    table = SnapshotTable(boto3.client("dynamodb"), "snapshots")
    yield lambda: table.annotate(order["OrderId"], Annotations(expected=_today(clock)))
    yield lambda: outposts.put_order({**order, "LineItems": [*order["LineItems"], joined]})
    yield lambda: outposts.put_order(order)
    yield lambda: orders.pop(order["OrderId"])
    yield lambda: outposts.put_order(order)
