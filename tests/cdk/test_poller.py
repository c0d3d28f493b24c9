"""The poll function and its triggers."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Template

from outposts_order_notifier.domain.stalled import Thresholds
from outposts_order_notifier.sources.settings import EXTERNAL_ID
from outposts_order_notifier.sources.source import select_source, sources_from
from testing.synthesis import ACCOUNT, FULL, READER_ROLE, only, statements_of, template_of

ROLE = "What the poll function of the Outposts order notifier may do"
ORDER_CALLS = {"detail-type": ["AWS API Call via CloudTrail"]}


def poll_function(template: Template) -> dict[str, Any]:
    """Return the poll function's properties."""
    return only(template, "AWS::Lambda::Function", Handler="lambdas.poll.handler.handler")


def order_rules(template: Template) -> list[dict[str, Any]]:
    """Return the rules on CloudTrail's record of order calls."""
    pattern = {"Properties": {"EventPattern": ORDER_CALLS}}
    return [rule["Properties"] for rule in template.find_resources("AWS::Events::Rule", pattern).values()]


class TestPollFunction:
    """The function."""

    def test_runs_on_arm_with_the_newest_python_and_traces(self, minimal: Template) -> None:
        """The packages are built for this runtime."""
        function = poll_function(minimal)
        assert (function["Architectures"], function["Runtime"]) == (["arm64"], "python3.14")
        assert function["TracingConfig"] == {"Mode": "Active"}

    def test_its_environment_names_its_resources(self, full: Template) -> None:
        """Table, bus, sources and another Outposts endpoint are variables."""
        variables = poll_function(full)["Environment"]["Variables"]
        assert variables.keys() == {
            "SNAPSHOT_TABLE_NAME",
            "EVENT_BUS_NAME",
            "SOURCES",
            "STALLED_AFTER_DAYS",
            "ORGANIZATION",
            "AWS_ENDPOINT_URL_OUTPOSTS",
            "POWERTOOLS_SERVICE_NAME",
            "POWERTOOLS_METRICS_NAMESPACE",
            "POWERTOOLS_LOG_LEVEL",
        }
        assert json.loads(variables["SOURCES"]) == FULL["sources"]
        assert json.loads(variables["STALLED_AFTER_DAYS"]) == FULL["stalledAfterDays"]
        assert json.loads(variables["ORGANIZATION"]) == {**FULL["organization"], "externalId": EXTERNAL_ID}
        assert variables["AWS_ENDPOINT_URL_OUTPOSTS"] == "https://outposts.example.com"

    def test_the_defaults_of_stalled_orders_are_not_in_the_template(self, minimal: Template) -> None:
        """The stack only passes on what is configured."""
        variables = poll_function(minimal)["Environment"]["Variables"]
        assert Thresholds.from_json(variables["STALLED_AFTER_DAYS"]) == Thresholds()

    def test_lambda_does_not_retry_it(self, full: Template) -> None:
        """The next tick is the retry, so an invocation that waited for a tick is dropped."""
        full.has_resource_properties(
            "AWS::Lambda::EventInvokeConfig", {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 600}
        )

    def test_its_log_is_kept_for_three_months(self, minimal: Template) -> None:
        """Each function writes to a dedicated log group."""
        minimal.all_resources_properties("AWS::Logs::LogGroup", {"RetentionInDays": 90})
        minimal.resource_count_is("AWS::Logs::LogGroup", 3)
        assert "LogGroup" in poll_function(minimal)["LoggingConfig"]

    def test_a_stack_without_other_accounts_may_assume_no_role(self, minimal: Template) -> None:
        """STS is only allowed if a source has a role."""
        assert "sts:AssumeRole" not in str(statements_of(minimal, ROLE))

    def test_a_stack_of_other_accounts_only_may_not_read_its_own(self) -> None:
        """If each source has a role, the function itself needs no access to Outposts."""
        template = template_of({"sources": [{"region": "eu-west-1", "roleArn": READER_ROLE}]})
        assert "outposts:" not in str(statements_of(template, ROLE))


