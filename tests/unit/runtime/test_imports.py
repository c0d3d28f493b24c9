"""What the functions do not load when they start, as each import makes a cold start longer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.server import Server
from local.slack import SlackReceiver

ROOT = Path(__file__).parent.parent.parent.parent
# Prints which of some modules are loaded once a function's handler is.
LOADED = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*sorted(set(sys.argv[2:]) & sys.modules.keys()))
"""
# Prints which of some modules are loaded once the notify function has posted to a webhook of Slack.
POSTED = """
import sys
from lambdas.notify.handler import handler
from outposts_order_notifier.notify.channels.registry import open_channels
from outposts_order_notifier.notify.channels.slack.transport import post
assert [channel.name for channel in open_channels()] == ["slack"]
assert post(sys.argv[1], {"text": "x"}).body == "ok"
print(*sorted(set(sys.argv[2:]) & sys.modules.keys()))
"""
ELSEWHERE = {
    "poll": ("aws_lambda_powertools.utilities.idempotency", "jinja2", "slack_sdk", "outposts_order_notifier.notify"),
    "planner": ("jinja2", "slack_sdk", "outposts_order_notifier.notify", "outposts_order_notifier.store"),
    "notify": ("jinja2", "slack_sdk", "outposts_order_notifier.poll", "outposts_order_notifier.store"),
    "board": ("slack_sdk", "outposts_order_notifier.notify", "outposts_order_notifier.poll"),
}
NOWHERE = ("aws_xray_sdk", "jsonschema", "outposts_order_notifier.cdk", "outposts_order_notifier.cli", "pydantic")


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_function_loads_no_module_that_only_another_one_needs(name: str) -> None:
    """Nor one that none of them needs."""
    assert loaded(LOADED, f"lambdas.{name}.handler", *ELSEWHERE[name], *NOWHERE) == []


def test_posting_to_a_webhook_of_slack_loads_no_sdk() -> None:
    """Only a bot calls methods, for which Slack's SDK is worth the time that it and asyncio take to load."""
    aws = {"AWS_DEFAULT_REGION": "eu-west-1", "SLACK_SECRET_NAME": "slack", "IDEMPOTENCY_TABLE_NAME": "sent"}
    with Server(SlackReceiver()) as slack:
        url = f"{slack.url}/services/T00000000/B00000000/x"
        assert loaded(POSTED, url, "asyncio", "slack_sdk", "json", **aws) == ["json"]


def loaded(program: str, *arguments: str, **environment: str) -> list[str]:
    """Run a program above as on Lambda, where Powertools loads more, and return what it prints."""
    ran = subprocess.run(  # noqa: S603 - one of the programs above
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env={**os.environ, "LAMBDA_TASK_ROOT": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return ran.stdout.split()
