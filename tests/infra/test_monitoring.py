"""Alarms and the dashboard."""

import re
from typing import Any

import pytest
from aws_cdk.assertions import Template

from tests.docs.pages import DOCS
from tests.infra.conftest import FULL
from tests.infra.synthesis import only, template_of

ALARM = "AWS::CloudWatch::Alarm"
TWO_SOURCES = [{"region": "eu-west-1"}, {"region": "us-east-1"}]


def alarm(template: Template, name: str) -> dict[str, Any]:
    """Give an alarm's properties."""
    return only(template, ALARM, AlarmName=f"OutpostsOrderNotifier-{name}")


def expression(properties: dict[str, Any]) -> str:
    """Give what an alarm on several metrics computes."""
    (computed,) = (str(each["Expression"]) for each in properties["Metrics"] if "Expression" in each)
    return computed


def metrics(properties: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Give name and service of each metric that an alarm computes with."""
    stats = {each["Id"]: each["MetricStat"] for each in properties["Metrics"] if "MetricStat" in each}
    assert {stat["Stat"] for stat in stats.values()} == {"Sum"}
    return {
        name: (
            stat["Metric"]["MetricName"],
            next((each["Value"] for each in stat["Metric"]["Dimensions"] if each["Name"] == "service"), None),
        )
        for name, stat in stats.items()
    }


class TestAlarms:
    """The alarms."""

    def test_there_is_one_for_each_way_to_fall_silent(self, full: Template) -> None:
        """Polls that fail, stop or do not start, events that do not drain, notifications that wait or were given up."""
        names = {each["Properties"]["AlarmName"] for each in full.find_resources(ALARM).values()}
        assert {name.removeprefix("OutpostsOrderNotifier-") for name in names} == {
            "PollsStopped",
            "PollFailures",
            "PollsNotStarted",
            "PlansMissing",
            "PendingEvents",
            "OrdersLeft",
            "SnapshotsSetAside",
            "NotificationsDelayed",
            "NotificationsNotTaken",
            "DeadLetters",
        }

    def test_the_runbook_has_each(self, full: Template) -> None:
        """Under its name: what it means, what to look at first, how to mend it. Nor has it any other."""
        runbook = (DOCS / "operations.md").read_text("utf-8").partition("\n## Alarms\n")[2].partition("\n## ")[0]
        entries = dict(each.split("\n", 1) for each in runbook.split("\n### ")[1:])
        alarms = {each["Properties"]["AlarmName"] for each in full.find_resources(ALARM).values()}
        assert alarms == {f"OutpostsOrderNotifier-{name}" for name in entries}
        for name, entry in entries.items():
            assert re.findall(r"^\*\*(\w+)", entry, re.MULTILINE) == ["Means", "Look", "Mend"], name

    def test_the_costs_count_them(self, minimal: Template) -> None:
        """Those of a stack without an organization."""
        assert f" {len(minimal.find_resources(ALARM))} alarms, " in (DOCS / "operations.md").read_text("utf-8")

    def test_each_tells_its_beginning_and_its_end_to_the_topic(self, full: Template) -> None:
        """People hear of trouble and of its end where they hear of orders, with what to look at."""
        for each in full.find_resources(ALARM).values():
            properties = each["Properties"]
            assert properties["AlarmActions"] == properties["OKActions"]
            assert "NotificationsTopic" in str(properties["AlarmActions"])
            assert properties["AlarmDescription"]

    def test_polls_have_stopped_where_fewer_run_than_there_are_sources(self) -> None:
        """Three ticks without a poll for each source, or without any, are too many."""
        stopped = alarm(template_of({"sources": TWO_SOURCES}), "PollsStopped")
        assert (stopped["MetricName"], stopped["Statistic"], stopped["Period"]) == ("Invocations", "Sum", 300)
        assert (stopped["ComparisonOperator"], stopped["Threshold"]) == ("LessThanThreshold", 2)
        assert (stopped["EvaluationPeriods"], stopped["TreatMissingData"]) == (3, "breaching")

    def test_with_an_organization_polls_have_stopped_where_fewer_run_than_were_planned_besides(
        self, full: Template
    ) -> None:
        """An invocation polls many sources then, so sources are counted; a queue that is not drained is noticed too."""
        stopped = alarm(full, "PollsStopped")
        assert expression(stopped) == "FILL(polled, 0) - FILL(planned, 0)"
        assert metrics(stopped) == {"polled": ("SourcesPolled", "poll"), "planned": ("SourcesPlanned", "planner")}
        assert (stopped["ComparisonOperator"], stopped["Threshold"]) == ("LessThanThreshold", len(FULL["sources"]))
        assert (stopped["EvaluationPeriods"], stopped["TreatMissingData"]) == (3, "breaching")

    def test_with_an_organization_polls_fail_also_where_their_invocation_does_not(self, full: Template) -> None:
        """A batch answers which of its sources failed, and is no error of the function."""
        failures = alarm(full, "PollFailures")
        assert expression(failures) == "FILL(failures, 0) + FILL(errors, 0)"
        assert metrics(failures) == {"failures": ("PollFailures", "poll"), "errors": ("Errors", None)}
        assert (failures["Threshold"], failures["EvaluationPeriods"]) == (1, 2)

    def test_a_plan_is_missing_where_none_succeeds(self, full: Template) -> None:
        """The planner that does not run, or fails, three ticks in a row leaves accounts without polls."""
        missing = alarm(full, "PlansMissing")
        assert expression(missing) == "runs - FILL(errors, 0)"
        assert metrics(missing) == {"runs": ("Invocations", None), "errors": ("Errors", None)}
        assert (missing["ComparisonOperator"], missing["Threshold"]) == ("LessThanThreshold", 1)
        assert (missing["EvaluationPeriods"], missing["TreatMissingData"]) == (3, "breaching")
        assert "PlannerFunction" in str(missing["Metrics"])

    def test_a_new_stack_polls_before_it_could_miss_a_poll(self, full: Template) -> None:
        """The alarms on missing polls and plans are made after the schedules."""
        schedules = full.find_resources("AWS::Scheduler::Schedule").keys()
        alarms = full.find_resources(ALARM)
        waits = {each["Properties"]["AlarmName"].split("-")[1]: each.get("DependsOn", []) for each in alarms.values()}
        assert schedules <= set(waits["PollsStopped"])
        assert len(schedules & set(waits["PlansMissing"])) == 1

    @pytest.mark.parametrize(
        ("name", "metric", "threshold", "periods"),
        [
            ("PendingEvents", "PendingEvents", 1, 3),
            ("OrdersLeft", "OrdersLeft", 1, 3),
            ("SnapshotsSetAside", "SnapshotsSetAside", 1, 1),
            ("NotificationsDelayed", "NotificationDelay", 900, 1),
            ("NotificationsNotTaken", "ApproximateAgeOfOldestMessage", 900, 1),
            ("DeadLetters", "ApproximateNumberOfMessagesVisible", 1, 1),
            ("PollsNotStarted", "ApproximateNumberOfMessagesVisible", 1, 1),
        ],
    )
    def test_the_others_ring_on_what_is_there(
        self, full: Template, name: str, metric: str, threshold: int, periods: int
    ) -> None:
        """Where nothing is measured, nothing is wrong."""
        properties = alarm(full, name)
        assert properties["MetricName"] == metric
        assert (properties["Threshold"], properties["EvaluationPeriods"]) == (threshold, periods)
        assert properties["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert properties["TreatMissingData"] == "notBreaching"

    def test_polls_fail_where_the_function_does(self, minimal: Template) -> None:
        """A run that named failures ends as failed; twice in a row is trouble."""
        failures = alarm(minimal, "PollFailures")
        assert (failures["MetricName"], failures["Threshold"], failures["EvaluationPeriods"]) == ("Errors", 1, 2)
        assert failures["TreatMissingData"] == "notBreaching"

    def test_pending_events_are_polls_own_metric(self, full: Template) -> None:
        """The alarm's namespace and dimension are those that the function's metrics have."""
        pending = alarm(full, "PendingEvents")
        function = only(full, "AWS::Lambda::Function", Handler="lambdas.poll.handler.handler")
        variables = function["Environment"]["Variables"]
        assert pending["Namespace"] == variables["POWERTOOLS_METRICS_NAMESPACE"]
        assert pending["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}]

    def test_the_two_queues_of_dead_letters_have_an_alarm_each(self, full: Template) -> None:
        """A lost notification and a poll that did not start are different trouble."""
        queues = [str(alarm(full, name)["Dimensions"]) for name in ("DeadLetters", "PollsNotStarted")]
        assert "NotificationsDeadLetterQueue" in queues[0]
        assert "PollerDeadLetterQueue" in queues[1]


class TestDashboard:
    """The dashboard."""

    def test_is_where_the_output_says(self, minimal: Template) -> None:
        """The address of the output names the dashboard, in its region's console."""
        name = only(minimal, "AWS::CloudWatch::Dashboard")["DashboardName"]
        (output,) = minimal.find_outputs("DashboardUrl").values()
        assert output["Value"] == (
            f"https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/{name}"
        )

    def test_shows_the_board_first_after_the_alarms(self, minimal: Template) -> None:
        """Its widget calls the board function, which has no address that anyone else could call."""
        body = str(only(minimal, "AWS::CloudWatch::Dashboard")["DashboardBody"])
        (function_id,) = minimal.find_resources(
            "AWS::Lambda::Function", {"Properties": {"Handler": "lambdas.board.handler.handler"}}
        )
        assert re.findall(r'"type":"(\w+)"', body)[:2] == ["alarm", "custom"]
        assert f"'Fn::GetAtt': ['{function_id}', 'Arn']" in body
        minimal.resource_count_is("AWS::Lambda::Url", 0)
        minimal.resource_count_is("AWS::Lambda::Permission", 1)

    @pytest.mark.parametrize(
        ("region", "host"),
        [("us-gov-west-1", "console.amazonaws-us-gov.com"), ("cn-north-1", "console.amazonaws.cn")],
    )
    def test_its_address_is_of_the_partition(self, region: str, host: str) -> None:
        """GovCloud and China have consoles of their own."""
        (output,) = template_of({}, region=region).find_outputs("DashboardUrl").values()
        assert output["Value"].startswith(f"https://{host}/")
