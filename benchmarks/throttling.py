"""Measure how many calls are refused until all orders are read, under a limit far below what the threads could send.

AWS does not publish a rate for the Outposts API, so the limit is an assumption; how clients cope with it is compared.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

from botocore.config import Config
from botocore.exceptions import ClientError
from werkzeug import Request, Response

from benchmarks import orders
from local.server import Server
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.sources.outposts import CONCURRENT_READS, get_order, outposts_client
from outposts_order_notifier.sources.source import Source

if TYPE_CHECKING:
    from mypy_boto3_outposts.client import OutpostsClient

COUNT = 300
MODES = ("adaptive", "standard", "legacy")
CALLS_PER_SECOND, BURST = 25, 10


@dataclass(frozen=True, slots=True)
class Throttled:
    """A client's attempt to read all orders: calls sent, calls refused, orders never read, and seconds."""

    retries: str
    calls: int
    refused: int
    unread: int
    seconds: float


class _Limit:
    """GetOrder behind a token bucket, as AWS limits its APIs."""

    def __init__(self) -> None:
        self.calls = self.refused = 0
        self._lock, self._tokens, self._at = threading.Lock(), float(BURST), time.monotonic()

    def answer(self, request: Request) -> Response:
        """Answer one call."""
        with self._lock:
            now = time.monotonic()
            self._tokens = min(BURST, self._tokens + (now - self._at) * CALLS_PER_SECOND)
            self._at = now
            self.calls += 1
            allowed = self._tokens >= 1
            self._tokens -= allowed
            self.refused += not allowed
        if not allowed:
            return Response('{"message": "Rate exceeded"}', 429, {"x-amzn-errortype": "ThrottlingException"})
        order = {**orders.order(0), "OrderId": request.path.rpartition("/")[2]}
        return Response(json.dumps({"Order": order}), mimetype="application/json")


def measure(retries: str) -> Throttled:
    """Read all orders, 16 at once, with a client in this retry mode of botocore.

    This project's client is `adaptive`: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    """
    limit = _Limit()
    with (
        Server(Request.application(limit.answer)) as server,
        _client(server.url, retries) as client,
        ThreadPoolExecutor(CONCURRENT_READS) as threads,
    ):

        def is_read(number: int) -> bool:
            try:
                get_order(client, f"oo-{number:017x}")
            except ClientError:
                return False
            return True

        began = time.perf_counter()
        read = sum(threads.map(is_read, range(COUNT)))
        return Throttled(retries, limit.calls, limit.refused, COUNT - read, time.perf_counter() - began)


@contextmanager
def _client(url: str, retries: str) -> Iterator["OutpostsClient"]:
    real = clients.configuration

    def in_mode(attempts: int, **options: Any) -> Config:
        return real(attempts, **{**options, "mode": retries})

    endpoint = mock.patch.dict(os.environ, {"AWS_ENDPOINT_URL_OUTPOSTS": url})
    with endpoint, mock.patch.object(clients, "configuration", in_mode):
        yield outposts_client(Source("111122223333", "eu-west-1"))
