"""When output is shown in a pager, on a terminal of its own."""

import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from outposts_order_notifier.cli.commands import no_pager_first, with_seconds
from outposts_order_notifier.cli.pager import is_longer
from testing.command_line import run, settings

ROOT = Path(__file__).parents[3]
LINES = 10
PAGER = "sh -c 'echo PAGED with $LESS; cat'"
PROGRAM = """
import sys
from outposts_order_notifier.cli.pager import paged
try:
    with paged(wanted={wanted}):
        print("\\n".join(str(number) for number in range({lines})))
        print(sys.stdout.isatty())
        raise ValueError
except ValueError:
    print("after")
"""


def on_terminal(lines: int, *, wanted: bool = True, **variables: str) -> str:
    """Return what a terminal of 10 lines shows if a program prints so many lines, and then fails."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (LINES, 80))
    names = ("PATH", "HOME", "PYTHONPATH", "LANG")
    environment = {**{name: os.environ[name] for name in names if name in os.environ}, "TERM": "xterm", **variables}
    process = subprocess.Popen(  # noqa: S603 - ours
        [sys.executable, "-c", PROGRAM.format(lines=lines, wanted=wanted)],
        cwd=ROOT,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while read := os.read(ours, 10_000):
            shown += read
    except OSError:  # the terminal is closed
        pass
    os.close(ours)
    process.wait()
    return shown.decode().replace("\r\n", "\n")


class TestPager:
    """Output of a command."""

    def test_only_what_is_longer_than_the_terminal_is_paged(self) -> None:
        """Even before an error, with the settings of less that git uses; tables know that it is a terminal."""
        long, short = (on_terminal(lines, PAGER=PAGER) for lines in (LINES, 3))
        assert long.startswith("PAGED with FRX\n0\n1\n")
        assert long.endswith("9\nTrue\nafter\n")
        assert short == "0\n1\n2\nTrue\nafter\n"

    def test_settings_of_less_are_the_callers(self) -> None:
        """As for git."""
        assert on_terminal(LINES, PAGER=PAGER, LESS="-S").startswith("PAGED with -S\n0\n")

    @pytest.mark.parametrize("variables", [{"PAGER": ""}, {"PAGER": "cat"}, {"PAGER": "/none"}])
    def test_without_a_pager_it_is_printed(self, variables: dict[str, str]) -> None:
        """If there is to be none, or it cannot be run."""
        shown = on_terminal(LINES, wanted=True, **variables)
        assert "0\n1\n2\n" in shown
        assert shown.count("9\nTrue\nafter\n") == 1

    def test_no_pager_prints_it(self) -> None:
        """`--no-pager`, and what is watched."""
        assert on_terminal(LINES, wanted=False, PAGER=PAGER).startswith("0\n1\n")

    def test_in_a_pipe_nothing_is_paged(self) -> None:
        """Whatever its length."""
        program = [sys.executable, "-c", PROGRAM.format(lines=1_000, wanted=True)]
        environment = {**os.environ, "PAGER": PAGER}
        ran = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        assert ran.stdout.startswith("0\n1\n")
        assert ran.stdout.endswith("False\nafter\n")

    @pytest.mark.parametrize(("terminal", "paged"), [("xterm", True), ("dumb", False)])
    def test_less_is_the_default(self, terminal: str, paged: bool, tmp_path: Path) -> None:
        """If it is installed, and the terminal can move its cursor."""
        less = tmp_path / "less"
        less.write_text("#!/bin/sh\necho LESS\ncat\n")
        less.chmod(0o700)
        shown = on_terminal(LINES, TERM=terminal, PATH=f"{tmp_path}:{os.environ['PATH']}")
        assert shown.startswith("LESS\n0\n" if paged else "0\n1\n")


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["redrive"], True),
        (["--no-pager", "redrive"], False),
        (["redrive", "--no-pager"], False),
        (["orders", "--watch"], False),
        (["orders", "--watch", "5"], False),
        (["preview", "--watch"], False),
        (["preview"], True),
    ],
)
def test_each_command_is_paged_unless_it_is_watched_or_nobody_wants_it(
    arguments: list[str], wanted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is watched does not end, so a pager would never show it."""
    asked = list[bool]()

    @contextmanager
    def recorded(*, wanted: bool) -> Iterator[None]:
        asked.append(wanted)
        yield

    monkeypatch.setattr("outposts_order_notifier.cli.commands.paged", recorded)
    run(*arguments, environment={**settings(tmp_path), "AWS_REGION": ""})
    assert asked == [wanted]


@pytest.mark.parametrize(
    ("text", "longer"),
    [
        ("1\n2\n3\n", False),
        ("1\n2\n3\n4\n", True),
        ("1" * 20, False),
        ("1" * 30 + "\n2\n", True),
        ("\x1b[31m" + "1" * 10 + "\x1b[0m\n2\n3\n", False),
        ("☃" * 10, False),
        ("", False),
    ],
)
def test_a_line_that_the_terminal_wraps_counts_for_more(text: str, longer: bool) -> None:
    """Of 10 columns and 4 lines, the last of which the next prompt needs; colours have no width."""
    assert is_longer(text, 10, 4) == longer


@pytest.mark.parametrize(
    ("given", "first"),
    [
        (["orders"], ["orders"]),
        (["orders", "--no-pager", "--all"], ["--no-pager", "orders", "--all"]),
        (["--no-pager", "orders"], ["--no-pager", "orders"]),
        (["note", "oo-1", "--", "--no-pager"], ["note", "oo-1", "--", "--no-pager"]),
    ],
)
def test_no_pager_may_follow_the_command(given: list[str], first: list[str]) -> None:
    """As people write it; a text is not an option."""
    assert no_pager_first(given) == first


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["--watch"], ["--watch=30"]),
        (["--watch", "5"], ["--watch", "5"]),
        (["--watch", "--all"], ["--watch=30", "--all"]),
        (["--watch=5"], ["--watch=5"]),
    ],
)
def test_watch_may_have_a_value(given: list[str], expected: list[str]) -> None:
    """Without one, it looks every 30 seconds."""
    assert with_seconds(given) == expected
