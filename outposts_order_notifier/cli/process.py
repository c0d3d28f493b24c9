"""Prepares the process before any library is imported: streams, signals and environment."""

import io
import os
import signal
import sys
from collections.abc import MutableMapping

# Powertools' settings. A person may have set them for other Lambda functions, and some values stop the import.
POWERTOOLS = ("POWERTOOLS_", "LOG_LEVEL")
LEAST_WIDTH = 40  # columns; a terminal wraps longer lines
WIDTHS = ("COLUMNS", "TERMINAL_WIDTH")
# Signals that end a command as Ctrl-C does, so that it removes what is temporary. Neither Windows nor POSIX has all.
END_SIGNALS = ("SIGTERM", "SIGHUP", "SIGBREAK")


def prepare() -> None:
    """Prepare this process for the commands, independent of locale, terminal and shell."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # print `?` instead of failing
    for number in (getattr(signal, name, None) for name in END_SIGNALS):
        if number and signal.getsignal(number) == signal.SIG_DFL:  # `nohup` ignores SIGHUP
            signal.signal(number, signal.default_int_handler)
    clean(os.environ)


def clean(environment: MutableMapping[str, str]) -> None:
    """Remove or correct variables that would stop a library or make tables unreadable."""
    for name, value in [*environment.items()]:
        # To botocore, an empty variable is a value: a profile without a name, or a number without digits.
        empty = not value and name.startswith(("AWS_", "REQUESTS_"))
        if empty or name.startswith(POWERTOOLS):
            del environment[name]
    for name in WIDTHS:
        if (width := environment.get(name)) is not None:
            if width.isdecimal():
                environment[name] = str(max(int(width), LEAST_WIDTH))
            else:
                del environment[name]
