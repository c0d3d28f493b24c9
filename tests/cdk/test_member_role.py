"""The template of the role in each member account: valid by itself, and consistent with the configuration.

`tests/iam` judges whom it trusts and what it allows.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from local.emulator import emulator
from outposts_order_notifier.cdk.configuration import Configuration
from outposts_order_notifier.sources.settings import EXTERNAL_ID
from testing.linting import findings
from testing.synthesis import REGION, ROOT
from tests.end_to_end.conftest import free_port

TEMPLATE = (ROOT / "templates" / "member-role.yaml").read_text("utf-8")
NOTIFIER = "111122223333"
POLL_ROLE = "What the poll function of the Outposts order notifier may do"


@dataclass(frozen=True)
class Account:
    """An account of the emulator, which uses an account's id as access key."""

    url: str
    account_id: str

    def client(self, service: str) -> Any:
        """Create a client with the account's credentials."""
        return boto3.client(  # type: ignore[call-overload] # any service
            service,
            REGION,
            endpoint_url=self.url,
            aws_access_key_id=self.account_id,
            aws_secret_access_key="-",  # noqa: S106 - the emulator takes any
        )

    def deployed(self, **parameters: str) -> dict[str, Any]:
        """Deploy the template, and return the resulting role, what it allows, and the stack's output."""
        cloudformation, iam = self.client("cloudformation"), self.client("iam")
        cloudformation.create_stack(
            StackName="member",
            TemplateBody=TEMPLATE,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        waiter = cloudformation.get_waiter("stack_create_complete")
        waiter.wait(StackName="member", WaiterConfig={"Delay": 1})
        (stack,) = cloudformation.describe_stacks(StackName="member")["Stacks"]
        (role,) = iam.list_roles()["Roles"]
        name = role["RoleName"]
        (policy,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
        document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        assert not iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        return {**role, "Allowed": document["Statement"], "Output": stack["Outputs"][0]["OutputValue"]}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The emulator's address."""
    port = free_port()
    with emulator(port, tmp_path_factory.mktemp("emulator")):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def role(url: str) -> dict[str, Any]:
    """The role in a stack whose only parameter is the notifier's account."""
    return Account(url, "222233334444").deployed(NotifierAccountId=NOTIFIER)


class TestMemberRole:
    """`templates/member-role.yaml`."""

    def test_cfn_lint_finds_nothing(self) -> None:
        """The template is valid by CloudFormation's own specification."""
        assert findings(TEMPLATE, regions=[REGION], ignored=()) == []

    def test_its_defaults_are_those_of_the_configuration(self, role: dict[str, Any]) -> None:
        """The documentation's example needs no other keys."""
        organization = Configuration.parse(
            {"organization": {"roleName": "OutpostsReader", "regions": [REGION]}}, REGION
        ).organization
        assert organization
        assert role["RoleName"] == organization.role_name
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Condition"]["StringEquals"] == {"sts:ExternalId": organization.external_id}
        assert role["Output"] == role["Arn"]

    def test_name_and_external_id_can_be_set(self, url: str) -> None:
        """Like those of the configuration."""
        account = Account(url, "333344445555")
        boundary = "arn:aws:iam::333344445555:policy/boundary"
        role = account.deployed(
            NotifierAccountId=NOTIFIER, RoleName="Hardware", ExternalId="orders", PermissionsBoundaryArn=boundary
        )
        assert role["RoleName"] == "Hardware"
        assert '"sts:ExternalId": "orders"' in json.dumps(role["AssumeRolePolicyDocument"])
        assert EXTERNAL_ID not in json.dumps(role["AssumeRolePolicyDocument"])

    def test_the_documentation_has_its_name(self) -> None:
        """The commands there name this file."""
        assert "templates/member-role.yaml" in (ROOT / "docs" / "configuration.md").read_text("utf-8")
