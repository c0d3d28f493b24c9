"""The operator's command line: its commands, and how one is run."""

import errno
import importlib
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from outposts_order_notifier.__about__ import NAME, __version__
from outposts_order_notifier.cli.pager import paged
from outposts_order_notifier.cli.terminal import note, say, show_trace

CONSOLE_COMMAND = "outposts-order-notifier"
MODULE = "python -m notifier"
# Only the console command can be completed: a shell knows no program by the name `python -m notifier`.
COMPLETION_OPTIONS = frozenset({"--show-completion", "--install-completion"})
UNWRITTEN = "the answer could not be written to stdout"
FAILED = 1
# The disk is full, or the reader of the output is gone; a closed pipe is EINVAL on Windows.
STREAM_ERRORS = frozenset({errno.ENOSPC, errno.EIO, errno.EBADF, errno.EINVAL, errno.EFBIG})
WATCH = "--watch"
WATCH_SECONDS = "30"
NO_PAGER = "--no-pager"
SETTINGS = {"help_option_names": ["-h", "--help"]}


@dataclass(frozen=True, slots=True)
class Entry:
    """A command in the list of commands.

    Attributes:
        module: The module of this package that has its function.
        function: The function's name.
        summary: What it does, for the list.
        examples: Arguments of the program, for the command's help.
        ends: Whether it ends by itself, so that its output can be paged.
    """

    module: str
    function: str
    summary: str
    examples: tuple[str, ...]
    ends: bool = True


COMMANDS = {
    "orders": Entry(
        "orders",
        "orders",
        "List the orders in flight, with their time in status.",
        (
            "orders",
            "orders --all --status ERROR --output wide",
            "orders --since 2d",
            "orders --watch 60",
            "orders --json | jq -r '.[].orderId'",
        ),
    ),
    "show": Entry("orders", "show", "Show an order's history.", ("show oo-0123456789abcdef0", "show 0123 -o yaml")),
    "events": Entry(
        "events",
        "events",
        "List an order's events, and when they were published.",
        ("events oo-0123456789abcdef0", "events 0123 --since 6h --output wide"),
    ),
    "mute": Entry(
        "annotate",
        "mute",
        "Stop notifications about an order until a day.",
        ('mute oo-0123456789abcdef0 --until 2026-12-01 --note "The site is closed"',),
    ),
    "unmute": Entry(
        "annotate", "unmute", "Begin notifications about an order again.", ("unmute oo-0123456789abcdef0",)
    ),
    "note": Entry(
        "annotate",
        "add_note",
        "Add a note to an order.",
        ('note oo-0123456789abcdef0 "The carrier has called: Tuesday"',),
    ),
    "expect": Entry(
        "annotate",
        "expect",
        "Set the day on which an order is expected.",
        ("expect oo-0123456789abcdef0 2026-12-01", "expect oo-0123456789abcdef0 none"),
    ),
    "board": Entry("board", "board", "Write the board to a file.", ("board --open", "board --all --output board.html")),
    "poll": Entry("poll", "poll", "Poll all sources or one order now.", ("poll", "poll oo-0123456789abcdef0")),
    "replay": Entry(
        "replay",
        "replay",
        "Resend archived events with the same eventIds.",
        (
            "replay --order oo-0123456789abcdef0 --from-sequence 3 --to-sequence 9",
            "replay --start 2026-11-24T09:00:00Z --end 2026-11-24T10:00:00Z --rule replaced-or-failed",
        ),
    ),
    "redrive": Entry("redrive", "redrive", "Resend the notifications in the dead-letter queue.", ("redrive",)),
    "test-notification": Entry(
        "notification",
        "notification",
        "Send a sample of each message to the configured channels.",
        ("test-notification", "test-notification --only shipment --only alarm"),
    ),
    "trigger": Entry(
        "trigger",
        "trigger",
        "Put a sample event on the bus, marked as a test.",
        (
            "trigger --list",
            "trigger line-item-status-change --situation line-item-replaced-by",
            "trigger order-status-change --set status=ERROR --set previousStatus=IN_PROGRESS",
            "trigger shipped --bus orders-test",
        ),
    ),
    "tail": Entry(
        "tail",
        "tail",
        "Show the events on the bus as they arrive.",
        (
            "tail",
            "tail --detail-type order-updated --output wide",
            'tail --pattern \'{"detail": {"status": ["ERROR"]}}\' | jq -c .detail',
            "tail --pattern @pattern.json",
        ),
        ends=False,
    ),
    "snapshot": Entry(
        "snapshot",
        "snapshot",
        "Print the state of the orders in flight, as events.",
        ("snapshot", "snapshot --all > orders.jsonl"),
    ),
    "doctor": Entry(
        "doctor",
        "doctor",
        "Check each part of the deployment.",
        ("doctor", "doctor --json | jq '.[] | select(.verdict != \"ok\")'"),
    ),
    "preview": Entry(
        "preview",
        "preview",
        "Show what would be published, without deploying anything.",
        (
            "preview --region eu-west-1",
            "preview --configuration cdk.json --output wide",
            "preview --role-arn arn:aws:iam::123456789012:role/Reader --external-id orders",
            "preview --watch --interval 60 --folder ./preview | jq -c '.detail'",
        ),
    ),
}


