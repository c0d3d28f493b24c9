"""The operator's command line."""

import errno
import sys
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer

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
# The disk is full, or whatever takes the output has gone; a closed pipe is EINVAL on Windows.
OF_A_STREAM = frozenset({errno.ENOSPC, errno.EIO, errno.EBADF, errno.EINVAL, errno.EFBIG})

# Each command, and examples of it.
COMMANDS: dict[str, tuple[Callable[..., None], tuple[str, ...]]] = {
    "orders": (orders, ("orders", "orders --all --status ERROR", "orders --json | jq -r '.[].orderId'")),
    "show": (show, ("show oo-0123456789abcdef0",)),
    "events": (events, ("events oo-0123456789abcdef0",)),
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
    """Run the command that the arguments name, and end the process; whatever goes wrong is reported in one line."""
    if sys.stdout is None:  # the next file that is opened would take its place
        _end(f"{UNWRITTEN}: it is closed")
    try:
        sys.exit(_app()(prog_name=PROGRAM, standalone_mode=False))
    except typer.TyperException as error:
        problem = error.format_message().rstrip(".") or "no command was given"
        _end(f"{problem}. Look at `{PROGRAM} --help`", error.exit_code)
    except BrokenPipeError:
        if sys.stderr:
            sys.stderr.close()  # whoever read has gone, and Python would complain of what it could not write
        sys.exit(1)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:  # noqa: BLE001 - the one place where errors become lines
        if trace := traceback_of(error):
            show_trace(trace)
        if isinstance(error, OSError) and error.errno in OF_A_STREAM and not error.filename:
            with suppress(OSError):
                sys.stdout.close()  # Python would try once more at its end, and complain
            _end(f"{UNWRITTEN}: {error.strerror}")
        _end(sentence_of(error))


def _app() -> typer.Typer:
    app = typer.Typer(
        help="Operate a deployed notifier with your AWS credentials and region. Results go to stdout, everything "
        "else to stderr; the exit code is 0 only if nothing failed.",
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


def _tell_version(asked: bool) -> None:
    if asked:
        project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
        say(f"{project['name']} {project['version']}")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def _end(text: str, code: int = FAILED) -> NoReturn:
    note(f"error: {text}")
    sys.exit(code)
