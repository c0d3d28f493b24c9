"""The options that commands share, and their output: tables and JSON on stdout, notes on stderr."""

import codecs
import json
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
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
Column = str | Callable[[Any], object]  # the key of a row's value, or a function of the row

Region = Annotated[
    str | None, typer.Option(metavar="NAME", help="Region of the deployed notifier; default: AWS_REGION.")
]
Profile = Annotated[str | None, typer.Option(metavar="NAME", help="AWS profile to use; default: AWS_PROFILE.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout instead of a table.")]


def checked_id(given: str | None) -> str | None:
    """Refuse an empty order id, which a script passes if its variable is not set."""
    if given is not None and not given.strip():
        raise typer.BadParameter("an order id must not be empty.")
    return given


OrderId = Annotated[
    str, typer.Argument(metavar="ORDER", callback=checked_id, help="Order id, such as oo-0123456789abcdef0.")
]

PIPE_WIDTH = 1_000  # columns; a table in a file is neither cut nor wrapped
# Only these columns may be wrapped.
SENTENCES = frozenset(
    {"Line items", "Notes", "Check", "Found", "To do", "Message", "Says", "Errors", "Assets"}
    | {"Replaced item", "Replaced by", "Current item"}
)
SENTENCE_WIDTH = 22  # an id fits
UNBROKEN = "\xa0"  # a space at which `textwrap` ends no line
GAP = 3  # characters between two columns
STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}  # of a check's verdict; statuses have their own colours


def deployed(region: str | None, profile: str | None) -> Stack:
    """Return the stack that a command's options select."""
    return Stack(session_of(region, profile))


def note(text: str) -> None:
    """Print progress or an error in one line on stderr, without control characters and credentials."""
    if sys.stderr is None:  # it is closed; print would use stdout instead
        return
    print(one_line(redacted(text)), file=sys.stderr, flush=True)  # noqa: T201 - a command line prints


def show_trace(text: str) -> None:
    """Print a traceback on stderr, without control characters and credentials."""
    for line in redacted(text).splitlines():
        indent = len(line) - len(line.lstrip())
        print(" " * indent + one_line(line), file=sys.stderr)  # noqa: T201 - as above


def say(value: object) -> None:
    """Print a text, or a value as JSON, on stdout."""
    text = value if isinstance(value, str) else json_text(value, indent=2)
    print(redacted(text), flush=True)  # noqa: T201 - as above


def json_text(value: object, indent: int | None = None) -> str:
    """Return JSON in which the characters that stdout's encoding may lack are escaped."""
    encoding = codecs.lookup(getattr(sys.stdout, "encoding", None) or "utf-8").name
    return json.dumps(value, indent=indent, ensure_ascii=not encoding.startswith("utf-"))


def show_table(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Column], title: str = "", *, as_json: bool = False
) -> None:
    """Print a table on stdout, without control characters and credentials; or the rows as JSON.

    Args:
        rows: The rows.
        columns: The columns by their headers. A value that is None or empty is a blank cell; a column without any other
            is omitted. A list is its members with commas, in a sentence that is only wrapped after one of them.
        title: Printed above the table.
        as_json: Whether to print the rows, with all their keys, as JSON.
    """
    if as_json:
        say([*rows])
        return
    cells = [[_cell(value(row) if callable(value) else row[value]) for value in columns.values()] for row in rows]
    filled = [number for number in range(len(columns)) if not cells or any(row[number] for row in cells)]
    headers, cells = [[*columns][number] for number in filled], [[row[number] for number in filled] for row in cells]
    table = Table(
        *headers,
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False)
    contents = [[row[number] for row in cells] for number in range(len(headers))]
    least = [_least_width(name, texts) for name, texts in zip(headers, contents, strict=True)]
    if (left := console.width - sum(least) - GAP * (len(least) - 1)) < 0:
        # Each row is one line, which the terminal wraps: nobody can copy an id in pieces.
        left = console.width = PIPE_WIDTH
    for number, (column, texts) in enumerate(zip(table.columns, contents, strict=True)):
        column.overflow = "fold"  # never cut a text
        column.no_wrap = headers[number] not in SENTENCES
        if _has_lists(texts):
            extra = min(left, max(0, *(text.cell_len - least[number] for text in texts)))
            left -= extra
            contents[number] = [_wrapped(text, least[number] + extra) for text in texts]
    for row_of_texts in zip(*contents, strict=True):
        table.add_row(*row_of_texts)
    if title:
        console.print()
    console.print(table)


def _least_width(name: str, texts: Sequence[Text]) -> int:
    """Return the width, in characters, of a column in a table in which only sentences are wrapped."""
    longest = max([len(name), *(text.cell_len for text in texts)])
    if _has_lists(texts):
        return max([len(name), *(len(member) for text in texts for member in text.plain.split(" "))])
    return min(longest, SENTENCE_WIDTH) if name in SENTENCES else longest


def _has_lists(texts: Sequence[Text]) -> bool:
    return any(UNBROKEN in text.plain for text in texts)


def _wrapped(text: Text, width: int) -> Text:
    """Break a list of `_cell` after its commas only."""
    lines = textwrap.wrap(text.plain, width, break_long_words=False, break_on_hyphens=False)
    return Text("\n".join(lines).replace(UNBROKEN, " "))


def _cell(value: object) -> Text:
    if isinstance(value, list):
        return Text(", ".join(plain(each).replace(" ", UNBROKEN) for each in value))
    text = "" if value is None or value == "" else plain(redacted(value) if isinstance(value, str) else value)
    return Text(text, style=STYLES.get(text, status_named(text).colour))


def lasted(seconds: int | None) -> str | None:
    """Return a duration in words, or None if it is unknown."""
    return None if seconds is None else duration(seconds)


def fail_with(problems: Sequence[str]) -> None:
    """Raise an OperatorError that lists the problems, if there are any."""
    if problems:
        raise OperatorError("; ".join(problems))
