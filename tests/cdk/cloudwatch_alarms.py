"""How CloudWatch evaluates a metric alarm, by its documentation. Pure: no clock and no AWS; time is counted in minutes.

The pages, and the sentences that are modelled:

- https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html: "For any period of one minute or
  longer, an alarm is evaluated every minute and the evaluation is based on the window of time defined by the Period and
  Evaluation Periods." "If the number of evaluation periods multiplied by the length of each evaluation period exceeds
  one day, the alarm is evaluated once per hour", and "takes into account only the metrics up to the current hour at the
  :00 minute".
- https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation-window.html: "With a sliding window,
  the evaluation window moves forward each time the alarm is evaluated".
- https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html: "CloudWatch attempts to
  retrieve a higher number of data points than the number specified as Evaluation Periods. The exact number of data
  points it attempts to retrieve depends on the length of the alarm period", and the two tables.
- https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html: "Missing values in a time
  series are treated as 0" in arithmetic; "FILL replaces that missing data point with the requested value".
- https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-warm-up.html: "During warm-up, the alarm stays in
  INSUFFICIENT_DATA and does not perform alarm actions."
- https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html: the limits, and "when this
  operation creates an alarm, the alarm state is immediately set to INSUFFICIENT_DATA"; "when you update an existing
  alarm, its state is left unchanged".

What the pages leave open is a parameter (`Unknown`), so that a test can try every answer.
"""

import ast
import operator
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
Treatment = Literal["missing", "ignore", "breaching", "notBreaching"]
MetricKey = tuple[str, str]  # name, and the last of its dimensions' values
Series = list[float | None]

HOUR, DAY = 60, 24 * 60

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_ARITHMETIC: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True, slots=True)
class Unknown:
    """What CloudWatch's documentation leaves open.

    Attributes:
        further: How many data points more than the evaluation periods the evaluation range has: "depends".
        fills_nothing: Whether FILL adds data points to a metric that has none at all in the range.
        minute: The minute of the hour at which an alarm is evaluated that is evaluated once per hour.
    """

    further: int = 2
    fills_nothing: bool = True
    minute: int = 3


class Metric:
    """A metric's data points: at most one a minute, each with the moment from which CloudWatch has it.

    Args:
        points: Minute and value of each, in any order; those of the same minute remain separate.
        late: The minutes by which a point of a minute arrives late.
    """

    def __init__(self, points: Iterable[tuple[int, float]], late: Callable[[int], int] = lambda _: 0) -> None:
        ordered = sorted(points)
        self._minutes = [minute for minute, _ in ordered]
        # A minute's point can be seen once the minute is over.
        self._points = [(value, minute + 1 + late(minute)) for minute, value in ordered]

    def changes(self, name: str, period: int, window: int) -> Iterator[tuple[int, float | None]]:
        """Return each minute in which a window's statistic changes, and the value from then on; None if it has no data.

        Args:
            name: The statistic's.
            period: The length of each window.
            window: 0 for the minutes just before now, 1 for those before them, and so on.
        """
        moves: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
        for value, enters, leaves in self._stays(period, window):
            moves[enters].append((value, 1))
            moves[leaves].append((value, -1))
        known: Counter[float] = Counter()
        before: float | None = None
        for now in sorted(moves):
            moved = moves[now]
            if len(moved) == 2 and moved[0][0] == moved[1][0] and moved[0][1] != moved[1][1]:
                continue  # one leaves and an equal one enters, as on most minutes
            for value, number in moved:
                known[value] += number
                if not known[value]:
                    del known[value]
            after = _STATISTICS[name](list(known.elements())) if known else None
            if after != before:
                yield now, after
                before = after

    def _stays(self, period: int, window: int) -> Iterator[tuple[float, int, int]]:
        """Return each value that is in a window, from when, and until when; zeros together if there is nothing else."""
        only_zeros = not any(value for value, _ in self._points)
        start = end = 0
        for minute, (value, since) in zip(self._minutes, self._points, strict=True):
            enters, leaves = max(since, minute + period * window + 1), minute + period * (window + 1) + 1
            if enters >= leaves:
                continue
            if not only_zeros:
                yield value, enters, leaves
            elif end and enters <= end:
                start, end = min(start, enters), leaves
            else:
                if end:
                    yield 0, start, end
                start, end = enters, leaves
        if end:
            yield 0, start, end

    def statistic(self, name: str, start: int, end: int, now: int) -> float | None:
        """Aggregate what is known `now` of the minutes from `start` until before `end`; None if there is no data."""
        first, last = bisect_left(self._minutes, start), bisect_left(self._minutes, end)
        known = [value for value, since in self._points[first:last] if since <= now]
        return _STATISTICS[name](known) if known else None


