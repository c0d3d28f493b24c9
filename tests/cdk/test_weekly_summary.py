"""The weekly summary's configuration and schedules."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.cdk.configuration import Configuration, ConfigurationError
from outposts_order_notifier.cdk.configuration_schema import WEEKDAYS, time_zones
from outposts_order_notifier.cdk.weekly import Weekly
from testing.synthesis import template_of

TODAY = date(2026, 11, 30)
CHANGES = {"status": ["ERROR"]}
ROUTE = {
    "name": "dublin",
    "notify": {"outpostId": ["op-0123456789abcdef0"], "changes": CHANGES},
    "emails": ["a@example.com"],
}


@cache
def days_of_changed_clocks(name: str) -> list[date]:
    """Return the days of a year on which clocks go forward or back in a zone."""
    midnights = [datetime.combine(TODAY + timedelta(days=number), time(), ZoneInfo(name)) for number in range(367)]
    offsets = [each.utcoffset() for each in midnights]
    return [day.date() for day, (start, end) in zip(midnights, pairwise(offsets), strict=False) if start != end]


def minutes_of(day: date, zone: ZoneInfo) -> set[time]:
    """Return the local times of a day that there really are, every quarter of an hour."""
    start = datetime.combine(day, time(), UTC) - timedelta(hours=26)
    local = ((start + timedelta(minutes=15 * number)).astimezone(zone) for number in range(76 * 4))
    return {each.time() for each in local if each.date() == day}


class TestTime:
    """The time of the day, in any zone."""

    @pytest.mark.parametrize("weekday", range(7))
    def test_a_time_is_accepted_if_it_comes_every_week(self, weekday: int) -> None:
        """In every zone, for a year: one that would be skipped as clocks go forward is refused, and no other."""
        quarters = [time(number // 4, number % 4 * 15) for number in range(96)]
        changed = 0
        for name in time_zones():
            zone = ZoneInfo(name)
            for day in (each for each in days_of_changed_clocks(name) if each.weekday() == weekday):
                real, changed = minutes_of(day, zone), changed + 1
                for at in quarters:
                    assert Weekly(WEEKDAYS[weekday], at, name)._exists(day) == (at in real), (name, day, at)
        assert changed or weekday not in {5, 6}

    @given(day=st.sampled_from(WEEKDAYS), start=st.dates(date(2026, 1, 1), date(2030, 1, 1)))
    def test_every_such_day_from_today_on_is_looked_at(self, day: str, start: date) -> None:
        """None is left out, and today is one of them."""
        days = list(Weekly(day, time(8), "UTC").days(start))
        assert {WEEKDAYS[each.weekday()] for each in days} == {day}
        assert start <= days[0] < start + timedelta(days=7)
        assert {(later - earlier).days for earlier, later in pairwise(days)} == {7}
        assert (days[-1] - start).days > 3_650

    def test_a_time_that_is_skipped_is_refused_with_the_day(self) -> None:
        """In one line."""
        given: dict[str, Any] = {"weeklySummary": {"day": "SUNDAY", "time": "02:30"}, "timeZone": "Europe/Berlin"}
        with pytest.raises(ConfigurationError, match=r"weeklySummary\.time.*02:30.*Sunday in Europe/Berlin"):
            Configuration.parse(given, "eu-west-1")
        assert Configuration.parse(given | {"timeZone": "UTC"}, "eu-west-1").weekly_summary

    @pytest.mark.parametrize(
        "given", [{"day": "MONDAY"}, {"day": "Monday", "time": "08:00"}, {"day": "MONDAY", "time": "24:00"}, {}]
    )
    def test_what_is_no_day_or_time_is_refused(self, given: dict[str, str]) -> None:
        """With its key."""
        with pytest.raises(ConfigurationError, match="weeklySummary"):
            Configuration.parse({"weeklySummary": given}, "eu-west-1")


class TestSchedules:
    """One for each route."""

    def test_each_sends_its_message_to_the_queue_at_the_local_time(self) -> None:
        """Retried for a day, so that a missed one is caught up."""
        template = template_of(
            {"weeklySummary": {"day": "MONDAY", "time": "08:30"}, "timeZone": "Europe/Dublin", "routes": [ROUTE]}
        )
        found = [
            each["Properties"]
            for each in template.find_resources("AWS::Scheduler::Schedule").values()
            if "summary" in each["Properties"]["Description"]
        ]
        assert [each["Target"]["Input"] for each in found] == [
            '{"summary": "<aws.scheduler.scheduled-time>"}',
            '{"route":"dublin","event":{"summary": "<aws.scheduler.scheduled-time>"}}',
        ]
        for each in found:
            assert each["ScheduleExpression"] == "cron(30 8 ? * MON *)"
            assert each["ScheduleExpressionTimezone"] == "Europe/Dublin"
            assert each["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] == 24 * 3_600
            assert "DeadLetterConfig" in each["Target"]

    def test_the_function_reads_the_orders_and_knows_the_routes(self) -> None:
        """What a pattern says about changes does not matter for a summary."""
        template = template_of({"weeklySummary": {"day": "MONDAY", "time": "08:30"}, "routes": [ROUTE]})
        (function,) = template.find_resources(
            "AWS::Lambda::Function", {"Properties": {"Handler": "lambdas.notify.handler.handler"}}
        ).values()
        variables = function["Properties"]["Environment"]["Variables"]
        assert variables["SUMMARY_PATTERNS"] == '{"dublin":{"outpostId":["op-0123456789abcdef0"]}}'
        assert "SUMMARY_TABLE_NAME" in variables

    def test_without_the_key_there_is_none(self) -> None:
        """No schedule, and no permission to read orders."""
        assert "SUMMARY_TABLE_NAME" not in str(template_of({}).to_json())
