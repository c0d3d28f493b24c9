"""The notify function: takes events and alarms from its queue and tells people of them by SNS and Slack."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.notify import slack, sns
from lambdas.notify.delivery import Delivery, wait_before_retry
from lambdas.notify.environment import Environment
from lambdas.notify.message import Message, alarm_message, order_message
from lambdas.orders.observability import logger, metrics, tracer

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sqs.client import SQSClient

WORKFLOW_VARIABLES = ("orderId", "outpostId", "orderStatus", "orderType", "account", "region")

processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


class NotToldError(Exception):
    """At least one channel was not told; the message goes back to the queue."""


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Tell people of a batch of messages.

    Args:
        event: An SQS batch. A message is an `Outposts Order Updated` event as EventBridge delivers it, or a
            CloudWatch alarm's notification as SNS delivers it raw.
        context: The Lambda context.

    Returns:
        The messages to deliver again, as SQS expects them.
    """
    return process_partial_response(event, partial(_tell, context=context), processor, context)


def _tell(record: SQSRecord, context: LambdaContext) -> None:
    environment = Environment.load()
    body = record.json_body
    event_id, channels = (_of_alarm if "AlarmName" in body else _of_order)(body, environment)
    logger.set_correlation_id(body.get("detail", {}).get("orderId", event_id))
    errors = _delivery(environment.idempotency_table_name).tell(event_id, channels, context)
    if errors:
        _sqs().change_message_visibility(
            QueueUrl=environment.queue_url,
            ReceiptHandle=record.receipt_handle,
            VisibilityTimeout=wait_before_retry(errors, int(record.attributes.approximate_receive_count)),
        )
        raise NotToldError("; ".join(f"{channel}: {error}" for channel, error in errors.items()))


Channels = dict[str, Callable[[], None]]


def _of_order(event: Mapping[str, Any], environment: Environment) -> tuple[str, Channels]:
    detail = event["detail"]
    variables = {name: str(detail[name] or "") for name in WORKFLOW_VARIABLES}
    return detail["eventId"], {
        "sns": partial(sns.send, _sns(), environment.topic_arn, detail),
        **_slack(environment, order_message(detail), variables),
    }


def _of_alarm(alarm: Mapping[str, Any], environment: Environment) -> tuple[str, Channels]:
    """Only Slack: the alarm came from the topic, so everyone on the topic was told."""
    event_id = f"{alarm['AlarmArn']} {alarm['NewStateValue']} {alarm['StateChangeTime']}"
    return event_id, _slack(environment, alarm_message(alarm), dict.fromkeys(WORKFLOW_VARIABLES, ""))


def _slack(environment: Environment, message: Message, variables: Mapping[str, str]) -> Channels:
    if environment.slack_secret_name is None:
        return {}
    origin = environment.slack_webhook_origin
    return {"slack": partial(slack.send, environment.slack_secret_name, origin, message, variables)}


@cache
def _delivery(table_name: str) -> Delivery:
    return Delivery(table_name)


@cache
def _sns() -> "SNSClient":
    return boto3.client("sns")


@cache
def _sqs() -> "SQSClient":
    return boto3.client("sqs")
