"""The README of each function names metrics and alarms that exist."""

import re

import pytest

from tests.docs.pages import ROOT

FUNCTIONS = ("board", "notify", "planner", "poll")
CODE = "".join(path.read_text() for path in sorted((ROOT / "outposts_order_notifier").rglob("*.py")))


def named(function: str, heading: str) -> list[str]:
    """Return the names that a function's README lists under a heading."""
    lines = (ROOT / "lambdas" / function / "README.md").read_text().splitlines()
    return [name for line in lines if line.startswith(f"- {heading}:") for name in re.findall(r"`(\w+)`", line)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_names_metrics_and_alarms_that_exist(function: str) -> None:
    """Metrics are counted by the code, and alarms are created by the stack's monitoring."""
    monitoring = (ROOT / "outposts_order_notifier" / "cdk" / "monitoring.py").read_text()
    assert [name for name in named(function, "Metrics") if f"{name}=" not in CODE] == []
    assert [name for name in named(function, "Alarms") if f'"{name}",' not in monitoring] == []
