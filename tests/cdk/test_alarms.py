"""Every alarm of every configuration, in every situation, by the model of CloudWatch.

`python -m tests.cdk.alarm_situations` prints the table: alarm, configuration, tick, situation, what happened when.
"""

import itertools
import json
import re
from typing import Any, ClassVar

import pytest
from aws_cdk.assertions import Template

from outposts_order_notifier.cdk.monitoring import span
from outposts_order_notifier.wording.message import alarm_message
from testing.released import VERSIONS, Release
from testing.synthesis import ACCOUNT, REGION, only
from tests.cdk.alarm_situations import (
    AWAKE,
    CONDITIONS,
    CONFIGURATIONS,
    FAILURES,
    TICKS,
    WEEK,
    Conditions,
    World,
    alarms,
    has,
    healthy,
    outcome,
    promised,
    sample,
    watched,
)
from tests.cdk.cloudwatch_alarms import DAY, HOUR, Alarm, State
from tests.docs.pages import DOCS

ORGANIZATION = next(name for name in CONFIGURATIONS if "organization" in name)
EVERY = [(configuration, tick) for configuration in CONFIGURATIONS for tick in TICKS]
EACH_FAILURE = [
    (configuration, tick, name)
    for configuration, tick in EVERY
    for name, failure in FAILURES.items()
    if has(failure, configuration)
]
SLACK = 5  # minutes that CloudWatch and late metrics add to what a text promises
RUNBOOK_TICK = 5
WITH_ORGANIZATION = ", with an organization"  # in the runbook, for an alarm that differs there
OTHER_TICKS = (2, 4, 59, 720)


def named(configuration: str, tick: int, name: str) -> Alarm:
    """Return an alarm."""
    (alarm,) = (alarm for alarm in alarms(configuration, tick) if alarm.name == name)
    return alarm


def conditions(*case: object, exhaustive: bool) -> tuple[Conditions, ...]:
    """Return the conditions under which a case is evaluated: in `make test`, a sample of them."""
    return CONDITIONS if exhaustive else sample(*case)


def runbook() -> dict[str, list[str]]:
    """Read the runbook's table of times: each alarm's other cells."""
    page = (DOCS / "operations.md").read_text("utf-8").partition("\n## Alarms\n")[2].partition("\n### ")[0]
    rows = [
        [cell.strip() for cell in line.strip("| ").split("|")] for line in page.splitlines() if line.startswith("|")
    ]
    return {row[0].replace("`", ""): row[1:] for row in rows[2:]}


@pytest.mark.parametrize(("configuration", "tick"), EVERY)
class TestHealth:
    """A stack without failures."""

    def test_a_new_alarm_is_silent_for_a_week(self, configuration: str, tick: int, exhaustive: bool) -> None:
        """An alarm becomes OK once, about which nobody is notified, and stays OK."""
        assert healthy(configuration, tick, conditions(configuration, tick, exhaustive=exhaustive)) == ()

    @pytest.mark.parametrize("current", ["OK", "INSUFFICIENT_DATA"])
    def test_an_upgrade_is_silent(self, configuration: str, tick: int, current: State, exhaustive: bool) -> None:
        """An alarm of an earlier version keeps its state, and finds metrics of earlier days."""
        before = 7 * tick + 60
        for case in conditions(configuration, tick, current, exhaustive=exhaustive):
            for alarm, changes in watched(configuration, tick, case, before, before + 6 * tick + DAY, current=current):
                assert {state for _, _, state in changes} <= {"OK"}, alarm.name
                assert len(changes) == (current != "OK"), alarm.name


