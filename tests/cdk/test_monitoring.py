"""Alarms and the dashboard."""

import re
from typing import Any

import pytest
from aws_cdk.assertions import Template

from testing.graphs import graphs
from testing.synthesis import only, template_of
from tests.docs.pages import DOCS

ALARM = "AWS::CloudWatch::Alarm"


def alarm(template: Template, name: str) -> dict[str, Any]:
    """Return an alarm's properties."""
    return only(template, ALARM, AlarmName=f"OutpostsOrderNotifier-{name}")


def expression(properties: dict[str, Any]) -> str:
    """Return the expression of an alarm on several metrics."""
    (computed,) = (str(each["Expression"]) for each in properties["Metrics"] if "Expression" in each)
    return computed


def metrics(properties: dict[str, Any]) -> dict[str, tuple[str, str | None, str]]:
    """Return name, service and statistic of each metric in an alarm's expression."""
    stats = {each["Id"]: each["MetricStat"] for each in properties["Metrics"] if "MetricStat" in each}
    return {
        name: (
            stat["Metric"]["MetricName"],
            next((each["Value"] for each in stat["Metric"]["Dimensions"] if each["Name"] == "service"), None),
            stat["Stat"],
        )
        for name, stat in stats.items()
    }


class TestAlarms:
    """The alarms."""

    def test_there_is_one_for_each_failure(self, full: Template) -> None:
        """Polls that fail, stop or do not start, events that stay pending, notifications that wait or were given up."""
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
        """By its name: what it means, what to look at first, how to fix it. It has no other entry."""
        runbook = (DOCS / "operations.md").read_text("utf-8").partition("\n## Alarms\n")[2].partition("\n## ")[0]
        entries = dict(each.split("\n", 1) for each in runbook.split("\n### ")[1:])
        alarms = {each["Properties"]["AlarmName"] for each in full.find_resources(ALARM).values()}
        assert alarms == {f"OutpostsOrderNotifier-{name}" for name in entries}
        for name, entry in entries.items():
            assert re.findall(r"^\*\*(\w+)", entry, re.MULTILINE) == ["Means", "Look", "Fix"], name

    def test_each_notifies_the_topic_directly(self, full: Template) -> None:
        """People see a failure in the same place as orders, with what to look at, even if notify is broken."""
        (topic,) = full.find_resources("AWS::SNS::Topic")
        for each in full.find_resources(ALARM).values():
            assert each["Properties"]["AlarmActions"] == [{"Ref": topic}]
            assert each["Properties"]["AlarmDescription"]

    @pytest.mark.parametrize(
        ("name", "computed", "of"),
        [
            ("PollsStopped", "FILL(polls, 0)", {"polls": ("Invocations", None, "Sum")}),
            ("PollFailures", "FILL(errors, 0)", {"errors": ("Errors", None, "Sum")}),
            ("PendingEvents", "FILL(pending, 0)", {"pending": ("PendingEvents", "poll", "Maximum")}),
            ("OrdersLeft", "FILL(left, 0)", {"left": ("OrdersLeft", "poll", "Maximum")}),
            ("SnapshotsSetAside", "FILL(damaged, 0)", {"damaged": ("SnapshotsSetAside", "poll", "Sum")}),
            ("NotificationsDelayed", "FILL(delay, 0)", {"delay": ("NotificationDelay", "notify", "Maximum")}),
            ("NotificationsNotTaken", "FILL(age, 0)", {"age": ("ApproximateAgeOfOldestMessage", None, "Maximum")}),
            ("DeadLetters", "FILL(letters, 0)", {"letters": ("ApproximateNumberOfMessagesVisible", None, "Maximum")}),
        ],
    )
    def test_each_uses_an_existing_metric(
        self, minimal: Template, name: str, computed: str, of: dict[str, tuple[str, str | None, str]]
    ) -> None:
        """Its name, service and statistic; test_alarms.py shows the result."""
        assert (expression(alarm(minimal, name)), metrics(alarm(minimal, name))) == (computed, of)

    def test_with_an_organization_polls_are_compared_with_what_was_planned(self, full: Template) -> None:
        """One invocation polls many sources then, so sources are counted."""
        stopped = alarm(full, "PollsStopped")
        assert expression(stopped) == "FILL(polled, 0) - FILL(planned, 0)"
        assert metrics(stopped) == {
            "polled": ("SourcesPolled", "poll", "Sum"),
            "planned": ("SourcesPlanned", "planner", "Maximum"),
        }

    def test_with_an_organization_failed_sources_count_even_if_the_invocation_succeeds(self, full: Template) -> None:
        """A batch reports which of its sources failed, and is not an error of the function."""
        failures = alarm(full, "PollFailures")
        assert expression(failures) == "FILL(errors, 0) + FILL(failures, 0)"
        assert metrics(failures) == {"errors": ("Errors", None, "Sum"), "failures": ("PollFailures", "poll", "Sum")}

    def test_a_plan_is_missing_if_none_succeeds(self, full: Template) -> None:
        """If the planner fails or does not run, accounts are not polled."""
        missing = alarm(full, "PlansMissing")
        assert expression(missing) == "FILL(runs, 0) - FILL(errors, 0)"
        assert metrics(missing) == {"runs": ("Invocations", None, "Sum"), "errors": ("Errors", None, "Sum")}
        assert "PlannerFunction" in str(missing["Metrics"])

    def test_a_new_stack_polls_before_it_could_miss_a_poll(self, full: Template, minimal: Template) -> None:
        """The alarms on missing polls and plans are created after the schedules on which they depend."""
        for template, name in ((minimal, "PollsStopped"), (full, "PlansMissing")):
            (waits,) = (
                each["DependsOn"]
                for each in template.find_resources(ALARM).values()
                if each["Properties"]["AlarmName"].endswith(name)
            )
            assert len(template.find_resources("AWS::Scheduler::Schedule").keys() & set(waits)) == 1

    def test_pending_events_are_polls_own_metric(self, full: Template) -> None:
        """The alarm's namespace and dimension are those of the function's metrics."""
        pending = alarm(full, "PendingEvents")["Metrics"][1]["MetricStat"]["Metric"]
        function = only(full, "AWS::Lambda::Function", Handler="lambdas.poll.handler.handler")
        variables = function["Environment"]["Variables"]
        assert pending["Namespace"] == variables["POWERTOOLS_METRICS_NAMESPACE"]
        assert pending["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}]

    def test_each_dead_letter_queue_has_an_alarm(self, full: Template) -> None:
        """A lost notification and a poll that did not start are different failures."""
        queues = [str(alarm(full, name)["Metrics"]) for name in ("DeadLetters", "PollsNotStarted")]
        assert "NotificationsDeadLetterQueue" in queues[0]
        assert "PollerDeadLetterQueue" in queues[1]


class TestDashboard:
    """The dashboard."""

    def test_is_where_the_output_says(self, minimal: Template) -> None:
        """The address in the output names the dashboard, in its region's console."""
        name = only(minimal, "AWS::CloudWatch::Dashboard")["DashboardName"]
        (output,) = minimal.find_outputs("DashboardUrl").values()
        assert output["Value"] == (
            f"https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/{name}"
        )

    def test_can_be_left_out(self, minimal: Template) -> None:
        """Alarms, functions and the board's function stay; messages have no link to what does not exist."""
        template = template_of({"dashboard": False})
        template.resource_count_is("AWS::CloudWatch::Dashboard", 0)
        assert template.find_outputs("DashboardUrl") == {}
        without, others = template.to_json()["Resources"], minimal.to_json()["Resources"]
        assert {others[name]["Type"] for name in others.keys() - without.keys()} == {"AWS::CloudWatch::Dashboard"}
        assert without.keys() <= others.keys()
        notify = only(template, "AWS::Lambda::Function", Handler="lambdas.notify.handler.handler")
        assert "BOARD_URL" not in notify["Environment"]["Variables"]

    def test_needs_no_metric_that_no_alarm_needs(self, full: Template) -> None:
        """A metric costs all month, a query of the log only if somebody looks; what failed is rarely sent."""
        body = str(only(full, "AWS::CloudWatch::Dashboard")["DashboardBody"])
        shown = set(re.findall(r'"OutpostsOrderNotifier","(\w+)"', body))
        alarms = str([each["Properties"] for each in full.find_resources(ALARM).values()])
        assert {name for name in shown if f"'MetricName': '{name}'" not in alarms} == {"NotificationFailures"}
        assert graphs().keys() == {"Orders", "Transitions", "Notifications"}

    @pytest.mark.parametrize(
        ("title", "function"), [("Orders", "Poller"), ("Transitions", "Poller"), ("Notifications", "Notifications")]
    )
    def test_reads_the_log_of_the_function_that_counts(self, title: str, function: str) -> None:
        """tests/integration compare the fields with the lines that the functions log."""
        assert graphs()[title]["group"].startswith(f"{function}FunctionLogs")

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
        """GovCloud and China have their own consoles."""
        (output,) = template_of({}, region=region).find_outputs("DashboardUrl").values()
        assert output["Value"].startswith(f"https://{host}/")