class _Command(TyperCommand):
    """A command whose output is shown in the pager, and whose `--watch` may have a value."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Add the value that `--watch` has by default."""
        takes_seconds = any(each.name == "watch" and not getattr(each, "is_flag", False) for each in self.params)
        return super().parse_args(ctx, with_seconds(args) if takes_seconds else args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command. What is watched is not paged, as it does not end."""
        ends = COMMANDS[str(self.name)].ends and not ctx.params.get("watch")
        with paged(wanted=ends and not ctx.meta.get(NO_PAGER)):
            return super().invoke(ctx)


class _Commands(TyperGroup):
    """The commands, of which only the one that is run is imported: each takes a while."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, entry in COMMANDS.items():
            self.add_command(TyperCommand(name, help=entry.summary))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Accept `--no-pager` after the command's name, too."""
        return super().parse_args(ctx, no_pager_first(args))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that the arguments name, imported."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, command_named(name, str(ctx.find_root().info_name)) if name else None, rest


def no_pager_first(args: Sequence[str]) -> list[str]:
    """Return arguments in which `--no-pager` comes before the command; what follows `--` is not an option."""
    end = args.index("--") if "--" in args else len(args)
    options = [each for each in args[:end] if each != NO_PAGER]
    return [*([NO_PAGER] if len(options) < end else []), *options, *args[end:]]


def with_seconds(args: Sequence[str]) -> list[str]:
    """Return arguments in which `--watch` has a value."""
    following = [*args[1:], ""]
    return [
        f"{WATCH}={WATCH_SECONDS}" if each == WATCH and not after[:1].isdecimal() else each
        for each, after in zip(args, following, strict=False)
    ]


def command_named(name: str, program: str = MODULE) -> Any:
    """Import a command, and return it with its options and its help."""
    entry = COMMANDS[name]
    module = importlib.import_module(f"outposts_order_notifier.cli.{entry.module}")
    function: Callable[..., None] = getattr(module, entry.function)
    examples = "\n\n".join(["Examples:", *(f"`{program} {example}`" for example in entry.examples)])
    app = typer.Typer(add_completion=False, rich_markup_mode="markdown", context_settings=SETTINGS)
    app.command(name, cls=_Command, epilog=examples)(function)
    return get_command(app)


def run() -> None:
    """Run the command that the arguments name, report any error in one line, and end the process."""
    if sys.stdout is None:  # the next file to be opened would become stdout
        _end(f"{UNWRITTEN}: it is closed")
    program = _program()
    try:
        sys.exit(_app()(prog_name=program, standalone_mode=False))
    except typer.TyperException as error:
        problem = error.format_message().removesuffix(".") or "no command was given"
        _end(f"{problem}{'' if problem.endswith('?') else '.'} See `{program} --help`", error.exit_code)
    except BrokenPipeError:
        if sys.stderr:
            sys.stderr.close()  # otherwise Python would report, at its exit, what it could not write
        sys.exit(1)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:  # noqa: BLE001 - every error becomes one line
        from outposts_order_notifier.cli.failures import sentence_of, traceback_of  # noqa: PLC0415 - botocore's errors

        if trace := traceback_of(error):
            show_trace(trace)
        if isinstance(error, OSError) and error.errno in STREAM_ERRORS and not error.filename:
            with suppress(OSError):
                sys.stdout.close()  # otherwise Python would try again at its exit, and report it
            _end(f"{UNWRITTEN}: {error.strerror}")
        _end(sentence_of(error))


def _program() -> str:
    """Return how the caller named the program."""
    if Path(sys.argv[0]).stem == CONSOLE_COMMAND or not COMPLETION_OPTIONS.isdisjoint(sys.argv):
        return CONSOLE_COMMAND
    return MODULE


def _app() -> typer.Typer:
    app = typer.Typer(
        cls=_Commands,
        help="Operate a deployed notifier with your AWS credentials and region. Results go to stdout, everything "
        "else to stderr. The exit code is 0 only if nothing failed.",
        no_args_is_help=True,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        context_settings=SETTINGS,
    )
    app.callback()(_options)
    return app


def _print_version(asked: bool) -> None:
    if asked:
        say(f"{NAME} {__version__}")
        raise typer.Exit


def _options(
    context: typer.Context,
    *,
    no_pager: Annotated[bool, typer.Option(NO_PAGER, help="Print long output without a pager.")] = False,
    version: Annotated[  # noqa: ARG001 - its callback prints it
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Accept the options that come before a command."""
    context.meta[NO_PAGER] = no_pager


def _end(text: str, code: int = FAILED) -> NoReturn:
    note(f"error: {text}")
    sys.exit(code)
