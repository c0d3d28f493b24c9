"""`redrive` and routes: what EventBridge could not deliver, on moto's SQS."""

import json

import boto3
import pytest

from outposts_order_notifier.cli.redrive import RULE, move
from outposts_order_notifier.notify.routes import enveloped, opened, rule_name
from testing.aws import make_queue

RULES = "arn:aws:events:eu-west-1:111122223333:rule/outposts-order-notifier/"
EVENT = {"detail-type": "Outposts Order Updated", "detail": {"eventId": "1", "outpostId": None}}
DUBLIN = RULES + rule_name("OutpostsOrderNotifier", "dublin")


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("body", "rule", "route"),
    [
        (json.dumps(EVENT), DUBLIN, "dublin"),
        (enveloped("dublin", json.dumps(EVENT)), DUBLIN, "dublin"),
        (enveloped("dublin", json.dumps(EVENT)), None, "dublin"),
        (json.dumps(EVENT), f"{RULES}OutpostsOrderNotifier-NotificationsRule2FA78AE5", ""),
        (json.dumps(EVENT), None, ""),
    ],
    ids=["an event", "in its envelope", "given up by notify", "of the default rule", "given up by notify, default"],
)
def test_a_dead_letter_goes_to_its_route(body: str, rule: str | None, route: str) -> None:
    """EventBridge names the rule, whether or not it has transformed the event."""
    sqs = boto3.client("sqs")
    (dead, _), (queue, _) = make_queue("dead"), make_queue("notify")
    named = {RULE: {"DataType": "String", "StringValue": rule}} if rule else {}
    sqs.send_message(QueueUrl=dead, MessageBody=body, MessageAttributes=named)  # type: ignore[arg-type]
    assert move(sqs, dead, queue) == 1
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert opened(json.loads(message["Body"])) == (route, EVENT)
    assert "Messages" not in sqs.receive_message(QueueUrl=dead)


@pytest.mark.usefixtures("aws")
def test_what_is_not_an_event_is_moved_unchanged() -> None:
    """Notify returns it to the queue, and its log says so."""
    sqs = boto3.client("sqs")
    (dead, _), (queue, _) = make_queue("dead"), make_queue("notify")
    sqs.send_message(QueueUrl=dead, MessageBody="not JSON")
    assert move(sqs, dead, queue) == 1
    assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "not JSON"
