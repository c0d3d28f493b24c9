"""Runs the pollers, each in a process of its own, over the same orders and behind the same latency."""

import io
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from benchmarks import orders
from benchmarks.cloud import Cloud, on_the_wire
from benchmarks.peak import peak_mb
from benchmarks.pollers import POLLERS, stored_by

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SECONDS = {"outposts": 0.040, "dynamodb": 0.005, "eventbridge": 0.005}  # a call's latency, by service
OUTPOSTS_CALLS = ("ListOrders", "GetOrder")


@dataclass(frozen=True, slots=True)
class Measured:
    """One poller's run over so many orders: medians of the time, the rest is the same in every run.

    Attributes:
        poller: Which.
        orders: How many orders it watches.
        seconds: Wall time.
        cpu_seconds: Processor time, all threads together.
        calls: By operation.
        units: DynamoDB's read and write units, by operation.
        peak_mb: The process' largest resident memory, Python and boto3 included.
        runs: How many runs were measured.
        waited: Whether the calls' latency was waited for, not added by calculation.
    """

    poller: str
    orders: int
    seconds: float
    cpu_seconds: float
    calls: dict[str, int]
    units: dict[str, float]
    peak_mb: float
    runs: int
    waited: bool

    @property
    def total_calls(self) -> int:
        """All its calls."""
        return sum(self.calls.values())

    def units_of(self, kind: str) -> float:
        """All its units of a kind, `read` or `write`."""
        return sum(units for name, units in self.units.items() if name.endswith(kind))

    def as_json(self) -> dict[str, Any]:
        """Give its figures."""
        return asdict(self)


def measure(poller: str, count: int, runs: int, *, wait: bool = True) -> Measured:
    """Run a poller some times over the same change, all its orders known before.

    Args:
        poller: Which.
        count: Over how many orders.
        runs: How many times.
        wait: Whether calls wait. Where they do not, their latency is added up: the time of one call after the other.
    """
    items = map(on_the_wire, stored_by(poller, count))
    cloud = Cloud(count, items, indexed=poller == "this project")
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_run, args=(there, poller, count, runs, wait))
    process.start()
    there.close()
    seconds: list[float] = []
    cpu_seconds: list[float] = []
    try:
        while True:
            match here.recv():
                case ("call", operation, url, body):
                    here.send(cloud.answer(operation, url, body))
                case ("begin",):
                    cloud.reset()
                    here.send(None)
                case ("end", elapsed, worked):
                    seconds.append(elapsed)
                    cpu_seconds.append(worked)
                    here.send(None)
                case ("peak", peak):
                    break
    finally:
        process.join()
    skipped = 0 if wait else sum(_latency(name) * calls for name, calls in cloud.calls.items())
    return Measured(
        poller=poller,
        orders=count,
        seconds=median(seconds) + skipped,
        cpu_seconds=median(cpu_seconds),
        calls=dict(cloud.calls),
        units=dict(cloud.units),
        peak_mb=peak,
        runs=runs,
        waited=wait,
    )


def _latency(operation: str) -> float:
    return SECONDS["outposts" if operation in OUTPOSTS_CALLS else "dynamodb"]


def _run(connection: "Connection[Any, Any]", poller: str, count: int, runs: int, wait: bool) -> None:
    """Be the poller's process."""
    wire = _Wire(connection, wait=wait)
    run = POLLERS[poller](wire.reach, count)
    wire.warm_up()
    for _ in range(runs):
        wire.ask("begin")
        began, worked = time.perf_counter(), time.process_time()
        run()
        wire.ask("end", time.perf_counter() - began, time.process_time() - worked)
    connection.send(("peak", peak_mb()))


class _Wire:
    """Where the network would be: every call waits its service's latency, then asks the stand-in's process."""

    def __init__(self, connection: "Connection[Any, Any]", *, wait: bool) -> None:
        self._connection = connection
        self._wait = wait
        self._lock = threading.Lock()
        self._clients: list[Any] = []

    def reach(self, client: Any) -> None:
        """Connect a client."""
        self._clients.append(client)
        client.meta.events.register_first("before-send", self._send)

    def warm_up(self) -> None:
        """Make one call with each client, as a function's process that has run before has done."""
        for client in self._clients:
            match client.meta.service_model.service_name:
                case "outposts":
                    client.get_order(OrderId=orders.order_id(1))
                case "dynamodb":
                    client.get_item(TableName="snapshots", Key={"id": {"S": "none"}})
                case _:
                    client.put_events(Entries=[{"Source": "s", "DetailType": "t", "Detail": "{}"}])

    def ask(self, *message: Any) -> Any:
        """Ask the stand-in's process."""
        with self._lock:
            self._connection.send(message)
            return self._connection.recv()

    def _send(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        service, operation = event_name.split(".")[1:]
        if self._wait:
            time.sleep(SECONDS[service])
        status, headers, content = self.ask("call", operation, str(request.url), request.body or b"")
        return AWSResponse(str(request.url), status, headers, _Raw(content))


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def set_credentials() -> None:
    """Let boto3 sign with nobody's credentials, and ask no one for others."""
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": orders.REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "POWERTOOLS_SERVICE_NAME": "poll",
        "POWERTOOLS_METRICS_NAMESPACE": "OutpostsOrderNotifier",
        "POWERTOOLS_LOG_LEVEL": "ERROR",
    }
