"""The model of CloudWatch's alarms has the results that CloudWatch's documentation publishes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cdk.cloudwatch_alarms import DAY, Alarm, Metric, State, Treatment, Unknown, next_state

PAGE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html"
TREATMENTS: tuple[Treatment, ...] = ("missing", "ignore", "breaching", "notBreaching")
KEPT = "kept"  # "Retain current state"
# PAGE, "How alarm state is evaluated when data is missing": Datapoints to Alarm, then a row of its table.
PUBLISHED = [
    (3, "0 - X - X", "OK OK OK OK"),
    (3, "0 - - - -", "OK OK OK OK"),
    (3, "- - - - -", "INSUFFICIENT_DATA kept ALARM OK"),
    (3, "0 X X - X", "ALARM ALARM ALARM ALARM"),
    (3, "- - X - -", "ALARM kept ALARM OK"),
    (2, "0 - X - X", "ALARM ALARM ALARM ALARM"),
    (2, "0 0 X 0 X", "ALARM ALARM ALARM ALARM"),
    (2, "0 - X - -", "OK OK ALARM OK"),
    (2, "- - - - 0", "OK OK ALARM OK"),
    (2, "- - - X -", "ALARM kept ALARM OK"),
]


def points(row: str) -> list[bool | None]:
    """Read data points as the documentation writes them, the most recent on the right."""
    return [{"0": False, "X": True, "-": None}[each] for each in reversed(row.split())]


def an_alarm(**properties: Any) -> Alarm:
    """Return an alarm on the sum of one metric."""
    metric = {"MetricName": "Calls", "Dimensions": [{"Name": "service", "Value": "it"}], "Statistic": "Sum"}
    settings = {"Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "EvaluationPeriods": 1}
    return Alarm({"AlarmName": "Stack-It", "Period": 300, **metric, **settings, **properties})


def computing(expression: str, *names: str) -> Alarm:
    """Return an alarm on an expression."""
    stats = [
        {
            "Id": name,
            "MetricStat": {
                "Metric": {"MetricName": name, "Dimensions": [{"Name": "service", "Value": "it"}]},
                "Period": 60,
                "Stat": "Sum",
            },
        }
        for name in names
    ]
    return an_alarm(Metrics=[{"Id": "e", "Expression": expression}, *stats], TreatMissingData="breaching")


class TestMissingData:
    """Missing data points."""

    @pytest.mark.parametrize(("to_alarm", "row", "states"), PUBLISHED)
    @pytest.mark.parametrize("current", ["OK", "ALARM"])
    def test_are_treated_as_published(self, to_alarm: int, row: str, states: str, current: State) -> None:
        """Each row of the two tables, with 3 evaluation periods and an evaluation range of 5."""
        expected = [current if state == KEPT else state for state in states.split()]
        found = [
            next_state(points(row), periods=3, to_alarm=to_alarm, treatment=treatment, current=current)
            for treatment in TREATMENTS
        ]
        assert found == expected

    @pytest.mark.parametrize("row", ["- - - - X", "- - - X -", "- - - X 0", "- - X - 0"])
    def test_make_no_premature_alarm(self, row: str) -> None:
        """PAGE, "Avoiding premature transitions to alarm state": "the next data point may be non-breaching"."""
        assert next_state(points(row), periods=3, to_alarm=3, treatment="missing", current="OK") == "OK"


class TestWindow:
    """The evaluation window."""

    def test_slides_on_every_minute(self) -> None:
        """The page says: "at the end of minute 6, the alarm is evaluated based on the data from minutes 2 to 6"."""
        alarm = an_alarm(TreatMissingData="notBreaching")
        calls = {("Calls", "it"): Metric([(1, 1.0)])}
        changes = alarm.transitions(calls, 1, 30, unknown=Unknown(further=0))
        assert changes == [(1, "INSUFFICIENT_DATA", "OK"), (2, "OK", "ALARM"), (7, "ALARM", "OK")]

    def test_sees_a_late_data_point_once_it_has_arrived(self) -> None:
        """A point of minute 1 that is three minutes late is available at minute 5."""
        calls = {("Calls", "it"): Metric([(1, 1.0)], late=lambda _: 3)}
        alarm = an_alarm(TreatMissingData="notBreaching")
        changes = alarm.transitions(calls, 1, 30, unknown=Unknown(further=0), current="OK")
        assert changes == [(5, "OK", "ALARM"), (7, "ALARM", "OK")]

    def test_looks_further_back_for_missing_data_points(self) -> None:
        """The last data point is evaluated again for as long as the evaluation range reaches back to it."""
        calls = {("Calls", "it"): Metric([(1, 1.0)])}
        alarm = an_alarm(TreatMissingData="notBreaching")
        changes = alarm.transitions(calls, 1, 60, unknown=Unknown(further=2), current="OK")
        assert changes == [(2, "OK", "ALARM"), (17, "ALARM", "OK")]

    def test_of_several_days_moves_once_an_hour(self) -> None:
        """The documentation's job of 10:02 is not seen at 10:03, but at 11:03."""
        alarm = an_alarm(Period=DAY * 60, EvaluationPeriods=2, DatapointsToAlarm=1, TreatMissingData="notBreaching")
        calls = {("Calls", "it"): Metric([(10 * 60 + 2, 1.0)])}
        assert alarm.hourly
        changes = alarm.transitions(calls, 0, DAY, unknown=Unknown(), current="OK")
        assert changes == [(11 * 60 + 3, "OK", "ALARM")]

    @given(
        calls=st.lists(st.tuples(st.integers(0, 40), st.sampled_from([0, 0, 0, 1, 2])), max_size=12),
        faults=st.lists(st.tuples(st.integers(0, 40), st.just(0)), max_size=12),
        late=st.integers(0, 9),
        periods=st.integers(1, 3),
        further=st.integers(0, 4),
        treatment=st.sampled_from(TREATMENTS),
        expression=st.sampled_from(["calls + faults", "FILL(calls, 0) + FILL(faults, 0)", "calls", "faults - calls"]),
        statistic=st.sampled_from(["Sum", "Maximum", "Minimum"]),
        seconds=st.sampled_from([60, 180]),
        fills=st.booleans(),
    )
    def test_is_evaluated_on_every_minute_that_matters(  # noqa: PLR0913, PLR0917 - what can differ
        self,
        calls: list[tuple[int, float]],
        faults: list[tuple[int, float]],
        late: int,
        periods: int,
        further: int,
        treatment: Treatment,
        expression: str,
        statistic: str,
        seconds: int,
        fills: bool,
    ) -> None:
        """The model evaluates only changes: the states are the same as if it evaluated each minute."""
        alarm = computing(expression, "calls", "faults")
        for metric in alarm.properties["Metrics"][1:]:
            metric["MetricStat"].update(Stat=statistic, Period=seconds)
        alarm = Alarm({**alarm.properties, "EvaluationPeriods": periods, "TreatMissingData": treatment})
        lateness = {"late": lambda minute: (minute * 7) % (late + 1)}
        metrics = {("calls", "it"): Metric(calls, **lateness), ("faults", "it"): Metric(faults, **lateness)}
        unknown = Unknown(further=further, fills_nothing=fills)
        states: list[State] = ["OK"]
        expected = []
        for now in range(3, 70):
            states.append(alarm.state(metrics, now, states[-1], unknown))
            if states[-1] != states[-2]:
                expected.append((now, states[-2], states[-1]))
        assert alarm.transitions(metrics, 3, 70, unknown=unknown, current="OK") == expected

    @pytest.mark.parametrize(
        ("seconds", "periods"), [(90, 1), (30, 1), (3_540, 25), (3_600, 169), (DAY * 60, 8), (300, 289)]
    )
    def test_has_putmetricalarms_limits(self, seconds: int, periods: int) -> None:
        """A multiple of a minute; at most a day, or seven if a period is an hour or longer."""
        with pytest.raises(ValueError, match="It: "):
            _ = an_alarm(Period=seconds, EvaluationPeriods=periods).period

    def test_of_a_new_alarm_is_evaluated_after_its_warm_up(self) -> None:
        """The page says: "during warm-up, the alarm stays in INSUFFICIENT_DATA"; it warms up only once."""
        warm_up = {"WarmUpPeriodDurationInMinutes": 30, "OnlyStartEvaluatingAfterWarmUpPeriodEnds": True}
        alarm = an_alarm(TreatMissingData="breaching", WarmUpConfiguration=warm_up)
        assert alarm.transitions({}, 0, 60, unknown=Unknown()) == [(30, "INSUFFICIENT_DATA", "ALARM")]
        assert alarm.transitions({}, 0, 60, unknown=Unknown(), current="OK") == [(0, "OK", "ALARM")]


