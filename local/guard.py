"""Run a command, and kill it and all its descendants once standard input closes."""

import os
import signal
import subprocess
import sys
import threading


def main() -> None:
    """Run the command in the arguments, and exit with its exit code."""
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603 - this module's whole purpose
    threading.Thread(target=_end_with_the_pipe, daemon=True).start()
    sys.exit(command.wait())


def _end_with_the_pipe() -> None:
    os.read(sys.stdin.fileno(), 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