_NOTHING = Metric(())
_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {"Sum": sum, "Maximum": max, "Minimum": min}


@dataclass(frozen=True)
class Alarm:
    """An `AWS::CloudWatch::Alarm`, read from its template.

    Attributes:
        properties: The resource's.
    """

    properties: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name without the stack's name."""
        return str(self.properties["AlarmName"]).rpartition("-")[2]

    @cached_property
    def stats(self) -> dict[str, tuple[MetricKey, str]]:
        """Each metric's id in the expression, its key, and its statistic."""
        if "Metrics" not in self.properties:
            return {"metric": (_key(self.properties), self.properties["Statistic"])}
        return {
            each["Id"]: (_key(each["MetricStat"]["Metric"]), each["MetricStat"]["Stat"])
            for each in self.properties["Metrics"]
            if "MetricStat" in each
        }

    @cached_property
    def expression(self) -> ast.expr:
        """The expression that it computes from its metrics."""
        metrics = self.properties.get("Metrics", [])
        (text,) = [each["Expression"] for each in metrics if "Expression" in each] or ["metric"]
        computed: ast.expr = ast.parse(text, mode="eval").body
        return computed

    @cached_property
    def period(self) -> int:
        """The length of each window, in minutes.

        Raises:
            ValueError: PutMetricAlarm would reject the alarm.
        """
        metrics = self.properties.get("Metrics", [])
        (seconds,) = {each["MetricStat"]["Period"] for each in metrics if "MetricStat" in each} or {
            self.properties["Period"]
        }
        longest = 7 * DAY if seconds >= HOUR * 60 else DAY
        if seconds % 60 or seconds < 60 or seconds // 60 * self.periods > longest:
            raise ValueError(f"{self.name}: {self.periods} periods of {seconds} seconds")
        return int(seconds) // 60

    @property
    def periods(self) -> int:
        """Evaluation Periods, the N of "M out of N"."""
        return int(self.properties["EvaluationPeriods"])

    @property
    def to_alarm(self) -> int:
        """Datapoints to Alarm, the M of "M out of N"."""
        return int(self.properties.get("DatapointsToAlarm", self.periods))

    @property
    def treatment(self) -> Treatment:
        """How it treats missing data."""
        treatment: Treatment = self.properties.get("TreatMissingData", "missing")
        return treatment

    @property
    def hourly(self) -> bool:
        """Whether it is a "multi-day alarm"."""
        return self.period * self.periods > DAY

    @property
    def warm_up(self) -> int:
        """The minutes during which a new alarm is not evaluated.

        Raises:
            ValueError: PutMetricAlarm would reject it, or the warm-up may end early, which is not modelled.
        """
        configuration = self.properties.get("WarmUpConfiguration")
        if not configuration:
            return 0
        minutes = int(configuration["WarmUpPeriodDurationInMinutes"])
        if not 1 <= minutes <= 2 * DAY or not configuration["OnlyStartEvaluatingAfterWarmUpPeriodEnds"]:
            raise ValueError(f"{self.name}: {configuration}")
        return minutes

    def breaches(self, value: float) -> bool:
        """Return whether a data point violates the threshold."""
        return _COMPARISONS[self.properties["ComparisonOperator"]](value, self.properties["Threshold"])

    def state(self, metrics: Mapping[MetricKey, Metric], now: int, current: State, unknown: Unknown) -> State:
        """Evaluate it once.

        Args:
            metrics: Those that have data points; any other has none.
            now: The minute that has just begun.
            current: The alarm's state before.
            unknown: What the documentation leaves open.
        """
        return self._next(self._points(metrics, now, unknown), current)

    def _points(self, metrics: Mapping[MetricKey, Metric], now: int, unknown: Unknown) -> list[bool | None]:
        """Return whether each data point in the evaluation range breaches at a minute."""
        points = self._breaching(self._series(metrics, now, self.periods), unknown)
        if None in points and unknown.further:
            points = self._breaching(self._series(metrics, now, self.periods + unknown.further), unknown)
        return points

    def _series(self, metrics: Mapping[MetricKey, Metric], now: int, count: int) -> dict[str, Series]:
        """Aggregate each metric in as many windows, the newest first."""
        end = now - now % HOUR if self.hourly else now
        windows = [(end - (index + 1) * self.period, end - index * self.period) for index in range(count)]
        return {
            name: [metrics.get(key, _NOTHING).statistic(statistic, start, stop, now) for start, stop in windows]
            for name, (key, statistic) in self.stats.items()
        }

    def _breaching(self, series: Mapping[str, Series], unknown: Unknown) -> list[bool | None]:
        """Return whether each data point breaches, the newest first; None for a missing one."""
        key = unknown.fills_nothing, *map(tuple, series.values())
        if key not in self._judged:  # most minutes are like others
            self._judged[key] = self._judge(series, unknown)
        return self._judged[key]

    @cached_property
    def _judged(self) -> dict[Hashable, list[bool | None]]:
        return {}

    def _judge(self, series: Mapping[str, Series], unknown: Unknown) -> list[bool | None]:
        needed = {name: values[: self.periods] for name, values in series.items()}
        points = _computed(self.expression, needed, unknown)
        if None in points:  # else what is further back in the range "is not needed and is ignored"
            points = _computed(self.expression, series, unknown)
        return [None if point is None else self.breaches(point) for point in points]

    def _next(self, points: Sequence[bool | None], current: State) -> State:
        return next_state(
            points, periods=self.periods, to_alarm=self.to_alarm, treatment=self.treatment, current=current
        )

    def transitions(
        self,
        metrics: Mapping[MetricKey, Metric],
        start: int,
        end: int,
        *,
        unknown: Unknown,
        current: State | None = None,
    ) -> list[tuple[int, State, State]]:
        """Return every change of state: minute, state before, state after.

        Args:
            metrics: Those that have data points.
            start: The first minute at which it is evaluated, or at which it is created.
            end: The minute after the last.
            unknown: What the documentation leaves open.
            current: The state at `start`; None for an alarm that is new.
        """
        state: State = current or "INSUFFICIENT_DATA"
        first = start if current else start + self.warm_up
        changes: list[tuple[int, State, State]] = []
        for now, points in self._evaluations(metrics, first, end, unknown):
            after = self._next(points, state)
            if after != state:
                changes.append((now, state, after))
                state = after
        return changes

    def _evaluations(
        self, metrics: Mapping[MetricKey, Metric], first: int, end: int, unknown: Unknown
    ) -> Iterable[tuple[int, list[bool | None]]]:
        """Return the minutes of evaluation, without those at which nothing differs from before, and what breaches."""
        if self.hourly:
            minutes = range(first + (unknown.minute - first) % HOUR, end, HOUR)
            return [(now, self._points(metrics, now, unknown)) for now in minutes]
        needed = self._sliding(metrics, first, end, self.periods, unknown)
        if unknown.further and any(None in points for _, points in needed):
            return self._sliding(metrics, first, end, self.periods + unknown.further, unknown)
        return needed  # so all that is further back is ignored

    def _sliding(
        self, metrics: Mapping[MetricKey, Metric], first: int, end: int, count: int, unknown: Unknown
    ) -> list[tuple[int, list[bool | None]]]:
        """Return what breaches in as many windows, and from which minute on."""
        moments: defaultdict[int, list[tuple[str, int, float | None]]] = defaultdict(list, {first: []})
        for name, (key, statistic) in self.stats.items():
            for window in range(count):
                for now, value in metrics.get(key, _NOTHING).changes(statistic, self.period, window):
                    moments[max(now, first)].append((name, window, value))
        series: dict[str, Series] = {name: [None] * count for name in self.stats}
        found: list[tuple[int, list[bool | None]]] = []
        for now in sorted(moments):
            if now >= end:
                break
            for name, window, value in moments[now]:
                series[name][window] = value
            points = self._breaching(series, unknown)
            if not found or points != found[-1][1]:
                found.append((now, points))
        return found


