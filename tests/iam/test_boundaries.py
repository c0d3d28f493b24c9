"""Permissions boundaries, which an organization may demand of every role: docs/configuration.md."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from testing.synthesis import REGION, ROOT, template_of
from tests.iam.deployment import Deployment
from tests.iam.evaluator import Policy, judge
from tests.iam.policies import read_template
from tests.iam.recorder import OWN
from tests.iam.test_functions import CONFIGURATIONS, lived_of

BOUNDARY = f"arn:aws:iam::{OWN}:policy/boundary"
TEMPLATES = [
    path
    for path in sorted([*ROOT.glob("templates/*.yaml"), *ROOT.glob("examples/*/*.yaml")])
    if "AWS::IAM::Role" in path.read_text("utf-8")
]
PAGE = (ROOT / "docs" / "configuration.md").read_text("utf-8")
EVERYTHING = list(CONFIGURATIONS.values())[-1]
NAMES = [f"{path.parent.name}/{path.name}" for path in TEMPLATES]


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_a_template_gives_its_roles_a_boundary_if_asked(path: Path) -> None:
    """By one parameter, of the same name in all; without it there is no such property."""
    template = read_template(str(path))
    roles = [each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Role"]
    for parameters, expected in (({}, None), ({"PermissionsBoundaryArn": BOUNDARY}, BOUNDARY)):
        deployment = Deployment(template, OWN, REGION, parameters)
        assert {deployment.resolve(role["PermissionsBoundary"]) for role in roles} == {expected}


def test_the_stacks_roles_get_the_boundary_of_the_cdks_own_key() -> None:
    """The CDK gives it to every role; no role of ours escapes."""
    context = {"@aws-cdk/core:permissionsBoundary": {"name": "boundary"}}
    roles = template_of(EVERYTHING, account=OWN, context=context).find_resources("AWS::IAM::Role").values()
    nowhere = Deployment({}, OWN, REGION)
    assert {nowhere.resolve(role["Properties"]["PermissionsBoundary"]) for role in roles} == {BOUNDARY}
    assert "@aws-cdk/core:permissionsBoundary" in PAGE


def test_the_boundary_that_the_documentation_describes_is_wide_enough() -> None:
    """One that allows the services which the page lists lets every call through, and each of them is needed."""
    (line,) = re.findall(r"A boundary has to allow (.+?)\. ", PAGE, re.DOTALL)
    services = sorted(set(re.findall(r"`(\w+)`", re.sub(r"\(.+?\)", "", line, flags=re.DOTALL))))
    session = ":assumed-role/OutpostsOrderNotifier-"
    (name,) = [name for name, notifier in CONFIGURATIONS.items() if notifier is EVERYTHING]
    asked = [request for _, request in lived_of(name).asked if session in request.principal]
    left_out = ["", *services]
    verdicts = iter(
        judge([replace(request, boundary=_boundary({*services} - {each})) for each in left_out for request in asked])
    )
    enough = [each for each in left_out if all([next(verdicts).allowed for _ in asked])]  # noqa: C419 - all are taken
    assert enough == [""]


def _boundary(services: set[str]) -> Policy:
    statement = {"Effect": "Allow", "Action": [f"{service}:*" for service in sorted(services)], "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
