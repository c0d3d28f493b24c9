"""`python -m benchmarks`: measures, prints tables, and writes docs/performance.md and JSON."""

import argparse
import json
from pathlib import Path

from rich.console import Console

from benchmarks import board, cold_start, diffing, polling, throttling
from benchmarks.picture import picture
from benchmarks.polling import Measured
from benchmarks.report import LARGE, SIZE, Report

ROOT = Path(__file__).parent.parent
SMALL = 100
TIMES_THE_RUNS = 3  # times as many at the size that is held against targets: a poll takes a third of a second there


def main() -> None:
    """Run all benchmarks, and report them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures the notifier; 3 minutes.")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="runs of each poll; the usual poller's is one")
    parser.add_argument("--json", type=Path, default=ROOT / ".cache/benchmarks.json", metavar="FILE")
    arguments = parser.parse_args()
    console = Console()
    polling.set_credentials()
    with console.status("Polling …"):
        polls = [poll for count in (SMALL, SIZE, LARGE) for poll in _polls(count, arguments.runs)]
    with console.status("Starting …"):
        starts = [cold_start.measure(function, max(arguments.runs, 10)) for function in cold_start.FUNCTIONS]
    with console.status("Comparing …"):
        compared = diffing.measure(10, arguments.runs)
    with console.status("Drawing …"):
        drawn = board.measure(arguments.runs)
    with console.status("Being throttled …"):
        throttled = [throttling.measure(mode) for mode in throttling.MODES]
    report = Report(polls, starts, compared, drawn, throttled)
    report.show(console)
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps(report.as_json(), indent=2) + "\n", "utf-8")
    page = ROOT / "docs/performance.md"
    page.write_text(report.as_markdown(), "utf-8")
    shown = ROOT / "docs/pictures/polls.svg"
    shown.write_text(picture(polls), "utf-8")
    console.print(f"Written: {arguments.json}, {page}, {shown}")


def _polls(count: int, runs: int) -> list[Measured]:
    ours, bound = polling.measure(["this project", "bound"], count, runs * TIMES_THE_RUNS if count == SIZE else runs)
    # Waiting for the usual one's calls at 10,000 orders would take eight minutes.
    return [ours, *polling.measure(["usual"], count, 1, wait=count <= SIZE), bound]


if __name__ == "__main__":
    main()
