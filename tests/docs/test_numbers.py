"""Each number that the documentation promises is the code's own.

A quantity is a number with a unit or a bound. Each is either tied to the value that the code or the synthesized
template has, or exempt with a reason. So a constant that changes fails a test that names the sentence, and a new
sentence with a number fails a test until somebody ties it.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import order_subscription
import pytest
from aws_cdk.assertions import Template
from botocore.credentials import RefreshableCredentials

from outposts_order_notifier.board.filters import MOST_SEARCHED
from outposts_order_notifier.board.gather import MOST_READ
from outposts_order_notifier.board.view import SETTLED_SHOWN, UNFOLDED_ITEMS
from outposts_order_notifier.cdk import event_pattern
from outposts_order_notifier.cdk.configuration_schema import schema
from outposts_order_notifier.cdk.physical_names import MAX_PREFIX
from outposts_order_notifier.cli import temporary
from outposts_order_notifier.cli.annotate import LONGEST_MUTE_DAYS
from outposts_order_notifier.cli.commands import WATCH_SECONDS
from outposts_order_notifier.domain import durations, stalled
from outposts_order_notifier.domain.annotations import MAX_NOTES, MAX_TEXT
from outposts_order_notifier.domain.events import MAX_EVENT_BYTES
from outposts_order_notifier.domain.progress import STAGES
from outposts_order_notifier.domain.snapshot import MAX_STATUSES
from outposts_order_notifier.notify.channels.slack.burst import MOST_SINGLE
from outposts_order_notifier.notify.channels.slack.pace import INTERVAL_MS
from outposts_order_notifier.notify.channels.sns.text import MAX_SUBJECT
from outposts_order_notifier.notify.channels.webhook.credentials import MIN_KEY
from outposts_order_notifier.notify.delivery import (
    FIRST_WAIT_SECONDS,
    LONGEST_WAIT_SECONDS,
    wait_before_retry,
)
from outposts_order_notifier.notify.notification import MOST_SUMMARIZED
from outposts_order_notifier.notify.secrets import SECRET_SECONDS
from outposts_order_notifier.notify.state import REMEMBERED_SECONDS
from outposts_order_notifier.poll import learned, names
from outposts_order_notifier.poll.choice import DAY_SECONDS
from outposts_order_notifier.poll.handler import BATCH_ATTEMPTS, CLIENTS
from outposts_order_notifier.poll.run import LAST_START_SECONDS, LAST_WAIT_SECONDS
from outposts_order_notifier.poll.workers import PUBLISH_SECONDS
from outposts_order_notifier.sources.assumed_role import ROLES
from outposts_order_notifier.sources.outposts import ATTEMPTS, PAGE_SIZE
from outposts_order_notifier.wording.annotations import NOTES_SHOWN
from reference.generated import PART
from testing.synthesis import FULL, only, template_of
from tests.docs.pages import DOCS, ROOT
from tests.docs.quantities import NUMBER, Quantity, number, prose, quantities

# Generated from measurements or from the code: tests/reference compares docs/events.md with the code.
GENERATED = {"events.md", "performance.md"}
COMPARED = r"(?m)^\|.*\]\(\.\./tests/.*\n|(?s:(?<=\n## Alarms\n).*?(?=\n### ))"
MINUTE, HOUR, DAY = 60, 3_600, 86_400


class Tied(NamedTuple):
    """A number in a sentence, at `{n}` in the pattern, and its value in the code."""

    pattern: str
    value: Callable[[], float]


class Exempt(NamedTuple):
    """A number in a sentence that does not depend on this code, and why."""

    pattern: str
    reason: str


@cache
def pages() -> Mapping[str, str]:
    """Return the prose of README.md and of each page, by name.

    A row that names a test is left to that test, the table of the alarms' times to tests/cdk/test_alarms.py, and what
    the code generates to tests/reference.
    """
    paths = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
    texts = {path.name: PART.sub("", path.read_text("utf-8")) for path in paths if path.name not in GENERATED}
    return {name: prose(re.sub(COMPARED, "", text)) for name, text in texts.items()}


@cache
def full() -> Template:
    """Return the template of a configuration that uses every part."""
    return template_of(FULL)


@cache
def minimal() -> Template:
    """Return the template of an empty configuration."""
    return template_of({})


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """Return the properties of the only resource of a kind that has these properties."""
    return only(full(), kind, **properties)


def function(name: str) -> dict[str, Any]:
    """Return a function's properties."""
    return resource("AWS::Lambda::Function", Handler=f"lambdas.{name}.handler.handler")


