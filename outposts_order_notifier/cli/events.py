"""`events`: lists the events of an order and when they were published."""

import json
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, cast

import typer

from outposts_order_notifier.cli.orders import find
from outposts_order_notifier.cli.terminal import AsJson, Column, OrderId, Profile, Region, deployed, note, show_table
from outposts_order_notifier.domain.event_types import LINE_ITEM_STATUS, ORDER_STATUS
from outposts_order_notifier.domain.events import LoggedEvent
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.poll.event_bus import EVENT_PUBLISHED
from outposts_order_notifier.wording.words import plain

if TYPE_CHECKING:
    from mypy_boto3_logs.client import CloudWatchLogsClient

DAYS_KEPT = 90  # the log group's retention is three months
DAY_MS = 86_400_000


class ListedEvent(LoggedEvent):
    """An event in the list: when it was first published (null if it is pending), and how many times."""

    publishedAt: str | None  # noqa: N815 - a key of the JSON
    times: int


def events(
    order: OrderId,
    days: Annotated[int, typer.Option(min=1, metavar="N", help="How far to look back.")] = DAYS_KEPT,
    region: Region = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """List an order's events: when each was published, and which are still pending.

    The times come from the poll function's log, which is kept for three months and lists an event within a minute. The
    archive keeps the events themselves for a year, and `replay` sends them again. An event that was published twice has
    the same eventId both times, so that subscribers can deduplicate.
    """
    stack = deployed(region, profile)
    snapshot = find(stack.snapshots, order)
    function = stack.function("PollFunctionName")
    group = function.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function['FunctionName']}"
    since = int(time.time() * 1_000) - days * DAY_MS
    history = history_of(_lines(stack.session.client("logs"), group, order, since), snapshot)
    if missing := snapshot.sequence - len({event["sequence"] for event in history}):
        note(f"{missing} of {snapshot.sequence} events are older than {days} days, or no longer in the log")
    columns: dict[str, Column] = {
        "Sequence": "sequence",
        "Published (UTC)": _published,
        "Observed (UTC)": "observedAt",
        "Event": lambda event: event["detailType"].removeprefix("Outposts "),
        "Line item": lambda event: event.get("lineItemId"),
        "Change": _change,
        "Event id": "eventId",
    }
    show_table(history, columns, as_json=as_json)


def _published(event: ListedEvent) -> str:
    times = f" ({event['times']} times)" if event["times"] > 1 else ""
    return f"{event['publishedAt'] or 'pending'}{times}"


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


def _lines(logs: "CloudWatchLogsClient", group: str, order_id: str, since: int) -> Iterator[ListedEvent]:
    """Return the log lines of an order's published events; `since` is in milliseconds since the epoch."""
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, startTime=since, filterPattern=f'"{EVENT_PUBLISHED}" "{order_id}"'
    )
    found = (line_of(each["message"], order_id, each["timestamp"]) for page in pages for each in page["events"])
    return filter(None, found)


def line_of(message: str, order_id: str, timestamp: int) -> ListedEvent | None:
    """Return the event of an order that a line of poll's log reports, or None.

    The timestamp of the line is in milliseconds since the epoch.
    """
    try:
        line = json.loads(message)
    except ValueError:
        return None
    wanted = {"message": EVENT_PUBLISHED, "correlation_id": order_id}
    if not isinstance(line, dict) or not wanted.items() <= line.items():
        return None
    published_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(timestamp / 1_000))
    logged = {key: line[key] for key in LoggedEvent.__annotations__ if key in line}
    return cast("ListedEvent", {"publishedAt": published_at, **logged, "times": 1})
