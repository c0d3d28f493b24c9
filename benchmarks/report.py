"""Tells what was measured: as tables on the terminal and in docs/performance.md, and as JSON."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks import orders, polling
from benchmarks.board import Drawing
from benchmarks.cold_start import ColdStart
from benchmarks.diffing import Diffing
from benchmarks.polling import Measured

SIZE = 1_000  # orders that the targets are about
LARGE = 10_000
COLD_START_TARGETS = {"poll": 1.35, "notify": 1.5}


@dataclass(frozen=True, slots=True)
class Target:
    """A figure, and what it should be."""

    name: str
    figure: float
    target: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether it is."""
        return self.figure >= self.target if self.at_least else self.figure <= self.target

    @property
    def row(self) -> list[str]:
        """Its line of the table."""
        sign = "≥" if self.at_least else "≤"
        return [self.name, f"{self.figure:.3g}", f"{sign} {self.target:g}", "met" if self.met else "**missed**"]


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured.

    Attributes:
        polls: Each poller at each number of orders.
        cold_starts: Each function's.
        diffing: The comparison of orders.
        board: The drawing of the board.
    """

    polls: Sequence[Measured]
    cold_starts: Sequence[ColdStart]
    diffing: Diffing
    board: Drawing

    def targets(self) -> list[Target]:
        """Hold the figures against what they should be."""
        ours, usual, bound = (self._poll(name, SIZE) for name in ("this project", "usual", "bound"))
        large = self._poll("this project", LARGE)
        settled = sum(not orders.in_flight(number) for number in range(SIZE))
        at = f"at {SIZE:,} orders"
        return [
            Target(f"times fewer calls than the usual poller, {at}", usual.total_calls / ours.total_calls, 20, True),
            Target(f"times faster than the usual poller, {at}", usual.seconds / ours.seconds, 40, True),
            Target(f"times the bound's wall time, {at}", ours.seconds / bound.seconds, 1.3, False),
            Target(f"times the memory, {LARGE:,} orders to {SIZE:,}", _peak(large) / _peak(ours), 1.25, False),
            Target(f"read units for choosing, a settled order, {at}", ours.units["Query read"] / settled, 0.02, False),
            *(
                Target(f"times a bare script's cold start, {each.function}", each.ratio, most, False)
                for each in self.cold_starts
                for most in [COLD_START_TARGETS[each.function]]
            ),
            Target("times faster comparisons than DeepDiff", self.diffing.ratio, 20, True),
            Target(f"seconds to draw a board of {self.board.orders} orders", self.board.page_seconds, 1, False),
        ]

    def _poll(self, poller: str, count: int) -> Measured:
        return next(each for each in self.polls if (each.poller, each.orders) == (poller, count))

    def as_json(self) -> dict[str, Any]:
        """Give every figure."""
        return {
            "measuredAt": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": _machine(),
            "polls": [each.as_json() for each in self.polls],
            "coldStarts": [asdict(each) for each in self.cold_starts],
            "diffing": asdict(self.diffing),
            "board": asdict(self.board),
            "targets": [{**asdict(each), "met": each.met} for each in self.targets()],
        }

    def show(self, console: Console) -> None:
        """Print the tables."""
        for title, columns, rows in self._tables():
            table = Table(*columns, title=title, box=box.SIMPLE)
            for row in rows:
                table.add_row(*(cell.replace("**", "") for cell in row))
            console.print(table)

    def _tables(self) -> Iterable[tuple[str, list[str], list[list[str]]]]:
        yield (
            "Against the targets",
            ["Figure", "Measured", "Target", ""],
            [each.row for each in self.targets()],
        )
        yield (
            "One poll",
            ["Orders", "Poller", "Seconds", "Calls", "Read units", "Write units", "Peak MB", "Runs"],
            [_poll_row(each) for each in self.polls],
        )
        operations = list(dict.fromkeys(name for each in self.polls for name in each.calls))
        yield (
            "Its calls",
            ["Orders", "Poller", *operations],
            [
                [f"{each.orders:,}", each.poller, *(f"{each.calls.get(name, 0):,}" for name in operations)]
                for each in self.polls
            ],
        )
        yield (
            "Cold start",
            ["Function", "Seconds", "Bare script", "Ratio"],
            [[e.function, f"{e.seconds:.3f}", f"{e.bare_seconds:.3f}", f"{e.ratio:.2f}"] for e in self.cold_starts],
        )
        yield (
            "Comparing orders of 100 line items",
            ["By", "Orders a second"],
            [
                ["this project", f"{self.diffing.per_second:,.0f}"],
                ["DeepDiff, item by item", f"{self.diffing.deepdiff_per_second:,.1f}"],
                ["DeepDiff, items in any order", f"{self.diffing.deepdiff_any_order_per_second:,.1f}"],
            ],
        )

        yield (
            "Drawing the board",
            ["As", "Orders", "Line items each", "Seconds", "MB"],
            [
                [name, str(self.board.orders), str(self.board.line_items), f"{seconds:.2f}", f"{size / 1e6:.1f}"]
                for name, seconds, size in (
                    ("page", self.board.page_seconds, self.board.page_bytes),
                    ("widget", self.board.widget_seconds, self.board.widget_bytes),
                )
            ],
        )

    def as_markdown(self) -> str:
        """Write docs/performance.md."""
        tables = {title: _markdown(columns, rows) for title, columns, rows in self._tables()}
        missed = [f"- {each.name}: {each.figure:.3g}, not {each.target:g}." for each in self.targets() if not each.met]
        return PAGE.format(
            date=datetime.now(UTC).date(),
            machine=_machine(),
            missed="\n".join(["Over target:", "", *missed]) if missed else "All targets are met.",
            outposts_ms=round(polling.SECONDS["outposts"] * 1_000),
            other_ms=round(polling.SECONDS["dynamodb"] * 1_000),
            in_flight=100 // orders.IN_FLIGHT_EVERY,
            changed=100 / orders.CHANGED_EVERY,
            **{title.split()[0].lower(): table for title, table in tables.items()},
        )


PAGE = """\
# Performance

