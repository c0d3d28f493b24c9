"""What the functions do not load when they start, as each import makes a cold start longer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent.parent
# Prints which of some modules are loaded once a function's handler is.
LOADED = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*sorted(set(sys.argv[2:]) & sys.modules.keys()))
"""
ELSEWHERE = {
    "poll": ("aws_lambda_powertools.utilities.idempotency", "jinja2", "slack_sdk", "outposts_order_notifier.notify"),
    "planner": ("jinja2", "slack_sdk", "outposts_order_notifier.notify", "outposts_order_notifier.store"),
    "notify": ("jinja2", "outposts_order_notifier.poll"),
    "board": ("slack_sdk", "outposts_order_notifier.notify", "outposts_order_notifier.poll"),
}
NOWHERE = ("aws_xray_sdk", "jsonschema", "outposts_order_notifier.cdk", "outposts_order_notifier.cli", "pydantic")


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_function_loads_no_module_that_only_another_one_needs(name: str) -> None:
    """Nor one that none of them needs."""
    ran = subprocess.run(  # noqa: S603 - the program above
        [sys.executable, "-c", LOADED, f"lambdas.{name}.handler", *ELSEWHERE[name], *NOWHERE],
        cwd=ROOT,
        env={**os.environ, "LAMBDA_TASK_ROOT": str(ROOT)},  # as on Lambda, where Powertools loads more
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == []
