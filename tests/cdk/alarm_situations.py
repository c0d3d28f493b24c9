"""What every alarm does in every situation, by the model of CloudWatch: `python -m tests.cdk.alarm_situations`.

A situation is a series of metrics as the functions and queues would emit them. Schedules are precise to the minute
(https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html), so a poll falls into one minute or the
next; metrics come up to three minutes late.
"""

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from outposts_order_notifier.notify.channel import ChannelError
from outposts_order_notifier.notify.delivery import wait_before_retry
from testing.synthesis import REGION, template_of
from tests.cdk.cloudwatch_alarms import DAY, HOUR, Alarm, Metric, MetricKey, State, Unknown

TICKS = (1, 5, 15, 60, 1_440)
SOURCES = [{"region": REGION}, {"region": "us-west-2"}, {"region": "eu-central-1"}]
CONFIGURATIONS: Mapping[str, dict[str, Any]] = {
    "one source": {},
    "three sources, Slack": {"sources": SOURCES, "slack": {"secretName": "slack"}},
    "organization, three sources, Slack, Amazon Q": {
        "sources": SOURCES,
        "organization": {"roleName": "OutpostsReader", "regions": [REGION]},
        "slack": {"secretName": "slack", "channel": "#outposts"},
        "amazonQDeveloper": True,
    },
}
ACCOUNTS = 12  # of the organization
WEEK = 7 * DAY

# A queue that was idle for hours takes some minutes until it has metrics again:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
AWAKE = 15
VISIBILITY_MINUTES = 12  # of a message whose function ended before it returned anything


@dataclass(frozen=True, slots=True)
class Conditions:
    """One combination of what AWS does not promise.

    Attributes:
        late: The minutes by which metrics are late; None for a different number each minute.
        unknown: What CloudWatch's documentation leaves open.
        seed: The seed of what is random.
        first_tick: The number of ticks after which a new schedule runs for the first time.
    """

    late: int | None
    unknown: Unknown
    seed: int
    first_tick: int = 0

    def lateness(self, minute: int) -> int:
        """Return by how much a data point is late."""
        return (minute * 7 + self.seed) % 4 if self.late is None else self.late


CONDITIONS = (
    Conditions(0, Unknown(), 1),
    Conditions(1, Unknown(further=0, fills_nothing=False, minute=0), 2, first_tick=1),
    Conditions(2, Unknown(further=7, minute=59), 3),
    Conditions(3, Unknown(further=0), 4),
    Conditions(3, Unknown(further=2, fills_nothing=False, minute=0), 5, first_tick=1),
    Conditions(None, Unknown(further=4), 6),
)


def sample(*case: object) -> tuple[Conditions, ...]:
    """Draw the conditions of a case, always the same ones."""
    return (random.Random(str(case)).choice(CONDITIONS),)  # noqa: S311 - a sample, not a secret


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure, and the alarm that reports it.

    Attributes:
        alarm: The only alarm that must fire.
        organization: Whether only an organization has it.
    """

    alarm: str
    organization: bool = False


FAILURES: Mapping[str, Failure] = {
    "polls stop": Failure("PollsStopped"),
    "polls fail": Failure("PollFailures"),
    "one source's polls fail": Failure("PollFailures"),
    "plans stop": Failure("PlansMissing", organization=True),
    "plans fail": Failure("PlansMissing", organization=True),
    "events stay pending": Failure("PendingEvents"),
    "one source's events stay pending": Failure("PendingEvents"),
    "orders are left": Failure("OrdersLeft"),
    "a snapshot is set aside": Failure("SnapshotsSetAside"),
    "a channel is down": Failure("NotificationsDelayed"),
    "a channel refuses for good": Failure("NotificationsDelayed"),
    "notifications are not taken": Failure("NotificationsNotTaken"),
    "the notify function crashes": Failure("NotificationsNotTaken"),
    "dead letters": Failure("DeadLetters"),
    "polls do not start": Failure("PollsNotStarted"),
}


@dataclass
class World:
    """The metrics of a stack from minute 0.

    Attributes:
        tick: The minutes between polls.
        sources: The number of sources that have a schedule.
        organization: Whether there is a planner.
        conditions: What AWS does not promise.
        end: The minute after the last.
        failure: What goes wrong.
        since: The minute in which it begins.
        until: The minute in which it ends.
        began: The minute from which the alarm's text counts: of the last poll before it, or of the first failed one.
    """

    tick: int
    sources: int
    organization: bool
    conditions: Conditions
    end: int
    failure: str = ""
    since: int = 0
    until: int = 0
    began: int = 0
    _points: defaultdict[MetricKey, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def metrics(self) -> dict[MetricKey, Metric]:
        """Return all metrics."""
        chance = random.Random(self.conditions.seed)  # noqa: S311 - it only has to be the same each time
        self.began = self.since
        polls = sorted((m, number) for number in range(self.sources) for m in self._ticks(chance))
        for minute, number in polls:
            self._poll(minute, failing=not number or not self.failure.startswith("one source"))
        if self.organization:
            for minute in self._ticks(chance):
                self._plan(minute, chance)
        self._mark(minute for minute, _ in polls)
        self._notify()
        metrics = {key: Metric(points.items(), self.conditions.lateness) for key, points in self._points.items()}
        for queue, failure in _QUEUES.items():
            if self.failure == failure:  # it was idle
                points = [(minute, 1.0) for minute in range(self.since, self.until)]
                awake = {"late": lambda minute: max(self.conditions.lateness(minute), self.since + AWAKE - minute)}
                metrics["ApproximateNumberOfMessagesVisible", queue] = Metric(points, **awake)
        return metrics

    def _ticks(self, chance: random.Random) -> list[int]:
        phase, first = chance.random(), self.conditions.first_tick * self.tick
        times = range(first, self.end, self.tick)
        return [math.floor(time + phase + chance.random()) for time in times]

    def _failing_at(self, minute: int) -> bool:
        return self.since <= minute < self.until

    def _add(self, name: str, owner: str, minute: int, value: int) -> None:
        if value or name in _SENT_BY_LAMBDA:  # the functions' own metrics are not sent as 0
            self._points[name, owner][minute] += value

    def _poll(self, minute: int, *, failing: bool) -> None:
        if self.failure == "polls stop" and self._failing_at(minute):
            return
        affected = failing and self._failing_at(minute)
        self._add("Invocations", "PollerFunction", minute, 1)
        fails = affected and self.failure.endswith("polls fail")
        self._add("Errors", "PollerFunction", minute, int(fails))
        self._source(minute, fails=fails, affected=affected)

    def _source(self, minute: int, *, fails: bool, affected: bool) -> None:
        self._add("PollFailures", "poll", minute, int(fails))
        pending = affected and self.failure.endswith("events stay pending")
        self._add("PendingEvents", "poll", minute, 3 * pending)
        self._add("OrdersLeft", "poll", minute, 2 * (affected and self.failure == "orders are left"))

    def _plan(self, minute: int, chance: random.Random) -> None:
        affected = self._failing_at(minute)
        if self.failure == "plans stop" and affected:
            return
        fails = self.failure == "plans fail" and affected
        self._add("Invocations", "PlannerFunction", minute, 1)
        self._add("Errors", "PlannerFunction", minute, int(fails))
        planned = ACCOUNTS // 2 if fails else ACCOUNTS
        self._add("SourcesPlanned", "planner", minute, planned)
        drain = max(1, self.tick - 1) * (self.conditions.seed % 2)  # at once, or nearly a tick
        for _ in range(planned):
            polled = minute + round(chance.uniform(0, drain + 1))
            if self.failure == "polls stop" and self._failing_at(polled):
                continue
            of_all = not self.failure.startswith("one source") and self._failing_at(polled)
            self._add("Invocations", "PollerFunction", polled, 1)
            self._add("SourcesPolled", "poll", polled, 1)
            self._source(polled, fails=of_all and self.failure == "polls fail", affected=of_all)

    def _mark(self, polls: Iterable[int]) -> None:
        """Find the minute from which the alarm's text counts."""
        if self.failure == "polls stop":
            self.began = max(minute for minute in polls if minute < self.since)
        elif self.failure.startswith("plans"):
            runs, errors = (self._points[name, "PlannerFunction"] for name in ("Invocations", "Errors"))
            self.began = max(minute for minute in runs if minute < self.since and not errors[minute])
        elif FAILURES.get(self.failure, Failure("")).alarm in _FAILURE_METRICS:
            points = self._points[_FAILURE_METRICS[FAILURES[self.failure].alarm], "poll"]
            self.began = min(minute for minute, value in points.items() if value)
        elif self.failure == "a snapshot is set aside":
            self._add("SnapshotsSetAside", "poll", self.since, 1)

    def _notify(self) -> None:
        age = "ApproximateAgeOfOldestMessage", "NotificationsQueue"
        for minute in range(30, min(self.end, 2 * DAY), 97):  # a usual notification, and one that had to wait
            self._points[age][minute] = 5
            self._add("NotificationDelay", "notify", minute, 45)
        match self.failure:
            case "notifications are not taken":
                for minute in range(self.since, self.until):
                    self._points[age][minute] = 60 * (minute - self.since)
            case "the notify function crashes":
                for minute in range(self.since, self.since + 3 * VISIBILITY_MINUTES):  # then SQS leaves it out
                    self._points[age][minute] = 60 * (minute - self.since)
            case "a channel is down" | "a channel refuses for good":
                self._refuse(permanent=self.failure.endswith("for good"))

    def _refuse(self, *, permanent: bool) -> None:
        """Try one message as the function does, for as long as the failure lasts."""
        age = self._points["ApproximateAgeOfOldestMessage", "NotificationsQueue"]
        seconds = 0
        for attempt in range(1, 21):
            minute = self.since + seconds // 60
            if minute >= self.until:
                break
            if attempt <= 4:  # "received three times (or more) and not processed"
                age[minute] = max(seconds, age[minute])
            self._points["NotificationDelay", "notify"][minute] = seconds
            seconds += wait_before_retry([ChannelError("no", permanent=permanent)], attempt) + 5


