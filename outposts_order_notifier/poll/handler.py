"""The poll function: one run over the source that its input means, or over each source of a batch."""

import json
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from outposts_order_notifier.domain.places import Arn
from outposts_order_notifier.domain.stalled import Thresholds
from outposts_order_notifier.poll.environment import Environment
from outposts_order_notifier.poll.event_bus import EventBus
from outposts_order_notifier.poll.run import Poll
from outposts_order_notifier.poll.summary import PollFailedError, Summary
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.runtime.observability import count, logger, metrics
from outposts_order_notifier.runtime.tracing import tracer
from outposts_order_notifier.sources.organization import Organization
from outposts_order_notifier.sources.outposts import ATTEMPTS, CONCURRENT_READS, outposts_client
from outposts_order_notifier.sources.source import Source, source_meant, sources_from
from outposts_order_notifier.store.table import SnapshotTable

if TYPE_CHECKING:
    from mypy_boto3_outposts.client import OutpostsClient

# With 16 connections each, and the table's for a batch of ten sources: Lambda allows 1,024 open files.
CLIENTS = 40
TABLE_ATTEMPTS = 5
TABLE_CONNECTIONS = 10 * CONCURRENT_READS
# The next tick is the retry: where a region is down, its sources must not hold the queue up for all others.
BATCH_ATTEMPTS = 2


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Poll a source, or a batch of the queue's.

    Args:
        event: `{"region"?, "roleArn"?, "externalId"?, "outpostIds"?, "orderIds"?}`, or an SQS batch of such.
        context: Its function ARN names the notifier's own account.

    Returns:
        The summary (docs/operations.md); of a batch, the messages whose source could not be polled, or not without
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
        raise PollFailedError(summary)
    return summary.as_json()


def _poll_each(records: list[dict[str, str]], environment: Environment, context: LambdaContext) -> list[dict[str, str]]:
    """Poll each message's source in a thread of its own, so that none waits for another; gives those that failed."""
    count(SourcesPolled=len(records))  # the alarm on polls compares with what was planned
    # boto3's default session is not for several threads.
    _table(environment.snapshot_table_name)
    _bus(environment.event_bus_name)
    failed = []
    with ThreadPoolExecutor(len(records)) as threads:
        runs = {
            threads.submit(
                lambda body: _poll(json.loads(body), environment, context, BATCH_ATTEMPTS), record["body"]
            ): record
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


def _poll(
    request: dict[str, Any], environment: Environment, context: LambdaContext, attempts: int = ATTEMPTS
) -> Summary:
    """Poll the source that a request means, each call of it being made so many times at most.

    Raises:
        ValueError: The request means no configured source, or several.
    """
    function_arn, organization = context.invoked_function_arn, None
    if environment.organization:
        organization = Organization.load(environment.organization, environment.sources, function_arn)
    sources = sources_from(environment.sources, own_account=Arn.parse(function_arn).account)
    source = source_meant(request, sources, organization)
    poll = Poll(
        source=source,
        outposts=_outposts(source, attempts),
        table=_table(environment.snapshot_table_name),
        bus=_bus(environment.event_bus_name),
        clock=lambda: datetime.now(UTC),
        seconds_left=lambda: context.get_remaining_time_in_millis() / 1_000,
        stalled_after=Thresholds.from_json(environment.stalled_after_days),
    )
    return poll.run_only(request["orderIds"]) if "orderIds" in request else poll.run()


@lru_cache(maxsize=CLIENTS)
def _outposts(source: Source, attempts: int) -> "OutpostsClient":
    return outposts_client(source, attempts)


@cache
def _table(name: str) -> SnapshotTable:
    return SnapshotTable(clients.dynamodb(TABLE_ATTEMPTS, TABLE_CONNECTIONS), name)


@cache
def _bus(name: str) -> EventBus:
    return EventBus(clients.events(), name)


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
