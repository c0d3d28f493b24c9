"""How long the functions wait for AWS."""

from collections.abc import Callable
from typing import Any

import pytest

from outposts_order_notifier.board import handler as board
from outposts_order_notifier.notify import clients as notify
from outposts_order_notifier.planner import handler as planner
from outposts_order_notifier.poll import handler as poll
from outposts_order_notifier.sources import assumed_role
from outposts_order_notifier.sources.outposts import outposts_client
from outposts_order_notifier.sources.source import Source

CLIENTS: dict[str, Callable[[], Any]] = {
    "poll's Outposts": lambda: outposts_client(Source("111122223333", "eu-west-1")),
    "poll's table": lambda: poll._table.__wrapped__("table")._client,
    "poll's bus": lambda: poll._bus.__wrapped__("bus")._client,
    "poll's STS": lambda: assumed_role._sts.__wrapped__("eu-west-1"),
    "planner's Organizations": planner._organizations.__wrapped__,
    "planner's queue": lambda: planner._queue.__wrapped__("queue")._client,
    "board's table": lambda: board._table.__wrapped__("table")._client,
    "notify's DynamoDB": notify.dynamodb.__wrapped__,
    "notify's SNS": notify.sns.__wrapped__,
    "notify's SQS": notify.sqs.__wrapped__,
}


@pytest.mark.parametrize("name", CLIENTS)
def test_no_call_hangs_for_as_long_as_a_function_may_take(name: str) -> None:
    """Botocore's own time-outs, a minute to connect and one to read, with its retries outlast five minutes."""
    config: Any = CLIENTS[name]().meta.config
    attempt = config.connect_timeout + config.read_timeout
    assert attempt <= 12
    assert attempt * config.retries["total_max_attempts"] <= 100
