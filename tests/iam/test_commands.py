"""The policies in docs/cli.md for `tail` and `snapshot`, judged by IAM's rules on the calls that the commands make."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from outposts_order_notifier.cli import tail as tail_module
from outposts_order_notifier.cli.snapshot import snapshot
from outposts_order_notifier.cli.stack import Stack
from outposts_order_notifier.cli.tail import EVERYTHING, PREFIX, _check, arriving
from outposts_order_notifier.cli.temporary import UNUSED, remove_unused, tags_of_use, tap
from outposts_order_notifier.domain.events import Observation
from outposts_order_notifier.domain.snapshot import observe
from testing.aws import simulated_aws
from testing.details import an_order
from testing.snapshots import create_snapshot_table
from tests.iam.evaluator import Request, judge

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
ACCOUNT, REGION, BUS = "123456789012", "eu-west-1", "outposts-order-notifier"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Team"
WITHOUT_RESOURCE = {"events:TestEventPattern", "sqs:ListQueues"}
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
NAME = f"{PREFIX}20261201T120000Z-01234567"
Call = tuple[str, str]  # the action and the ARN


def documented(heading: str) -> list[dict[str, Any]]:
    """Return the statements under a heading."""
    found = re.search(r"```json\n(.*?)```", PAGE.read_text("utf-8").partition(f"### {heading}\n")[2], re.DOTALL)
    assert found
    statements: list[dict[str, Any]] = json.loads(found[1])
    return statements


def requests(heading: str, calls: list[Call]) -> list[Request]:
    """Return the calls of somebody who has the documented policy only."""
    policy = {"Version": "2012-10-17", "Statement": documented(heading)}
    return [Request(ROLE, action, resource, ACCOUNT, identity=[policy]) for action, resource in calls]


def allowed(heading: str, calls: list[Call]) -> list[bool]:
    """Return whether IAM allows each call."""
    return [verdict.allowed for verdict in judge(requests(heading, calls))]


@contextmanager
def recording(stack: Stack) -> Iterator[list[Call]]:
    """Record the calls of a command's clients."""
    calls = list[Call]()

    def record(params: dict[str, Any], model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        action = f"{service}:{model.name}"
        calls.append((action, "*" if action in WITHOUT_RESOURCE else _arn(service, params)))

    stack.session.events.register("provide-client-params.*", record)
    yield calls


def _arn(service: str, params: dict[str, Any]) -> str:
    place = f"arn:aws:{service}:{REGION}:{ACCOUNT}"
    match service:
        case "events":
            return f"{place}:rule/{params['EventBusName']}/{params.get('Name', params.get('Rule'))}"
        case "sqs":
            return f"{place}:{params.get('QueueName') or params['QueueUrl'].rpartition('/')[2]}"
    index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
    (table,) = {params["TableName"]} if "TableName" in params else {*params["RequestItems"]}
    return f"{place}:table/{table}{index}"


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A deployment that has a bus and a table, simulated by moto."""
    with simulated_aws():
        arn = boto3.client("events").create_event_bus(Name=BUS)["EventBusArn"]
        create_snapshot_table(boto3.client("dynamodb"), "snapshots")
        stack = Stack(boto3.Session())
        stack.outputs = {"EventBusName": BUS, "EventBusArn": arn, "SnapshotTableName": "snapshots"}
        yield stack


def calls_of_tail(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """Return the calls of a `tail` that removes another one's rule, shows an event and renews its tag."""
    monkeypatch.setattr(tail_module, "WAIT_SECONDS", 0)
    monkeypatch.setattr(tail_module, "REPEAT_USE_SECONDS", -1)
    boto3.client("sqs").create_queue(QueueName=f"{NAME[:-1]}0", tags=tags_of_use(BUS, NOW - UNUSED))
    looks = iter([True, False])
    with recording(stack) as calls:
        _check(stack.session.client("events"), EVERYTHING)
        remove_unused(stack, PREFIX, NOW)
        with tap(stack, NAME, EVERYTHING, tags_of_use(BUS, NOW)) as made:
            boto3.client("sqs").send_message(QueueUrl=made.queue_url, MessageBody="{}")
            assert [*arriving(stack, made, lambda: next(looks))] == [{}]
    return sorted({*calls})


def test_the_policy_for_tail_allows_its_calls_and_no_more(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every action in it is needed, and none reaches a rule or a queue of somebody else."""
    heading = "Who may watch"
    calls = calls_of_tail(stack, monkeypatch)
    created = ("sqs:TagQueue", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{NAME}")  # CreateQueue with tags needs it, too
    assert created in calls
    assert allowed(heading, calls) == [True] * len(calls)
    listed = {action for statement in documented(heading) for action in statement["Action"]}
    assert listed == {action for action, _ in calls}
    others = [(action, resource.replace("-tail-", "-other-")) for action, resource in calls if resource != "*"]
    assert allowed(heading, others) == [False] * len(others)


def test_the_policy_for_snapshot_allows_its_calls_and_no_more(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It reads, and nothing else."""
    heading = "Who may ask for the state"
    put_order(stack)
    monkeypatch.setattr("outposts_order_notifier.cli.snapshot.deployed", lambda *_: stack)
    with recording(stack) as calls:
        snapshot()
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["detail"]["orderId"] == "oo-0123456789abcdef0"
    assert {action for action, _ in calls} == {action for each in documented(heading) for action in each["Action"]}
    assert allowed(heading, calls) == [True] * len(calls)
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/snapshots"
    writes = [(f"dynamodb:{name}", table) for name in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")]
    assert allowed(heading, writes) == [False] * len(writes)


def put_order(stack: Stack) -> None:
    """Store the snapshot of an order."""
    where = Observation(ACCOUNT, REGION, "2026-12-01T09:30:00Z")
    found = observe(None, {**an_order(), "OrderId": "oo-0123456789abcdef0"}, where, b"x")
    assert found
    assert stack.snapshots.save(found)
