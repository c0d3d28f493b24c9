"""The event bus, its archive and its readers."""

from typing import Any

from aws_cdk.assertions import Match, Template

from tests.infra.synthesis import ACCOUNT, REGION


def reader_statements(template: Template) -> dict[str, dict[str, Any]]:
    """Give the bus policy's statements by their id."""
    policies = template.find_resources("AWS::Events::EventBusPolicy")
    return {
        each["Properties"]["StatementId"].removeprefix("cdk-"): each["Properties"]["Statement"]
        for each in policies.values()
    }


class TestEventBus:
    """The bus in the template."""

    def test_keeps_its_events_for_a_year(self, minimal: Template) -> None:
        """The archive holds the notifier's own events, for replays."""
        minimal.has_resource_properties(
            "AWS::Events::Archive", {"EventPattern": {"source": ["outposts-order-notifier"]}, "RetentionDays": 365}
        )

    def test_lets_in_no_one_by_itself(self, minimal: Template) -> None:
        """Without `eventBusReaders` the bus has no policy."""
        minimal.resource_count_is("AWS::Events::EventBusPolicy", 0)

    def test_lets_each_reader_manage_rules_of_its_own_and_nothing_else(self, full: Template) -> None:
        """A reader's account, or any of its organization, puts rules on this bus, and touches only those it made."""
        statements = reader_statements(full)
        assert statements.keys() == {"RulesOf210987654321", "RulesOfoa1b2c3d4e5"}
        own_rules = {"events:creatorAccount": "${aws:PrincipalAccount}"}
        account, organization = statements["RulesOf210987654321"], statements["RulesOfoa1b2c3d4e5"]
        assert account["Condition"] == {"StringEqualsIfExists": own_rules}
        assert "210987654321:root" in str(account["Principal"])
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

    def test_its_name_and_arn_stand_in_parameter_store(self, minimal: Template) -> None:
        """Other stacks find the bus by parameters of fixed names."""
        for name in ("name", "arn"):
            minimal.has_resource_properties(
                "AWS::SSM::Parameter",
                {"Name": f"/outposts-order-notifier/event-bus-{name}", "Value": Match.any_value()},
            )
