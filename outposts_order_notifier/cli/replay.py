"""`replay`: resends archived events with the same eventIds.

EventBridge can only replay a period of time, to all rules or to some. So the command replays an order's events to a
temporary rule and queue of its own, and then publishes them again in sequence.
"""

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outposts_order_notifier.cli.errors import OperatorError, nearest_of
from outposts_order_notifier.cli.ids import find
from outposts_order_notifier.cli.temporary import taken, tap
from outposts_order_notifier.cli.terminal import (
    AsJson,
    Column,
    Form,
    Json,
    Output,
    Profile,
    Region,
    checked_id,
    deployed,
    form_of,
    note,
    show_answer,
    show_table,
)
from outposts_order_notifier.cli.times import time_of
from outposts_order_notifier.domain.events import SOURCE, Event
from outposts_order_notifier.domain.snapshot import ORDER, Snapshot
from outposts_order_notifier.domain.timestamps import from_iso8601, to_iso8601
from outposts_order_notifier.poll.event_bus import EventBus
from outposts_order_notifier.wording.words import count

if TYPE_CHECKING:
    from outposts_order_notifier.cli.stack import Stack

LOOK_SECONDS = 2
LAST_ARRIVAL_SECONDS = 30  # after a replay, for events that are still on their way to the queue
ENDED = frozenset({"COMPLETED", "FAILED", "CANCELLED"})


When = Annotated[
    datetime | None,
    typer.Option(
        metavar="TIME", parser=time_of, help="2026-11-24T09:30:00Z, or 2d or 6h ago; UTC if no zone is given."
    ),
]


@dataclass(frozen=True, slots=True)
class Archive:
    """The bus's archive: its ARN, and the time of its creation."""

    arn: str
    since: datetime


def replay(
    order: Annotated[
        str | None,
        typer.Option(metavar="ORDER", callback=checked_id, help="Only this order's events: its id or its beginning."),
    ] = None,
    from_sequence: Annotated[
        int, typer.Option(min=1, metavar="N", help="With --order: the first sequence to send.")
    ] = 1,
    to_sequence: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="With --order: the last sequence to send.")
    ] = None,
    start: When = None,
    end: When = None,
    rule: Annotated[
        str | None, typer.Option(metavar="NAME", help="Send only to this rule; default: all rules of the bus.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --order: list the events, send none.")] = False,
    region: Region = None,
    profile: Profile = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Resend events from the archive, which keeps them for a year, with the same eventIds.

    Without --order: all events from --start to --end (default: now), to all rules of the bus or to one.

    With --order: the order's events, or a range of them, in sequence. To a single rule, EventBridge can only
    send a period of time: with --rule, the rule also receives all other events of that period that it matches.

    Subscribers deduplicate by eventId. People are not notified again of anything from the last 30 days. EventBridge
    may take ten minutes to archive an event, and a few minutes to replay it.
    """
    form = form_of(output, as_json)
    if (from_sequence > 1 or to_sequence or dry_run) and not order:
        raise OperatorError("--from-sequence, --to-sequence and --dry-run need --order")
    if not order and not start:
        raise OperatorError("pass --order ORDER or --start TIME to select the events")
    until = end or datetime.now(UTC)
    if start and start >= until:
        when = f"not before --end {to_iso8601(end)}" if end else "in the future"
        raise OperatorError(f"--start {to_iso8601(start)} is {when}")
    if to_sequence and from_sequence > to_sequence:
        raise OperatorError(f"--from-sequence {from_sequence} is after --to-sequence {to_sequence}")
    stack = deployed(region, profile)
    archive = _archive(stack)
    rule_arn = _rule_arn(stack, rule) if rule else None
    if order is None:
        begin = start or archive.since
        _run(stack, archive, begin, until, rule_arn)
        answer: Json = {"from": begin.isoformat(), "to": until.isoformat(), "rule": rule}
        show_answer(answer, f"Replayed the events from {begin:%Y-%m-%d %H:%M:%S} to {until:%Y-%m-%d %H:%M:%S}", form)
        return
    snapshot = find(stack.snapshots, order)
    order = snapshot.order_id
    last = min(to_sequence or snapshot.sequence, snapshot.sequence)
    if from_sequence > last:
        raise OperatorError(f"{order} has no events from {from_sequence} on; its last is {snapshot.sequence}")
    wanted = range(from_sequence, last + 1)
    # EventBridge has an event's time in whole seconds.
    begin = start or max(_first_seen(snapshot), archive.since).replace(microsecond=0)
    if begin >= until:
        raise OperatorError(
            f"--end {to_iso8601(until)} is before the archive's first event of {order}, at {to_iso8601(begin)} or later"
        )
    found = _archived(stack, archive, order, wanted, begin, until)
    if not dry_run:
        _send(stack, archive, found, rule_arn)
    _show(order, found, form, sent=not dry_run)
    if missing := sorted(set(wanted) - {event["detail"]["sequence"] for event in found}):
        raise OperatorError(
            f"the archive did not return the events {missing} of {order}: they are older than the archive, outside "
            "--start and --end, or too new to be archived, or EventBridge applied the temporary rule too late (try "
            "again in ten minutes)"
        )


def _archive(stack: "Stack") -> Archive:
    bus_arn = stack.output("EventBusArn")
    answer = stack.session.client("events").list_archives(EventSourceArn=bus_arn)
    archives = {archive["ArchiveName"]: archive for archive in answer["Archives"]}
    if not archives:
        raise OperatorError("the bus has no archive, so nothing can be replayed; deploy the stack again to create one")
    own = {found.name for found in stack.of_kind("AWS::Events::Archive")} & archives.keys()
    name, *others = own or archives
    if others:
        raise OperatorError(
            f"the bus has several archives, none of them the stack's: {', '.join(archives)}; deploy the stack again to "
            "create its own"
        )
    arn = f"{bus_arn.partition(':event-bus/')[0]}:archive/{name}"
    return Archive(arn, archives[name]["CreationTime"].astimezone(UTC))


def _rule_arn(stack: "Stack", name: str) -> str:
    events, bus = stack.session.client("events"), stack.output("EventBusName")
    pages = events.get_paginator("list_rules").paginate(EventBusName=bus)
    arns = {rule["Name"]: rule["Arn"] for page in pages for rule in page["Rules"]}
    if name not in arns:
        raise OperatorError(
            f"--rule {name} is not a rule of the bus {bus}{nearest_of(name, arns)} The rules are {', '.join(arns)}"
        )
    return arns[name]


def _archived(
    stack: "Stack", archive: Archive, order_id: str, wanted: range, begin: datetime, end: datetime
) -> list[dict[str, Any]]:
    """Return those of an order's events that are in the archive, in sequence."""
    found = dict[int, dict[str, Any]]()
    name = _new_name()
    with _own_rule(stack, name, order_id, wanted) as (rule_arn, queue_url):
        # EventBridge may take a minute to apply a new rule, hence the second replay.
        for replay_name in (name, f"{name}-again"):
            _run(stack, archive, begin, end, rule_arn, replay_name)
            deadline = time.monotonic() + LAST_ARRIVAL_SECONDS
            while len(found) < len(wanted) and time.monotonic() < deadline:
                for event in taken(stack.session.client("sqs"), queue_url, LOOK_SECONDS):
                    found[event["detail"]["sequence"]] = event
            if len(found) == len(wanted):
                break
    return [found[sequence] for sequence in sorted(found)]


