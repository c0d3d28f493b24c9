"""The event bus, its archive and its readers."""

from itertools import pairwise
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from testing.synthesis import ACCOUNT, REGION, template_of

READERS = ["o-a1b2c3d4e5", "111122223333", "210987654321", "o-b1b2c3d4e5"]


def reader_statements(template: Template) -> dict[str, dict[str, Any]]:
    """Return the bus policy's statements by their id."""
    policies = template.find_resources("AWS::Events::EventBusPolicy")
    return {
        each["Properties"]["StatementId"].removeprefix("cdk-"): each["Properties"]["Statement"]
        for each in policies.values()
    }


class TestEventBus:
    """The bus in the template."""

    def test_keeps_its_events_for_a_year(self, minimal: Template) -> None:
        """The archive holds the notifier's events, for replays."""
        minimal.has_resource_properties(
            "AWS::Events::Archive", {"EventPattern": {"source": ["outposts-order-notifier"]}, "RetentionDays": 365}
        )

    def test_has_no_policy_by_default(self, minimal: Template) -> None:
        """Only `eventBusReaders` adds one."""
        minimal.resource_count_is("AWS::Events::EventBusPolicy", 0)

    def test_lets_each_reader_manage_only_its_own_rules(self) -> None:
        """A reader's account, or any in its organization, can put rules on this bus and change only those."""
        statements = reader_statements(template_of({"eventBusReaders": READERS}))
        assert statements.keys() == {"RulesOfReaderAccounts", "RulesOfoa1b2c3d4e5", "RulesOfob1b2c3d4e5"}
        own_rules = {"events:creatorAccount": "${aws:PrincipalAccount}"}
        accounts, organization = statements["RulesOfReaderAccounts"], statements["RulesOfoa1b2c3d4e5"]
        assert accounts["Condition"] == {"StringEqualsIfExists": own_rules}
        assert accounts["Principal"] == {"AWS": [f"arn:aws:iam::{each}:root" for each in READERS if each.isdigit()]}
        assert organization["Principal"] in ("*", {"AWS": "*"})
        assert organization["Condition"] == {
            "StringEqualsIfExists": own_rules,
            "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
        }
        for statement in statements.values():
            assert {action.removeprefix("events:") for action in statement["Action"]} == {
                *("PutRule", "DescribeRule", "EnableRule", "DisableRule", "DeleteRule"),
                *("PutTargets", "ListTargetsByRule", "RemoveTargets"),
                *("TagResource", "UntagResource", "ListTagsForResource"),
            }
            assert f":events:{REGION}:{ACCOUNT}:rule/" in str(statement["Resource"])

    def test_changes_the_policy_one_statement_after_the_other(self) -> None:
        """EventBridge rejects a change of a bus's policy during another one."""
        policies = template_of({"eventBusReaders": READERS}).find_resources("AWS::Events::EventBusPolicy")
        waits = {name: policy.get("DependsOn", []) for name, policy in policies.items()}
        first, *others = sorted(waits, key=list(waits).index)
        assert waits == {first: []} | {later: [earlier] for earlier, later in pairwise([first, *others])}

    @pytest.mark.parametrize(("readers", "count"), [(["111122223333"], 1), (["o-a1b2c3d4e5"], 1), (READERS, 3)])
    def test_has_a_statement_for_all_accounts_and_one_for_each_organization(
        self, readers: list[str], count: int
    ) -> None:
        """Each account adds 34 characters to the policy, so hundreds fit."""
        template_of({"eventBusReaders": readers}).resource_count_is("AWS::Events::EventBusPolicy", count)

    def test_its_archive_names_no_key(self, minimal: Template) -> None:
        """The CDK's empty key makes the deployment fail in some regions."""
        minimal.has_resource_properties("AWS::Events::Archive", {"KmsKeyIdentifier": Match.absent()})

    def test_its_name_and_arn_are_in_parameter_store(self, minimal: Template) -> None:
        """Other stacks find the bus by parameters with fixed names."""
        for name in ("name", "arn"):
            minimal.has_resource_properties(
                "AWS::SSM::Parameter",
                {"Name": f"/outposts-order-notifier/event-bus-{name}", "Value": Match.any_value()},
            )