class TestMath:
    """Metric math."""

    def test_fill_may_stick(self) -> None:
        """The page says: "that causes the latest data point for the metric to always be the FILL value"."""
        alarm = computing("FILL(calls, 0)", "calls")
        calls = {("calls", "it"): Metric([(minute, 1.0) for minute in range(100)], late=lambda _: 1)}
        assert alarm.transitions(calls, 10, 90, unknown=Unknown(), current="OK") == []
        on_time = {("calls", "it"): Metric([(minute, 1.0) for minute in range(100)])}
        assert alarm.transitions(on_time, 10, 90, unknown=Unknown(), current="OK") == [(10, "OK", "ALARM")]

    @pytest.mark.parametrize("further", [0, 2, 7])
    @pytest.mark.parametrize("fills", [True, False])
    def test_fill_ends_the_look_back_for_a_metric_that_is_sent_once(self, further: int, fills: bool) -> None:
        """Without it, the only data point would be evaluated for as long as the evaluation range reaches back to it."""
        calls, unknown = {("calls", "it"): Metric([(1, 1.0)])}, Unknown(further=further, fills_nothing=fills)
        filled, bare = (computing(expression, "calls") for expression in ("FILL(calls, 0)", "calls"))
        ends = {}
        for name, alarm in {"filled": filled, "bare": bare}.items():
            patient = Alarm({**alarm.properties, "TreatMissingData": "notBreaching"})
            fired, (cleared, _, _) = patient.transitions(calls, 1, 60, unknown=unknown, current="OK")
            assert fired == (2, "OK", "ALARM")
            ends[name] = cleared
        assert ends == {"filled": 3, "bare": 3 + further}

    @pytest.mark.parametrize(("fills", "state"), [(True, "OK"), (False, "ALARM")])
    def test_fill_of_a_metric_without_any_data_point_is_open(self, fills: bool, state: State) -> None:
        """The documentation does not say; a test has to try both."""
        alarm = computing("FILL(calls, 0)", "calls")
        assert alarm.state({}, 10, "OK", Unknown(fills_nothing=fills)) == state

    @pytest.mark.parametrize(
        ("expression", "state"), [("calls + faults", "ALARM"), ("faults - calls", "OK"), ("faults * 2", "ALARM")]
    )
    def test_a_missing_value_beside_another_is_0(self, expression: str, state: State) -> None:
        """Missing values "are treated as 0"; if all are missing, so is the result."""
        alarm = computing(expression, "calls", "faults")
        assert alarm.state({("calls", "it"): Metric([(9, 1.0)])}, 10, "OK", Unknown(further=0)) == state

    def test_what_is_not_modelled_is_rejected(self) -> None:
        """The documentation of a new function must be read first."""
        with pytest.raises(NotImplementedError, match="RUNNING_SUM"):
            computing("RUNNING_SUM(calls)", "calls").state({}, 10, "OK", Unknown())