`make bench` measures this and writes this page. Measured on {date}: {machine}. Times differ from machine to machine and
from run to run; calls and units do not. No test asserts a time.

## Against the targets

{against}

{missed}

## One poll

Three pollers watch the same orders:

- **this project**: `Poll`, as the poll function runs it;
- **usual**: what sample code does: list, then for each order GetOrder, GetItem, compare, and for a changed one PutItem
  and PutEvents, one after the other;
- **bound**: the fewest calls that any correct poller could make, 16 at once: the pages of the list, GetOrder of what is
  in flight or has changed, one PutItem a changed order, PutEvents in tens. It knows beforehand which these are,
  remembers nothing of what is pending, and reads no table: no real poller reaches it.

{in_flight} % of the orders are in flight. {changed} % have changed since the last poll, five minutes ago, all of them
settled ones. Every order has a snapshot. An order has three line items.

{one}

{its}

How it is measured:

- Each poller runs in a process of its own, with boto3's own clients. At botocore's `before-send` event, where the wire
  would begin, every call waits: {outposts_ms} ms for Outposts, {other_ms} ms for DynamoDB and EventBridge. Then a light
  stand-in in another process answers, the same for all. Sockets and TLS are left out.
- One call with each client goes before, as in a function that has run before. Seconds are medians of the runs.
- 0 runs: too long to wait for; the figures are those of {size} orders, multiplied, as its work is the same for each.
- Read and write units are computed from the items' sizes by AWS's rules, the index's writes included.
- Peak memory is the process' largest resident set, Python and boto3 included.
- This project also reads each settled order once a day. In a poll every five minutes that is one in 288.

## Cold start

{cold}

Importing the handler and making all its clients, in a fresh process, beside a script that imports boto3 and makes the
same clients, in turn. X-Ray's SDK is loaded, as in AWS.

## Comparing orders

{comparing}

Both compare the same pairs, in which one line item's status changed. The comparison here tells kinds of changes apart,
and takes line items in any order.

## Drawing the board

{drawing}

From snapshots to HTML: medians of the runs. A widget is drawn again with fewer orders until it fits into Lambda's
answer of 6 MB; it says how many it leaves out.
""".replace("{size}", f"{SIZE:,}")


def _peak(poll: Measured) -> float:
    return poll.peak_mb or 0.0


def _poll_row(poll: Measured) -> list[str]:
    return [
        f"{poll.orders:,}",
        poll.poller,
        f"{poll.seconds:,.3f}",
        f"{poll.total_calls:,}",
        f"{poll.units_of('read'):,g}",
        f"{poll.units_of('write'):,g}",
        "" if poll.peak_mb is None else f"{poll.peak_mb:.0f}",
        str(poll.runs),
    ]


def _markdown(columns: list[str], rows: list[list[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _machine() -> str:
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {platform.system()}, Python {platform.python_version()}"
    )
