"""A consumer of order events: a ticket for each failure or replacement, and the latest status of each order."""

import os
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

from outposts_order_notifier.events import (
    Common,
    LineItemReference,
    OutpostsEvent,
    Truncated,
    is_outposts_event,
    is_truncated,
)

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

A_YEAR = 366 * 24 * 3600  # for so long the archive can replay an event

TABLE = os.environ["TABLE"]  # its key is `id`, its time to live `expiration`
dynamodb = boto3.client("dynamodb")
idempotency = IdempotencyConfig(
    event_key_jmespath="eventId", raise_on_no_idempotency_key=True, expires_after_seconds=A_YEAR
)


def handler(event: dict[str, Any], context: "LambdaContext") -> None:
    """Act on an event; ignore one of a type that a later version adds."""
    if not is_outposts_event(event):
        return
    idempotency.register_lambda_context(context)
    remember(event["detail"])
    if text := ticket(event):
        open_ticket(detail=event["detail"], text=text)


def ticket(event: OutpostsEvent) -> str | None:
    """Return the text of the ticket that an event causes, if any."""
    if event["detail-type"] == "Outposts Order Status Change" and event["detail"]["status"] == "ERROR":
        return f"Order {event['detail']['orderId']} is in error: contact AWS Support"
    if event["detail-type"] == "Outposts Line Item Status Change":
        item = f"Line item {shown(event['detail']['lineItemId'])} of order {event['detail']['orderId']}"
        if event["detail"]["status"] == "ERROR":
            return f"{item} is in error: contact AWS Support"
        if event["detail"]["status"] == "REPLACED":
            return f"{item} is replaced by {place(event['detail'].get('replacedBy'))}"
    return None


def shown(value: str | Truncated | None) -> str:
    """Return a value as text, also if it was too large for an event."""
    if is_truncated(value):
        return f"{value['start']}…"
    return value or "unknown"


def place(item: LineItemReference | Truncated | None) -> str:
    """Return where a line item is."""
    if item is None:
        return "a line item that is not known yet"
    if is_truncated(item):
        return shown(item)
    return f"line item {shown(item['lineItemId'])} of order {shown(item['orderId'])}"


@idempotent_function(
    data_keyword_argument="detail",
    config=idempotency,
    persistence_store=DynamoDBPersistenceLayer(table_name=TABLE, boto3_client=dynamodb),
)
def open_ticket(detail: Common, text: str) -> None:
    """Open a ticket, once for each `eventId`, in whatever order events arrive: call your ticket system here."""
    print(f"{detail['eventId']} {text}")  # noqa: T201 - a function's output is its log


def remember(detail: Common) -> None:
    """Store an order's status, unless that of a later event is stored: events arrive in any order."""
    try:
        dynamodb.update_item(
            TableName=TABLE,
            Key={"id": {"S": detail["orderId"]}},
            UpdateExpression="SET orderStatus = :status, eventSequence = :sequence",
            ConditionExpression="attribute_not_exists(eventSequence) OR eventSequence < :sequence",
            ExpressionAttributeValues={
                ":status": {"S": detail["orderStatus"] or "UNKNOWN"},
                ":sequence": {"N": str(detail["sequence"])},
            },
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return
