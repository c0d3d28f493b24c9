"""`orders --watch`: what it does between two looks."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from outposts_order_notifier.cli import watch
from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.terminal import Json
from outposts_order_notifier.cli.watch import Look, Mark, changes, steps
from testing.command_line import run, settings

ROOT = Path(__file__).parent.parent.parent.parent

Answer = Sequence[Json] | Exception


def a_row(order_id: str, status: str = "PREPARING", seconds: int = 0) -> Json:
    """Return a row of an order."""
    return {"orderId": order_id, "status": status, "since": "2026-11-24T12:00:00Z", "secondsInStatus": seconds}


def looking(*answers: Answer) -> Callable[[], Look]:
    """Return a function that finds these rows, or fails, one after the other."""
    left = iter(answers)

    def look() -> Look:
        found = next(left)
        if isinstance(found, Exception):
            raise found
        return Look("2026-11-24T12:30:00Z", found, {})

    return look


def times(number: int) -> Callable[..., bool]:
    """Return a function that returns True so many times."""
    left = iter([*[True] * number, False])
    return lambda *_: next(left)


@pytest.mark.parametrize("arguments", [(), ("--output", "yaml"), ("-o", "wide")])
def test_a_pipe_needs_json(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """Nobody could read a table that is drawn again and again; AWS is not called."""
    ran = run("orders", "--watch", *arguments, environment=settings(tmp_path))
    assert (ran.code, ran.out) == (2, "")
    assert "--watch needs a terminal; in a pipe, add --output json to get a line of JSON per change" in ran.err


def test_only_what_lasts_is_compared() -> None:
    """Time passes, which is no change."""
    assert changes([a_row("1"), a_row("2")], [a_row("1", seconds=30), a_row("2", seconds=30)]) == {}
    assert changes([a_row("1"), a_row("2")], [a_row("2", "ERROR"), a_row("3")]) == {
        "1": Mark.GONE,
        "2": Mark.CHANGED,
        "3": Mark.NEW,
    }


def test_each_look_is_compared_with_the_one_before() -> None:
    """Not with the first one."""
    rows: list[Answer] = [[a_row("1")], [a_row("1", "ERROR")], [a_row("1", "ERROR")]]
    assert [step.marks for step in steps(looking(*rows), times(2))] == [{}, {"1": Mark.CHANGED}, {}]


def test_a_look_that_fails_is_a_line_and_the_next_one_is_compared_with_the_last_that_worked() -> None:
    """So no change is lost."""
    answers: list[Answer] = [[a_row("1")], OperatorError("throttled"), [a_row("1", "ERROR")]]
    found = [*steps(looking(*answers), times(2))]
    assert [step.problem for step in found] == ["", "throttled", ""]
    assert found[1].look.rows == [a_row("1")]
    assert found[2].marks == {"1": Mark.CHANGED}


def test_the_first_look_must_succeed() -> None:
    """A wrong profile would fail forever."""
    with pytest.raises(OperatorError):
        next(iter(steps(looking(OperatorError("no stack")), times(1))))


@pytest.fixture
def three_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """End the watch after three more looks, without waiting."""
    monkeypatch.setattr(watch, "wait", times(3))


@pytest.mark.usefixtures("three_looks")
def test_a_pipe_gets_a_line_for_each_order_and_then_for_each_change(capsys: pytest.CaptureFixture[str]) -> None:
    """A failure is a warning on stderr."""
    answers: list[Answer] = [
        [a_row("1"), a_row("2")],
        OperatorError("throttled"),
        [a_row("1"), a_row("3")],
        [a_row("1", "ERROR"), a_row("3")],
    ]
    watch.print_lines(looking(*answers), 30)
    said = capsys.readouterr()
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [(line["change"], line["orderId"], line["status"]) for line in lines] == [
        ("listed", "1", "PREPARING"),
        ("listed", "2", "PREPARING"),
        ("new", "3", "PREPARING"),
        ("gone", "2", "PREPARING"),
        ("changed", "1", "ERROR"),
    ]
    assert said.err == "warning: throttled\n"


@pytest.mark.usefixtures("three_looks")
def test_a_terminal_shows_the_latest_look(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it ends, and then the last one stays."""
    for name, value in {"COLUMNS": "100", "LINES": "40", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    def tables(rows: list[Json], _: object) -> Iterator[tuple[str, Json, list[Json]]]:
        yield "Dublin", {"Order": "orderId", "Status": "status"}, rows

    answers: list[Answer] = [[a_row("1")], OperatorError("throttled"), [a_row("1")], [a_row("1", "ERROR")]]
    watch.redraw(looking(*answers), tables, 30)
    out = capsys.readouterr().out
    assert out.count("PREPARING") == 3
    assert out.count("The latest look failed: throttled") == 1
    assert out.rindex("ERROR") > out.rindex("PREPARING")
    assert "changed" in out[out.rindex("ERROR") :]


# Waits again and again, with Ctrl-C at each line of Python that a wait executes, the library's own included.
INTERRUPTED = """
import signal, sys
from outposts_order_notifier.cli.watch import stopping, wait

def is_interrupted(at):
    passed = 0
    def each_line(frame, event, _):
        nonlocal passed
        passed += event == "line"
        if event == "line" and passed == at:
            signal.raise_signal(signal.SIGINT)
        return each_line
    with stopping() as stop:
        sys.settrace(each_line)
        goes_on = wait(stop, 0.1)
        sys.settrace(None)
    assert goes_on is (passed < at), at
    return not goes_on

at = 1
while is_interrupted(at):
    at += 1
print("stopped at each line of", at - 1)
"""


def test_a_signal_stops_a_wait_whatever_it_is_doing() -> None:
    """Not even between taking and giving back a lock of its own is Ctrl-C lost, or blocks."""
    ran = subprocess.run(  # noqa: S603 - the program above
        [sys.executable, "-c", INTERRUPTED],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,  # ends a test that hangs
    )
    assert int(ran.stdout.removeprefix("stopped at each line of ")) > 0
