"""`events`: lists the events of an order and when they were published."""

import json
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, cast

import typer

from outposts_order_notifier.cli.ids import find
from outposts_order_notifier.cli.terminal import (
    AsJson,
    Column,
    Json,
    OrderId,
    Output,
    Profile,
    Region,
    deployed,
    form_of,
    note,
    show_table,
)
from outposts_order_notifier.cli.times import Since
from outposts_order_notifier.domain.event_types import LINE_ITEM_STATUS, ORDER_STATUS
from outposts_order_notifier.domain.events import LoggedEvent
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.poll.event_bus import EVENT_PUBLISHED
from outposts_order_notifier.wording.words import plain

if TYPE_CHECKING:
    from mypy_boto3_logs.type_defs import FilteredLogEventTypeDef

    from outposts_order_notifier.cli.stack import Stack

DAYS_KEPT = 90  # the log group's retention is three months


class ListedEvent(LoggedEvent):
    """An event in the list: when it was first published (null if it is pending), and how many times."""

    publishedAt: str | None  # noqa: N815 - a key of the JSON
    times: int


def events(
    order: OrderId,
    days: Annotated[int, typer.Option(min=1, metavar="N", help="How far to look back.")] = DAYS_KEPT,
    since: Since = None,
    region: Region = None,
    profile: Profile = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """List an order's events: when each was published, and which are still pending.

    The times come from the poll function's log, which is kept for three months and lists an event within a minute. The
    archive keeps the events themselves for a year, and `replay` sends them again. An event that was published twice has
    the same eventId both times, so that subscribers can deduplicate.
    """
    form = form_of(output, as_json)
    stack = deployed(region, profile)
    snapshot = find(stack.snapshots, order)
    begin = since or datetime.now(UTC) - timedelta(days=days)
    history = history_of(_lines(stack, snapshot.order_id, begin), snapshot)
    missing = snapshot.sequence - len({event["sequence"] for event in history})
    if missing and not since:
        note(f"{missing} of {snapshot.sequence} events are older than {days} days, or no longer in the log")
    show_table(history, COLUMNS, f"Order {snapshot.order_id}", form=form, wide=WIDE)


def _published(event: ListedEvent) -> str:
    """Return when an event was first published, to the second as the log has it, and how many times."""
    at = (event["publishedAt"] or "pending").replace("T", " ").removesuffix("Z")
    return f"{at} ×{event['times']}" if event["times"] > 1 else at


def _name(event: LoggedEvent) -> str:
    """Return an event's type without the words that all have in common, or that the column "Of" shows."""
    return event["detailType"].removeprefix("Outposts ").removeprefix("Order ").removeprefix("Line Item ")


def _change(event: LoggedEvent) -> str | None:
    """Return the statuses before and after a change of status. A log line omits a status that is null."""
    if event["detailType"] not in {ORDER_STATUS, LINE_ITEM_STATUS}:
        return None
    return f"{plain(event.get('previousStatus'))} → {plain(event.get('status'))}"


def history_of(lines: Iterable[ListedEvent], snapshot: Snapshot) -> list[ListedEvent]:
    """Return the events in the log's lines, oldest first, and the snapshot's pending events: each once, by sequence."""
    history = dict[str, ListedEvent]()
    for line in lines:
        before = history.get(line["eventId"])
        history[line["eventId"]] = {**before, "times": before["times"] + 1} if before else line
    for pending in snapshot.pending:
        history.setdefault(pending.detail["eventId"], {**pending.log_fields(), "publishedAt": None, "times": 0})
    return sorted(history.values(), key=lambda event: (event["sequence"], event["observedAt"]))


def _lines(stack: "Stack", order_id: str, since: datetime) -> Iterator[ListedEvent]:
    """Return the log lines of an order's published events since a time."""
    found = (
        line_of(each.get("message", ""), order_id, each.get("timestamp", 0))
        for each in _logged(stack, since, f'"{EVENT_PUBLISHED}" "{order_id}"')
    )
    return filter(None, found)


def orders_changed_since(stack: "Stack", since: datetime) -> set[str]:
    """Return the ids of the orders of which an event was published since a time, as far as the log reaches back."""
    lines = (_parsed(each.get("message", "")) for each in _logged(stack, since, f'"{EVENT_PUBLISHED}"'))
    return {str(line["correlation_id"]) for line in lines if line.get("message") == EVENT_PUBLISHED}


def _logged(stack: "Stack", since: datetime, pattern: str) -> "Iterator[FilteredLogEventTypeDef]":
    """Return the lines of the poll function's log since a time that match a filter pattern of CloudWatch Logs."""
    function = stack.function("PollFunctionName")
    group = function.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function['FunctionName']}"
    pages = (
        stack.session.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=group, startTime=int(since.timestamp() * 1_000), filterPattern=pattern)
    )
    return (each for page in pages for each in page["events"])


def _parsed(message: str) -> Json:
    try:
        line = json.loads(message)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


def line_of(message: str, order_id: str, timestamp: int) -> ListedEvent | None:
    """Return the event of an order that a line of poll's log reports, or None.

    The timestamp of the line is in milliseconds since the epoch.
    """
    line = _parsed(message)
    wanted = {"message": EVENT_PUBLISHED, "correlation_id": order_id}
    if not wanted.items() <= line.items():
        return None
    published_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(timestamp / 1_000))
    logged = {key: line[key] for key in LoggedEvent.__annotations__ if key in line}
    return cast("ListedEvent", {"publishedAt": published_at, **logged, "times": 1})


COLUMNS: dict[str, Column] = {
    "No.": "sequence",
    "Published (UTC)": _published,
    "Event": _name,
    "Of": lambda event: event.get("lineItemId") or "order",
    "Change": _change,
}
WIDE: dict[str, Column] = {"Observed (UTC)": "observedAt", "Event id": "eventId"}
