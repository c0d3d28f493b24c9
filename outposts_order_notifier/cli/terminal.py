"""The options that commands share, and their output: tables, JSON and YAML on stdout, notes on stderr."""

import codecs
import json
import re
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.secrecy import redacted
from outposts_order_notifier.domain.statuses import status_named
from outposts_order_notifier.wording.words import duration, one_line, plain

if TYPE_CHECKING:
    from outposts_order_notifier.cli.stack import Stack

Json = dict[str, Any]
Column = str | Callable[[Any], object]  # the key of a row's value, or a function of the row

Region = Annotated[
    str | None, typer.Option(metavar="NAME", help="Region of the deployed notifier; default: AWS_REGION.")
]
Profile = Annotated[str | None, typer.Option(metavar="NAME", help="AWS profile to use; default: AWS_PROFILE.")]


class Form(StrEnum):
    """How a command prints its result."""

    TABLE = "table"
    WIDE = "wide"
    JSON = "json"
    YAML = "yaml"

    @property
    def is_data(self) -> bool:
        """Whether it is for programs: the whole result, with the same keys in JSON and in YAML."""
        return self in {Form.JSON, Form.YAML}


Output = Annotated[
    Form | None,
    typer.Option(
        "--output",
        "-o",
        case_sensitive=False,
        show_default=False,
        help="table (the default), wide (with more columns), json or yaml.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="The same as --output json.")]


def form_of(output: Form | None, as_json: bool) -> Form:
    """Return the form that a command's options choose, by default a table."""
    if as_json and output not in {None, Form.JSON}:
        raise typer.BadParameter(f"--json is --output json, so it cannot be combined with --output {output}.")
    return Form.JSON if as_json else output or Form.TABLE


def checked_id(given: str | None) -> str | None:
    """Refuse an empty order id, which a script passes if its variable is not set."""
    if given is not None and not given.strip():
        raise typer.BadParameter("an order id must not be empty.")
    return given


ORDER_HELP = "Order id, such as oo-0123456789abcdef0, or its beginning, with or without oo-"
OrderId = Annotated[str, typer.Argument(metavar="ORDER", callback=checked_id, help=f"{ORDER_HELP}.")]

PIPE_WIDTH = 1_000  # columns; a table in a file is neither cut nor wrapped
# Only these columns may be wrapped.
SENTENCES = frozenset(
    {
        "Line items",
        "Notes",
        "Check",
        "Found",
        "To do",
        "Message",
        "Says",
        "Shows",
        "Errors",
        "Assets",
        "Change",
        "Routes",
    }
    | {"Replaced item", "Replaced by", "Current item"}
)
# Characters that join with the emoji before them: terminals disagree about the width. `plain` replaces the joiner.
JOINING = re.compile("[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")
SENTENCE_WIDTH = 22  # an id fits
UNBROKEN = "\xa0"  # a space at which `textwrap` ends no line
GAP = 3  # characters between two columns
MARKS = {"new": "+", "changed": "*", "gone": "-"}  # of what has changed since the last look
# Of a check's verdict and of marks; statuses have their own colours.
STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red", "+": "bold green", "*": "bold yellow", "-": "dim"}


def deployed(region: str | None, profile: str | None) -> "Stack":
    """Return the stack that a command's options select."""
    from outposts_order_notifier.cli.stack import Stack, session_of  # noqa: PLC0415 - boto3 takes a while

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


def show_value(value: object, form: Form) -> None:
    """Print a value as JSON or YAML on stdout."""
    if form is not Form.YAML:
        say(value)
        return
    import yaml  # noqa: PLC0415 - few need it

    plainly = json.loads(json.dumps(value))
    say(yaml.safe_dump(plainly, sort_keys=False, allow_unicode=_shows_unicode(), width=PIPE_WIDTH).rstrip("\n"))


def show_answer(value: object, sentence: str, form: Form) -> None:
    """Print a sentence, or what it says as JSON or YAML."""
    if form.is_data:
        show_value(value, form)
    else:
        say(sentence)


def _shows_unicode() -> bool:
    encoding = codecs.lookup(getattr(sys.stdout, "encoding", None) or "utf-8").name
    return encoding.startswith("utf-")


def json_text(value: object, indent: int | None = None) -> str:
    """Return JSON in which the characters that stdout's encoding may lack are escaped."""
    return json.dumps(value, indent=indent, ensure_ascii=not _shows_unicode())


def show_table(
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, Column],
    title: str = "",
    *,
    form: Form = Form.TABLE,
    wide: Mapping[str, Column] = {},
) -> None:
    """Print a table on stdout, without control characters and credentials; or the rows as JSON or YAML.

    Args:
        rows: The rows.
        columns: The columns by their headers. A value that is None or empty is a blank cell; a column without any other
            is omitted. A list is its members with commas, in a sentence that is only wrapped after one of them.
        title: Printed above the table.
        form: How to print the rows; JSON and YAML have all their keys.
        wide: Further columns, for the wide form.
    """
    if form.is_data:
        show_value([*rows], form)
        return
    console = console_for_tables()
    table, width = table_of(rows, {**columns, **(wide if form is Form.WIDE else {})}, title, console.width)
    console.width = width
    if title:
        console.print()
    console.print(table)


def console_for_tables() -> Console:
    """Return a console as wide as the terminal; in a file or a pipe, a table is neither cut nor wrapped."""
    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False)


def table_of(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Column], title: str, width: int
) -> tuple[Table, int]:
    """Return a table for `show_table`, and the width that it needs: more than the given one if ids would be cut."""
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
    contents = [[row[number] for row in cells] for number in range(len(headers))]
    least = [_least_width(name, texts) for name, texts in zip(headers, contents, strict=True)]
    if (left := width - sum(least) - GAP * (len(least) - 1)) < 0:
        # Each row is one line, which the terminal wraps: nobody can copy an id in pieces.
        left = width = PIPE_WIDTH
    for number, (column, texts) in enumerate(zip(table.columns, contents, strict=True)):
        column.overflow = "fold"  # never cut a text
        column.no_wrap = headers[number] not in SENTENCES
        if _has_lists(texts):
            extra = min(left, max(0, *(text.cell_len - least[number] for text in texts)))
            left -= extra
            contents[number] = [_wrapped(text, least[number] + extra) for text in texts]
    for row_of_texts in zip(*contents, strict=True):
        table.add_row(*row_of_texts)
    return table, width


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
        return Text(", ".join(JOINING.sub("", plain(each)).replace(" ", UNBROKEN) for each in value))
    text = "" if value is None or value == "" else plain(redacted(value) if isinstance(value, str) else value)
    text = JOINING.sub("", text)
    return Text(text, style=STYLES.get(text, status_named(text).colour))


def lasted(seconds: int | None) -> str | None:
    """Return a duration in words, or None if it is unknown."""
    return None if seconds is None else duration(seconds)


def fail_with(problems: Sequence[str]) -> None:
    """Raise an OperatorError that lists the problems, if there are any."""
    if problems:
        raise OperatorError("; ".join(problems))
