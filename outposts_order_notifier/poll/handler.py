"""The poll function: polls the source that its input selects, or each source of an SQS batch."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from outposts_order_notifier.domain.durations import Durations
from outposts_order_notifier.domain.places import Arn
from outposts_order_notifier.domain.stalled import Thresholds
from outposts_order_notifier.poll.event_bus import EventBus
from outposts_order_notifier.poll.learned import Learned
from outposts_order_notifier.poll.names import Names
from outposts_order_notifier.poll.run import Poll
from outposts_order_notifier.poll.summary import PollFailedError, RunResult, Summary
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.runtime.observability import count, logger, metrics_sent
from outposts_order_notifier.sources.names import look_up
from outposts_order_notifier.sources.organization import Organization
from outposts_order_notifier.sources.outposts import ATTEMPTS, CONCURRENT_READS, outposts_client
from outposts_order_notifier.sources.source import select_source, sources_from
from outposts_order_notifier.store.table import SnapshotTable

# Each has 16 connections, and the table's client 160 for a batch of ten sources: Lambda allows 1,024 open files.
CLIENTS = 40
TABLE_ATTEMPTS = 5
TABLE_CONNECTIONS = 10 * CONCURRENT_READS
# The next tick retries: if a region is down, its sources must not hold up the queue for all others.
BATCH_ATTEMPTS = 2
NAMES_ATTEMPTS = 1  # names are optional, and orders wait for them
_outposts = lru_cache(maxsize=CLIENTS)(outposts_client)


@logger.inject_lambda_context
@metrics_sent()
def handler(event: dict[str, Any], context: LambdaContext) -> Summary | dict[str, Any]:
    """Poll a source, or each source of an SQS batch.

    Args:
        event: `{"region"?, "roleArn"?, "externalId"?, "outpostIds"?, "orderIds"?, "accountName"?}`, or an SQS batch of
            such objects.
        context: The Lambda context, whose function ARN contains the notifier's account.

    Returns:
        The summary; for a batch, `batchItemFailures` with each message whose poll had failures, as SQS expects.

    Raises:
        ValueError: The input selects no configured source, or several.
        PollFailedError: The run ended, but some orders failed; the next run retries them.
    """
    match event:  # which may be any JSON
        case {"Records": records}:
            return {"batchItemFailures": _poll_each(records, context)}
    summary = _poll(event, context)
    if summary["failures"]:
        raise PollFailedError(summary)
    return summary


def _poll_each(records: list[dict[str, str]], context: LambdaContext) -> list[dict[str, str]]:
    """Poll each message's source in a thread, so that none waits for another; return those that failed."""
    count(SourcesPolled=len(records))  # an alarm compares this with the number of planned sources
    # Create the clients in this thread, as boto3's default session is not thread-safe.
    _table(os.environ["SNAPSHOT_TABLE_NAME"])
    _bus(os.environ["EVENT_BUS_NAME"])

    def poll_succeeds(record: dict[str, str]) -> bool:
        try:
            return not _poll(json.loads(record["body"]), context, BATCH_ATTEMPTS)["failures"]
        except Exception:  # noqa: BLE001 - one source's must not stop the others
            count(PollFailures=1)
            logger.exception("This source could not be polled", source=record["body"])
            return False

    with ThreadPoolExecutor(len(records)) as threads:
        succeeded = list(threads.map(poll_succeeds, records))
    return [
        {"itemIdentifier": record["messageId"]} for record, good in zip(records, succeeded, strict=True) if not good
    ]


def _poll(request: dict[str, Any], context: LambdaContext, attempts: int = ATTEMPTS) -> Summary:
    """Poll the source that a request selects, and count and log the result.

    Raises:
        ValueError: The request selects no configured source, or several.
    """
    function_arn, configured, organization = context.invoked_function_arn, os.environ["SOURCES"], None
    if configured_organization := os.environ.get("ORGANIZATION"):
        organization = Organization.load(configured_organization, configured, function_arn)
    sources = sources_from(configured, own_account=Arn.parse(function_arn).account)
    source = select_source(request, sources, organization)
    outposts, table = _outposts(source, attempts), _table(os.environ["SNAPSHOT_TABLE_NAME"])
    names = Names(
        store=table,
        source=source.place,
        account=source.account,
        configured=_configured_names(),
        look_up=lambda: look_up(_outposts(source, NAMES_ATTEMPTS)),
        clock=_now,
        account_name=request.get("accountName") or "",
    )
    learned = _learned(os.environ["SNAPSHOT_TABLE_NAME"], source.place)
    stalled_after = Thresholds.from_json(os.environ["STALLED_AFTER_DAYS"])
    poll = Poll(
        source=source,
        outposts=outposts,
        table=table,
        bus=_bus(os.environ["EVENT_BUS_NAME"]),
        clock=_now,
        seconds_left=lambda: context.get_remaining_time_in_millis() / 1_000,
        thresholds=lambda order: learned.thresholds(order, stalled_after),
        names=names.of,
    )
    only_some = "orderIds" in request
    result = poll.run_only(request["orderIds"]) if only_some else poll.run()
    _measure(result)
    summary = result.summary(source.name)
    # The dashboard's graphs read these lines (cdk/monitoring.py). Not every order is in the counts of a run of some.
    logger.info(
        "Polled some orders" if only_some else "Polled",
        summary=summary,
        ordersInFlight=result.orders_in_flight,
        transitionsPublished=result.transitions_published,
    )
    return summary


def _measure(result: RunResult) -> None:
    """Send a run's metrics: how many orders there are only if something has changed, the others if they are not 0."""
    if result.orders_changed:
        count(
            OrdersWatched=result.orders_listed,
            OrdersInFlight=result.orders_in_flight,
            OrdersRead=result.orders_read,
            OrdersChanged=result.orders_changed,
        )
    count(
        TransitionsPublished=result.transitions_published,
        PendingEvents=result.events_pending,
        PollFailures=len(result.failures),
        OrdersLeft=result.orders_left,
    )


def _configured_names() -> dict[str, str]:
    names: dict[str, str] = json.loads(os.environ.get("NAMES", "{}"))
    return names


def _now() -> datetime:
    return datetime.now(UTC)


@cache
def _table(name: str) -> SnapshotTable:
    return SnapshotTable(clients.dynamodb(TABLE_ATTEMPTS, TABLE_CONNECTIONS), name)


@cache
def _learned(table_name: str, place: str) -> Learned:
    def read() -> tuple[Durations, dict[str, str]]:
        durations, names = _table(table_name).durations_and_names(place)
        return durations, {**names, **_configured_names()}

    return Learned(read, _now)


@cache
def _bus(name: str) -> EventBus:
    return EventBus(clients.events(), name)
