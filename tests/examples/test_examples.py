"""The examples: their patterns against real events, their templates by the linter, and their sample events."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from order_subscription import (
    Pattern,
    any_error,
    everything,
    line_item_status,
    order_completed,
    order_status,
    rule_pattern,
    shipped_with_tracking,
)

from outposts_order_notifier.cdk.event_pattern import problems
from testing.example_files import EXAMPLES, TEMPLATES, Json, pattern, rule, sam_event, sample, template, terraform
from testing.linting import PRIMARY, findings
from testing.matching import Emulator
from tests.examples.real_events import delivered

PATTERNS: dict[str, tuple[Pattern, Pattern]] = {
    "cloudformation": (rule("cloudformation/queue.yaml")["EventPattern"], order_completed()),
    "sam": (sam_event("sam/template.yaml")["Pattern"], line_item_status("REPLACED", "ERROR")),
    "terraform": (pattern("terraform/pattern.json"), shipped_with_tracking()),
    "cli": (pattern("cli/pattern.json"), line_item_status("REPLACED", "ERROR")),
    "another-account": (rule("another-account/forward.yaml")["EventPattern"], everything()),
    "cloudevents": (rule("cloudevents/queue.yaml")["EventPattern"], everything()),
    "pagerduty": (rule("api-destination/pagerduty.yaml")["EventPattern"], any_error()),
    "ticket": (rule("api-destination/ticket.yaml")["EventPattern"], any_error()),
    "teams": (rule("api-destination/teams.yaml")["EventPattern"], order_status()),
}
WANTED = [
    ("cloudformation", "order-completed"),
    ("sam", "line-item-replaced"),
    ("terraform", "shipped"),
    ("cli", "line-item-replaced"),
    ("cli", "line-item-failed"),
    ("another-account", "shipped"),
    ("cloudevents", "shipped"),
    ("pagerduty", "line-item-failed"),
    ("ticket", "line-item-failed"),
    ("teams", "order-completed"),
]


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_is_that_of_a_filter(name: str) -> None:
    """So what is proven for the filters is true for the examples."""
    written, wanted = PATTERNS[name]
    assert written == rule_pattern([wanted])


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_matches_some_real_events_and_not_others(name: str, corpus: list[Json], emulator: Emulator) -> None:
    """EventBridge accepts it as it is in the example, and it distinguishes events."""
    written, _ = PATTERNS[name]
    assert any(emulator.matches(written, event) for event in corpus)
    assert not all(emulator.matches(written, event) for event in corpus)


@pytest.mark.parametrize("name", PATTERNS)
def test_event_bridge_accepts_a_pattern(name: str) -> None:
    """By the same grammar as for `notify`, which is compared with AWS's own verdicts."""
    written, _ = PATTERNS[name]
    assert [*problems(written, name)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_template_is_valid(path: Path) -> None:
    """The CloudFormation linter checks each type and property, even those that the emulator does not support."""
    assert findings(path.read_text("utf-8"), regions=[PRIMARY], ignored=()) == []


@pytest.mark.parametrize(("example", "event"), WANTED)
def test_the_sample_event_of_an_example_fires_it(example: str, event: str, emulator: Emulator) -> None:
    """A team can test its rule alone: the sample event matches."""
    entry = sample(event)
    written, _ = PATTERNS[example]
    assert emulator.matches(written, delivered(entry["DetailType"], json.loads(entry["Detail"])))


def test_every_target_has_a_dead_letter_queue() -> None:
    """Without one, EventBridge drops what a target rejects for 24 hours."""
    targets = [
        target
        for path in TEMPLATES
        for resource in template(str(path))["Resources"].values()
        if resource["Type"] == "AWS::Events::Rule"
        for target in resource["Properties"]["Targets"]
    ]
    targets.append(sam_event("sam/template.yaml"))
    assert len(targets) == len(TEMPLATES)
    assert all("DeadLetterConfig" in target for target in targets)


@pytest.mark.parametrize(("name", "number"), [("pagerduty", 2), ("ticket", 2), ("teams", 1)])
def test_no_template_contains_a_secret(name: str, number: int) -> None:
    """Any credential comes from Secrets Manager when the stack is deployed."""
    authorization = template(f"api-destination/{name}.yaml")["Resources"]["Connection"]["Properties"]["AuthParameters"]
    secrets = {
        key: value["Fn::Sub"]
        for parameters in authorization.values()
        for key, value in [
            *parameters.items(),
            *((each["Key"], each["Value"]) for each in parameters.get("BodyParameters", [])),
            *((each["Key"], each["Value"]) for each in parameters.get("QueryStringParameters", [])),
        ]
        if isinstance(value, dict) and "Fn::Sub" in value
    }
    assert len(secrets) == number
    assert all(text.startswith("{{resolve:secretsmanager:${SecretName}:SecretString:") for text in secrets.values())


def test_the_terraform_example_connects_rule_queue_and_dead_letters() -> None:
    """Terraform does not run here: its text is parsed, and agrees with the rule in the end-to-end test."""
    resources = terraform()
    rule = resources["aws_cloudwatch_event_rule", "shipments"]
    assert rule["event_pattern"] == '${file("${path.module}/pattern.json")}'
    assert rule["event_bus_name"] == "${data.aws_ssm_parameter.event_bus_name.insecure_value}"
    parameter = resources["aws_ssm_parameter", "event_bus_name"]
    assert parameter["name"] == "/outposts-order-notifier/event-bus-name"
    target = resources["aws_cloudwatch_event_target", "queue"]
    assert target["rule"] == "${aws_cloudwatch_event_rule.shipments.name}"
    assert target["arn"] == "${aws_sqs_queue.shipments.arn}"
    assert target["dead_letter_config"] == [{"arn": "${aws_sqs_queue.dead_letters.arn}"}]


@pytest.mark.parametrize(("refused", "code"), [("0", 0), ("1", 1)])
def test_the_script_for_the_aws_cli_ends_with_an_error_if_its_target_is_refused(
    refused: str, code: int, tmp_path: Path
) -> None:
    """PutTargets reports that in its answer only, and the AWS CLI does not fail."""
    aws = tmp_path / "aws"
    aws.write_text(f'#!/bin/sh\ncase $2 in put-targets) echo {refused} ;; *) echo "$2" ;; esac\n', "utf-8")
    aws.chmod(0o755)
    script = str(EXAMPLES / "cli" / "subscribe.sh")
    variables = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    ran = subprocess.run([script], env=variables, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert (ran.returncode, ran.stdout) == (code, "" if code else "create-queue\n")
    assert ("refused the queue" in ran.stderr) == bool(code)
