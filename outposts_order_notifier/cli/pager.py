"""Shows output that is longer than the terminal in the caller's pager, as git and the AWS CLI do."""

import io
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# As git sets it: quit if all fits on the screen, show colours, and keep the text on the screen.
# https://git-scm.com/docs/git-config#Documentation/git-config.txt-corepager
LESS = "FRX"
NONE = frozenset({"", "cat"})  # what PAGER says for no pager
CANNOT_BE_RUN = frozenset({126, 127})  # a shell's exit codes
COLOURS = re.compile(r"\x1b\[[\d;]*m")


class Held(io.StringIO):
    """Output for a terminal that is held back until its length is known."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override] # what `json_text` asks for
        """The terminal's encoding."""
        return self._encoding

    def isatty(self) -> bool:
        """Return True, so that tables fit its width and have its colours."""
        return True


@contextmanager
def paged(*, wanted: bool) -> Iterator[None]:
    """Show what a `with` block prints in the pager if it is longer than the terminal; otherwise print it.

    What was printed before an error is shown before the error. Nothing changes if stdout is no terminal.
    """
    pager = _pager() if wanted and sys.stdout.isatty() else ""
    if not pager:
        yield
        return
    terminal, held = sys.stdout, Held(sys.stdout.encoding)
    sys.stdout = held
    try:
        yield
    finally:
        sys.stdout = terminal
        text = held.getvalue()
        if not is_longer(text, *shutil.get_terminal_size()) or not _shown(text, pager):
            print(text, end="", flush=True)  # noqa: T201 - a command line prints


def is_longer(text: str, columns: int, lines: int) -> bool:
    """Return whether a text needs more lines than a terminal has, one of which is the next prompt's."""
    from rich.cells import cell_len  # noqa: PLC0415 - loaded by then

    lengths = (cell_len(COLOURS.sub("", line)) for line in text.splitlines())
    return sum(max(1, -(-length // columns)) for length in lengths) >= lines


def _pager() -> str:
    """Return the command line of the caller's pager; empty for none."""
    if (chosen := os.environ.get("PAGER")) is not None:
        return "" if chosen.strip() in NONE else chosen
    return "less" if os.environ.get("TERM") != "dumb" and shutil.which("less") else ""


def _shown(text: str, pager: str) -> bool:
    """Show a text in the pager until it is left; return False if the pager cannot be run."""
    environment = {"LESS": LESS, "LV": "-c", **os.environ}
    # Ctrl-C is the pager's, in which it stops a search; with a handler of Python's, the pager still receives it.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        with subprocess.Popen(  # noqa: S602 - as git runs it: PAGER is a shell's command line
            pager, shell=True, stdin=subprocess.PIPE, env=environment, encoding="utf-8", errors="replace"
        ) as process:
            try:
                process.communicate(text)
            except KeyboardInterrupt:  # SIGTERM or SIGHUP
                process.terminate()
                raise
    finally:
        signal.signal(signal.SIGINT, before)
    return process.returncode not in CANNOT_BE_RUN
