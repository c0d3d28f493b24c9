"""The poll function: one run over the source that its input means, or over each source of a batch."""

import json
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from lambdas.orders.observability import count, logger, metrics, tracer
from lambdas.orders.organization import Organization
from lambdas.orders.snapshot_table import SnapshotTable
from lambdas.orders.stalled import Thresholds
from lambdas.poll.environment import Environment
from lambdas.poll.event_bus import EventBus
from lambdas.poll.outposts import CONCURRENT_READS, outposts_client
from lambdas.poll.run import Poll
from lambdas.poll.source import Source, source_meant, sources_from
from lambdas.poll.summary import Summary

if TYPE_CHECKING:
    from mypy_boto3_outposts.client import OutpostsClient

CLIENTS = 50  # with 16 connections each: Lambda allows 1,024 open files
# A call that hangs is given up well before the function's time is.
_BRIEF = Config(
    connect_timeout=2,
    read_timeout=8,
    retries={"mode": "standard", "total_max_attempts": 5},
    max_pool_connections=CONCURRENT_READS,
)


class PollFailedError(Exception):
    """Some orders of a run could not be read, stored or published; the text is the run's summary."""


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Poll a source, or a batch of the queue's.

    Args:
        event: `{"region"?, "roleArn"?, "externalId"?, "outpostIds"?, "orderIds"?}`, or an SQS batch of such.
        context: Its function ARN names the notifier's own account.

    Returns:
        The run's summary (contract, part 2); of a batch, the messages whose source could not be polled, or not without
        failures, as SQS expects them.

    Raises:
        ValueError: The input means no configured source, or several.
        PollFailedError: The run is over, and some orders failed; the next run takes them up again.
    """
    environment = Environment.load()
    match event:
        case {"Records": records}:
            return {"batchItemFailures": _poll_each(records, environment, context)}
    summary = _poll(event, environment, context)
    _report(summary)
    if summary.failures:
        raise PollFailedError(json.dumps(summary.as_json()))
    return summary.as_json()


def _poll_each(records: list[dict[str, str]], environment: Environment, context: LambdaContext) -> list[dict[str, str]]:
    """Poll each message's source in a thread of its own, so that none waits for another; gives those that failed."""
    # boto3's default session is not for several threads.
    _table(environment.snapshot_table_name)
    _bus(environment.event_bus_name)
    failed = []
    with ThreadPoolExecutor(len(records)) as threads:
        runs = {
            threads.submit(lambda body: _poll(json.loads(body), environment, context), record["body"]): record
            for record in records
        }
        for run in as_completed(runs):
            try:
                summary = run.result()
            except Exception:  # noqa: BLE001 - whatever is wrong with one source must not stop the others
                count(PollFailures=1)
                logger.exception("This source could not be polled", source=runs[run]["body"])
                failed.append(runs[run])
            else:
                _report(summary)
                failed += [runs[run]] if summary.failures else []
    return [{"itemIdentifier": record["messageId"]} for record in failed]


def _poll(request: dict[str, Any], environment: Environment, context: LambdaContext) -> Summary:
    """Poll the source that a request means.

    Raises:
        ValueError: The request means no configured source, or several.
    """
    function_arn, organization = context.invoked_function_arn, None
    if environment.organization:
        organization = Organization.load(environment.organization, environment.sources, function_arn)
        count(SourcesPolled=1)  # the alarm on polls compares with what was planned
    sources = sources_from(environment.sources, own_account=function_arn.split(":")[4])
    source = source_meant(request, sources, organization)
    poll = Poll(
        source=source,
        outposts=_outposts(source),
        table=_table(environment.snapshot_table_name),
        bus=_bus(environment.event_bus_name),
        clock=lambda: datetime.now(UTC),
        seconds_left=lambda: context.get_remaining_time_in_millis() / 1_000,
        stalled_after=Thresholds.from_json(environment.stalled_after_days),
    )
    return poll.run_only(request["orderIds"]) if "orderIds" in request else poll.run()


@lru_cache(maxsize=CLIENTS)
def _outposts(source: Source) -> "OutpostsClient":
    return outposts_client(source)


@cache
def _table(name: str) -> SnapshotTable:
    return SnapshotTable(boto3.client("dynamodb", config=_BRIEF), name)


@cache
def _bus(name: str) -> EventBus:
    return EventBus(boto3.client("events", config=_BRIEF), name)


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
