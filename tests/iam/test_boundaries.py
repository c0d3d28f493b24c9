"""Permissions boundaries, which an organization may require of every role: docs/configuration.md."""

from pathlib import Path

import pytest

from testing.linting import read_template
from testing.synthesis import REGION, ROOT, template_of
from tests.iam.deployment import Deployment
from tests.iam.recorder import OWN
from tests.iam.test_functions import CONFIGURATIONS

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
def test_a_templates_roles_have_a_boundary_if_configured(path: Path) -> None:
    """Both templates have one parameter of the same name; without it, the property is absent."""
    template = read_template(path)
    roles = [each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Role"]
    for parameters, expected in (({}, None), ({"PermissionsBoundaryArn": BOUNDARY}, BOUNDARY)):
        deployment = Deployment(template, OWN, REGION, parameters)
        assert {deployment.resolve(role["PermissionsBoundary"]) for role in roles} == {expected}


def test_the_stacks_roles_have_the_boundary_of_the_cdks_key() -> None:
    """The CDK adds it to every role; none of ours is an exception."""
    context = {"@aws-cdk/core:permissionsBoundary": {"name": "boundary"}}
    roles = template_of(EVERYTHING, account=OWN, context=context).find_resources("AWS::IAM::Role").values()
    nowhere = Deployment({}, OWN, REGION)
    assert {nowhere.resolve(role["Properties"]["PermissionsBoundary"]) for role in roles} == {BOUNDARY}
    assert "@aws-cdk/core:permissionsBoundary" in PAGE
