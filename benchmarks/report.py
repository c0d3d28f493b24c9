"""Report the measurements: as tables on the terminal and in docs/performance.md."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from rich.console import Console

from benchmarks import accounts, orders, polling
from benchmarks.board import Drawn
from benchmarks.cold_start import ColdStart
from benchmarks.diffing import DEFAULT
from benchmarks.memory_size import SIZES, Figures, advised, memory_sizes
from benchmarks.polling import Measured
from benchmarks.table import Table
from benchmarks.throttling import BURST, CALLS_PER_SECOND, Throttled
from outposts_order_notifier.cdk import memory
from reference.generated import fill

SIZE = 1_000  # orders, which the targets are about
LARGE = 10_000
COLD_START_TARGETS = {"poll": 1.2, "notify": 1.3}


@dataclass(frozen=True, slots=True)
class Target:
    """A measured figure, and its target: a minimum (`at_least`) or a maximum."""

    name: str
    figure: float
    target: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.figure >= self.target if self.at_least else self.figure <= self.target


@dataclass(frozen=True, slots=True)
class Report:
    """All measurements; the board's first is that of a page."""

    polls: Sequence[Measured]
    cold_starts: Sequence[ColdStart]
    comparisons: dict[str, float]
    board: Sequence[Drawn]
    throttled: Sequence[Throttled]

    def targets(self) -> list[Target]:
        """Compare the figures with their targets."""
        ours, usual = (self._poll(name, SIZE) for name in ("this project", "usual"))
        large = self._poll("this project", LARGE)
        settled = sum(not orders.in_flight(number) for number in range(SIZE))
        at = f"at {SIZE:,} orders"
        comparisons = self.comparisons["this project"] / self.comparisons[DEFAULT]
        calls, seconds = usual.total_calls / ours.total_calls, usual.seconds / ours.seconds
        return [
            Target(f"times fewer calls than the usual poller, {at}", calls, 20, at_least=True),
            Target(f"times faster than the usual poller, {at}", seconds, 40, at_least=True),
            *(target for count in (SIZE, LARGE) for target in self._against_bound(count)),
            Target(f"times the memory, {LARGE:,} orders to {SIZE:,}", large.peak_mb / ours.peak_mb, 1.05),
            Target(f"read units for choosing, a settled order, {at}", ours.units["Query read"] / settled, 0.02),
            *(
                Target(f"times a bare script's cold start, {each.function}", each.ratio, most)
                for each in self.cold_starts
                for most in [COLD_START_TARGETS[each.function]]
            ),
            Target("times faster comparisons than DeepDiff", comparisons, 20, at_least=True),
            Target(f"seconds to draw a board of {self.board[0].orders} orders", self.board[0].seconds, 1),
        ]

    def _against_bound(self, count: int) -> list[Target]:
        ours, bound = (self._poll(name, count) for name in ("this project", "bound"))
        at = f"at {count:,} orders"
        return [
            Target(f"times the bound's wall time, {at}", ours.seconds / bound.seconds, 1.15),
            Target(f"times the bound's processor time, {at}", ours.cpu_seconds / bound.cpu_seconds, 1.3),
        ]

    def memory_sizes(self) -> dict[int, Figures]:
        """Calculate what a poll of 1,000 orders would cost in each memory size."""
        start = next(each for each in self.cold_starts if each.function == "poll")
        poll, large = self._poll("this project", SIZE), self._poll("this project", LARGE)
        return memory_sizes(start.seconds, poll.seconds, poll.cpu_seconds, large.peak_mb)

    def _poll(self, poller: str, count: int) -> Measured:
        return next(each for each in self.polls if (each.poller, each.orders) == (poller, count))

    def show(self, console: Console) -> None:
        """Print the tables."""
        for table in self._tables():
            console.print(table.for_terminal())

    def _tables(self) -> Iterator[Table]:
        rows = [(each, "≥" if each.at_least else "≤", "met" if each.met else "**missed**") for each in self.targets()]
        yield Table("targets", "Against the targets", TARGET_COLUMNS, rows)
        yield Table("polls", "One poll", POLLER_COLUMNS | POLL_COLUMNS, self.polls)
        operations = dict.fromkeys((name for each in self.polls for name in each.calls), 0)
        every = [replace(each, calls=operations | each.calls) for each in self.polls]
        columns = POLLER_COLUMNS | {name: f"{{0.calls[{name}]:,}}" for name in operations}
        yield Table("calls", "The calls of one poll", columns, every)
        yield Table("starts", "Cold start", START_COLUMNS, self.cold_starts)
        labels = {mb: f"**{mb:,}**" if mb == memory.POLL else f"{mb:,}" for mb in SIZES}
        sized = [{"MB": labels[mb], **size} for mb, size in self.memory_sizes().items()]
        yield Table("memory", "Memory sizes for poll", MEMORY_COLUMNS, sized)
        columns = {"By": "{0[0]}", "Orders a second": "{0[1]:,.1f}"}
        yield Table("comparisons", "Comparing orders of 100 line items", columns, list(self.comparisons.items()))
        yield Table("drawing", "Drawing the board", DRAWING_COLUMNS, self.board)
        yield Table("throttled", "Throttled reads", THROTTLED_COLUMNS, self.throttled)
        yield from accounts.tables()

    def fill(self, page: str) -> str:
        """Return docs/performance.md with these measurements."""
        missed = [f"- Missed: {each.figure:.3g} {each.name}" for each in self.targets() if not each.met]
        sizes = self.memory_sizes()
        parts = {
            "date": f"{datetime.now(UTC).date()}",
            "machine": _machine(),
            "verdict": "\n".join(["\n", *(missed or ["All targets are met."]), "\n"]),
            "in_flight": f"{100 // orders.IN_FLIGHT_EVERY} %",
            "changed": f"{100 / orders.CHANGED_EVERY} %",
            "outposts": f"{polling.SECONDS['outposts'] * 1_000:.0f} ms",
            "other": f"{polling.SECONDS['dynamodb'] * 1_000:.0f} ms",
            "advised": f"{advised(sizes):,} MB",
            "poll": f"{memory.POLL:,} MB",
            "notify": f"{memory.NOTIFY} MB",
            "cold": f"${sizes[memory.POLL]['cold dollars']:.2f}",
            "snapstart": f"${sizes[memory.POLL]['SnapStart dollars']:.2f}",
            "limit": f"{CALLS_PER_SECOND} calls a second and bursts of {BURST}",
            "organization": accounts.ASSUMED,
            "tightest": f"\n\n{accounts.tightest()}\n\n",
        }
        return fill(page, parts | {table.part: table.as_markdown() for table in self._tables()})


