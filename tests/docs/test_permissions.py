"""docs/cli.md's table of IAM actions, compared with the command line's code."""

import re

import boto3
import pytest
from botocore import xform_name

from tests.docs.pages import ROOT

SOURCES = "\n".join(path.read_text() for path in (ROOT / "outposts_order_notifier" / "cli").glob("*.py"))
SERVICES = sorted(set(re.findall(r'\.client\("(\w+)"', SOURCES)) - {"dynamodb"})  # the snapshot table's own module
WORDS = set(re.findall(r"\w+", SOURCES)) - {"publish", "subscribe"}  # which are the bus's, and a word in a text
NAMES = {"lambda:Invoke": "lambda:InvokeFunction"}  # names that differ between IAM and the API


@pytest.mark.parametrize("service", SERVICES)
def test_an_action_is_listed_for_each_call(service: str) -> None:
    """A role limited to the actions in the table can run every command."""
    operations = boto3.client(service).meta.service_model.operation_names  # type: ignore[call-overload] # any service
    called = {f"{service}:{name}" for name in operations if xform_name(name) in WORDS}
    assert called
    page = (ROOT / "docs" / "cli.md").read_text()
    assert {NAMES.get(action, action) for action in called} <= set(re.findall(r"`(\w+:\w+)`", page))
