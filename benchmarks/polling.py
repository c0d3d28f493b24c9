"""Run the pollers, each in a separate process, with the same orders and the same latency."""

import io
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    """One poller's run: medians of the times; everything else is the same in every run.

    Attributes:
        calls: By operation.
        units: DynamoDB's read and write units, by operation and kind.
        waited: Whether the calls waited for their latency, instead of it being added afterwards.
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

    @property
    def read_units(self) -> float:
        """All its read units."""
        return sum(units for name, units in self.units.items() if name.endswith("read"))

    @property
    def write_units(self) -> float:
        """All its write units."""
        return sum(units for name, units in self.units.items() if name.endswith("write"))

    @property
    def how_often(self) -> str:
        """The number of runs, and whether the waiting was added."""
        return f"{self.runs}" if self.waited else f"{self.runs}, waiting added"


def measure(pollers: Sequence[str], count: int, runs: int, *, wait: bool = True) -> list[Measured]:
    """Run pollers alternately over so many orders, so that whatever slows the machine affects all of them.

    Without `wait`, calls do not wait for their latency; all of it is added to the time.
    """
    processes = [_Process(poller, count, wait=wait) for poller in pollers]
    for _ in range(runs):
        for process in processes:
            process.run()
    return [process.end() for process in processes]


def _latency(operation: str) -> float:
    return SECONDS["outposts" if operation in OUTPOSTS_CALLS else "dynamodb"]


class _Process:
    """A poller's process, and the stand-in in this process that answers it."""

    def __init__(self, poller: str, count: int, *, wait: bool) -> None:
        self._poller, self._count, self._wait = poller, count, wait
        self._cloud = Cloud(count, map(on_the_wire, stored_by(poller, count)), indexed=poller == "this project")
        self._seconds: list[tuple[float, float]] = []
        context = multiprocessing.get_context("spawn")
        self._connection, there = context.Pipe()
        self._process = context.Process(target=_be_poller, args=(there, poller, count, wait), daemon=True)
        self._process.start()
        there.close()
        self._answer_calls()

    def run(self) -> None:
        """Let it poll once."""
        self._cloud.reset()
        self._connection.send("run")
        self._seconds.append(self._answer_calls())

    def end(self) -> Measured:
        """End it, and return the measurements."""
        self._connection.send("end")
        peak = self._connection.recv()
        self._process.join()
        calls = dict(self._cloud.calls)
        skipped = 0.0 if self._wait else sum(_latency(name) * made for name, made in calls.items())
        seconds, cpu_seconds = (median(each) for each in zip(*self._seconds, strict=True))
        return Measured(
            poller=self._poller,
            orders=self._count,
            seconds=seconds + skipped,
            cpu_seconds=cpu_seconds,
            calls=calls,
            units=dict(self._cloud.units),
            peak_mb=peak,
            runs=len(self._seconds),
            waited=self._wait,
        )

    def _answer_calls(self) -> Any:
        """Answer calls until it sends a result, and return that."""
        while True:
            match self._connection.recv():
                case ("call", operation, url, body):
                    self._connection.send(self._cloud.answer(operation, url, body))
                case ("done", result):
                    return result


def _be_poller(connection: "Connection[Any, Any]", poller: str, count: int, wait: bool) -> None:
    wire = _Wire(connection, wait=wait)
    run = POLLERS[poller](wire.reach, count)
    wire.warm_up()
    connection.send(("done", None))
    while connection.recv() == "run":
        began, worked = time.perf_counter(), time.process_time()
        run()
        connection.send(("done", (time.perf_counter() - began, time.process_time() - worked)))
    connection.send(peak_mb())


class _Wire:
    """Takes the place of the network: every call waits for its service's latency, then asks the stand-in's process."""

    def __init__(self, connection: "Connection[Any, Any]", *, wait: bool) -> None:
        self._connection = connection
        self._wait = wait
        self._lock = threading.Lock()
        self._clients: list[Any] = []

    def reach(self, *clients: Any) -> None:
        """Connect clients."""
        for client in clients:
            self._clients.append(client)
            client.meta.events.register_first("before-send", self._send)

    def warm_up(self) -> None:
        """Make one call with each client, as in a function's process that has run before."""
        for client in self._clients:
            match client.meta.service_model.service_name:
                case "outposts":
                    client.get_order(OrderId=orders.order_id(1))
                case "dynamodb":
                    client.get_item(TableName="snapshots", Key={"id": {"S": "none"}})
                case _:
                    client.put_events(Entries=[{"Source": "s", "DetailType": "t", "Detail": "{}"}])

    def _send(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        service, operation = event_name.split(".")[1:]
        if self._wait:
            time.sleep(SECONDS[service])
        with self._lock:
            self._connection.send(("call", operation, str(request.url), request.body or b""))
            status, headers, content = self._connection.recv()
        return AWSResponse(str(request.url), status, headers, _Raw(content))


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def set_credentials() -> None:
    """Give boto3 fake credentials, and keep it from looking for others."""
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
