"""A table of measurements, for the terminal and for Markdown."""

from collections.abc import Sequence
from typing import NamedTuple

from rich import box
from rich import table as rich_table


class Table(NamedTuple):
    """A table with a row for each measured value.

    Attributes:
        part: The part of docs/performance.md that it fills.
        title: Its title on the terminal.
        columns: By heading, how to format a cell from its row's value, such as `{0.seconds:.2f}`.
        values: The rows' values.
    """

    part: str
    title: str
    columns: dict[str, str]
    values: Sequence[object]

    @property
    def rows(self) -> list[list[str]]:
        """The formatted cells."""
        return [[form.format(value) for form in self.columns.values()] for value in self.values]

    def for_terminal(self) -> rich_table.Table:
        """Return the table as Rich prints it."""
        table = rich_table.Table(*self.columns, title=self.title, box=box.SIMPLE)
        for row in self.rows:
            table.add_row(*(cell.replace("**", "") for cell in row))
        return table

    def as_markdown(self) -> str:
        """Return the table as Markdown, with blank lines around it."""
        lines = [list(self.columns), ["---"] * len(self.columns), *self.rows]
        return "\n".join(["\n", *(f"| {' | '.join(line)} |" for line in lines), "\n"])