@pytest.mark.parametrize("version", VERSIONS)
def test_the_upgrade_of_a_released_versions_alarms_is_silent(version: str) -> None:
    """Its alarms watch a healthy stack; then each keeps its name and state and gets the current properties.

    The release's template is the one for the local cloud, and polls once a day.
    """
    resources = json.loads(Release(version).template)["Resources"].values()
    released = [Alarm(each["Properties"]) for each in resources if each["Type"] == "AWS::CloudWatch::Alarm"]
    configuration, tick = "three sources, Slack", 1_440
    for case in CONDITIONS:
        metrics = World(tick, 3, organization=False, conditions=case, end=3 * WEEK).metrics()
        for alarm in released:
            old = alarm.transitions(metrics, WEEK, 2 * WEEK, unknown=case.unknown, current="OK")
            state = old[-1][2] if old else "OK"
            today = named(configuration, tick, alarm.name)
            assert today.transitions(metrics, 2 * WEEK, 3 * WEEK, unknown=case.unknown, current=state) == []


@pytest.mark.parametrize(("configuration", "tick", "name"), EACH_FAILURE)
class TestFailure:
    """A failure."""

    def test_only_its_alarm_fires_stays_and_clears_once(
        self, configuration: str, tick: int, name: str, exhaustive: bool
    ) -> None:
        """Regardless of late metrics, and of what CloudWatch's documentation leaves open."""
        every = conditions(configuration, tick, name, exhaustive=exhaustive)
        found = outcome(configuration, tick, name, every)
        assert set(found.times) == {(1, 2)}
        assert len(found.times) == len(every)
        assert found.others == ()

    def test_its_alarm_fires_when_its_text_says(
        self, configuration: str, tick: int, name: str, exhaustive: bool
    ) -> None:
        """Within minutes: not earlier, and not a tick later."""
        alarm = named(configuration, tick, FAILURES[name].alarm)
        found = outcome(configuration, tick, name, conditions(configuration, tick, name, exhaustive=exhaustive))
        late = SLACK + (2 * HOUR if alarm.hourly else 0)
        if name in {"dead letters", "polls do not start"}:
            late += AWAKE
        if name in {"a channel is down", "a channel refuses for good"}:
            late += 2  # the first attempt after a quarter of an hour
        early = tick if name == "polls stop" and "organization" in configuration else 0  # the last plan's polls
        assert promised(alarm) - early <= min(found.fired)
        assert max(found.fired) <= promised(alarm) + late


class TestNewStack:
    """A stack whose polls never begin."""

    @pytest.mark.parametrize(("configuration", "tick"), EVERY)
    def test_is_reported_when_the_warm_up_is_over(self, configuration: str, tick: int) -> None:
        """A warm-up does not hide it forever."""
        warm = [alarm for alarm in alarms(configuration, tick) if alarm.warm_up]
        assert [alarm.name for alarm in warm] == ["PlansMissing" if "organization" in configuration else "PollsStopped"]
        for alarm in warm:
            for case in CONDITIONS:
                (change,) = alarm.transitions({}, 0, alarm.warm_up + 70, unknown=case.unknown)
                assert change[1:] == ("INSUFFICIENT_DATA", "ALARM")
                assert change[0] - alarm.warm_up <= 60


