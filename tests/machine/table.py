"""The tables of docs/your-machine.md, as values: what they say is what is tested."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "your-machine.md"


@dataclass(frozen=True, slots=True)
class Variable:
    """A row on an environment variable."""

    name: str
    value: str
    verdict: str

    def __str__(self) -> str:
        """Give the variable as a shell takes it."""
        return f"{self.name}={self.value}"


@dataclass(frozen=True, slots=True)
class Line:
    """A row on a line of a file of settings."""

    tool: str
    text: str
    verdict: str

    def __str__(self) -> str:
        """Give the tool and the line."""
        return f"{self.tool}: {self.text}"


def _rows(heading: str) -> list[list[str]]:
    section = PAGE.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def _verdict(cell: str) -> str:
    """Give the words up to the first that only explain."""
    match = re.match(r"Passes, but not to the local cloud|\w+", cell)
    assert match, cell
    return match[0]


def variables() -> list[Variable]:
    """Read the table of environment variables."""
    rows = [
        (*cell.strip("`").partition("=")[::2], _verdict(verdict)) for cell, verdict in _rows("Environment variables")
    ]
    return [Variable(*row) for row in rows]


def lines() -> list[Line]:
    """Read the table of files of settings."""
    return [Line(tool, cell.strip("`"), _verdict(verdict)) for tool, cell, verdict in _rows("Configuration files")]


def situations() -> list[tuple[str, list[str]]]:
    """Read the table of the machine itself: what may be, and the tests of it."""
    return [(what, re.findall(r"`(\w+)`", tests)) for what, _, tests in _rows("The machine itself")]


def hostile() -> dict[str, str]:
    """Give all variables at once that change nothing in the local cloud."""
    harmless = {"Ignored", "Filtered", "Passes, but not to the local cloud"}
    return {each.name: each.value for each in variables() if each.verdict in harmless}
