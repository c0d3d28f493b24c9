"""The notify function: reads events and alarms from its queue, and notifies people of them through each channel."""

import json
import os
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from outposts_order_notifier.notify.channel import Channel, LaterError
from outposts_order_notifier.notify.channels.registry import open_channels
from outposts_order_notifier.notify.delivery import Delivery, wait_before_retry
from outposts_order_notifier.notify.environment import BOARD_URL, QUEUE, TABLE
from outposts_order_notifier.notify.notification import SUMMARY, Notification, notification
from outposts_order_notifier.notify.routes import opened
from outposts_order_notifier.notify.state import SentNotifications
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.runtime.observability import count, logger, metrics_sent, seconds
from outposts_order_notifier.runtime.time_zone import TIME_ZONE, zone_named
from outposts_order_notifier.wording.message import Audience

if TYPE_CHECKING:  # at run time, Powertools would load its data classes for every kind of event
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse

Record = Mapping[str, Any]  # a message as Lambda hands it over
Errors = dict[str, list[Exception]]
Routed = tuple[str, Notification]  # the route, and what it notifies of


@logger.inject_lambda_context
@metrics_sent()
def handler(event: dict[str, Any], context: LambdaContext) -> "PartialItemFailureResponse":
    """Notify people of a batch of messages.

    Args:
        event: An SQS batch. A message is an `Outposts Order Updated` event as EventBridge delivers it, in a route's
            envelope if it is for that route, a CloudWatch alarm's notification as SNS delivers it raw, or the time of a
            weekly summary.
        context: The Lambda context.

    Returns:
        The messages to deliver again, as SQS expects them.
    """
    table_name, queue_url = os.environ[TABLE], os.environ[QUEUE]
    records: list[Record] = event["Records"]
    notifications, errors = _read(records)
    failed = _notify(table_name, notifications.values(), context)
    for message_id, (route, each) in notifications.items():
        errors[message_id] = failed.get((route, each.event_id), [])
    for record in records:
        if found := errors[record["messageId"]]:
            _send_back(queue_url, record, found)
    return {"batchItemFailures": [{"itemIdentifier": name} for name, found in errors.items() if found]}


def _read(records: Sequence[Record]) -> tuple[dict[str, Routed], Errors]:
    """Read a batch; a message that cannot be read is returned to the queue, and becomes a dead letter."""
    notifications, errors = dict[str, Routed](), Errors()
    audience = Audience(zone_named(os.environ.get(TIME_ZONE, "")), os.environ.get(BOARD_URL, ""))
    for record in records:
        errors[record["messageId"]] = []
        try:
            route, body = opened(json.loads(record["body"]))
            if found := _found(body, route, audience):
                notifications[record["messageId"]] = route, found
        except Exception as error:  # noqa: BLE001 - an error in one message does not affect the others
            errors[record["messageId"]] = [error]
            count(NotificationFailures=1)
            logger.error(
                "A message cannot be read and goes back",
                messageId=record["messageId"],
                error=f"{type(error).__name__}: {error}",
            )
    return notifications, errors


def _found(body: Mapping[str, Any], route: str, audience: Audience) -> Notification | None:
    """Return what a message is about; None if nobody is notified of it."""
    if SUMMARY not in body:
        return notification(body, audience)
    # Once a week: no other cold start loads the snapshots' table.
    from outposts_order_notifier.notify.summary import summary_notification  # noqa: PLC0415

    return summary_notification(body, route, audience)


def _notify(
    table_name: str, notifications: Collection[Routed], context: LambdaContext
) -> dict[tuple[str, str], list[Exception]]:
    """Notify all channels at once, so that none waits for another; returns the errors by route and `event_id`."""
    delivery = Delivery(SentNotifications(clients.dynamodb(), table_name))
    by_route: dict[str, dict[str, Notification]] = {}
    for route, each in notifications:
        by_route.setdefault(route, {})[each.event_id] = each
    due = [(route, channel) for route in by_route for channel in open_channels(route)]

    def deliver(to: tuple[str, Channel[Any]]) -> tuple[int, dict[str, Exception]]:
        return delivery.deliver(to[1], list(by_route[to[0]].values()), context)

    failed: dict[tuple[str, str], list[Exception]] = {}
    with ThreadPoolExecutor(max(1, len(due))) as pool:
        for (route, channel), (sent, errors) in zip(due, pool.map(deliver, due), strict=True):
            failures = sum(not isinstance(error, LaterError) for error in errors.values())
            count(NotificationsSent=sent, NotificationFailures=failures)
            if sent or failures:  # the dashboard's graphs read this line: cdk/monitoring.py
                logger.info("Notified", route=route, channel=channel.name, sent=sent, failed=failures)
            for event_id, error in errors.items():
                failed.setdefault((route, event_id), []).append(error)
    return failed


def _send_back(queue_url: str, record: Record, errors: Collection[Exception]) -> None:
    attributes = record["attributes"]
    seconds(NotificationDelay=max(0, int(time.time() - int(attributes["SentTimestamp"]) / 1_000)))
    wait = wait_before_retry(errors, int(attributes["ApproximateReceiveCount"]))
    try:
        clients.sqs().change_message_visibility(
            QueueUrl=queue_url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=wait
        )
    except (BotoCoreError, ClientError) as error:
        logger.warning("A message comes back after the queue's visibility timeout", error=str(error))
