"""Draws docs/pictures/polls.svg: how long a poll takes and what it calls, for each poller and number of orders."""

import math
from collections.abc import Sequence

from benchmarks.polling import Measured

DECADES, DECADE = 5, 58  # of each axis, and how many pixels one takes
SECONDS_X, CALLS_X, TOP, ROW, GAP = 190, 590, 84, 22, 16
SECONDS_FROM, CALLS_FROM = 0.01, 1  # where the axes begin


def picture(polls: Sequence[Measured]) -> str:
    """Draw the polls, given in the order of the number of orders."""
    rows, lines, y, last = [], [], TOP, None
    for poll in polls:
        if poll.orders != last:
            y, last = y + GAP, poll.orders
            rows.append(f'<text class="name" x="24" y="{y + 15}">{poll.orders:,}</text>')
        kind = poll.poller.replace(" ", "-")
        rows.append(f'<text x="{SECONDS_X - 10}" y="{y + 15}" text-anchor="end">{poll.poller}</text>')
        rows.append(_bar(SECONDS_X, y, kind, poll.seconds / SECONDS_FROM, f"{poll.seconds:,.2f} s"))
        rows.append(_bar(CALLS_X, y, kind, poll.total_calls / CALLS_FROM, f"{poll.total_calls:,}"))
        lines.append(f"{poll.orders:,} orders, {poll.poller}: {poll.seconds:,.2f} s, {poll.total_calls:,} calls.")
        y += ROW
    axes = "".join(
        f'<path class="grid" d="M{x + place * DECADE} {TOP}V{y + 6}"/>'
        f'<text class="small" x="{x + place * DECADE}" y="{y + 24}" text-anchor="middle">{start * 10**place:,g}</text>'
        for x, start in ((SECONDS_X, SECONDS_FROM), (CALLS_X, CALLS_FROM))
        for place in range(DECADES + 1)
    )
    return SVG.format(
        height=y + 40,
        page=y + 38,
        description=" ".join(lines),
        seconds=SECONDS_X,
        calls=CALLS_X,
        axes=axes,
        rows="\n".join(rows),
    )


def _bar(x: int, y: int, kind: str, times_start: float, label: str) -> str:
    width = DECADE * math.log10(max(times_start, 1))
    return (
        f'<rect class="{kind}" x="{x}" y="{y + 3}" width="{width:.0f}" height="{ROW - 6}"/>'
        f'<text x="{x + width + 6:.0f}" y="{y + 15}">{label}</text>'
    )


SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 {height}" role="img" aria-labelledby="title description">
<title id="title">Time and calls of a poll: this project, a usual poller, and the least that is possible</title>
<desc id="description">{description}</desc>
<style>
  .page {{ fill: #ffffff; stroke: #d0d7de }} .grid {{ stroke: #d8dee4 }}
  .this-project {{ fill: #0969da }} .usual {{ fill: #bc4c00 }} .bound {{ fill: #8c959f }}
  text {{ font: 13px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; fill: #1f2328 }}
  .name {{ font-weight: 600 }} .small {{ font-size: 12px; fill: #57606a }}
  @media (prefers-color-scheme: dark) {{
    .page {{ fill: #0d1117; stroke: #30363d }} .grid {{ stroke: #30363d }}
    .this-project {{ fill: #58a6ff }} .usual {{ fill: #db6d28 }} .bound {{ fill: #6e7681 }}
    text {{ fill: #e6edf3 }} .small {{ fill: #9ea7b3 }}
  }}
</style>
<rect class="page" x="1" y="1" width="958" height="{page}" rx="10"/>
<text class="name" x="24" y="46">Orders</text>
<text class="name" x="{seconds}" y="46">Seconds a poll</text><text class="name" x="{calls}" y="46">Calls a poll</text>
<text class="small" x="{seconds}" y="66">each line is ten times the one before</text>
<text class="small" x="{calls}" y="66">each line is ten times the one before</text>
{axes}
{rows}
</svg>
"""
