"""The AWS services that the handlers call, played by moto; Outposts and Slack by the local cloud, over HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.parameters import clear_caches
from moto import mock_aws
from moto.core.config import DefaultConfig

from lambdas.board import handler as board_handler
from lambdas.notify import handler as notify_handler
from lambdas.notify.slack import api as slack_api
from lambdas.planner import handler as planner_handler
from lambdas.poll import assumed_role
from lambdas.poll import handler as poll_handler
from local.outposts.simulator import OutpostsSimulator
from local.server import Server
from local.slack import SlackReceiver
from tests.iam.calls import CALLS
from tests.iam.recorder import recording
from tests.snapshots import create_snapshot_table

HTTP_ON_THIS_MACHINE: DefaultConfig = {"core": {"passthrough": {"urls": [r"http://127\.0\.0\.1:.*"]}}}


@pytest.fixture(autouse=True)
def _iam_was_asked_about_every_call() -> Iterator[None]:
    """Fail whichever test makes a function ask AWS for what tests/iam does not judge."""
    with recording() as recorded:
        yield
    # Some tests poll without the environment, so their tables have no variable.
    unknown = {call for call in recorded.calls if not any(call.kind in {kind, (*kind[:2], "")} for kind in CALLS)}
    assert not unknown, f"tests/iam/calls.py does not have {unknown}"


@pytest.fixture
def aws() -> Iterator[None]:
    """Moto in place of AWS; servers on this machine stay reachable."""
    with played_by_moto():
        yield


@contextmanager
def played_by_moto() -> Iterator[None]:
    """Put moto in place of AWS, and let the functions start cold, before and afterwards."""
    _let_the_functions_start_cold()
    with mock_aws(config=HTTP_ON_THIS_MACHINE):
        yield
    _let_the_functions_start_cold()


def _let_the_functions_start_cold() -> None:
    for cached in (
        board_handler._table,
        poll_handler._outposts,
        poll_handler._table,
        poll_handler._bus,
        assumed_role._credentials,
        assumed_role._sts,
        notify_handler._delivery,
        notify_handler._slack,
        notify_handler._dynamodb,
        notify_handler._sns,
        notify_handler._sqs,
        planner_handler._organizations,
        planner_handler._queue,
        slack_api._client,
    ):
        cached.cache_clear()
    slack_api._channel_ids.clear()
    clear_caches()  # type: ignore[no-untyped-call] # Powertools' own lack


def make_queue(name: str) -> tuple[str, str]:
    """Make a queue; gives its URL and ARN."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def drain(queue_url: str) -> list[dict[str, Any]]:
    """Take every message from a queue, as JSON."""
    sqs, bodies = boto3.client("sqs"), []
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            bodies.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


@pytest.fixture
def table(aws: None) -> str:  # noqa: ARG001 - moto must be there first
    """The snapshot table."""
    create_snapshot_table(boto3.client("dynamodb"), "snapshots")
    return "snapshots"


@pytest.fixture
def bus_queue(aws: None) -> str:  # noqa: ARG001 - moto must be there first
    """The bus, and a rule of the test's own that puts every event into this queue (its URL)."""
    events = boto3.client("events")
    events.create_event_bus(Name="orders")
    url, arn = make_queue("subscriber")
    pattern = json.dumps({"source": ["outposts-order-notifier"]})
    events.put_rule(Name="everything", EventBusName="orders", EventPattern=pattern)
    events.put_targets(Rule="everything", EventBusName="orders", Targets=[{"Id": "queue", "Arn": arn}])
    return url


@pytest.fixture
def simulator() -> Iterator[tuple[OutpostsSimulator, str]]:
    """The Outposts simulator and its URL."""
    app = OutpostsSimulator(account="111122223333")
    with Server(app) as server:
        yield app, server.url


@dataclass(frozen=True)
class Slack:
    """The Slack receiver, and the origin it answers at."""

    receiver: SlackReceiver
    origin: str


@pytest.fixture
def slack() -> Iterator[Slack]:
    """A Slack that records."""
    receiver = SlackReceiver()
    with Server(receiver) as server:
        yield Slack(receiver, server.url)