def next_state(  # noqa: PLR0911 - one for each sentence of the page
    points: Sequence[bool | None], *, periods: int, to_alarm: int, treatment: Treatment, current: State
) -> State:
    """Return the state that follows from the data points in the evaluation range, the newest first.

    Args:
        points: Whether each breaches; None for a missing one.
        periods: Evaluation Periods.
        to_alarm: Datapoints to Alarm.
        treatment: How missing data are treated.
        current: The state before.
    """
    real = [point for point in points if point is not None]
    if len(real) >= periods:  # "the value you set for how to treat missing data is not needed and is ignored"
        return "ALARM" if sum(real[:periods]) >= to_alarm else "OK"
    missing = periods - len(real)  # "CloudWatch uses missing data points only as few times as possible"
    if treatment == "breaching":
        return "ALARM" if sum(real) + missing >= to_alarm else "OK"
    if treatment == "notBreaching" or sum(real) >= to_alarm:
        return "ALARM" if sum(real) >= to_alarm else "OK"
    if not all(real):
        return "OK"
    if treatment == "ignore":
        return current
    if not real:
        return "INSUFFICIENT_DATA"
    # "Avoiding premature transitions": "the oldest available breaching datapoint […] is at least as old as the value of
    # Datapoints to Alarm, and all other more recent data points are breaching or missing".
    oldest = max(age for age, point in enumerate(points, 1) if point)
    return "ALARM" if oldest >= to_alarm else current


