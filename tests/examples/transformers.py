"""The examples' input transformers, as the emulator's EventBridge and the schemas of the events see them."""

import json
from collections.abc import Iterable, Iterator

import boto3

from outposts_order_notifier.cdk.event_schemas import Schema
from testing.example_files import Json
from testing.matching import Emulator


def transformed(emulator: Emulator, name: str, transformer: Json, sent: Iterable[Json]) -> Iterator[str]:
    """Send events through a rule with a transformer, and yield what arrives in a queue for each of them.

    Args:
        emulator: The emulator.
        name: The name of the bus, of its rule and of the queue.
        transformer: The target's `InputTransformer`.
        sent: The events, whole.
    """
    events = emulator.events
    sqs = boto3.client("sqs", endpoint_url=events.meta.endpoint_url)
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.create_event_bus(Name=name)
    events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps({"source": ["outposts-order-notifier"]}))
    target = {"Id": "queue", "Arn": arn, "InputTransformer": transformer}
    events.put_targets(Rule=name, EventBusName=name, Targets=[target])
    for event in sent:
        entry = {"EventBusName": name, "Source": event["source"], "DetailType": event["detail-type"]}
        entry |= {"Resources": event["resources"], "Detail": json.dumps(event["detail"])}
        assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
        (message,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, WaitTimeSeconds=20)["Messages"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        yield message["Body"]


def schema_at(schema: Schema, path: str) -> Schema | None:
    """Return the schema of what a path of a transformer finds in an event, or None if an event may be without it."""
    found = schema
    for key in path.removeprefix("$.").split("."):
        if key not in found["required"]:
            return None
        found = found["properties"][key]
        if reference := found.get("$ref"):
            found = schema["definitions"][reference.rpartition("/")[2]]
    return found


def is_certain(schema: Schema, path: str) -> bool:
    """Return whether a path finds, in every event of the schema, a text or an object and never null."""
    found = schema_at(schema, path)
    return found is not None and (found.get("type") in {"string", "object"} or "enum" in found)
