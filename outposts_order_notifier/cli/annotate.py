"""`mute`, `unmute`, `note` and `expect`: what people add to an order."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.ids import find, order_id_of
from outposts_order_notifier.cli.terminal import OrderId, Profile, Region, deployed, say
from outposts_order_notifier.domain.annotations import MAX_NOTES, MAX_TEXT, Annotations, Expected, Mute, Note
from outposts_order_notifier.domain.statuses import SETTLED_ORDER_STATUSES
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.runtime.time_zone import zone_named
from outposts_order_notifier.wording.annotations import muted, who
from outposts_order_notifier.wording.words import one_line, plain_date

if TYPE_CHECKING:
    from outposts_order_notifier.cli.stack import Stack

ATTEMPTS = 5  # of changes that others' keep overtaking
LONGEST_MUTE_DAYS = 366
LAST_EXPECTED_DAYS = 3_650
A_DAY = re.compile(r"2\d{3}-\d\d-\d\d", re.ASCII)
NO_DATE = "none"

Day = Annotated[str, typer.Argument(metavar="DATE", help="The day, such as 2026-12-01, or `none`.")]
Until = Annotated[
    str, typer.Option("--until", metavar="DATE", help="The day on which notifications begin again, such as 2026-12-01.")
]
Why = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why, for others to read.")]


def mute(order: OrderId, until: Until, why: Why = "", region: Region = None, profile: Profile = None) -> None:
    """Stop notifications about an order until the beginning of a day.

    Its events are published nevertheless, and people are still notified if the order or one of its line items is in
    error or cancelled.
    """
    stack, now = deployed(region, profile), datetime.now(UTC)
    ends = _beginning(_day(until, "--until"), stack)
    if not now < ends <= now + timedelta(days=LONGEST_MUTE_DAYS):
        raise OperatorError(f"--until {until} is not a day of the next {LONGEST_MUTE_DAYS} days")
    text, by = _text(why, "--note"), _caller(stack)
    added = Mute(to_iso8601(ends), text, by, to_iso8601(now), until)
    order_id = order_id_of(stack.snapshots, order)
    before = _annotate(stack, order_id, lambda found: replace(found, mute=added)).mute
    replaced = f", no longer {muted(before).lower()} ({who(before.by)})" if before else ""
    say(f"{order_id} is muted until {plain_date(until)}{replaced}")


def unmute(order: OrderId, region: Region = None, profile: Profile = None) -> None:
    """Begin notifications about an order again before its mute ends."""
    stack = deployed(region, profile)
    order_id = order_id_of(stack.snapshots, order)
    before = _annotate(stack, order_id, lambda found: replace(found, mute=None))
    say(f"{order_id} is no longer muted" if before.mute else f"{order_id} was not muted")


def add_note(
    order: OrderId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What others should know about the order.")],
    region: Region = None,
    profile: Profile = None,
) -> None:
    """Add a note to an order, for the card in Slack, the board, and `show`. The last 20 notes are kept."""
    stack = deployed(region, profile)
    if not (checked := _text(text, "the note")):
        raise OperatorError("the note is empty")
    order_id = order_id_of(stack.snapshots, order)
    added = Note(checked, _caller(stack), to_iso8601(datetime.now(UTC)))
    before = _annotate(stack, order_id, lambda found: found.with_note(added))
    dropped = f"; its oldest note is gone: {before.notes[0].text}" if len(before.notes) == MAX_NOTES else ""
    say(f"The note was added to {order_id}{dropped}")


def expect(order: OrderId, day: Day, region: Region = None, profile: Profile = None) -> None:
    """Set the day on which an order is expected to be completed, or none.

    If the day passes and the order is neither completed nor cancelled, people are notified once.
    """
    stack, now = deployed(region, profile), datetime.now(UTC)
    if day == NO_DATE:
        order_id = order_id_of(stack.snapshots, order)
        before = _annotate(stack, order_id, lambda found: replace(found, expected=None))
        said = "is no longer expected on a day" if before.expected else "was not expected on a day"
        say(f"{order_id} {said}")
        return
    expected = _day(day, "the day")
    ends = _beginning(expected + timedelta(days=1), stack)
    if not now < ends <= now + timedelta(days=LAST_EXPECTED_DAYS):
        raise OperatorError(f"{day} is not today or a day of the next {LAST_EXPECTED_DAYS} days")
    found = find(stack.snapshots, order)
    order_id = found.order_id
    if (status := found.order.get("Status")) in SETTLED_ORDER_STATUSES:
        raise OperatorError(f"{order_id} is {status}: it is no longer expected on any day")
    added = Expected(day, to_iso8601(ends), _caller(stack), to_iso8601(now))
    earlier = _annotate(stack, order_id, lambda found: replace(found, expected=added)).expected
    replaced = f", not on {plain_date(earlier.date)} any more ({who(earlier.by)})" if earlier else ""
    say(f"{order_id} is expected on {plain_date(day)}{replaced}")


def _annotate(stack: "Stack", order_id: str, change: Callable[[Annotations], Annotations]) -> Annotations:
    """Change an order's annotations by a conditional write, and return what they were.

    Raises:
        OperatorError: The order is not known or cannot be annotated yet, or others keep changing it.
    """
    table, seen = stack.snapshots, set[int]()
    for _ in range(ATTEMPTS):
        before = find(table, order_id).annotations
        if before.revision in seen:  # nobody was faster
            raise OperatorError(
                f"{order_id} is stored in an early format, which its next change replaces: try again then"
            )
        seen.add(before.revision)
        if before.unreadable:
            raise OperatorError(f"what was added to {order_id} cannot be read: {before.unreadable[:100]}")
        if (after := change(before)) == before or table.annotate(order_id, after):
            return before
    raise OperatorError(f"{order_id} was changed by others {ATTEMPTS} times in a row: try again")


def _caller(stack: "Stack") -> str:
    return stack.session.client("sts").get_caller_identity()["Arn"]


def _day(given: str, what: str) -> date:
    try:
        if A_DAY.fullmatch(given):
            return date.fromisoformat(given)
    except ValueError:  # no month has this day
        pass
    raise OperatorError(f"{what} {given} is not a date such as 2026-12-01")


def _beginning(day: date, stack: "Stack") -> datetime:
    """Return when a day begins in the time zone of the configuration."""
    zone = zone_named(stack.outputs.get("TimeZone", "UTC"))
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _text(given: str, what: str) -> str:
    text = one_line(given)
    if len(text) > MAX_TEXT:
        raise OperatorError(f"{what} has {len(text)} characters; at most {MAX_TEXT} are kept")
    return text
