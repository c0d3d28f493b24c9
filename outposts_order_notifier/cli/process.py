"""What the command line makes of its process before it imports a library: streams, signals, environment."""

import io
import os
import signal
import sys
from collections.abc import MutableMapping

# Settings of Powertools, which the commands share with the Lambda functions. A person may have them for functions of
# their own; some values stop the import.
FUNCTIONS_OWN = ("POWERTOOLS_", "LOG_LEVEL")
LEAST_WIDTH = 40  # columns; the terminal folds what is wider than it really is
WIDTHS = ("COLUMNS", "TERMINAL_WIDTH")
# A signal that ends the command as Ctrl-C does, so that what is temporary is removed. Windows lacks one, POSIX another.
ENDS = ("SIGTERM", "SIGHUP", "SIGBREAK")


def prepare() -> None:
    """Make this process fit for the commands, whatever the person's locale, terminal and shell are."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a `?` is better than no answer
    for number in (getattr(signal, name, None) for name in ENDS):
        if number and signal.getsignal(number) == signal.SIG_DFL:  # `nohup` has it ignored
            signal.signal(number, signal.default_int_handler)
    clean(os.environ)


def clean(environment: MutableMapping[str, str]) -> None:
    """Remove or correct those variables that would stop a library, or leave no room for a text."""
    for name, value in [*environment.items()]:
        # botocore takes an empty variable for a value: a profile without a name, a number without digits.
        empty = not value and name.startswith(("AWS_", "REQUESTS_"))
        if empty or name.startswith(FUNCTIONS_OWN):
            del environment[name]
    for name in WIDTHS:
        if (width := environment.get(name)) is not None:
            if width.isdecimal():
                environment[name] = str(max(int(width), LEAST_WIDTH))
            else:
                del environment[name]
