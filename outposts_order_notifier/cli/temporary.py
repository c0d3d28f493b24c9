"""Temporary rules on the bus, each with a queue that receives what it matches."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from outposts_order_notifier.cli.terminal import Json
from outposts_order_notifier.domain.places import Arn
from outposts_order_notifier.domain.timestamps import from_iso8601, to_iso8601

if TYPE_CHECKING:
    # The parameters' types need boto3-stubs, which only exist where the types are checked.
    from mypy_boto3_sqs.client import SQSClient

    from outposts_order_notifier.cli.stack import Stack

TARGET = "queue"
RETENTION_SECONDS = 3_600  # of a queue that outlives its command
BUS_TAG = "outposts-order-notifier:bus"
USED_TAG = "outposts-order-notifier:used-at"
UNUSED = timedelta(hours=6)
REPEAT_USE_SECONDS = 600  # a command that runs for long says so often


@dataclass(frozen=True, slots=True)
class Tap:
    """A rule and its queue: the rule's ARN, and the queue's URL."""

    rule_arn: str
    queue_url: str


@contextmanager
def tap(stack: "Stack", name: str, pattern: Json, tags: Mapping[str, str] | None = None) -> Iterator[Tap]:
    """Create a rule on the bus and its queue, both under a name, for a `with` block.

    The queue is created with its policy, because a policy that is set later may take a minute to take effect
    (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html). It comes first
    and is removed last, so that no rule exists without a queue by which `remove_unused` finds it.
    """
    events, sqs, bus = stack.session.client("events"), stack.session.client("sqs"), stack.output("EventBusName")
    of_bus = Arn.parse(stack.output("EventBusArn"))
    place = f"{of_bus.region}:{of_bus.account}"
    rule_arn, queue_arn = (
        f"arn:{of_bus.partition}:{rest}" for rest in (f"events:{place}:rule/{bus}/{name}", f"sqs:{place}:{name}")
    )
    with ExitStack() as undo:
        attributes: Any = {"Policy": _policy(rule_arn, queue_arn), "MessageRetentionPeriod": str(RETENTION_SECONDS)}
        tagged: Any = {"tags": dict(tags)} if tags else {}  # tags need a permission of their own
        url = sqs.create_queue(QueueName=name, Attributes=attributes, **tagged)["QueueUrl"]
        undo.callback(sqs.delete_queue, QueueUrl=url)
        events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
        undo.callback(events.delete_rule, Name=name, EventBusName=bus)
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": TARGET, "Arn": queue_arn}])
        undo.callback(events.remove_targets, Rule=name, EventBusName=bus, Ids=[TARGET])
        yield Tap(rule_arn, url)


def _policy(rule_arn: str, queue_arn: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def taken(sqs: "SQSClient", queue_url: str, wait_seconds: int) -> Iterator[Json]:
    """Receive events from a queue, and delete each after it was used."""
    answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=wait_seconds)
    for message in answer.get("Messages", []):
        yield json.loads(message["Body"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def tags_of_use(bus: str, now: datetime) -> dict[str, str]:
    """Return the tags of a queue that is in use now."""
    return {BUS_TAG: bus, USED_TAG: to_iso8601(now)}


def remove_unused(stack: "Stack", prefix: str, now: datetime) -> list[str]:
    """Remove rules and queues that a command left behind because it was killed; return their names.

    A queue that has not been in use for `UNUSED`, by its tags, is such a one. Those without tags are somebody else's.
    """
    events, sqs = stack.session.client("events"), stack.session.client("sqs")
    removed = []
    for url in sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", []):
        try:
            tags = sqs.list_queue_tags(QueueUrl=url).get("Tags", {})
            if not {BUS_TAG, USED_TAG} <= tags.keys() or now - from_iso8601(tags[USED_TAG]) < UNUSED:
                continue
            name, bus = url.rpartition("/")[2], tags[BUS_TAG]
            try:
                events.remove_targets(Rule=name, EventBusName=bus, Ids=[TARGET])
                events.delete_rule(Name=name, EventBusName=bus)
            except events.exceptions.ResourceNotFoundException:
                pass  # the rule or its bus is gone
            sqs.delete_queue(QueueUrl=url)
        except sqs.exceptions.QueueDoesNotExist:
            continue  # its own command, or another one, has removed it
        removed.append(name)
    return removed
