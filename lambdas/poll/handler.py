"""The poll function: one run over the source that its input means."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from lambdas.orders.observability import count, logger, metrics, tracer
from lambdas.orders.snapshot_table import SnapshotTable
from lambdas.orders.stalled import Thresholds
from lambdas.poll.environment import Environment
from lambdas.poll.event_bus import EventBus
from lambdas.poll.outposts import CONCURRENT_READS, outposts_client
from lambdas.poll.run import Poll, Summary
from lambdas.poll.source import Source, source_meant, sources_from

if TYPE_CHECKING:
    from mypy_boto3_outposts.client import OutpostsClient


class PollFailedError(Exception):
    """Some orders of a run could not be read, stored or published; the text is the run's summary."""


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Poll a source.

    Args:
        event: `{"region"?, "roleArn"?, "externalId"?, "outpostIds"?, "orderIds"?}`.
        context: Its function ARN names the notifier's own account.

    Returns:
        The run's summary (contract, part 2).

    Raises:
        ValueError: The input means no configured source, or several.
        PollFailedError: The run is over, and some orders failed; the next run takes them up again.
    """
    environment = Environment.load()
    own_account = context.invoked_function_arn.split(":")[4]
    source = source_meant(event, sources_from(environment.sources, own_account))
    poll = Poll(
        source=source,
        outposts=_outposts(source),
        table=_table(environment.snapshot_table_name),
        bus=_bus(environment.event_bus_name),
        clock=lambda: datetime.now(UTC),
        seconds_left=lambda: context.get_remaining_time_in_millis() / 1_000,
        stalled_after=Thresholds.from_json(environment.stalled_after_days),
    )
    summary = poll.run_only(event["orderIds"]) if "orderIds" in event else poll.run()
    _report(summary)
    return summary.as_json()


@cache
def _outposts(source: Source) -> "OutpostsClient":
    return outposts_client(source)


@cache
def _table(name: str) -> SnapshotTable:
    return SnapshotTable(boto3.client("dynamodb", config=Config(max_pool_connections=CONCURRENT_READS)), name)


@cache
def _bus(name: str) -> EventBus:
    return EventBus(boto3.client("events"), name)


def _report(summary: Summary) -> None:
    count(
        OrdersWatched=summary.orders_listed,
        OrdersInFlight=summary.orders_in_flight,
        OrdersRead=summary.orders_read,
        OrdersChanged=summary.orders_changed,
        TransitionsPublished=summary.transitions_published,
        PendingEvents=summary.events_pending,
        PollFailures=len(summary.failures),
        OrdersLeft=summary.orders_left,
    )
    logger.info("Polled", summary=summary.as_json())
    if summary.failures:
        raise PollFailedError(json.dumps(summary.as_json()))
