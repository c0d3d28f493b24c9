"""The README of each function names its metrics and alarms, and docs/operations.md shows what a poll returns."""

import ast
import json
import re
from collections.abc import Iterator

import pytest

from outposts_order_notifier.poll.summary import Summary
from tests.docs.pages import DOCS, ROOT

FUNCTIONS = ("board", "notify", "planner", "poll")
PACKAGE = ROOT / "outposts_order_notifier"


def named(function: str, heading: str) -> set[str]:
    """Return the names that a function's README lists under a heading."""
    text = (ROOT / "lambdas" / function / "README.md").read_text("utf-8")
    return set(re.findall(r"`(\w+)`", text.partition(f"- {heading}:")[2].partition("\n- ")[0]))


def emitted(function: str) -> Iterator[str]:
    """Yield the names of the metrics that a function's code emits."""
    for path in (PACKAGE / function).rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in {"count", "seconds"}:
                yield from (keyword.arg for keyword in call.keywords if keyword.arg)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_readme_names_each_metric_that_its_function_emits(function: str) -> None:
    """And no other."""
    assert named(function, "Metrics") == set(emitted(function))


def test_the_readmes_name_each_alarm() -> None:
    """Alarms are created in the stack's monitoring."""
    monitoring = (PACKAGE / "cdk" / "monitoring.py").read_text("utf-8")
    alarms = set(re.findall(r'\b_(?:alarm|missing|recurring)\(\s*"(\w+)"', monitoring))
    assert set().union(*(named(function, "Alarms") for function in FUNCTIONS)) == alarms


def test_the_summary_of_a_poll_has_the_documented_keys() -> None:
    """docs/operations.md shows one, and explains each key."""
    text = (DOCS / "operations.md").read_text("utf-8").partition("prints the run's summary:\n\n```json\n")[2]
    example, _, explained = text.partition("\n```")
    table = explained.partition("\n## ")[0]
    assert json.loads(example).keys() == Summary.__required_keys__
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == Summary.__required_keys__
