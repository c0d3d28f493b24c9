"""What the commands have in common: their options, tables and JSON on stdout, and notes on stderr."""

import codecs
import difflib
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.secrecy import redacted
from outposts_order_notifier.cli.stack import Stack, session_of
from outposts_order_notifier.domain.statuses import status_named
from outposts_order_notifier.wording.words import duration, one_line, plain

Json = dict[str, Any]

Region = Annotated[
    str | None, typer.Option(metavar="NAME", help="Region of the deployed notifier; default: AWS_REGION.")
]
Profile = Annotated[str | None, typer.Option(metavar="NAME", help="AWS profile to use; default: AWS_PROFILE.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout instead of a table.")]


def checked_id(given: str | None) -> str | None:
    """Take an order's id.

    Raises:
        typer.BadParameter: It is empty, as where a script's variable is not set.
    """
    if given is not None and not given.strip():
        raise typer.BadParameter("an order's id is not empty.")
    return given


OrderId = Annotated[
    str, typer.Argument(metavar="ORDER", callback=checked_id, help="An order's id, such as oo-0123456789abcdef0.")
]

PIPE_WIDTH = 1_000  # columns; a table that goes into a file is not cut, nor wrapped
# The columns that may be wrapped.
SENTENCES = frozenset({"Line items", "Notes", "Check", "Found", "To do", "Message", "Says", "Errors"})
SENTENCE_WIDTH = 22  # has room for an id
BETWEEN = 3  # columns of the terminal between two of a table
STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}  # of a check's result; a status has its own


def deployed(region: str | None, profile: str | None) -> Stack:
    """Find the stack with a command's own options."""
    return Stack(session_of(region, profile))


def note(text: str) -> None:
    """Tell of progress, or of what is wrong, in one line on stderr; texts from outside are made harmless."""
    if sys.stderr is None:  # it is closed, and print would take stdout
        return
    print(one_line(redacted(text)), file=sys.stderr, flush=True)  # noqa: T201 - the terminal is this program's face


def show_trace(text: str) -> None:
    """Show a traceback on stderr, line by line; texts from outside are made harmless."""
    for line in redacted(text).splitlines():
        indent = len(line) - len(line.lstrip())
        print(" " * indent + one_line(line), file=sys.stderr)  # noqa: T201 - as above


def say(value: object) -> None:
    """Answer with a text or with JSON on stdout."""
    text = value if isinstance(value, str) else json_text(value, indent=2)
    print(redacted(text), flush=True)  # noqa: T201 - the answer


def json_text(value: object, indent: int | None = None) -> str:
    """Write JSON that stdout can take: where its encoding lacks characters they are escaped, so none is lost."""
    encoding = codecs.lookup(getattr(sys.stdout, "encoding", None) or "utf-8").name
    return json.dumps(value, indent=indent, ensure_ascii=not encoding.startswith("utf-"))


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Answer with a table on stdout. A cell that is None or empty stays blank; texts from outside are made harmless."""
    table = Table(
        *columns,
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    cells = [[_cell(value) for value in row] for row in rows]
    for column in table.columns:
        column.overflow = "fold"  # what is cut is of no use
        column.no_wrap = column.header not in SENTENCES
    for row in cells:
        table.add_row(*row)
    console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False)
    if console.width < _least_width(columns, cells):
        console.width = PIPE_WIDTH  # a line for each row, which the terminal folds: an id in pieces cannot be copied
    if title:
        console.print()
    console.print(table)


def _least_width(columns: Sequence[str], cells: Sequence[Sequence[Text]]) -> int:
    """Return how wide a terminal must be for a table in which only sentences are wrapped."""
    longest = [max([len(name), *(row[number].cell_len for row in cells)]) for number, name in enumerate(columns)]
    needed = [
        min(width, SENTENCE_WIDTH) if name in SENTENCES else width for name, width in zip(columns, longest, strict=True)
    ]
    return sum(needed) + BETWEEN * (len(columns) - 1)


def _cell(value: object) -> Text:
    text = "" if value is None or value == "" else plain(redacted(value) if isinstance(value, str) else value)
    return Text(text, style=STYLES.get(text, status_named(text).colour))


def lasted(seconds: int | None) -> str | None:
    """Say how long something lasted, None where it is unknown."""
    return None if seconds is None else duration(seconds)


def nearest_of(given: str, known: Iterable[str]) -> str:
    """Return the end of an error's sentence: what was meant, where anything is near."""
    found = difflib.get_close_matches(given, list(known), n=1)
    return f"; did you mean {found[0]}?" if found else "."


def fail_with(problems: Sequence[str]) -> None:
    """End the command as failed, where there were problems.

    Raises:
        OperatorError: There were; the text names them.
    """
    if problems:
        raise OperatorError("; ".join(problems))
