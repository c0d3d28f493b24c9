"""Child processes and temporary folders that never outlive this process, even if it is killed.

For each of them another process waits on a pipe, which closes when this process ends, however it ends.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

# The log is read as UTF-8, even if the person's terminal has another encoding.
TEXT = {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8:replace"}
# For ten seconds, as processes that end at the same moment may still write into the folder.
REMOVE = 'read -r _; for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$0" 2>/dev/null && exit; sleep 1; done'


class ChildProcess:
    """A command in a separate process group, which ends with the `with` block or with this process.

    Args:
        command: The program and its arguments.
        log: The file that receives all its output.
        environment: Its variables; by default those of this process.
    """

    def __init__(self, command: list[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self._log = log
        with log.open("wb") as output:
            self._guard = subprocess.Popen(  # noqa: S603 - the callers' commands are all fixed
                [sys.executable, "-m", "local.child", *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**(os.environ if environment is None else environment), **TEXT},
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        """Everything that it has written so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def exit_code(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._guard.poll()

    def wait(self) -> int:
        """Wait until it ends by itself, and return its exit code."""
        return self._guard.wait()

    def __enter__(self) -> Self:
        """Return the running process."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process and everything that it started."""
        self._guard.communicate()  # closes the pipe


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Provide a folder that exists until the end of the `with` block or of this process."""
    folder = tempfile.mkdtemp(prefix="outposts-order-notifier-")
    remover = subprocess.Popen(  # noqa: S603 - a fixed command
        ["/bin/sh", "-c", REMOVE, folder], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield Path(folder)
    finally:
        remover.communicate()


def _guard() -> None:
    """Run the command in the arguments, and kill it and all its descendants once standard input closes."""

    def end_with_the_pipe() -> None:
        os.read(sys.stdin.fileno(), 1)
        os.killpg(0, signal.SIGKILL)

    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603 - the callers' commands are all fixed
    threading.Thread(target=end_with_the_pipe, daemon=True).start()
    sys.exit(command.wait())


if __name__ == "__main__":
    _guard()
