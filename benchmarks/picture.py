"""docs/pictures/polls.svg: the duration and the calls of a poll, for each poller and number of orders."""

import math
from collections.abc import Sequence

from rich import box
from rich.bar import Bar
from rich.table import Table

from benchmarks.polling import Measured
from local.svg import svg_of

COLOURS = {"this project": "blue", "usual": "red", "bound": "bright_black"}
SECONDS_FROM, CALLS_FROM, DECADES = 0.01, 1, 5  # the bars' axes


def picture(polls: Sequence[Measured]) -> str:
    """Return a chart of polls, which are sorted by the number of orders."""
    headings = ("Orders", "Poller", "Seconds", "", "Calls", "")
    table = Table(*headings, box=box.SIMPLE_HEAD, caption="Bars have logarithmic scales.")
    for poll in polls:
        table.add_row(
            f"{poll.orders:,}",
            poll.poller,
            f"{poll.seconds:,.2f}",
            _bar(poll.seconds / SECONDS_FROM, COLOURS[poll.poller]),
            f"{poll.total_calls:,}",
            _bar(poll.total_calls / CALLS_FROM, COLOURS[poll.poller]),
            end_section=poll.poller == "bound",
        )
    return svg_of(table, "make bench", 100, 20)


def _bar(times_start: float, colour: str) -> Bar:
    return Bar(DECADES, 0, math.log10(max(times_start, 1)), width=25, color=colour)
