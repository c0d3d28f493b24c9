"""Looks at something again and again until Ctrl-C; `orders --watch` marks what has changed in between."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from queue import Empty, SimpleQueue

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from outposts_order_notifier.cli.failures import sentence_of
from outposts_order_notifier.cli.terminal import (
    MARKS,
    Json,
    console_for_tables,
    json_text,
    note,
    say,
    table_of,
)
from outposts_order_notifier.wording.words import count, one_line

# Not an Event: its `set` in a signal's handler waits for ever if the signal came while `wait` held the Event's lock.
# `put` of this queue may interrupt `get`: https://docs.python.org/3/library/queue.html#queue.SimpleQueue.put
Stop = SimpleQueue[None]
PASSING = frozenset({"secondsInStatus"})  # keys of a row that change while nothing happens


class Mark(StrEnum):
    """What has changed since the last look."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Look:
    """The orders at a time, in ISO 8601."""

    at: str
    rows: Sequence[Json]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """A look, what has changed since the one before, by order id, and why the latest attempt failed, if it did."""

    look: Look
    before: Look | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)
    problem: str = ""

    @property
    def gone(self) -> list[Json]:
        """The rows that the look before had."""
        rows = self.before.rows if self.before else ()
        return [row for row in rows if self.marks.get(row["orderId"]) is Mark.GONE]


def changes(before: Sequence[Json], now: Sequence[Json]) -> dict[str, Mark]:
    """Return what differs between the rows of two looks, by order id."""
    known, found = ({row["orderId"]: _lasting(row) for row in rows} for rows in (before, now))
    marks = {each: Mark.CHANGED if each in known else Mark.NEW for each in found if found[each] != known.get(each)}
    return {**marks, **dict.fromkeys(known.keys() - found.keys(), Mark.GONE)}


def _lasting(row: Json) -> Json:
    return {key: value for key, value in row.items() if key not in PASSING}


def steps(look: Callable[[], Look], goes_on: Callable[[], bool]) -> Iterator[Step]:
    """Look, and again while `goes_on` returns True. Only the first look may fail: a later failure is a step."""
    seen = look()
    yield Step(seen)
    while goes_on():
        try:
            found = look()
        except Exception as error:  # noqa: BLE001 - the next look may succeed, whatever it was
            yield Step(seen, problem=sentence_of(error))
        else:
            yield Step(found, seen, changes(seen.rows, found.rows))
            seen = found


def print_lines(look: Callable[[], Look], seconds: float) -> None:
    """Print a line of JSON for each order, and then for each change, until Ctrl-C."""
    with stopping() as stop:
        for step in steps(look, lambda: wait(stop, seconds)):
            if step.problem:
                note(f"warning: {step.problem}")
            for row in [*step.look.rows, *step.gone]:
                change = step.marks.get(row["orderId"]) if step.before else "listed"
                if change and not step.problem:
                    say(json_text({"change": change, **row}))


def redraw(
    look: Callable[[], Look], tables: Callable[..., Iterator[tuple[str, Json, list[Json]]]], seconds: float
) -> None:
    """Draw tables of the orders again after each look, until Ctrl-C."""
    console = console_for_tables()
    with stopping() as stop, Live(console=console, auto_refresh=False) as live:
        for step in steps(look, lambda: wait(stop, seconds)):
            live.update(drawn(step, tables, console.width, seconds), refresh=True)


def drawn(
    step: Step, tables: Callable[..., Iterator[tuple[str, Json, list[Json]]]], width: int, seconds: float
) -> Group:
    """Return the tables of a step, what their marks mean, and a failure."""
    rows = sorted([*step.look.rows, *step.gone], key=lambda row: row["since"] or "", reverse=True)
    marked = [{**row, "mark": MARKS.get(step.marks.get(row["orderId"], ""), "")} for row in rows]
    parts = list[RenderableType]()
    for title, columns, of_place in tables(marked, step.look.names):
        parts += [table_of(of_place, {"": "mark", **columns}, title, width)[0], Text("")]
    since = f" since {_time(step.before.at)}" if step.before else ""
    legend = f"; {', '.join(f'{sign} {mark}' for mark, sign in MARKS.items())}{since}" if step.marks else ""
    found = f"{count(len(step.look.rows), 'order')} at {_time(step.look.at)}{legend}"
    parts.append(Text(f"{found}. Every {seconds:g} s; Ctrl-C ends it"))
    return Group(*parts, *([Text(one_line(f"The latest look failed: {step.problem}"), "red")] if step.problem else []))


def _time(iso8601: str) -> str:
    return f"{iso8601[11:19]} UTC"


def wait(stop: Stop, seconds: float) -> bool:
    """Wait, and return whether to go on: False if something was put into `stop`.

    It waits a second at a time: Windows handles Ctrl-C only between waits.
    """
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            stop.get(timeout=min(left, 1))
        except Empty:
            continue
        return False
    return stop.empty()


@contextmanager
def stopping() -> Iterator[Stop]:
    """Record Ctrl-C, so that what is under way can finish; a second Ctrl-C ends the process at once."""
    stop = Stop()

    def end(*_: object) -> None:
        stop.put(None)
        for number, handler in before.items():
            signal.signal(number, handler)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