class TestTexts:
    """What alarms and runbook say."""

    @pytest.mark.parametrize("tick", OTHER_TICKS)
    def test_cloudwatch_accepts_the_alarms_of_any_tick(self, tick: int) -> None:
        """Periods are whole minutes, ranges at most a day or seven, and warm-ups at most two days."""
        for configuration in ("one source", ORGANIZATION):
            for alarm in alarms(configuration, tick):
                assert alarm.period * alarm.periods <= 7 * DAY
                assert alarm.warm_up <= 2 * DAY

    @pytest.mark.parametrize("tick", OTHER_TICKS)
    def test_any_tick_is_silent_in_health_and_reports_a_failure(self, tick: int) -> None:
        """Including ticks that no example uses."""
        for configuration in ("one source", ORGANIZATION):
            for case in CONDITIONS[1::2]:
                start = 7 * tick + 60
                for alarm, changes in watched(configuration, tick, case, start, start + 4 * tick + 300, current="OK"):
                    assert changes == [], alarm.name
            for name in ("polls stop", "polls fail", "one source's polls fail"):
                found = outcome(configuration, tick, name, sample(configuration, tick, name))
                assert (set(found.times), found.others) == ({(1, 2)}, ()), (configuration, name)

    def test_the_runbook_has_each_alarms_time_as_measured(self) -> None:
        """Its column for ticks of five minutes agrees with the alarm's text and with what the model measures."""
        rows = runbook()
        names = {alarm.name for alarm in alarms(ORGANIZATION, RUNBOOK_TICK)}
        assert rows.keys() == names | {f"PollsStopped{WITH_ORGANIZATION}"}
        for configuration, name in itertools.product(("one source", ORGANIZATION), FAILURES):
            failure = FAILURES[name]
            if not has(failure, configuration):
                continue
            row = rows[failure.alarm]
            if configuration == ORGANIZATION:
                row = rows.get(f"{failure.alarm}{WITH_ORGANIZATION}", row)
            fired, cleared = row[1:3]
            found = outcome(configuration, RUNBOOK_TICK, name)
            assert max(found.fired) <= minutes(fired), name
            assert minutes(fired) - SLACK <= max(found.fired), name
            if name not in {"a snapshot is set aside", "the notify function crashes"}:  # they end by themselves
                assert max(found.cleared) <= minutes(cleared), name

    def test_the_runbook_says_which_ticks_are_evaluated_once_an_hour(self) -> None:
        """`PollsStopped` with an organization above four hours, most others above seven."""
        last_four = {*list(runbook())[-4:]}
        for configuration, tick in itertools.product(("one source", ORGANIZATION), (240, 241, 420, 480, 1_440)):
            for alarm in alarms(configuration, tick):
                twice = alarm.name == "PollsStopped" and configuration == ORGANIZATION
                assert alarm.hourly is False or tick > (240 if twice else 420)
                assert not (alarm.hourly and alarm.name in last_four)
                if twice and tick > 240:
                    assert alarm.hourly

    @pytest.mark.parametrize("tick", [1, 2, 3])
    def test_the_runbook_has_the_waits_of_very_short_ticks(self, tick: int) -> None:
        """Six to twelve minutes, and twice as long for an organization's polls."""
        for alarm in (*alarms("one source", tick), *alarms(ORGANIZATION, tick)):
            if alarm.name in {"PollsStopped", "PlansMissing"}:
                assert 6 <= alarm.period <= 12
        assert named(ORGANIZATION, tick, "PollsStopped").periods == 2
        assert named("one source", tick, "PollsStopped").periods == 1

    @pytest.mark.parametrize("tick", [5, 60, 1_440])
    def test_the_runbook_has_the_warm_ups(self, tick: int) -> None:
        """Three ticks and ten minutes, at most two days; an organization's polls have none."""
        waits = {alarm.name: alarm.warm_up for alarm in alarms(ORGANIZATION, tick) if alarm.warm_up}
        assert waits == {"PlansMissing": min(3 * tick + 10, 2 * DAY)}
        assert named("one source", tick, "PollsStopped").warm_up == min(3 * tick + 10, 2 * DAY)

    @pytest.mark.parametrize(
        ("minutes", "words"),
        [
            (1, "1 minute"),
            (15, "15 minutes"),
            (60, "1 hour"),
            (130, "2 hours 10 minutes"),
            (2_890, "2 days 10 minutes"),
        ],
    )
    def test_a_time_is_written_as_people_say_it(self, minutes: int, words: str) -> None:
        """Days, hours and minutes, without those that are zero."""
        assert span(minutes) == words


def minutes(cell: str) -> int:
    """Read the minutes of a cell such as `within 20 minutes`."""
    (number,) = re.findall(r"\d+", cell)
    return int(number)