def queue_of(name: str) -> dict[str, Any]:
    """Return the properties of the queue whose logical id has this prefix."""
    queues = full().find_resources("AWS::SQS::Queue")
    (found,) = (each["Properties"] for logical_id, each in queues.items() if logical_id.startswith(name))
    return dict(found)


def notify_queue() -> dict[str, Any]:
    """Return the properties of notify's queue, the only one with a dead-letter queue."""
    queues = full().find_resources("AWS::SQS::Queue").values()
    (found,) = (each["Properties"] for each in queues if "RedrivePolicy" in each["Properties"])
    return dict(found)


def plans() -> dict[str, Any]:
    """Return how poll receives the planner's messages."""
    return resource("AWS::Lambda::EventSourceMapping", BatchSize=10)


def retried_hours() -> float:
    """Return for how long a notification is tried, in hours."""
    receives = notify_queue()["RedrivePolicy"]["maxReceiveCount"]
    waits = [wait_before_retry([Exception()], attempt) for attempt in range(1, receives)]
    return round(sum(waits) / HOUR)


def log_days() -> float:
    """Return for how many days each function's log is kept."""
    (days,) = {each["Properties"]["RetentionInDays"] for each in full().find_resources("AWS::Logs::LogGroup").values()}
    return float(days)


def renewed_before() -> float:
    """Return how long before their end botocore renews credentials, in hours."""
    seconds: int = vars(RefreshableCredentials)["_advisory_refresh_timeout"]
    return seconds / HOUR


