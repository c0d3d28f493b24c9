"""Child processes that never outlive this one."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

# Whatever the person's terminal takes, the log is read as UTF-8.
TEXT = {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8:replace"}


class ChildProcess:
    """A command in a process group of its own; the group ends at the end of the `with` block, or with this process.

    Args:
        command: The program and its arguments.
        log: The file that takes all its output.
        environment: Its variables; this process's where there are none.
    """

    def __init__(self, command: list[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self._log = log
        with log.open("wb") as output:
            self._guard = subprocess.Popen(  # noqa: S603 - the callers' commands are all fixed
                [sys.executable, "-m", "local.guard", *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**(os.environ if environment is None else environment), **TEXT},
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        """All that it has written so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def exit_code(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._guard.poll()

    def wait(self) -> int:
        """Wait for it to end by itself, and give its exit code."""
        return self._guard.wait()

    def __enter__(self) -> Self:
        """Give the running process."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, with all that it started."""
        if self._guard.stdin:
            self._guard.stdin.close()
        self._guard.wait()
