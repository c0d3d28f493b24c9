"""Runs a command, and ends it with all its descendants once standard input closes.

Whoever holds the other end of the pipe need not be able to say goodbye: the pipe closes too when it is killed.
"""

import os
import signal
import subprocess
import sys
import threading


def main() -> None:
    """Run the command that the arguments are; exit as it does."""
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603 - this module's whole purpose
    threading.Thread(target=_end_with_the_pipe, daemon=True).start()
    sys.exit(command.wait())


def _end_with_the_pipe() -> None:
    os.read(sys.stdin.fileno(), 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
