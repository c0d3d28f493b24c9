"""The tables of docs/your-machine.md, for the tests of each row."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "your-machine.md"


@dataclass(frozen=True, slots=True)
class Variable:
    """A row about an environment variable."""

    name: str
    value: str
    verdict: str

    def __str__(self) -> str:
        """Return the variable as a shell accepts it."""
        return f"{self.name}={self.value}"


@dataclass(frozen=True, slots=True)
class Line:
    """A row about a line of a configuration file."""

    tool: str
    text: str
    verdict: str

    def __str__(self) -> str:
        """Return the tool and the line."""
        return f"{self.tool}: {self.text}"


def _rows(heading: str) -> list[list[str]]:
    section = PAGE.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def _verdict(cell: str) -> str:
    """Return the verdict without its explanation."""
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
    """Read the table of configuration files."""
    return [Line(tool, cell.strip("`"), _verdict(verdict)) for tool, cell, verdict in _rows("Configuration files")]


def translations() -> list[tuple[str, dict[str, str]]]:
    """Read the table of pip's options: each with uv's variables, and arguments, whose value is empty."""
    rows = [(cell.strip("`"), re.findall(r"`([^`]+)`", ours)) for cell, ours in _rows("pip's settings, for uv")]
    return [(option, dict(each.partition("=")[::2] for each in ours)) for option, ours in rows]


def situations() -> list[tuple[str, list[str]]]:
    """Read the table of the machine itself: situations, with their tests."""
    return [(what, re.findall(r"`(\w+)`", tests)) for what, _, tests in _rows("The machine itself")]


def hostile() -> dict[str, str]:
    """Return all variables that change nothing in the local cloud, at once."""
    harmless = {"Ignored", "Filtered", "Passes, but not to the local cloud"}
    return {each.name: each.value for each in variables() if each.verdict in harmless}