class TestClearing:
    """The end of an alarm."""

    EVENT: ClassVar[dict[str, Any]] = {
        "version": "0",
        "id": "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": ACCOUNT,
        "time": "2026-10-02T17:04:40Z",
        "region": REGION,
        "resources": [f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:OutpostsOrderNotifier-PollsStopped"],
        "detail": {
            "alarmName": "OutpostsOrderNotifier-PollsStopped",
            "configuration": {"description": 'No poll has run. Look at "the schedules".', "metrics": []},
            "previousState": {"timestamp": "2026-10-01T13:56:40.987+0000", "value": "ALARM", "reason": "1 of 1"},
            "state": {"timestamp": "2026-10-02T17:04:40.989+0000", "value": "OK", "reason": "0 of 1 [0.0 (02/10/26)]"},
        },
    }

    def test_is_only_reported_of_an_alarm_that_fired(self, minimal: Template) -> None:
        """Neither an alarm nor the rule notifies anybody of an alarm that is only new."""
        for each in minimal.find_resources("AWS::CloudWatch::Alarm").values():
            assert each["Properties"].keys().isdisjoint({"OKActions", "InsufficientDataActions"})
        pattern = cleared(minimal)["EventPattern"]
        assert pattern["detail"] == {"state": {"value": ["OK"]}, "previousState": {"value": ["ALARM"]}}
        assert (pattern["source"], pattern["detail-type"]) == (["aws.cloudwatch"], [self.EVENT["detail-type"]])

    def test_is_reported_of_each_alarm_of_the_stack(self, full: Template) -> None:
        """And of no other stack's alarm."""
        heard = {each["Fn::GetAtt"][0] for each in cleared(full)["EventPattern"]["resources"]}
        assert heard == full.find_resources("AWS::CloudWatch::Alarm").keys()

    def test_is_published_as_cloudwatchs_own_message(self, minimal: Template) -> None:
        """People read it in an e-mail, the queue's filter matches `AlarmName`, and notify translates it into words."""
        (target,) = cleared(minimal)["Targets"]
        (topic,) = minimal.find_resources("AWS::SNS::Topic")
        assert target["Arn"] == {"Ref": topic}
        sent = transformed(target["InputTransformer"], self.EVENT)
        assert (sent["NewStateValue"], sent["OldStateValue"]) == ("OK", "ALARM")
        assert sent["AlarmArn"] == self.EVENT["resources"][0]
        assert sent["StateChangeTime"] == self.EVENT["detail"]["state"]["timestamp"]
        message = alarm_message(sent)
        assert "OutpostsOrderNotifier-PollsStopped" in message.headline
        texts = [line.text for line in message.lines]
        assert texts == [self.EVENT["detail"]["configuration"]["description"], self.EVENT["detail"]["state"]["reason"]]

    def test_is_published_with_the_rules_dedicated_role(self, minimal: Template) -> None:
        """The topic does not allow any rule to publish, so nobody else's rule can."""
        (target,) = cleared(minimal)["Targets"]
        role = minimal.find_resources("AWS::IAM::Role")[target["RoleArn"]["Fn::GetAtt"][0]]["Properties"]
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "events.amazonaws.com"}
        assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
        statements = only(minimal, "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
        allowed = [each["Principal"]["Service"] for each in statements if each["Effect"] == "Allow"]
        assert allowed == ["cloudwatch.amazonaws.com"]


def cleared(template: Template) -> dict[str, Any]:
    """Return the rule's properties."""
    (rule,) = (
        each["Properties"]
        for each in template.find_resources("AWS::Events::Rule").values()
        if each["Properties"]["EventPattern"]["detail-type"] == ["CloudWatch Alarm State Change"]
    )
    return dict(rule)


def transformed(transformer: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """Transform an event as EventBridge does.

    "If the variable is in quotes, it becomes a part of the text; else it is JSON":
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    template = transformer["InputTemplate"]
    if not isinstance(template, str):
        parts = template["Fn::Join"][1]
        template = "".join("aws" if part == {"Ref": "AWS::Partition"} else part for part in parts)
    for name, path in transformer["InputPathsMap"].items():
        value: Any = event
        for key in path.removeprefix("$.").split("."):
            value = value[key]
        template = template.replace(f":<{name}>,", f":{json.dumps(value)},")
        template = template.replace(f":<{name}>}}", f":{json.dumps(value)}}}").replace(f"<{name}>", value)
    sent: dict[str, Any] = json.loads(template)
    return sent
