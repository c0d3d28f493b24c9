"""What every alarm does in every situation, by the model of CloudWatch: `python -m tests.cdk.alarm_situations`.

A situation is a stretch of metrics as the functions and queues would make them. Schedules keep their time to the minute
(https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html), so a poll falls into one minute or the
next; metrics come up to three minutes late.
"""

import math
import random
import re
from collections import Counter
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
VISIBILITY_MINUTES = 12  # of a message whose function ended before it said anything


@dataclass(frozen=True, slots=True)
class Sky:
    """One of the ways in which what nobody promises may turn out.

    Attributes:
        late: By how many minutes metrics are late; None for a different number each minute.
        unknown: What CloudWatch's documentation leaves open.
        seed: Of what is left to chance.
        first_tick: After how many ticks a new schedule runs for the first time.
    """

    late: int | None
    unknown: Unknown
    seed: int
    first_tick: int = 0

    def lateness(self, minute: int) -> int:
        """By how much a data point is late."""
        return (minute * 7 + self.seed) % 4 if self.late is None else self.late


SKIES = (
    Sky(0, Unknown(), 1),
    Sky(1, Unknown(further=0, fills_nothing=False, minute=0), 2, first_tick=1),
    Sky(2, Unknown(further=7, minute=59), 3),
    Sky(3, Unknown(further=0), 4),
    Sky(3, Unknown(further=2, fills_nothing=False, minute=0), 5, first_tick=1),
    Sky(None, Unknown(further=4), 6),
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A failure.

    Attributes:
        alarm: The alarm that has to fire, and no other.
        organization: Whether only an organization has it.
    """

    alarm: str
    organization: bool = False


TROUBLES: Mapping[str, Trouble] = {
    "polls stop": Trouble("PollsStopped"),
    "polls fail": Trouble("PollFailures"),
    "one source's polls fail": Trouble("PollFailures"),
    "plans stop": Trouble("PlansMissing", organization=True),
    "plans fail": Trouble("PlansMissing", organization=True),
    "events stay pending": Trouble("PendingEvents"),
    "one source's events stay pending": Trouble("PendingEvents"),
    "orders are left": Trouble("OrdersLeft"),
    "a snapshot is set aside": Trouble("SnapshotsSetAside"),
    "a channel is down": Trouble("NotificationsDelayed"),
    "a channel refuses for good": Trouble("NotificationsDelayed"),
    "notifications are not taken": Trouble("NotificationsNotTaken"),
    "the notify function crashes": Trouble("NotificationsNotTaken"),
    "dead letters": Trouble("DeadLetters"),
    "polls do not start": Trouble("PollsNotStarted"),
}


@dataclass
class World:
    """The metrics of a stack from minute 0 on.

    Attributes:
        tick: The minutes between polls.
        sources: How many sources have a schedule of their own.
        organization: Whether there is a planner.
        sky: How chance turns out.
        end: The minute after the last.
        trouble: What goes wrong.
        since: From when.
        until: Until when.
        began: The minute from which the alarm's text counts: of the last poll before, or of the first that failed.
    """

    tick: int
    sources: int
    organization: bool
    sky: Sky
    end: int
    trouble: str = ""
    since: int = 0
    until: int = 0
    began: int = 0
    _points: dict[MetricKey, Counter[int]] = field(default_factory=dict)

    def metrics(self) -> dict[MetricKey, Metric]:
        """Make all metrics."""
        chance = random.Random(self.sky.seed)  # noqa: S311 - it only has to be the same each time
        self.began = self.since
        polls = sorted((m, number) for number in range(self.sources) for m in self._ticks(chance))
        for minute, number in polls:
            self._poll(minute, failing=not number or not self.trouble.startswith("one source"))
        if self.organization:
            for minute in self._ticks(chance):
                self._plan(minute, chance)
        self._mark(minute for minute, _ in polls)
        self._notify()
        metrics = {key: Metric(points.items(), self.sky.lateness) for key, points in self._points.items()}
        for queue, trouble in _QUEUES.items():
            if self.trouble == trouble:  # such a queue was idle
                points = [(minute, 1.0) for minute in range(self.since, self.until)]
                awake = {"late": lambda minute: max(self.sky.lateness(minute), self.since + AWAKE - minute)}
                metrics["ApproximateNumberOfMessagesVisible", queue] = Metric(points, **awake)
        return metrics

    def _ticks(self, chance: random.Random) -> list[int]:
        phase, first = chance.random(), self.sky.first_tick * self.tick
        times = range(first, self.end, self.tick)
        return [math.floor(time + phase + chance.random()) for time in times]

    def _troubled(self, minute: int) -> bool:
        return self.since <= minute < self.until

    def _add(self, name: str, owner: str, minute: int, value: int) -> None:
        self._points.setdefault((name, owner), Counter())[minute] += value

    def _poll(self, minute: int, *, failing: bool) -> None:
        if self.trouble == "polls stop" and self._troubled(minute):
            return
        troubled = failing and self._troubled(minute)
        self._add("Invocations", "PollerFunction", minute, 1)
        fails = troubled and self.trouble.endswith("polls fail")
        self._add("Errors", "PollerFunction", minute, int(fails))
        self._source(minute, fails=fails, troubled=troubled)

    def _source(self, minute: int, *, fails: bool, troubled: bool) -> None:
        self._add("PollFailures", "poll", minute, int(fails))
        pending = troubled and self.trouble.endswith("events stay pending")
        self._add("PendingEvents", "poll", minute, 3 * pending)
        self._add("OrdersLeft", "poll", minute, 2 * (troubled and self.trouble == "orders are left"))

    def _plan(self, minute: int, chance: random.Random) -> None:
        troubled = self._troubled(minute)
        if self.trouble == "plans stop" and troubled:
            return
        fails = self.trouble == "plans fail" and troubled
        self._add("Invocations", "PlannerFunction", minute, 1)
        self._add("Errors", "PlannerFunction", minute, int(fails))
        planned = ACCOUNTS // 2 if fails else ACCOUNTS
        self._add("SourcesPlanned", "planner", minute, planned)
        drain = max(1, self.tick - 1) * (self.sky.seed % 2)  # at once, or nearly a tick
        for _ in range(planned):
            polled = minute + round(chance.uniform(0, drain + 1))
            if self.trouble == "polls stop" and self._troubled(polled):
                continue
            of_all = not self.trouble.startswith("one source") and self._troubled(polled)
            self._add("Invocations", "PollerFunction", polled, 1)
            self._add("SourcesPolled", "poll", polled, 1)
            self._source(polled, fails=of_all and self.trouble == "polls fail", troubled=of_all)

    def _mark(self, polls: Iterable[int]) -> None:
        """Find the minute from which the alarm's text counts."""
        if self.trouble == "polls stop":
            self.began = max(minute for minute in polls if minute < self.since)
        elif self.trouble.startswith("plans"):
            runs, errors = (self._points[name, "PlannerFunction"] for name in ("Invocations", "Errors"))
            self.began = max(minute for minute in runs if minute < self.since and not errors[minute])
        elif TROUBLES.get(self.trouble, Trouble("")).alarm in _TROUBLE_METRICS:
            points = self._points[_TROUBLE_METRICS[TROUBLES[self.trouble].alarm], "poll"]
            self.began = min(minute for minute, value in points.items() if value)
        elif self.trouble == "a snapshot is set aside":
            self._add("SnapshotsSetAside", "poll", self.since, 1)

    def _notify(self) -> None:
        age = "ApproximateAgeOfOldestMessage", "NotificationsQueue"
        for minute in range(30, min(self.end, 2 * DAY), 97):  # an ordinary notification, and one that had to wait
            self._points.setdefault(age, Counter())[minute] = 5
            self._add("NotificationDelay", "notify", minute, 45)
        match self.trouble:
            case "notifications are not taken":
                for minute in range(self.since, self.until):
                    self._points[age][minute] = 60 * (minute - self.since)
            case "the notify function crashes":
                for minute in range(self.since, self.since + 3 * VISIBILITY_MINUTES):  # then SQS leaves it out
                    self._points[age][minute] = 60 * (minute - self.since)
            case "a channel is down" | "a channel refuses for good":
                self._refuse(permanent=self.trouble.endswith("for good"))

    def _refuse(self, *, permanent: bool) -> None:
        """Try one message as the function does, for as long as the trouble lasts."""
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


_QUEUES = {"NotificationsDeadLetterQueue": "dead letters", "PollerDeadLetterQueue": "polls do not start"}
_TROUBLE_METRICS = {"PollFailures": "PollFailures", "PendingEvents": "PendingEvents", "OrdersLeft": "OrdersLeft"}


@cache
def alarms(configuration: str, tick: int) -> tuple[Alarm, ...]:
    """Read a configuration's alarms from its template."""
    template = template_of({**CONFIGURATIONS[configuration], "pollEveryMinutes": tick})
    found = template.find_resources("AWS::CloudWatch::Alarm").values()
    return tuple(sorted((Alarm(each["Properties"]) for each in found), key=lambda alarm: alarm.name))


def sources(configuration: str) -> int:
    """Count the sources that have a schedule of their own."""
    return len(CONFIGURATIONS[configuration].get("sources", [None]))


def has(trouble: Trouble, configuration: str) -> bool:
    """Whether a configuration can have a trouble."""
    return "organization" in CONFIGURATIONS[configuration] or not trouble.organization


def promised(alarm: Alarm) -> int:
    """Return the minutes after which an alarm fires by its own description; 0 where it says none."""
    units = {"day": DAY, "hour": HOUR, "minute": 1}
    described = re.findall(r"(\d+) (day|hour|minute)s?\b", alarm.properties["AlarmDescription"])
    return sum(int(number) * units[unit] for number, unit in described)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an alarm did.

    Attributes:
        fired: For each sky, the minutes from where its text counts until it fired.
        cleared: The minutes from the end of the trouble until it cleared.
        quiet: Whether no other alarm changed its state.
        times: How often it fired and cleared.
    """

    fired: tuple[int, ...]
    cleared: tuple[int, ...]
    times: tuple[tuple[int, int], ...]
    others: tuple[str, ...]


def lasting(tick: int) -> int:
    """For how long a failure is let last: until its alarm had to fire, and for as long again."""
    return max(12 * tick, 150)


@cache
def outcome(configuration: str, tick: int, name: str) -> Outcome:
    """Let a failure come and go under every sky, and watch all alarms."""
    fired, cleared, times, others = [], [], [], []
    for sky in SKIES:
        start = 8 * tick + 100
        since = start + 3 * tick + 61 + 7 * sky.seed
        until = since + lasting(tick)
        world = World(
            tick,
            sources(configuration),
            "organization" in CONFIGURATIONS[configuration],
            sky,
            until + 12 * tick + 400,
            name,
            since,
            until,
        )
        metrics = world.metrics()
        for alarm in alarms(configuration, tick):
            changes = alarm.transitions(metrics, start, world.end, unknown=sky.unknown, current="OK")
            if alarm.name != TROUBLES[name].alarm:
                others += [f"{alarm.name} {change}" for change in changes]
                continue
            fired += [now - world.began for now, _, state in changes if state == "ALARM"][:1]
            cleared += [now - until for now, _, state in changes if state == "OK"][-1:]
            times.append((sum(state == "ALARM" for _, _, state in changes), len(changes)))
    return Outcome(tuple(fired), tuple(cleared), tuple(times), tuple(others))


@cache
def healthy(configuration: str, tick: int) -> tuple[str, ...]:
    """Let new alarms watch a stack for a week in which nothing happens, and return all but their first OK."""
    reported = []
    for sky in SKIES if tick > 5 else SKIES[::2]:  # a week of minutes takes its time
        # CloudFormation makes the alarms with their schedules, or some minutes later.
        made = 4 * (sky.seed % 2)
        for alarm, changes in watched(configuration, tick, sky, made, made + WEEK, current=None):
            first, *further = changes
            if first[1:] != ("INSUFFICIENT_DATA", "OK") or further:
                reported.append(f"{alarm.name}: {changes[:3]}")
    return tuple(reported)


def watched(  # noqa: PLR0913 - whose alarms, under which sky, when
    configuration: str, tick: int, sky: Sky, start: int, end: int, *, current: State | None
) -> Iterator[tuple[Alarm, list[tuple[int, State, State]]]]:
    """Let all alarms watch a stack to which nothing happens."""
    world = World(tick, sources(configuration), "organization" in CONFIGURATIONS[configuration], sky, end)
    metrics = world.metrics()
    for alarm in alarms(configuration, tick):
        yield alarm, alarm.transitions(metrics, start, end, unknown=sky.unknown, current=current)


def table() -> str:
    """Write down alarm, configuration, tick and situation, and what happened when."""
    rows = [["alarm", "configuration", "tick", "situation", "promised", "fired after", "cleared after"]]
    for configuration in CONFIGURATIONS:
        for tick in TICKS:
            by_name = {alarm.name: alarm for alarm in alarms(configuration, tick)}
            for name, trouble in TROUBLES.items():
                if has(trouble, configuration):
                    found = outcome(configuration, tick, name)
                    words = [_range(found.fired), _range(found.cleared)]
                    promise = str(promised(by_name[trouble.alarm]) or "-")
                    rows.append([trouble.alarm, configuration, str(tick), name, promise, *words])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _range(minutes: tuple[int, ...]) -> str:
    return f"{min(minutes)} to {max(minutes)} minutes" if minutes else "never"


if __name__ == "__main__":
    print(table())  # noqa: T201 - the result
