"""Synthesize templates for tests: the stack with cdk.json's feature flags, without its functions' packages."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk.assertions import Template

from infra.stack import OutpostsOrderNotifier
from outposts_order_notifier.cdk.configuration import Configuration
from outposts_order_notifier.cdk.local_cloud import LocalCloud

ACCOUNT = "111122223333"
REGION = "eu-west-1"
READER_ROLE = "arn:aws:iam::123456789012:role/OutpostsReader"
FULL: dict[str, Any] = {
    "sources": [
        {"region": REGION, "outpostIds": ["op-0123456789abcdef0"]},
        {"region": "us-west-2"},
        {"region": REGION, "roleArn": READER_ROLE, "externalId": "notifier"},
    ],
    "organization": {
        "roleName": "OutpostsReader",
        "regions": [REGION, "us-west-2"],
        "excludeAccounts": ["210987654321"],
    },
    "pollEveryMinutes": 10,
    "stalledAfterDays": {"order": {"PREPARING": 60, "ERROR": None}, "lineItem": {"SHIPPED": 21}},
    "slack": {"secretName": "outposts/slack", "channel": "#outposts"},
    "emails": ["hardware@example.com", "oncall@example.com"],
    "notify": {"changes": {"status": ["REPLACED", "ERROR"]}},
    "eventBusReaders": ["210987654321", "o-a1b2c3d4e5"],
    "outpostsEndpointUrl": "https://outposts.example.com",
}
ROOT = Path(__file__).parent.parent
_TEMPLATES: dict[str, Template] = {}


def stack_of(
    notifier: dict[str, Any],
    *,
    account: str = ACCOUNT,
    region: str = REGION,
    local_cloud: LocalCloud | None = None,
    context: dict[str, Any] | None = None,
) -> cdk.Stack:
    """Build the stack of a `notifier` configuration, with further CDK context."""
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    # Without cdk.json's flag for it, the CDK's own validation only prints warnings, which no test reads, and takes
    # seconds to load. tests/cdk/test_app.py runs it, and asserts that it prints nothing.
    app = cdk.App(
        context={**flags, "aws:cdk:bundling-stacks": [], **(context or {})}, builtin_cloud_formation_validation=False
    )
    return OutpostsOrderNotifier(
        app,
        "OutpostsOrderNotifier",
        configuration=Configuration.parse(notifier, region),
        local_cloud=local_cloud,
        env=cdk.Environment(account=account, region=region),
    )


def template_of(notifier: dict[str, Any], **options: Any) -> Template:
    """Synthesize the template of a `notifier` configuration; options are `stack_of`'s."""
    key = repr((notifier, sorted(options.items())))
    if key not in _TEMPLATES:  # many tests ask for the same few
        _TEMPLATES[key] = Template.from_stack(stack_of(notifier, **options))
    return _TEMPLATES[key]


def only(template: Template, resource_type: str, **properties: Any) -> dict[str, Any]:
    """Return the properties of the only resource of a type that has these properties."""
    found = template.find_resources(resource_type, {"Properties": properties})
    assert len(found) == 1, f"{len(found)} of {resource_type} with {properties}"
    (resource,) = found.values()
    return dict(resource["Properties"])


def statements_of(template: Template, role_description: str) -> list[dict[str, Any]]:
    """Return the policy statements of the role with this description."""
    role_type = "AWS::IAM::Role"
    (role_id,) = template.find_resources(role_type, {"Properties": {"Description": role_description}})
    policy = only(template, "AWS::IAM::Policy", Roles=[{"Ref": role_id}])
    statements: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return statements
