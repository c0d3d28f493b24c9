"""Measure a function's start, compared with a bare script that creates the same clients.

Both use Python's bytecode of an earlier start, whatever the environment says about writing it.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent

SURROUNDINGS = {
    "NOTIFICATION_TOPIC_ARN": "arn:aws:sns:eu-west-1:111122223333:orders",
    "IDEMPOTENCY_TABLE_NAME": "idempotency",
    "NOTIFY_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/111122223333/notify",
    "SLACK_SECRET_NAME": "slack",
}

TIMED = """
import time
began = time.perf_counter()
{}
seconds = time.perf_counter() - began
from benchmarks.peak import peak_mb
print(seconds, peak_mb())
"""
FUNCTIONS = {
    "poll": """
from outposts_order_notifier.poll import handler
from outposts_order_notifier.sources.source import Source
handler._outposts(Source("111122223333", "eu-west-1"), handler.ATTEMPTS)
handler._table("snapshots"), handler._bus("orders")
""",
    "notify": """
from outposts_order_notifier.notify import handler
handler.SentNotifications(handler.clients.dynamodb(), "sent"), list(handler.open_channels()), handler.clients.sqs()
""",
}
BARE = """
import boto3
for name in {!r}:
    boto3.client(name)
"""
CLIENTS = {"poll": ["outposts", "dynamodb", "events"], "notify": ["dynamodb", "sns", "sqs"]}


@dataclass(frozen=True, slots=True)
class ColdStart:
    """Medians for a function and for the bare script: seconds, and the peak memory of the process."""

    function: str
    seconds: float
    peak_mb: float
    bare_seconds: float
    bare_peak_mb: float

    @property
    def ratio(self) -> float:
        """How many times as long the function takes."""
        return self.seconds / self.bare_seconds


def measure(function: str, runs: int) -> ColdStart:
    """Start a function and its bare script alternately, each in a fresh process; the first pair writes the bytecode."""
    scripts = TIMED.format(FUNCTIONS[function]), TIMED.format(BARE.format(CLIENTS[function]))
    with tempfile.TemporaryDirectory() as bytecode:
        pairs = [(*_start(scripts[0], bytecode), *_start(scripts[1], bytecode)) for _ in range(runs + 1)][1:]
    return ColdStart(function, *(median(each) for each in zip(*pairs, strict=True)))


def _start(script: str, bytecode: str) -> tuple[float, float]:
    environment = os.environ | SURROUNDINGS | {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": bytecode}
    done = subprocess.run(  # noqa: S603 - the scripts above
        [sys.executable, "-c", script], env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    seconds, peak_mb = done.stdout.split()
    return float(seconds), float(peak_mb)