@contextmanager
def _own_rule(stack: "Stack", name: str, order_id: str, wanted: range) -> Iterator[tuple[str, str]]:
    """Create a rule that only matches this replay, and its queue, for a `with` block; yield ARN and URL."""
    # EventBridge refuses a range whose ends are equal.
    numbers = [">=", wanted[0], "<=", wanted[-1]] if len(wanted) > 1 else ["=", wanted[0]]
    pattern = {
        "source": [SOURCE],
        "replay-name": [{"prefix": name}],
        "detail": {"orderId": [order_id], "sequence": [{"numeric": numbers}]},
    }
    with tap(stack, name, pattern) as made:
        yield made.rule_arn, made.queue_url


def _run(  # the parameters of StartReplay
    stack: "Stack", archive: Archive, begin: datetime, end: datetime, rule_arn: str | None, name: str = ""
) -> None:
    """Replay a period of time and wait for its end; cancel it if the wait is interrupted, for example by Ctrl-C."""
    events, bus = stack.session.client("events"), stack.output("EventBusArn")
    name = name or _new_name()
    note(f"Replaying {begin:%Y-%m-%d %H:%M:%S} to {end:%Y-%m-%d %H:%M:%S} as {name}")
    events.start_replay(
        ReplayName=name,
        EventSourceArn=archive.arn,
        EventStartTime=begin,
        EventEndTime=end,
        Destination={"Arn": bus, "FilterArns": [rule_arn]} if rule_arn else {"Arn": bus},
    )
    state = ""
    try:
        while (state := (replay := events.describe_replay(ReplayName=name))["State"]) not in ENDED:
            time.sleep(LOOK_SECONDS)
    finally:
        if state not in ENDED:
            events.cancel_replay(ReplayName=name)
    if state != "COMPLETED":
        raise OperatorError(f"the replay {name} ended as {state}: {replay.get('StateReason', 'no reason given')}")


def _new_name() -> str:
    return f"outposts-order-notifier-replay-{uuid.uuid4().hex[:8]}"


def _send(stack: "Stack", archive: Archive, found: Sequence[dict[str, Any]], rule_arn: str | None) -> None:
    if not found:
        return
    if rule_arn:
        times = [from_iso8601(event["time"]) for event in found]
        _run(stack, archive, min(times), max(times) + timedelta(seconds=1), rule_arn)
        return
    again = [Event(event["detail-type"], event["detail"]) for event in found]
    order_id = again[0].detail["orderId"]
    bus = EventBus(stack.session.client("events"), stack.output("EventBusName"))
    published = bus.publish({order_id: again})
    if published.errors:
        sent = published.counts[order_id]
        raise OperatorError(
            f"{sent} of {len(again)} events were sent, and the next one was refused: {published.errors[order_id]}"
        )


def _show(order_id: str, found: Sequence[dict[str, Any]], form: Form, *, sent: bool) -> None:
    columns: dict[str, Column] = {
        "No.": lambda event: event["detail"]["sequence"],
        "Observed (UTC)": lambda event: event["detail"]["observedAt"],
        "Event": lambda event: event["detail-type"].removeprefix("Outposts "),
        "Event id": lambda event: event["detail"]["eventId"],
    }
    wide: dict[str, Column] = {"Line item": lambda event: event["detail"].get("lineItemId")}
    title = f"{count(len(found), 'event')} of {order_id} {'sent again' if sent else 'would be sent again'}"
    show_table(found, columns, title, form=form, wide=wide)


def _first_seen(snapshot: Snapshot) -> datetime:
    """Return the time at which an order was discovered, or the earliest one that its snapshot has."""
    times = [from_iso8601(each.at) for each in snapshot.history.get(ORDER, ())]
    return min(times, default=datetime.min.replace(tzinfo=UTC))
