"""The stack as a whole."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks

from testing.linting import findings
from testing.synthesis import FULL, REGION, stack_of, template_of

OUTPUTS = {
    "EventBusName",
    "EventBusArn",
    "SnapshotTableName",
    "PollFunctionName",
    "NotifyFunctionName",
    "NotificationTopicArn",
    "DeadLetterQueueUrl",
    "DashboardUrl",
}
NOT_LOCAL = {
    "AWS::Events::Archive",
    "AWS::Events::EventBusPolicy",
    "AWS::EventSchemas::Registry",
    "AWS::EventSchemas::Schema",
}


class TestStack:
    """The stack."""

    def test_has_the_documented_outputs(self, minimal: Template) -> None:
        """Operators and other tools find the resources by these names."""
        assert minimal.find_outputs("*").keys() == OUTPUTS

    def test_has_amazon_qs_topic_if_configured(self) -> None:
        """The chat configuration is created manually, and needs the topic's ARN."""
        template = template_of({"amazonQDeveloper": True})
        assert template.find_outputs("*").keys() == {*OUTPUTS, "AmazonQTopicArn"}
        template.resource_count_is("AWS::SNS::Topic", 2)

    @pytest.mark.parametrize("configuration", ["minimal", "full", "local"])
    def test_cfn_lint_finds_nothing(self, configuration: str, request: pytest.FixtureRequest) -> None:
        """The template is valid by CloudFormation's own specification."""
        template: Template = request.getfixturevalue(configuration)
        assert findings(json.dumps(template.to_json()), regions=[REGION]) == []

    @pytest.mark.parametrize("notifier", [{}, FULL], ids=["minimal", "full"])
    def test_cdk_nag_finds_nothing(self, notifier: dict[str, Any]) -> None:
        """It follows AWS Solutions' rules, except those acknowledged with a reason."""
        report = AwsSolutionsChecks().validate_scope(stack_of(notifier))
        assert [(each.rule_name, each.violating_resources) for each in report.violations] == []

    def test_stays_far_within_cloudformations_limits(self, full: Template) -> None:
        """A template may have 1 MB and 500 resources: half of each stays free."""
        assert len(json.dumps(full.to_json(), indent=1)) < 500_000
        assert len(full.to_json()["Resources"]) < 250

    def test_contains_no_secret(self, full: Template) -> None:
        """The template names Slack's secret and never resolves it."""
        assert "{{resolve:" not in json.dumps(full.to_json())


class TestLocalCloud:
    """The same stack on the local cloud."""

    def test_omits_what_the_emulator_does_not_support(self, local: Template) -> None:
        """Archives, bus policies, schemas and alarms with expressions would make the deployment fail."""
        assert "Expression" not in str(local.find_resources("AWS::CloudWatch::Alarm"))
        for resource_type in NOT_LOCAL:
            local.resource_count_is(resource_type, 0)

    def test_has_everything_else(self, full: Template, local: Template) -> None:
        """What is tested locally is what is deployed: no other resource is missing or added."""
        everywhere = full.to_json()["Resources"]
        only_in_aws = everywhere.keys() ^ local.to_json()["Resources"].keys()
        assert {everywhere[name]["Type"] for name in only_in_aws} == {*NOT_LOCAL, "AWS::CloudWatch::Alarm"}
        assert sum(everywhere[name]["Type"] == "AWS::CloudWatch::Alarm" for name in only_in_aws) == 1

    def test_does_not_trace_and_allows_the_slack_receiver(self, local: Template) -> None:
        """There is no X-Ray, and Slack's receiver has a different origin."""
        for function in local.find_resources("AWS::Lambda::Function").values():
            assert "TracingConfig" not in function["Properties"]
        local.has_resource_properties(
            "AWS::Lambda::Function",
            {"Environment": {"Variables": {"SLACK_ORIGIN": "http://127.0.0.1:4567"}}},
        )
