"""`python -m benchmarks`: measure, print tables, and write docs/performance.md."""

import argparse
from pathlib import Path

from rich.console import Console

from benchmarks import board, cold_start, diffing, polling, throttling
from benchmarks.picture import picture
from benchmarks.polling import Measured
from benchmarks.report import LARGE, SIZE, Report

ROOT = Path(__file__).parent.parent
SMALL = 100
TIMES_THE_RUNS = 3  # at the size that the targets are about, where a poll takes a third of a second


def main() -> None:
    """Run and report all benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Benchmark the notifier; 3 minutes.")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="runs of each poll; the usual poller has one")
    runs: int = parser.parse_args().runs
    console = Console()
    polling.set_credentials()
    with console.status("Measuring polls …"):
        polls = [poll for count in (SMALL, SIZE, LARGE) for poll in _polls(count, runs)]
    with console.status("Measuring cold starts …"):
        starts = [cold_start.measure(function, max(runs, 10)) for function in cold_start.FUNCTIONS]
    with console.status("Measuring comparisons …"):
        compared = diffing.measure(10, runs)
    with console.status("Measuring the board and throttled reads …"):
        drawn = board.measure(runs)
        throttled = [throttling.measure(mode) for mode in throttling.MODES]
    report = Report(polls, starts, compared, drawn, throttled)
    report.show(console)
    page = ROOT / "docs/performance.md"
    page.write_text(report.fill(page.read_text("utf-8")), "utf-8")
    shown = ROOT / "docs/pictures/polls.svg"
    shown.write_text(picture(polls), "utf-8")
    console.print(f"Wrote {page} and {shown}")


def _polls(count: int, runs: int) -> list[Measured]:
    ours, bound = polling.measure(["this project", "bound"], count, runs * TIMES_THE_RUNS if count == SIZE else runs)
    # Waiting for the usual poller's calls at 10,000 orders would take eight minutes.
    return [ours, *polling.measure(["usual"], count, 1, wait=count <= SIZE), bound]


if __name__ == "__main__":
    main()