def coverage_percent() -> float:
    """Return the minimum coverage that `make test` accepts."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return float(settings["tool"]["coverage"]["report"]["fail_under"])


POLL_MINUTES = schema()["properties"]["pollEveryMinutes"]

TIED = [
    # Notifications
    Tied(r"functions' metrics this namespace. At most {n} characters", lambda: MAX_PREFIX),
    Tied(r"about {n} hours", retried_hours),
    Tied(
        r"(?:dead-letter queue|dead-letter queue,) for {n} days",
        lambda: queue_of("NotificationsDead")["MessageRetentionPeriod"] / DAY,
    ),
    Tied(r"(?:remembered for|notified of within) {n} days", lambda: REMEMBERED_SECONDS / DAY),
    Tied(r"at most {n} of them, and ordersOmitted", lambda: MOST_SUMMARIZED),
    Tied(r"{n} message (?:a|per) second", lambda: 1_000 / INTERVAL_MS),
    Tied(
        r"Notify runs at most {n} at once",
        lambda: resource("AWS::Lambda::EventSourceMapping", BatchSize=100)["ScalingConfig"]["MaximumConcurrency"],
    ),
    Tied(
        r"500 orders at once take about a {n} of an hour", lambda: round(500 * 2 * INTERVAL_MS / 1_000 / HOUR * 4) / 4
    ),
    Tied(r"(?:More|more) than {n} (?:orders|observations)", lambda: MOST_SINGLE),
    Tied(r"[Aa] subject has room for {n} characters", lambda: MAX_SUBJECT),
    Tied(r"(?:in use|read again|takes effect within|Within) {n} minute", lambda: SECRET_SECONDS / MINUTE),
    Tied(r"of at least {n} characters", lambda: MIN_KEY),
    # Orders, snapshots and events
    Tied(r"(?:read|missing, and) once {n} day", lambda: DAY_SECONDS / DAY),
    Tied(r"changed: once {n} day for each source", lambda: names.EVERY.total_seconds() / DAY),
    Tied(r"turns up, at most once {n} hour", lambda: names.AFTER_AN_UNKNOWN_ID.total_seconds() / HOUR),
    Tied(r"(?:from|from at least|once) {n} orders that have ended", lambda: durations.FEWEST),
    Tied(r"the latest {n} of each type and hardware", lambda: durations.MOST),
    Tied(r"longer than {n} days, as after a wrong clock", lambda: durations.LONGEST_DAYS),
    Tied(r"when it starts, and then once {n} day", lambda: learned.EVERY.total_seconds() / DAY),
    Tied(r"keep their last {n} statuses", lambda: MAX_STATUSES),
    Tied(r"A mute ends by itself, after at most {n} days", lambda: LONGEST_MUTE_DAYS),
    Tied(r"Keeps a text of up to {n} characters", lambda: MAX_TEXT),
    Tied(r"keeps its latest {n} notes", lambda: MAX_NOTES),
    Tied(r"show the latest {n}, show too", lambda: NOTES_SHOWN),
    Tied(r"(?:within|above|exceed) {n} KB", lambda: MAX_EVENT_BYTES / 1_000),
    Tied(r"(?:up to|a) {n} (?:a page|orders a page)", lambda: PAGE_SIZE),
    Tied(r"each of the {n} stages", lambda: len(STAGES)),
    Tied(r"archive.{0,40}? (?:for|keeps) {n} year", lambda: resource("AWS::Events::Archive")["RetentionDays"] / 365),
    # Polls
    Tied(r"With less than {n} seconds left, the run starts no more orders", lambda: LAST_START_SECONDS),
    Tied(r"published at least every {n} seconds", lambda: PUBLISH_SECONDS),
    Tied(r"with less than {n} seconds, the run does not wait", lambda: LAST_WAIT_SECONDS),
    Tied(r"a batch tries a call at most {n}", lambda: BATCH_ATTEMPTS),
    Tied(r"a source with its own schedule {n} times", lambda: ATTEMPTS),
    Tied(r"pollEveryMinutes \| {n}", lambda: 5),
    Tied(r"pollEveryMinutes \| \d+ \| {n} to", lambda: POLL_MINUTES["minimum"]),
    Tied(r"pollEveryMinutes \| \d+ \| \d+ to {n}", lambda: POLL_MINUTES["maximum"]),
    # Many accounts
    Tied(r"{n} at a time", lambda: plans()["BatchSize"]),
    Tied(r"{n} invocations", lambda: plans()["ScalingConfig"]["MaximumConcurrency"]),
    Tied(r"[Aa]t most {n} roles", lambda: ROLES),
    Tied(r"{n} clients are kept", lambda: CLIENTS),
    Tied(r"renewed a {n} of an hour before", renewed_before),
    # The board
    Tied(r"more than {n} line items", lambda: UNFOLDED_ITEMS),
    Tied(r"(?:at most|more than) {n} snapshots", lambda: MOST_READ),
    Tied(r"the first {n} characters count", lambda: MOST_SEARCHED),
    Tied(r"settled ones, the {n} that ended last", lambda: SETTLED_SHOWN),
    # Patterns
    Tied(r"\$or together make at most {n} combinations", lambda: event_pattern.MAX_COMBINATIONS),
    Tied(r"whole pattern of the rule.{0,40}? has at most {n} characters", lambda: event_pattern.MAX_CHARACTERS),
    # Retries
    Tied(r"(?:after|else after) {n} seconds(?:, doubling|, 30)", lambda: FIRST_WAIT_SECONDS),
    Tied(r"15 seconds, {n} seconds and so on", lambda: 2 * FIRST_WAIT_SECONDS),
    Tied(r"(?:up to|always after|every) {n} minutes(?:;|,| if| otherwise|\.)", lambda: LONGEST_WAIT_SECONDS / MINUTE),
    Tied(r"used-at each {n} minutes", lambda: temporary.REPEAT_USE_SECONDS / MINUTE),
    Tied(r"removed once that is {n} hours old", lambda: temporary.UNUSED.total_seconds() / HOUR),
    Tied(r"queue keeps events for {n} hour", lambda: temporary.RETENTION_SECONDS / HOUR),
    Tied(r"per eventId, route and channel, for {n} days", lambda: REMEMBERED_SECONDS / DAY),
    # Operation
    Tied(r"the log is kept for {n} months", lambda: log_days() / 30),
    Tied(r"looks again every {n} seconds", lambda: int(WATCH_SECONDS)),
    Tied(r"one source polled every {n} minutes", lambda: 5),
    Tied(r"must stay at {n} %", coverage_percent),
    Tied(r"patterns of {n} characters", lambda: order_subscription.MAX_PATTERN_CHARACTERS),
]

EXEMPT = [
    Exempt(
        rf"(?:for|in|after|lasts for|more than|windows of|fires after) (?:more than )?{NUMBER} ticks(?: with one)?",
        "tests/cdk/test_alarms.py runs each alarm through CloudWatch's evaluation, and compares text and time",
    ),
    Exempt(
        r"(?:in the queue for|more than|after) 15 minutes(?:, and|:| NotificationsDelayed)|follows after four hours",
        "as above",
    ),
    Exempt(r"up to three minutes late|a window of a minute|evaluated within a minute", "how CloudWatch works"),
    Exempt(r"fewer than four times", "how SQS counts"),
    Exempt(r"about 283 accounts|up to 30 polls", "the largest configurations are in tests/cdk/test_limits.py"),
    Exempt(r"Ask for at least 100", "a recommendation"),
    Exempt(r"a width below 40 counts", "how Rich works"),
    Exempt(r"more than five minutes ahead", "tests/unit/domain/test_dates.py has this bound"),
    Exempt(r"17 or 18 accounts|room for 18 accounts|policy's 10,240 characters", "what version 0.1.0 had room for"),
    Exempt(r"\$\d+ a month", "tests/reference/test_costs.py computes it"),
    Exempt(r"dollars a month", "a price's unit"),
    Exempt(r"bar at \d+ %", "what a picture shows"),
    Exempt(r"in which a day takes", "a scenario's time"),
    Exempt(
        r"about two minutes and leaves|takes? five minutes|start in five minutes|in five minutes", "a person's time"
    ),
    Exempt(r"200 bytes", "measured: docs/performance.md has the read units"),
    Exempt(
        r"organizations? of (?:up to )?10,000 accounts(?: in 4 regions)?|1, 100 and 10,000 accounts",
        "measured: docs/performance.md",
    ),
    Exempt(r"400 KB", "DynamoDB's limit for an item"),
    Exempt(r"answer of 6 MB", "Lambda's limit for an answer"),
    Exempt(r"keeps only 24 hours|refused for 24 hours|retries for a day", "how long AWS keeps or retries"),
    Exempt(r"more than three times out of its queue's age", "how SQS counts"),
    Exempt(r"lag ten minutes|may take a minute", "how late AWS may be"),
    Exempt(r"50 blocks and about 13,200 characters", "Slack's limits; tests/unit/notify/test_slack.py keeps to them"),
    Exempt(r"80 Outposts", "tests/examples/test_filters.py makes such a rule"),
    Exempt(r"at 375 pixels", "tests/browser has this width"),
    Exempt(r"A message a day", "what is not done"),
    Exempt(r"two business days|six weeks for|half a month more|a month is ample", "why a default is what it is"),
    Exempt(r"at most one event of an order", "a rule, proven in tests/unit/poll/test_event_bus.py"),
    Exempt(r"at most twice at once|at most twice", "as above"),
    Exempt(r"about an hour on two cores", "how long it takes depends on the machine"),
    Exempt(
        r"one message a week|what has ended in the week before|A week without orders|when a week is over",
        "what weekly means",
    ),
    Exempt(
        r"retries for (?:up to )?a day|on a day on which clocks go forward",
        "EventBridge Scheduler's limit, in tests/cdk/test_weekly_summary.py",
    ),
    Exempt(r"notifications about an order until a day|Sets the day on which", "a name, not a quantity"),
    Exempt(
        r"usually \d+ to \d+ days, from 9 orders|for 9 days;|12 Nov \(9 days",
        "examples; tests/unit/wording/test_usual.py has such texts",
    ),
    Exempt(r"500 orders at once take", "an example, whose time is tied"),
]


@pytest.mark.parametrize(("heading", "days"), [("Order", stalled.ORDER_DAYS), ("Line item", stalled.LINE_ITEM_DAYS)])
def test_the_page_on_stalled_orders_has_each_default(heading: str, days: Mapping[str, int]) -> None:
    """Each status, with its days."""
    table = (DOCS / "stalled.md").read_text("utf-8").partition(f"| {heading} | Days |")[2].partition("\n\n")[0]
    assert {status: int(value) for status, value in re.findall(r"^\| `(\w+)` \| (\d+) ", table, re.MULTILINE)} == days


def occurrences(pattern: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Find a pattern's matches, by page."""
    compiled = re.compile(pattern.replace("{n}", f"(?P<n>{NUMBER})"))
    for page, text in pages().items():
        for match in compiled.finditer(text):
            yield page, match


