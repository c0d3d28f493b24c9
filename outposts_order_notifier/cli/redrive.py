"""`redrive`: resends the notifications in the dead-letter queue."""

import json
from typing import TYPE_CHECKING

from outposts_order_notifier.cli.terminal import AsJson, Output, Profile, Region, deployed, form_of, show_answer
from outposts_order_notifier.notify.routes import enveloped, route_of
from outposts_order_notifier.wording.words import count

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

# With which EventBridge marks what it could not deliver:
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
RULE = "RULE_ARN"


def redrive(region: Region = None, profile: Profile = None, output: Output = None, as_json: AsJson = False) -> None:
    """Resend the notifications in the dead-letter queue.

    Fix the channel first; channels already notified are not notified again.
    """
    form = form_of(output, as_json)
    stack = deployed(region, profile)
    moved = move(stack.session.client("sqs"), stack.output("DeadLetterQueueUrl"), stack.notify_queue_url)
    said = f"{count(moved, 'message')} sent again" if moved else "The dead-letter queue is empty"
    show_answer({"messagesSentAgain": moved}, said, form)


def move(sqs: "SQSClient", dead_letter_queue_url: str, queue_url: str) -> int:
    """Move all messages of a dead-letter queue to a queue, and return their number.

    A message is sent before it is deleted, so none is lost. A message that is sent twice notifies once, because notify
    records what it sent to each channel. StartMessageMoveTask cannot be used: the queue also holds messages that
    EventBridge could not deliver, and SQS can only move back messages that came from a queue
    (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html).
    """
    moved = 0
    while messages := sqs.receive_message(
        QueueUrl=dead_letter_queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1, MessageAttributeNames=[RULE]
    ).get("Messages"):
        for message in messages:
            sqs.send_message(QueueUrl=queue_url, MessageBody=_body(message))
            sqs.delete_message(QueueUrl=dead_letter_queue_url, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved


def _body(message: "MessageTypeDef") -> str:
    """Return a message's body, in the envelope of its route.

    EventBridge puts an event into the envelope on its way to the queue. What it could not deliver may lack it, and
    would then notify the default route.
    """
    body, attribute = message["Body"], message.get("MessageAttributes", {}).get(RULE)
    route = route_of(attribute.get("StringValue", "")) if attribute else ""
    return enveloped(route, body) if route and "route" not in json.loads(body) else body
