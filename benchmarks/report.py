"""Report the measurements: as tables on the terminal and in docs/performance.md, and as JSON."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks import accounts, orders, polling
from benchmarks.board import Drawing
from benchmarks.cold_start import ColdStart
from benchmarks.diffing import Diffing
from benchmarks.memory_size import MemorySize, advised, memory_sizes
from benchmarks.polling import Measured
from benchmarks.throttling import BURST, CALLS_PER_SECOND, Throttled
from outposts_order_notifier.cdk import memory

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
        throttled: Each way of retrying, under a limit.
    """

    polls: Sequence[Measured]
    cold_starts: Sequence[ColdStart]
    diffing: Diffing
    board: Drawing
    throttled: Sequence[Throttled]

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
            Target(f"times the memory, {LARGE:,} orders to {SIZE:,}", large.peak_mb / ours.peak_mb, 1.25, False),
            Target(f"read units for choosing, a settled order, {at}", ours.units["Query read"] / settled, 0.02, False),
            *(
                Target(f"times a bare script's cold start, {each.function}", each.ratio, most, False)
                for each in self.cold_starts
                for most in [COLD_START_TARGETS[each.function]]
            ),
            Target("times faster comparisons than DeepDiff", self.diffing.ratio, 20, True),
            Target(f"seconds to draw a board of {self.board.orders} orders", self.board.page_seconds, 1, False),
        ]

    def memory_sizes(self) -> list[MemorySize]:
        """Reckon what a poll of 1,000 orders takes in each memory size."""
        start = next(each for each in self.cold_starts if each.function == "poll")
        poll = self._poll("this project", SIZE)
        return memory_sizes(start.seconds, poll.seconds, poll.cpu_seconds)

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
            "memorySizes": [{**asdict(each), "dollars": each.dollars} for each in self.memory_sizes()],
            "board": asdict(self.board),
            "throttled": [asdict(each) for each in self.throttled],
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
            ["Figure", "Measured", "Target", "Verdict"],
            [each.row for each in self.targets()],
        )
        yield (
            "One poll",
            ["Orders", "Poller", "Seconds", "CPU seconds", "Calls", "Read units", "Write units", "Peak MB", "Runs"],
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
            ["Function", "Seconds", "Bare script", "Ratio", "Peak MB", "Bare script"],
            [
                [
                    e.function,
                    f"{e.seconds:.3f}",
                    f"{e.bare_seconds:.3f}",
                    f"{e.ratio:.2f}",
                    f"{e.peak_mb:.0f}",
                    f"{e.bare_peak_mb:.0f}",
                ]
                for e in self.cold_starts
            ],
        )
        peak_mb = self._poll("this project", LARGE).peak_mb
        yield (
            "Memory sizes for poll",
            ["MB", "Cold start, seconds", "Poll, seconds", "GB-seconds", "$ a month", f"MB free at {LARGE:,} orders"],
            [
                [
                    f"**{each.mb:,}**" if each.mb == memory.POLL else f"{each.mb:,}",
                    f"{each.start_seconds:.2f}",
                    f"{each.seconds:.2f}",
                    f"{each.gb_seconds:.3f}",
                    f"{each.dollars:.3f}",
                    f"{each.mb - peak_mb:,.0f}",
                ]
                for each in self.memory_sizes()
            ],
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

        yield from accounts.tables()
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
        yield (
            "Throttled reads",
            ["Retries", "Calls", "Refused", "Orders not read", "Seconds"],
            [
                [each.retries, str(each.calls), str(each.refused), str(each.unread), f"{each.seconds:.1f}"]
                for each in self.throttled
            ],
        )

    def as_markdown(self) -> str:
        """Write docs/performance.md."""
        tables = {title: _markdown(columns, rows) for title, columns, rows in self._tables()}
        missed = [f"- {each.name}: {each.figure:.3g}, not {each.target:g}." for each in self.targets() if not each.met]
        sizes = self.memory_sizes()
        deployed = next(each for each in sizes if each.mb == memory.POLL)
        return (PAGE + accounts.SECTION).format(
            first=accounts.first(),
            advised=f"{advised(sizes).mb:,}",
            poll_mb=memory.POLL,
            notify_mb=memory.NOTIFY,
            cold_dollars=deployed.cold_dollars,
            snapstart_dollars=deployed.snapstart_dollars,
            limit=CALLS_PER_SECOND,
            burst=BURST,
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

`make bench` measures this and writes this page. Measured on {date}: {machine}.
Times differ from machine to machine and from run to run, ratios too where the load is above the number of processors;
calls and units do not. No test asserts a time.

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

![This project is close to the bound, the usual poller takes a hundred times as long](pictures/polls.svg)

{one}

{its}

How it is measured:

- Each poller runs in a process of its own, with boto3's own clients. At botocore's `before-send` event, where the wire
  would begin, every call waits: {outposts_ms} ms for Outposts, {other_ms} ms for DynamoDB and EventBridge. Then a light
  stand-in in another process answers, the same for all, in place of the local cloud's Outposts simulator and DynamoDB:
  these would take as much of this machine's processors as the pollers do. Sockets and TLS are left out.
- One call with each client goes before, as in a function that has run before. Seconds are medians of the runs, in
  which this project and the bound take turns.
- Waiting added: too long to wait for. Calls, units and memory are measured in a run whose calls do not wait; its
  seconds are that run's and the latency of all its calls, which it makes one after the other.
- Read and write units are computed from the items' sizes by AWS's rules, the index's writes included.
- Peak memory is the process' largest resident set, Python and boto3 included.
- This project also reads each settled order once a day. In a poll every five minutes that is one in 288.

## Cold start

{cold}

Importing the handler and making all its clients, in a fresh process, beside a script that imports boto3 and makes the
same clients, in turn. X-Ray's SDK is loaded, as in AWS, and Slack's for notify. What keeps it short: all clients come
from one session, which reads botocore's data once, and nothing is loaded for an annotation's sake.

## Memory size

{memory}

By calculation, for {size} orders polled every five minutes: Lambda gives a whole processor at 1,769 MB and less in
proportion, so the processor time measured above is stretched, and the waiting is not. A processor is taken for as fast
as this machine's; TLS is left out. Price: $0.0000133334 a GB-second (arm64), $0.20 a million requests.

No size costs more than cents. Of these, {advised} MB is the largest, and so the fastest, that costs at most two cents
a month more than the cheapest. `cdk/memory.py` gives poll {poll_mb:,} MB. Notify gets {notify_mb} MB: it mostly waits
for Slack and SNS, which costs in proportion to memory, but a batch is up to 6 MB before it is parsed.

**SnapStart is off.** If every one of the 8,640 polls started cold, these starts would cost ${cold_dollars:.2f} a month.
SnapStart would cost ${snapstart_dollars:.2f}, to keep the snapshot ($0.0000015046 a GB-second) and to restore it
($0.0001397998 a GB). It needs published versions: schedules, rules and people would have to call a version or an alias,
not the function that `PollFunctionName` names. And nobody waits for a poll.

## Comparing orders

{comparing}

Both compare the same pairs, in which one line item's status changed. The comparison here distinguishes kinds of change,
and takes line items in any order.

## Drawing the board

{drawing}

From snapshots to HTML: medians of the runs. A widget is drawn again with fewer orders until it fits into Lambda's
answer of 6 MB; it says how many it leaves out.

## Throttling

{throttled}

Each client reads 300 orders, 16 at once, from a server that allows {limit} calls a second and {burst} in a burst, as a
bucket of tokens. AWS publishes no rate for Outposts' API, so the limit is an assumption. *adaptive* is what poll has:
a call that is refused slows down all threads of the client together, so the API's rate is left to others too.
""".replace("{size}", f"{SIZE:,}")


def _poll_row(poll: Measured) -> list[str]:
    return [
        f"{poll.orders:,}",
        poll.poller,
        f"{poll.seconds:,.3f}",
        f"{poll.cpu_seconds:,.3f}",
        f"{poll.total_calls:,}",
        f"{poll.units_of('read'):,g}",
        f"{poll.units_of('write'):,g}",
        f"{poll.peak_mb:.0f}",
        f"{poll.runs}" if poll.waited else f"{poll.runs}, waiting added",
    ]


def _markdown(columns: list[str], rows: list[list[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _machine() -> str:
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} processors ({platform.machine()}) under a load of {load:.1f}, {platform.system()}, "
        f"Python {platform.python_version()}"
    )