# Lambda sends both on each invocation: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
_SENT_BY_LAMBDA = {"Invocations", "Errors"}
_QUEUES = {"NotificationsDeadLetterQueue": "dead letters", "PollerDeadLetterQueue": "polls do not start"}
_FAILURE_METRICS = {"PollFailures": "PollFailures", "PendingEvents": "PendingEvents", "OrdersLeft": "OrdersLeft"}


@cache
def alarms(configuration: str, tick: int) -> tuple[Alarm, ...]:
    """Read a configuration's alarms from its template: without a dashboard, as they are the same and it is smaller."""
    template = template_of({**CONFIGURATIONS[configuration], "pollEveryMinutes": tick, "dashboard": False})
    found = template.find_resources("AWS::CloudWatch::Alarm").values()
    return tuple(sorted((Alarm(each["Properties"]) for each in found), key=lambda alarm: alarm.name))


def sources(configuration: str) -> int:
    """Return the number of sources that have a schedule."""
    return len(CONFIGURATIONS[configuration].get("sources", [None]))


def has(failure: Failure, configuration: str) -> bool:
    """Return whether a configuration can have a failure."""
    return "organization" in CONFIGURATIONS[configuration] or not failure.organization


def promised(alarm: Alarm) -> int:
    """Return the minutes after which an alarm fires according to its description; 0 if it does not say."""
    units = {"day": DAY, "hour": HOUR, "minute": 1}
    described = re.findall(r"(\d+) (day|hour|minute)s?\b", alarm.properties["AlarmDescription"])
    return sum(int(number) * units[unit] for number, unit in described)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an alarm did.

    Attributes:
        fired: For each of the conditions, the minutes from when its text begins to count until it fired.
        cleared: The minutes from the end of the failure until it cleared.
        quiet: Whether no other alarm changed its state.
        times: The number of times that it fired and cleared.
    """

    fired: tuple[int, ...]
    cleared: tuple[int, ...]
    times: tuple[tuple[int, int], ...]
    others: tuple[str, ...]


def lasting(tick: int) -> int:
    """Return for how long a failure lasts: until its alarm must have fired, and as long again."""
    return max(12 * tick, 150)


@cache
def outcome(configuration: str, tick: int, name: str, every: tuple[Conditions, ...] = CONDITIONS) -> Outcome:
    """Let a failure begin and end under all conditions, and evaluate all alarms."""
    fired, cleared, times, others = [], [], [], []
    for conditions in every:
        start = 8 * tick + 100
        since = start + 3 * tick + 61 + 7 * conditions.seed
        until = since + lasting(tick)
        world = World(
            tick,
            sources(configuration),
            "organization" in CONFIGURATIONS[configuration],
            conditions,
            until + 12 * tick + 400,
            name,
            since,
            until,
        )
        metrics = world.metrics()
        for alarm in alarms(configuration, tick):
            changes = alarm.transitions(metrics, start, world.end, unknown=conditions.unknown, current="OK")
            if alarm.name != FAILURES[name].alarm:
                others += [f"{alarm.name} {change}" for change in changes]
                continue
            fired += [now - world.began for now, _, state in changes if state == "ALARM"][:1]
            cleared += [now - until for now, _, state in changes if state == "OK"][-1:]
            times.append((sum(state == "ALARM" for _, _, state in changes), len(changes)))
    return Outcome(tuple(fired), tuple(cleared), tuple(times), tuple(others))


@cache
def healthy(configuration: str, tick: int, every: tuple[Conditions, ...]) -> tuple[str, ...]:
    """Let new alarms watch a stack for a week without failures, and return all changes but their first OK."""
    reported = []
    for conditions in every:
        # CloudFormation creates the alarms with their schedules, or some minutes later.
        made = 4 * (conditions.seed % 2)
        for alarm, changes in watched(configuration, tick, conditions, made, made + WEEK, current=None):
            first, *further = changes
            if first[1:] != ("INSUFFICIENT_DATA", "OK") or further:
                reported.append(f"{alarm.name}: {changes[:3]}")
    return tuple(reported)


def watched(  # noqa: PLR0913 - whose alarms, under which conditions, when
    configuration: str, tick: int, conditions: Conditions, start: int, end: int, *, current: State | None
) -> Iterator[tuple[Alarm, list[tuple[int, State, State]]]]:
    """Let all alarms watch a stack without failures."""
    world = World(tick, sources(configuration), "organization" in CONFIGURATIONS[configuration], conditions, end)
    metrics = world.metrics()
    for alarm in alarms(configuration, tick):
        yield alarm, alarm.transitions(metrics, start, end, unknown=conditions.unknown, current=current)


def table() -> str:
    """Print alarm, configuration, tick and situation, and what happened when."""
    rows = [["alarm", "configuration", "tick", "situation", "promised", "fired after", "cleared after"]]
    for configuration in CONFIGURATIONS:
        for tick in TICKS:
            by_name = {alarm.name: alarm for alarm in alarms(configuration, tick)}
            for name, failure in FAILURES.items():
                if has(failure, configuration):
                    found = outcome(configuration, tick, name)
                    words = [_range(found.fired), _range(found.cleared)]
                    promise = str(promised(by_name[failure.alarm]) or "-")
                    rows.append([failure.alarm, configuration, str(tick), name, promise, *words])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _range(minutes: tuple[int, ...]) -> str:
    return f"{min(minutes)} to {max(minutes)} minutes" if minutes else "never"


if __name__ == "__main__":
    print(table())  # noqa: T201 - the result
