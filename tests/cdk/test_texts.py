"""The texts in every template: none is empty if AWS does not accept that, and all are ASCII."""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Template
from order_subscription import OrderSubscription, any_error

from outposts_order_notifier.cdk.local_cloud import LocalCloud
from outposts_order_notifier.notify.channels import slack
from testing.linting import read_template
from testing.synthesis import FULL, template_of
from tests.cdk.test_limits import MAXIMA, maximum
from tests.docs.pages import ROOT

JAPANESE = "\N{CJK UNIFIED IDEOGRAPH-65E5}\N{CJK UNIFIED IDEOGRAPH-672C}"
CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "everything": FULL,
    "a webhook": {"slack": {"secretName": "outposts/slack"}, "announceExistingOrders": True},
    "Amazon Q": {"amazonQDeveloper": True, "organization": {"roleName": "R", "regions": ["eu-west-1"]}},
    "another script": {
        "slack": {"secretName": "outposts/slack", "channel": f"#{JAPANESE}"},
        "notify": {"outpostId": [JAPANESE]},
    },
}
FILES = sorted([*(ROOT / "templates").glob("*.yaml"), *(ROOT / "examples").glob("*/*.yaml")])


@cache
def template(name: str) -> Any:
    """Return a synthesized template, or one that is a file."""
    if name in CONFIGURATIONS:
        return template_of(CONFIGURATIONS[name]).to_json()
    if name in MAXIMA:
        return maximum(name).to_json()
    if name == "the local cloud":
        return template_of(FULL, local_cloud=LocalCloud(slack_origin="http://127.0.0.1:4567")).to_json()
    if name == "examples/cdk":
        stack = cdk.Stack()
        OrderSubscription(stack, "Errors", events=[any_error()], targets=[targets.SqsQueue(sqs.Queue(stack, "Queue"))])
        return Template.from_stack(stack).to_json()
    return read_template(ROOT / name)


every_template = pytest.mark.parametrize(
    "name",
    [
        *CONFIGURATIONS,
        *MAXIMA,
        "the local cloud",
        "examples/cdk",
        *(path.relative_to(ROOT).as_posix() for path in FILES),
    ],
)


def empty_texts(value: Any, path: str = "") -> Iterator[str]:
    """Find empty texts. The delimiter of Fn::Join may be empty."""
    if value == "" and not path.endswith(".Fn::Join[0]"):
        yield path
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from empty_texts(each, f"{path}.{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from empty_texts(each, f"{path}[{index}]")


@every_template
def test_no_text_is_empty(name: str) -> None:
    """CloudFormation rejects some empty texts in some regions: a property without a value is omitted."""
    assert list(empty_texts(template(name)["Resources"])) == []


def test_an_empty_text_is_found() -> None:
    """Among the parts of a text too."""
    properties = {"Joined": {"Fn::Join": ["", ["a", ""]]}, "KmsKeyIdentifier": ""}
    assert list(empty_texts(properties)) == [".Joined.Fn::Join[1][1]", ".KmsKeyIdentifier"]


@every_template
def test_every_text_is_ascii(name: str) -> None:
    """CloudFormation shows other characters as question marks, so each `cdk diff` would show changes."""
    text = json.dumps(template(name), ensure_ascii=False)
    assert sorted({character for character in text if not character.isascii()}) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_files_are_ascii(path: Path) -> None:
    """Including comments, because CloudFormation stores the text."""
    assert path.read_text("utf-8").isascii()


class TestAnotherScript:
    """Texts of the configuration in a non-Latin script."""

    def test_a_pattern_has_the_same_meaning(self) -> None:
        """EventBridge receives a pattern as JSON text, with JSON's escapes."""
        resources = template("another script")["Resources"].values()
        rules = [each["Properties"] for each in resources if each["Type"] == "AWS::Events::Rule"]
        (rule,) = [each for each in rules if "EventBusName" in each]
        assert json.loads(rule["EventPattern"]) == {
            "source": ["outposts-order-notifier"],
            "detail-type": ["Outposts Order Updated"],
            "detail": {"baseline": [False], "outpostId": [JAPANESE]},
        }

    def test_a_channel_arrives_unchanged(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The function decodes JSON's escapes."""
        resources = template("another script")["Resources"].values()
        functions = [each["Properties"] for each in resources if each["Type"] == "AWS::Lambda::Function"]
        (notify,) = [each for each in functions if each["Handler"] == "lambdas.notify.handler.handler"]
        for name, value in notify["Environment"]["Variables"].items():
            monkeypatch.setenv(name, value if isinstance(value, str) else "reference")
        channel = slack.open_channel(os.environ)
        assert channel
        assert channel.channel == JAPANESE
