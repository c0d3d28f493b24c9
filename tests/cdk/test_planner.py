"""The planner, its queue, and how poll receives messages from it."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Template

from outposts_order_notifier.sources.settings import EXTERNAL_ID
from testing.synthesis import FULL, only, template_of

ORGANIZATION = {"roleName": "OutpostsReader", "regions": ["eu-west-1"]}


def queue(template: Template) -> dict[str, Any]:
    """Return the properties of the queue of sources to poll."""
    queues = template.find_resources("AWS::SQS::Queue")
    (found,) = (each["Properties"] for name, each in queues.items() if name.startswith("PlannerQueue"))
    return dict(found)


def planner_function(template: Template) -> dict[str, Any]:
    """Return the planner function's properties."""
    return only(template, "AWS::Lambda::Function", Handler="lambdas.planner.handler.handler")


class TestPlanner:
    """The planner in the template."""

    def test_there_is_none_without_an_organization(self, minimal: Template) -> None:
        """Configured sources need neither planner nor queue."""
        assert "lambdas.planner.handler.handler" not in str(minimal.find_resources("AWS::Lambda::Function"))
        minimal.resource_count_is("AWS::Lambda::EventSourceMapping", 1)

    def test_an_output_names_its_function(self, full: Template, minimal: Template) -> None:
        """The command `poll` finds the planner by it; without an organization, there is no such output."""
        (output,) = full.find_outputs("PlannerFunctionName").values()
        assert output["Value"]["Ref"].startswith("PlannerFunction")
        assert not minimal.find_outputs("PlannerFunctionName")

    def test_it_runs_each_tick(self, full: Template) -> None:
        """At the same rate as the sources, with the same outcome if a run cannot be started."""
        schedules = [each["Properties"] for each in full.find_resources("AWS::Scheduler::Schedule").values()]
        (plans,) = (each for each in schedules if "PlannerFunction" in str(each["Target"]["Arn"]))
        assert plans["ScheduleExpression"] == "rate(10 minutes)"
        assert plans["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 600, "MaximumRetryAttempts": 5}
        assert "PollerDeadLetterQueue" in str(plans["Target"]["DeadLetterConfig"])

    def test_lambda_does_not_retry_it(self, full: Template) -> None:
        """The next tick's plan is the retry."""
        configurations = full.find_resources("AWS::Lambda::EventInvokeConfig").values()
        (its,) = (each["Properties"] for each in configurations if "PlannerFunction" in str(each))
        assert (its["MaximumRetryAttempts"], its["MaximumEventAgeInSeconds"]) == (0, 600)

    def test_it_is_updated_after_poll(self, full: Template) -> None:
        """An upgrade's poll accepts the messages of either planner; the old poll would refuse a new key."""
        functions = full.find_resources("AWS::Lambda::Function")
        (planner,) = (each for name, each in functions.items() if name.startswith("PlannerFunction"))
        (poll,) = (name for name in functions if name.startswith("PollerFunction"))
        assert poll in planner["DependsOn"]

    def test_its_environment_names_what_to_plan(self, full: Template) -> None:
        """The organization as configured, and the sources that must not be planned as well."""
        variables = planner_function(full)["Environment"]["Variables"]
        assert json.loads(variables["ORGANIZATION"]) == {**FULL["organization"], "externalId": EXTERNAL_ID}
        assert json.loads(variables["SOURCES"]) == FULL["sources"]
        assert "PlannerQueue" in str(variables["POLL_QUEUE_URL"])


class TestQueue:
    """The queue between planner and poll."""

    @pytest.mark.parametrize(("minutes", "hidden"), [(1, 300), (5, 300), (60, 3_600), (1440, 43_200)])
    def test_a_message_expires_after_a_tick_and_is_received_once(self, minutes: int, hidden: int) -> None:
        """The next plan is the retry: a received message stays hidden until it expires, or for the function's time."""
        properties = queue(template_of({"organization": ORGANIZATION, "pollEveryMinutes": minutes}))
        assert properties["MessageRetentionPeriod"] == minutes * 60
        assert properties["VisibilityTimeout"] == hidden
        assert "RedrivePolicy" not in properties

    def test_poll_receives_ten_sources_at_once_and_reports_each(self, full: Template) -> None:
        """A failed source does not cause the others in its batch to be sent again, and concurrency is limited."""
        mapping = only(full, "AWS::Lambda::EventSourceMapping", BatchSize=10)
        assert "PlannerQueue" in str(mapping["EventSourceArn"])
        assert "PollerFunction" in str(mapping["FunctionName"])
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["ScalingConfig"] == {"MaximumConcurrency": 30}