def untied() -> Iterator[tuple[str, Quantity]]:
    """Find the quantities that no row covers."""
    patterns = [pattern for pattern, _ in TIED] + [pattern for pattern, _ in EXEMPT]
    spans = [(page, match.start(), match.end()) for pattern in patterns for page, match in occurrences(pattern)]
    for page, text in pages().items():
        for quantity in quantities(text):
            if not any(p == page and start < quantity.end and quantity.start < end for p, start, end in spans):
                yield page, quantity


@pytest.mark.parametrize("row", TIED, ids=lambda row: row.pattern)
def test_a_number_is_what_the_code_says(row: Tied) -> None:
    """On each page that has it, and on at least one."""
    found = [(page, match.group(), number(match["n"])) for page, match in occurrences(row.pattern)]
    assert found
    expected = row.value()
    assert [each for each in found if each[2] != expected] == [], f"the code says {expected}"


def test_every_quantity_is_tied_or_exempt() -> None:
    """A new sentence with a number needs a row, so that nobody can change only one of the two."""
    assert [f"{page}: …{quantity.context}…" for page, quantity in untied()] == []


@pytest.mark.parametrize("row", EXEMPT, ids=lambda row: row.pattern)
def test_no_exemption_outlives_its_sentence(row: Exempt) -> None:
    """What is exempt is still on a page."""
    assert list(occurrences(row.pattern))