class TestSchedules:
    """One schedule for each source."""

    def test_each_source_is_polled_at_the_configured_rate(self, full: Template) -> None:
        """Every source has a schedule that passes it to the function and sends failures to a queue."""
        schedules = [each["Properties"] for each in full.find_resources("AWS::Scheduler::Schedule").values()]
        polls = [each for each in schedules if "PollerFunction" in str(each["Target"]["Arn"])]
        assert [json.loads(schedule["Target"]["Input"]) for schedule in polls] == FULL["sources"]
        for schedule in schedules:
            assert schedule["ScheduleExpression"] == "rate(10 minutes)"
            assert schedule["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 600, "MaximumRetryAttempts": 5}
            assert "PollerDeadLetterQueue" in str(schedule["Target"]["DeadLetterConfig"])

    @pytest.mark.parametrize("number", range(len(FULL["sources"])))
    def test_a_schedules_input_identifies_one_source(self, full: Template, number: int) -> None:
        """Poll finds the source even if sources share a region."""
        sources = sources_from(poll_function(full)["Environment"]["Variables"]["SOURCES"], ACCOUNT)
        assert select_source(FULL["sources"][number], sources) == sources[number]

    def test_the_stacks_account_and_another_may_share_a_region(self) -> None:
        """A source without a role is in the stack's account, even next to sources in other accounts."""
        own, other = {"region": "eu-west-1"}, {"region": "eu-west-1", "roleArn": READER_ROLE}
        sources = sources_from(json.dumps([own, other]), ACCOUNT)
        assert [select_source(own, sources), select_source(other, sources)] == sources

    @pytest.mark.parametrize(("minutes", "rate"), [(1, "rate(1 minute)"), (60, "rate(1 hour)"), (1440, "rate(1 day)")])
    def test_scheduler_and_lambda_accept_any_rate(self, minutes: int, rate: str) -> None:
        """From a minute to a day, ages stay within what each service allows."""
        template = template_of({"pollEveryMinutes": minutes})
        assert only(template, "AWS::Scheduler::Schedule")["ScheduleExpression"] == rate
        assert 60 <= only(template, "AWS::Lambda::EventInvokeConfig")["MaximumEventAgeInSeconds"] <= 21_600

    def test_their_role_may_invoke_the_function_and_leave_dead_letters(self, minimal: Template) -> None:
        """Scheduler acts for this account's schedules only, and does two things."""
        description = "What the schedules of the Outposts order notifier may do"
        actions = [statement["Action"] for statement in statements_of(minimal, description)]
        assert sorted(actions) == ["lambda:InvokeFunction", "sqs:SendMessage"]
        trust = only(minimal, "AWS::IAM::Role", Description=description)["AssumeRolePolicyDocument"]["Statement"]
        assert trust[0]["Condition"]["StringEquals"]["aws:SourceAccount"] == ACCOUNT


class TestOrderCalls:
    """Polling at once after CloudTrail has recorded an order call."""

    def test_sources_in_the_stacks_account_and_region_are_polled_at_once(self, full: Template) -> None:
        """A CreateOrder or CancelOrder call that succeeds polls the source to which it belongs."""
        (rule,) = order_rules(full)
        assert rule["EventPattern"] == {
            "source": ["aws.outposts"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {
                "eventSource": ["outposts.amazonaws.com"],
                "eventName": ["CreateOrder", "CancelOrder"],
                "errorCode": [{"exists": False}],
            },
        }
        (target,) = rule["Targets"]
        assert json.loads(target["Input"]) == FULL["sources"][0]
        assert "PollerDeadLetterQueue" in str(target["DeadLetterConfig"])

    def test_listens_on_the_accounts_default_bus(self, full: Template) -> None:
        """CloudTrail's events arrive on the default bus."""
        (rule,) = order_rules(full)
        assert "EventBusName" not in rule

    @pytest.mark.parametrize("source", [{"region": "us-west-2"}, {"region": "eu-west-1", "roleArn": READER_ROLE}])
    def test_other_regions_and_accounts_have_only_their_schedule(self, source: dict[str, str]) -> None:
        """CloudTrail events from elsewhere do not arrive here, so no rule waits for them."""
        assert order_rules(template_of({"sources": [source]})) == []
