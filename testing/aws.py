"""AWS simulated by moto, for the handlers in this process, and a Slack that records, over HTTP."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from moto import mock_aws
from moto.core.config import DefaultConfig

from local.slack import SlackReceiver
from outposts_order_notifier.board import handler as board_handler
from outposts_order_notifier.notify import secrets
from outposts_order_notifier.notify.channels.slack import api as slack_api
from outposts_order_notifier.planner import handler as planner_handler
from outposts_order_notifier.poll import handler as poll_handler
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.sources import assumed_role

REGION = "eu-west-1"
# Servers on this machine stay reachable; a new session for each test would take longer than most tests.
MOTO: DefaultConfig = {"core": {"passthrough": {"urls": [r"http://127\.0\.0\.1:.*"]}, "reset_boto3_session": False}}


@contextmanager
def simulated_aws() -> Iterator[None]:
    """Replace AWS with moto; the functions start cold, before and afterwards."""
    _let_the_functions_start_cold()
    with mock_aws(config=MOTO):
        yield
    _let_the_functions_start_cold()


def _let_the_functions_start_cold() -> None:
    for cached in (
        board_handler._table,
        poll_handler._outposts,
        poll_handler._table,
        poll_handler._bus,
        poll_handler._learned,
        assumed_role._credentials,
        planner_handler._queue,
        slack_api._client,
    ):
        cached.cache_clear()
    clients.clear()
    slack_api._channel_ids.clear()
    secrets.forget()


@cache
def client_of(service: str) -> Any:
    """Return the tests' own client of a service in moto, which all tests share: creating it takes longer than 20 calls.

    It is as the first test created it, so it takes nothing from the environment; a test that replaces something in a
    client, or registers something on it, needs another one.
    """
    # The types lack the second option.
    config = Config(user_agent=clients.USER_AGENT, ignore_configured_endpoint_urls=True)  # type: ignore[call-arg]
    return boto3.client(service, region_name=REGION, config=config)  # type: ignore[call-overload] # any service


def make_queue(name: str) -> tuple[str, str]:
    """Create a queue, and return its URL and ARN."""
    sqs = client_of("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def drain(queue_url: str) -> list[dict[str, Any]]:
    """Receive every message in a queue, as JSON."""
    sqs, bodies = client_of("sqs"), []
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        bodies += [json.loads(message["Body"]) for message in messages]
        delete_messages(queue_url, [message["ReceiptHandle"] for message in messages])
    return bodies


def delete_messages(queue_url: str, receipt_handles: Sequence[str]) -> None:
    """Delete messages from a queue."""
    entries = [{"Id": str(n), "ReceiptHandle": handle} for n, handle in enumerate(receipt_handles)]
    for first in range(0, len(entries), 10):
        answer = client_of("sqs").delete_message_batch(QueueUrl=queue_url, Entries=entries[first : first + 10])
        assert not answer.get("Failed")


@dataclass(frozen=True)
class Slack:
    """The Slack receiver and its origin."""

    receiver: SlackReceiver
    origin: str