def _key(metric: Mapping[str, Any]) -> MetricKey:
    """Return a metric's key. A dimension that refers to a resource is its logical id without the hash."""
    value = metric["Dimensions"][-1]["Value"]
    if isinstance(value, str):
        return metric["MetricName"], value
    reference = value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0]
    return metric["MetricName"], str(reference)[:-8]


def _computed(expression: ast.expr, series: Mapping[str, Series], unknown: Unknown) -> Series:
    """Evaluate an expression of metric math: names, numbers, FILL, and arithmetic.

    Raises:
        NotImplementedError: It contains something else.
    """
    count = len(next(iter(series.values())))
    match expression:
        case ast.Name(id=name):
            return list(series[name])
        case ast.Constant(value=int() | float() as number):
            return [float(number)] * count
        case ast.Call(
            func=ast.Name(id="FILL"), args=[ast.Name(id=name), ast.Constant(value=int() | float() as number)]
        ):
            points = series[name]
            if not unknown.fills_nothing and all(point is None for point in points):
                return [None] * count
            return [number if point is None else point for point in points]
        case ast.BinOp(left=left, op=sign, right=right):
            pairs = zip(_computed(left, series, unknown), _computed(right, series, unknown), strict=True)
            scalar = isinstance(left, ast.Constant) or isinstance(right, ast.Constant)
            return [_combined(sign, one, other, scalar=scalar) for one, other in pairs]
    raise NotImplementedError(ast.unparse(expression))


def _combined(sign: ast.operator, one: float | None, other: float | None, *, scalar: bool) -> float | None:
    if (one is None or other is None) if scalar else (one is None and other is None):
        return None
    return _ARITHMETIC[type(sign)](one or 0, other or 0)
