"""The operator's command line."""

import errno
import sys
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from outposts_order_notifier.cli.annotate import add_note, expect, mute, unmute
from outposts_order_notifier.cli.board import board
from outposts_order_notifier.cli.doctor import doctor
from outposts_order_notifier.cli.events import events
from outposts_order_notifier.cli.failures import sentence_of, traceback_of
from outposts_order_notifier.cli.notification import notification
from outposts_order_notifier.cli.orders import orders, show
from outposts_order_notifier.cli.poll import poll
from outposts_order_notifier.cli.preview import preview
from outposts_order_notifier.cli.redrive import redrive
from outposts_order_notifier.cli.replay import replay
from outposts_order_notifier.cli.terminal import note, say, show_trace

PROGRAM = "python -m notifier"
UNWRITTEN = "the answer could not be written to stdout"
FAILED = 1
# The disk is full, or the reader of the output is gone; a closed pipe is EINVAL on Windows.
STREAM_ERRORS = frozenset({errno.ENOSPC, errno.EIO, errno.EBADF, errno.EINVAL, errno.EFBIG})

# Each command, with examples.
COMMANDS: dict[str, tuple[Callable[..., None], tuple[str, ...]]] = {
    "orders": (orders, ("orders", "orders --all --status ERROR", "orders --json | jq -r '.[].orderId'")),
    "show": (show, ("show oo-0123456789abcdef0",)),
    "events": (events, ("events oo-0123456789abcdef0",)),
    "mute": (mute, ('mute oo-0123456789abcdef0 --until 2026-12-01 --note "The site is closed"',)),
    "unmute": (unmute, ("unmute oo-0123456789abcdef0",)),
    "note": (add_note, ('note oo-0123456789abcdef0 "The carrier has called: Tuesday"',)),
    "expect": (expect, ("expect oo-0123456789abcdef0 2026-12-01", "expect oo-0123456789abcdef0 none")),
    "board": (board, ("board --open", "board --all --output board.html")),
    "poll": (poll, ("poll", "poll oo-0123456789abcdef0")),
    "replay": (
        replay,
        (
            "replay --order oo-0123456789abcdef0 --from-sequence 3 --to-sequence 9",
            "replay --start 2026-11-24T09:00:00Z --end 2026-11-24T10:00:00Z --rule replaced-or-failed",
        ),
    ),
    "redrive": (redrive, ("redrive",)),
    "test-notification": (notification, ("test-notification", "test-notification --only shipment --only alarm")),
    "doctor": (doctor, ("doctor", "doctor --json | jq '.[] | select(.verdict != \"ok\")'")),
    "preview": (
        preview,
        (
            "preview --region eu-west-1",
            "preview --role-arn arn:aws:iam::123456789012:role/Reader --external-id orders",
            "preview --watch --interval 60 --folder ./preview | jq -c '.detail'",
        ),
    ),
}


def run() -> None:
    """Run the command that the arguments name, report any error in one line, and end the process."""
    if sys.stdout is None:  # the next file to be opened would become stdout
        _end(f"{UNWRITTEN}: it is closed")
    try:
        sys.exit(_app()(prog_name=PROGRAM, standalone_mode=False))
    except typer.TyperException as error:
        problem = error.format_message().rstrip(".") or "no command was given"
        _end(f"{problem}. See `{PROGRAM} --help`", error.exit_code)
    except BrokenPipeError:
        if sys.stderr:
            sys.stderr.close()  # otherwise Python would report, at its exit, what it could not write
        sys.exit(1)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:  # noqa: BLE001 - every error becomes one line
        if trace := traceback_of(error):
            show_trace(trace)
        if isinstance(error, OSError) and error.errno in STREAM_ERRORS and not error.filename:
            with suppress(OSError):
                sys.stdout.close()  # otherwise Python would try again at its exit, and report it
            _end(f"{UNWRITTEN}: {error.strerror}")
        _end(sentence_of(error))


def _app() -> typer.Typer:
    app = typer.Typer(
        help="Operate a deployed notifier with your AWS credentials and region. Results go to stdout, everything "
        "else to stderr. The exit code is 0 only if nothing failed.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for name, (command, examples) in COMMANDS.items():
        epilog = "\n\n".join(["Examples:", *(f"`{PROGRAM} {example}`" for example in examples)])
        app.command(name, epilog=epilog)(command)
    return app


def _print_version(asked: bool) -> None:
    if asked:
        project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
        say(f"{project['name']} {project['version']}")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Accept the options that come before a command."""


def _end(text: str, code: int = FAILED) -> NoReturn:
    note(f"error: {text}")
    sys.exit(code)
