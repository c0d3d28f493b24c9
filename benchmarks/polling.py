"""Runs the pollers, each in a process of its own, over the same orders and behind the same latency."""

import io
import multiprocessing
import os
import resource
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from benchmarks import orders
from benchmarks.cloud import Cloud, on_the_wire
from benchmarks.pollers import POLLERS, stored_by

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SECONDS = {"outposts": 0.040, "dynamodb": 0.005, "eventbridge": 0.005}  # a call's latency, by service


@dataclass(frozen=True, slots=True)
class Measured:
    """One poller's run over so many orders: medians of the time, the rest is the same in every run.

    Attributes:
        poller: Which.
        orders: How many orders it watches.
        seconds: Wall time.
        calls: By operation.
        units: DynamoDB's read and write units, by operation.
        peak_mb: The process' largest resident memory, Python and boto3 included.
        runs: How many runs were measured; 0 where the figures are those of fewer orders, multiplied.
    """

    poller: str
    orders: int
    seconds: float
    calls: dict[str, int]
    units: dict[str, float]
    peak_mb: float | None
    runs: int

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

    def times(self, factor: int) -> "Measured":
        """Reckon the same poller over more orders, for one whose work is the same for each."""
        return Measured(
            self.poller,
            self.orders * factor,
            self.seconds * factor,
            {name: calls * factor for name, calls in self.calls.items()},
            {name: units * factor for name, units in self.units.items()},
            None,
            0,
        )


def measure(poller: str, count: int, runs: int) -> Measured:
    """Run a poller some times over the same change, all its orders known before."""
    items = map(on_the_wire, stored_by(poller, count))
    cloud = Cloud(count, items, indexed=poller == "this project")
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_run, args=(there, poller, count, runs))
    process.start()
    there.close()
    seconds: list[float] = []
    try:
        while True:
            match here.recv():
                case ("call", operation, url, body):
                    here.send(cloud.answer(operation, url, body))
                case ("begin",):
                    cloud.reset()
                    here.send(None)
                case ("end", elapsed):
                    seconds.append(elapsed)
                    here.send(None)
                case ("peak", peak):
                    break
    finally:
        process.join()
    return Measured(poller, count, median(seconds), dict(cloud.calls), dict(cloud.units), peak, runs)


def _run(connection: "Connection[Any, Any]", poller: str, count: int, runs: int) -> None:
    """Be the poller's process."""
    wire = _Wire(connection)
    run = POLLERS[poller](wire.reach, count)
    wire.warm_up()
    for _ in range(runs):
        wire.ask("begin")
        began = time.perf_counter()
        run()
        wire.ask("end", time.perf_counter() - began)
    connection.send(("peak", _peak_mb()))


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():  # there, ru_maxrss would be the parent's where that was larger
        (line,) = (line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1_024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


class _Wire:
    """Where the network would be: every call waits its service's latency, then asks the stand-in's process."""

    def __init__(self, connection: "Connection[Any, Any]") -> None:
        self._connection = connection
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
