"""`tail`: shows what is on the bus as it happens, through a rule and a queue of its own."""

import json
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outposts_order_notifier.cli.errors import OperatorError, nearest_of
from outposts_order_notifier.cli.temporary import (
    REPEAT_USE_SECONDS,
    Tap,
    remove_unused,
    tags_of_use,
    taken,
    tap,
)
from outposts_order_notifier.cli.terminal import (
    AsJson,
    Form,
    Json,
    Output,
    Profile,
    Region,
    deployed,
    form_of,
    json_text,
    note,
    say,
)
from outposts_order_notifier.cli.trigger import TYPES, samples, short, type_named
from outposts_order_notifier.cli.watch import stopping
from outposts_order_notifier.domain.events import SOURCE
from outposts_order_notifier.wording.words import count, one_line, plain

if TYPE_CHECKING:
    from mypy_boto3_events.client import EventBridgeClient

    from outposts_order_notifier.cli.stack import Stack

PREFIX = "outposts-order-notifier-tail-"
WAIT_SECONDS = 2  # so that Ctrl-C ends it soon
EVERYTHING: Json = {"source": [SOURCE]}


def tail(
    pattern: Annotated[
        str | None,
        typer.Option(metavar="JSON", help="Only events that this pattern matches: JSON, or @FILE. Default: all."),
    ] = None,
    detail_type: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TYPE",
            autocompletion=lambda: [*map(short, TYPES)],
            help="Only events of this type, such as order-updated; repeatable.",
        ),
    ] = None,
    region: Region = None,
    profile: Profile = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Show the events on the bus as they arrive, until Ctrl-C: lines of a table, or in a pipe lines of JSON.

    The events come through a temporary rule and queue, which the command removes at its end. If it is killed, the next
    `tail` of anyone removes them, once they have not been used for some hours. A new rule takes up to a minute to match
    events.
    """
    form = form_of(output, as_json)
    if form is Form.YAML:
        raise typer.BadParameter("--output yaml: tail prints lines; choose table, wide or json.")
    wanted = pattern_of(pattern, detail_type or ())
    as_lines = form is Form.JSON or (output is None and not sys.stdout.isatty())
    show = (lambda event: say(json_text(event))) if as_lines else _in_columns(wide=form is Form.WIDE)
    stack = deployed(region, profile)
    _check(stack.session.client("events"), wanted)
    now = datetime.now(UTC)
    for name in remove_unused(stack, PREFIX, now):
        note(f"Removed {name}, which a tail that was killed had left behind")
    name, bus = f"{PREFIX}{now:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}", stack.output("EventBusName")
    with stopping() as stop, tap(stack, name, wanted, tags_of_use(bus, now)) as made:
        note(f"Waiting for events on {bus}; a new rule takes up to a minute. Ctrl-C ends it")
        for event in arriving(stack, made, stop.empty):
            show(event)


def pattern_of(given: str | None, detail_types: list[str] | tuple[()]) -> Json:
    """Return the pattern of the options.

    Raises:
        OperatorError: The pattern is not JSON, or cannot be read; or a type does not exist.
    """
    pattern = EVERYTHING if given is None else _parsed(given)
    if not detail_types:
        return pattern
    if "detail-type" in pattern:
        raise OperatorError("--detail-type: the --pattern has a detail-type already; keep one of them")
    return {**pattern, "detail-type": [_known(each) for each in detail_types]}


def _known(given: str) -> str:
    if (found := type_named(given)) is None:
        names = [*map(short, TYPES)]
        raise OperatorError(f"--detail-type {given} is no type{nearest_of(given, names)} They are {', '.join(names)}")
    return found


def _parsed(given: str) -> Json:
    text, where = given, "--pattern"
    if given.startswith("@"):
        where = f"--pattern {given}"
        try:
            text = Path(given[1:]).read_text("utf-8")
        except OSError as error:
            raise OperatorError(f"{where} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise OperatorError(f"{where} is not text in UTF-8") from error
    try:
        pattern = json.loads(text)
    except ValueError as error:
        raise OperatorError(f"{where} is not JSON: {error}") from error
    if not isinstance(pattern, dict):
        raise OperatorError(f"{where} must be a JSON object, such as {json.dumps(EVERYTHING)}")
    return pattern


def _check(client: "EventBridgeClient", pattern: Json) -> None:
    """Let EventBridge judge a pattern, before anything is created."""
    event = json.dumps(samples()[0].event)
    try:
        client.test_event_pattern(EventPattern=json.dumps(pattern), Event=event)
    except client.exceptions.InvalidEventPatternException as error:
        raise OperatorError(f"--pattern: EventBridge refuses it: {error.response['Error']['Message']}") from error


def arriving(stack: "Stack", made: Tap, goes_on: Callable[[], bool]) -> Iterator[Json]:
    """Yield the events of a queue as they arrive, and keep its tag fresh, while `goes_on` returns True."""
    sqs, bus = stack.session.client("sqs"), stack.output("EventBusName")
    tagged = time.monotonic()
    while goes_on():
        yield from taken(sqs, made.queue_url, WAIT_SECONDS)
        if time.monotonic() - tagged > REPEAT_USE_SECONDS:
            sqs.tag_queue(QueueUrl=made.queue_url, Tags=tags_of_use(bus, datetime.now(UTC)))
            tagged = time.monotonic()


def _in_columns(*, wide: bool) -> Callable[[Json], None]:
    """Return what prints an event as a line of a table; it prints the header first."""
    more = ["Event id"] if wide else []
    say(line_of(["Observed (UTC)", "Order", "No.", "Event", "Change", *more]))

    def show(event: Json) -> None:
        detail = event.get("detail", {})
        change = " → ".join(plain(detail[key]) for key in ("previousStatus", "status") if detail.get(key) is not None)
        of_item = [plain(detail["lineItemId"])] if detail.get("lineItemId") else []
        changes = [count(len(detail["changes"]), "change")] if isinstance(detail.get("changes"), list) else []
        marks = [key.upper() for key in ("test", "baseline") if detail.get(key) is True]
        said = " ".join([*marks, *of_item, *changes, change]).strip()
        cells = [detail.get("observedAt", event.get("time")), detail.get("orderId"), detail.get("sequence")]
        kind = str(event.get("detail-type", "")).removeprefix("Outposts ")
        say(line_of([*map(plain, cells), kind, said, *([detail.get("eventId", "")] if wide else [])]))

    return show


def line_of(cells: list[str]) -> str:
    """Return the cells of a row in columns, of which only the last has no width of its own."""
    widths = (24, 20, 4, 27)
    padded = [one_line(str(cell)).ljust(width) for cell, width in zip(cells, widths, strict=False)]
    return "  ".join([*padded, *(one_line(str(cell)) for cell in cells[len(widths) :])]).rstrip()