POLLER_COLUMNS = {"Orders": "{0.orders:,}", "Poller": "{0.poller}"}
POLL_COLUMNS = {
    "Seconds": "{0.seconds:,.3f}",
    "CPU seconds": "{0.cpu_seconds:,.3f}",
    "Calls": "{0.total_calls:,}",
    "Read units": "{0.read_units:,g}",
    "Write units": "{0.write_units:,g}",
    "Peak MB": "{0.peak_mb:.0f}",
    "Runs": "{0.how_often}",
}
TARGET_COLUMNS = {
    "Figure": "{0[0].name}",
    "Measured": "{0[0].figure:.3g}",
    "Target": "{0[1]} {0[0].target:g}",
    "Verdict": "{0[2]}",
}
START_COLUMNS = {
    "Function": "{0.function}",
    "Seconds": "{0.seconds:.3f}",
    "Bare script": "{0.bare_seconds:.3f}",
    "Ratio": "{0.ratio:.2f}",
    "Peak MB": "{0.peak_mb:.0f}",
    "Bare script, peak MB": "{0.bare_peak_mb:.0f}",
}
MEMORY_COLUMNS = {
    "MB": "{0[MB]}",
    "Cold start, seconds": "{0[start]:.2f}",
    "Poll, seconds": "{0[poll]:.2f}",
    "GB-seconds": "{0[GB-seconds]:.3f}",
    "$ a month": "{0[dollars]:.3f}",
    f"MB free at {LARGE:,} orders": "{0[free]:,.0f}",
}
DRAWING_COLUMNS = {
    "As": "{0.kind}",
    "Orders": "{0.orders}",
    "Line items each": "{0.line_items}",
    "Seconds": "{0.seconds:.2f}",
    "MB": "{0.megabytes:.1f}",
}
THROTTLED_COLUMNS = {
    "Retries": "{0.retries}",
    "Calls": "{0.calls}",
    "Refused": "{0.refused}",
    "Orders not read": "{0.unread}",
    "Seconds": "{0.seconds:.1f}",
}


def _machine() -> str:
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} processors ({platform.machine()}) under a load of {load:.1f}, {platform.system()}, "
        f"Python {platform.python_version()}"
    )
