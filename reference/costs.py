"""What a stack costs a month, computed from its template and AWS's prices: the table of docs/operations.md, "Costs".

A type of resource that has no rule here is an error, so nothing is added to the stack without its price.
"""

import json
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from outposts_order_notifier.cdk.metrics import MetricName
from reference import prices
from reference.generated import fill
from reference.prices import Price
from testing.synthesis import template_of

Json = dict[str, Any]

HOURS, DAYS = 720, 30  # of a month
MINUTES = 60 * HOURS
GB = 1e9
POLLERS, LONG_POLL_SECONDS = 5, 20
QUERIED_DAYS = 7  # the dashboard's default interval

# Metrics that a run sends if orders have changed, and those that an organization sends all the time.
WITH_A_CHANGE: Mapping[str, frozenset[MetricName]] = {
    "poll": frozenset({"OrdersWatched", "OrdersInFlight", "OrdersRead", "OrdersChanged", "TransitionsPublished"}),
    "notify": frozenset({"NotificationsSent"}),
}
OF_AN_ORGANIZATION: Mapping[str, MetricName] = {"poll": "SourcesPolled", "planner": "SourcesPlanned"}

# Assumptions, which the page lists.
SETTLED = 9  # orders for each in flight
CHANGES, EVENTS, EVENT_KB = 4, 6, 2  # a month and order in flight; events of each; their size
POLL_SECONDS, ORDER_SECONDS = 0.65, 0.016
NOTIFY_SECONDS, BOARD_SECONDS, PLAN_SECONDS = 1.0, 1.0, 1.0
VIEWS = 30  # of the dashboard
POLL_LOG_KB, CHANGE_LOG_KB = 1.5, 8  # what a run writes, including Lambda's own three lines
INDEX_BYTES, SNAPSHOT_KB = 200, 3
CHANGE_WRITE_UNITS = 7  # stored with its events, cleared, and the index's share of both
DELIVERY_WRITE_UNITS = 2  # claimed, and recorded

# Configurations of the table. The secret is the user's own, so the template only names it.
CONFIGURATION: Json = {"slack": {"secretName": "slack"}, "emails": ["outposts@example.com"]}
WITHOUT_DASHBOARD: Json = {**CONFIGURATION, "dashboard": False}
IN_FLIGHT = (1, 10, 100, 1_000)


class UnpricedError(Exception):
    """A template has a type of resource whose price is not known here."""


@dataclass(frozen=True, slots=True)
class Use:
    """So many of something that has a price, in a row of the table."""

    row: str
    price: Price
    quantity: float


@dataclass(frozen=True)
class Stack:
    """A template and what it has to do: one source's orders, of which some are in flight.

    Attributes:
        resources: The template's, by logical id.
        in_flight: Number of orders in flight.
    """

    resources: Mapping[str, Json]
    in_flight: int

    @cached_property
    def ticks(self) -> float:
        """How often each schedule with a rate runs in a month."""
        rates = [rate for each in self.of("AWS::Scheduler::Schedule") if (rate := _rate(each))]
        return MINUTES / rates[0]

    @property
    def has_planner(self) -> bool:
        """Whether it watches an organization."""
        return any(".planner." in each["Handler"] for each in self.of("AWS::Lambda::Function"))

    @property
    def orders(self) -> int:
        """How many orders are known."""
        return self.in_flight * (1 + SETTLED)

    @property
    def changes(self) -> int:
        """How many observations of a change there are in a month."""
        return self.in_flight * CHANGES

    @property
    def share_of_hours(self) -> float:
        """The share of a month's hours that have a change, if changes come at random times."""
        return 1 - math.exp(-self.changes / HOURS)

    @property
    def log_gb(self) -> dict[str, float]:
        """What each function writes to its log in a month."""
        changed = self.changes * CHANGE_LOG_KB / 1e6
        poll = self.ticks * POLL_LOG_KB / 1e6
        return {"poll": poll + changed, "notify": changed, "planner": poll, "board": VIEWS * POLL_LOG_KB / 1e6}

    def of(self, kind: str) -> list[Json]:
        """Return the properties of all resources of a type."""
        return [each.get("Properties", {}) for each in self.resources.values() if each["Type"] == kind]

    def uses(self) -> Iterator[Use]:
        """Yield what the stack uses of everything that has a price.

        Raises:
            UnpricedError: A type of resource has no rule.
        """
        for name, resource in self.resources.items():
            kind = resource["Type"]
            if kind in RULES:
                yield from RULES[kind](resource.get("Properties", {}), self)
            elif kind not in FREE:
                raise UnpricedError(f"{name} is an {kind}: add its price, or why it is free, to reference/costs.py")


def costs(stack: Stack, *, given: bool = False) -> dict[str, float]:
    """Return the dollars a month of each row.

    Args:
        stack: What to price.
        given: Whether to use first what AWS gives each month.
    """
    rows: defaultdict[str, float] = defaultdict(float)
    left: dict[Price, float] = {}
    for use in stack.uses():
        free = min(use.quantity, left.get(use.price, use.price.free)) if given else 0
        left[use.price] = left.get(use.price, use.price.free) - free
        rows[use.row] += (use.quantity - free) * use.price.one
    return dict(rows)


def monthly(notifier: Mapping[str, Any], in_flight: int, *, given: bool = False) -> float:
    """Return the dollars a month of a configuration."""
    return sum(costs(stack_of(notifier, in_flight), given=given).values())


def stack_of(notifier: Mapping[str, Any], in_flight: int) -> Stack:
    """Synthesize a configuration."""
    return Stack(template_of(dict(notifier), region="us-east-1").to_json()["Resources"], in_flight)


def _rate(schedule: Json) -> int | None:
    """Return the minutes between a schedule's runs; None if it runs at given times."""
    minutes = {"minute": 1, "hour": 60, "day": 24 * 60}
    match = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", schedule["ScheduleExpression"])
    return int(match[1]) * minutes[match[2]] if match else None


def _alarm(alarm: Json, _: Stack) -> Iterator[Use]:
    metrics = sum("MetricStat" in each for each in alarm["Metrics"]) if "Metrics" in alarm else 1
    yield Use("CloudWatch: alarms", prices.ALARM_METRIC, metrics)


def _dashboard(dashboard: Json, stack: Stack) -> Iterator[Use]:
    row = "CloudWatch: dashboard"
    yield Use(row, prices.DASHBOARD, 1)
    for widget in json.loads(_text(dashboard["DashboardBody"]))["widgets"]:
        if widget["type"] == "log":
            function = "notify" if "Notified" in widget["properties"]["query"] else "poll"
            yield Use(row, prices.LOGS_READ, VIEWS * stack.log_gb[function] * QUERIED_DAYS / DAYS)


def _function(function: Json, stack: Stack) -> Iterator[Use]:
    name = function["Handler"].split(".")[1]
    runs, seconds = {
        "poll": (stack.ticks, POLL_SECONDS + ORDER_SECONDS * stack.in_flight),
        "notify": (stack.changes, NOTIFY_SECONDS),
        "planner": (stack.ticks, PLAN_SECONDS),
        "board": (VIEWS, BOARD_SECONDS),
    }[name]
    yield Use(f"Lambda: {name}", prices.INVOCATION, runs)
    yield Use(f"Lambda: {name}", prices.GB_SECOND, runs * seconds * function["MemorySize"] / 1_024)
    if function["TracingConfig"]["Mode"] == "Active":  # the first request of each second is traced
        yield Use("X-Ray", prices.TRACE, runs)
    metrics = len(WITH_A_CHANGE.get(name, ())) * stack.share_of_hours
    if stack.has_planner and name in OF_AN_ORGANIZATION:
        metrics += 1
    yield Use("CloudWatch: metrics", prices.METRIC, metrics)
    log = stack.resources[function["LoggingConfig"]["LogGroup"]["Ref"]]["Properties"]
    yield Use("Logs", prices.LOGS_WRITTEN, stack.log_gb[name])
    yield Use("Logs", prices.LOGS_KEPT, stack.log_gb[name] * log["RetentionInDays"] / DAYS)
    secrets = {value for key, value in function["Environment"]["Variables"].items() if key.endswith("_SECRET_NAME")}
    for secret in sorted(secrets):
        yield Use(f"Secrets Manager: {secret}", prices.SECRET, 1)
        yield Use(f"Secrets Manager: {secret}", prices.SECRET_REQUEST, runs)


def _mapping(_: Json, __: Stack) -> Iterator[Use]:
    # With a maximum concurrency, Lambda does not reduce its pollers to two:
    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    yield Use("SQS: Lambda polling an empty queue", prices.SQS_REQUEST, POLLERS * MINUTES * 60 / LONG_POLL_SECONDS)


def _queue(queue: Json, stack: Stack) -> Iterator[Use]:
    if "RedrivePolicy" in queue:  # notify's: sent, received, deleted; dead-letter queues stay empty
        yield Use("Notifications", prices.SQS_REQUEST, 3 * stack.changes)


def _topic(_: Json, stack: Stack) -> Iterator[Use]:
    yield Use("Notifications", prices.SNS_REQUEST, stack.changes)


def _subscription(subscription: Json, stack: Stack) -> Iterator[Use]:
    if subscription["Protocol"] == "email":  # delivery to SQS is free
        yield Use("Notifications", prices.E_MAIL, stack.changes)


def _table(table: Json, stack: Stack) -> Iterator[Use]:
    row = "DynamoDB"
    if "GlobalSecondaryIndexes" not in table:  # what was sent
        channels = 2
        yield Use(row, prices.WRITE_UNIT, stack.changes * channels * DELIVERY_WRITE_UNITS)
        return
    index_units = math.ceil(stack.orders * INDEX_BYTES / 4_096) / 2
    state_units = 0.5
    daily = stack.in_flight * SETTLED * DAYS
    yield Use(row, prices.READ_UNIT, stack.ticks * (index_units + state_units + stack.in_flight) + daily)
    yield Use(row, prices.WRITE_UNIT, stack.ticks + stack.changes * CHANGE_WRITE_UNITS)
    gb = stack.orders * SNAPSHOT_KB / 1e6
    yield Use(row, prices.STORED, gb)
    if table["Replicas"][0]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]:
        yield Use(row, prices.BACKED_UP, gb)


def _bus(_: Json, stack: Stack) -> Iterator[Use]:
    yield Use("EventBridge", prices.EVENT, stack.changes * EVENTS)


def _archive(archive: Json, stack: Stack) -> Iterator[Use]:
    gb = stack.changes * EVENTS * EVENT_KB / 1e6
    yield Use("EventBridge", prices.ARCHIVED, gb)
    yield Use("EventBridge", prices.ARCHIVE_KEPT, gb * archive["RetentionDays"] / DAYS)


def _schedule(schedule: Json, stack: Stack) -> Iterator[Use]:
    weekly = DAYS / 7
    yield Use("EventBridge", prices.SCHEDULED, stack.ticks if _rate(schedule) else weekly)


Rule = Callable[[Json, Stack], Iterable[Use]]
RULES: Mapping[str, Rule] = {
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::Dashboard": _dashboard,
    "AWS::DynamoDB::GlobalTable": _table,
    "AWS::Events::Archive": _archive,
    "AWS::Events::EventBus": _bus,
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::Lambda::Function": _function,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
    "AWS::SQS::Queue": _queue,
    "AWS::Scheduler::Schedule": _schedule,
}
FREE: Mapping[str, str] = {
    "AWS::EventSchemas::Registry": "only the discovery of schemas has a price",
    "AWS::EventSchemas::Schema": "as above",
    "AWS::Events::EventBusPolicy": "a permission",
    "AWS::Events::Rule": "rules are free, and so are AWS's own events and deliveries in the account",
    "AWS::IAM::Policy": "IAM is free",
    "AWS::IAM::Role": "IAM is free",
    "AWS::Lambda::EventInvokeConfig": "a setting",
    "AWS::Lambda::Permission": "a permission",
    "AWS::Logs::LogGroup": "what a function writes and keeps there is priced with the function",
    "AWS::SNS::TopicPolicy": "a permission",
    "AWS::SQS::QueuePolicy": "a permission",
    "AWS::SSM::Parameter": "standard parameters are free",
}


def _text(value: Any) -> str:
    """Return a template's text, with something in place of what CloudFormation fills in."""
    if isinstance(value, dict) and "Fn::Join" in value:
        return "".join(part if isinstance(part, str) else "x" for part in value["Fn::Join"][1])
    return str(value if isinstance(value, str) else json.dumps(value))


def fill_page(text: str) -> str:
    """Return docs/operations.md, this text, with its generated parts."""
    parts = {"costs": _table_of_costs(), "assumptions": _assumptions(), "prices": _table_of_prices()}
    return fill(text, {name: "\n".join(["\n", *lines, "\n"]) for name, lines in parts.items()})


def _table_of_costs() -> Iterator[str]:
    stacks = [stack_of(CONFIGURATION, in_flight) for in_flight in IN_FLIGHT]
    by_stack = [costs(stack) for stack in stacks]
    yield f"| Orders in flight | {' | '.join(f'{each:,}' for each in IN_FLIGHT)} |"
    yield f"|---|{'--:|' * len(IN_FLIGHT)}"
    for row in sorted(by_stack[1], key=lambda row: -by_stack[1][row]):
        yield _row(_named(row, stacks[0]), [each[row] for each in by_stack])
    yield _row("**Together**", map(sum, (each.values() for each in by_stack)), "**")
    without = [monthly(WITHOUT_DASHBOARD, each) for each in IN_FLIGHT]
    yield _row("**Together, with `dashboard: false`**", without, "**")
    given = [monthly(CONFIGURATION, each, given=True) for each in IN_FLIGHT]
    yield _row("Together, after what AWS gives", given)


def _named(row: str, stack: Stack) -> str:
    """Return a row's name with its number."""
    if row == "CloudWatch: alarms":
        return f"CloudWatch: {len(stack.of('AWS::CloudWatch::Alarm'))} alarms"
    if row == "CloudWatch: dashboard":
        return f"CloudWatch: {len(stack.of('AWS::CloudWatch::Dashboard'))} dashboard"
    if row == "CloudWatch: metrics":
        return f"CloudWatch: {sum(map(len, WITH_A_CHANGE.values()))} metrics, in the hours with a change"
    return row.replace("Secrets Manager: slack", "Secrets Manager: the Slack secret")


def _row(name: str, dollars: Iterable[float], mark: str = "") -> str:
    return f"| {name} | {' | '.join(f'{mark}{each:,.2f}{mark}' for each in dollars)} |"


def _assumptions() -> Iterator[str]:
    stack = stack_of(CONFIGURATION, 1)
    (poll,) = (each for each in stack.of("AWS::Lambda::Function") if ".poll." in each["Handler"])
    yield (
        f"- {stack.ticks:,.0f} polls of {poll['MemorySize'] / 1_024:g} GB, each {POLL_SECONDS} seconds and "
        f"{ORDER_SECONDS * 1_000:.0f} milliseconds for each order in flight."
    )
    yield (
        f"- For each order in flight there are {SETTLED} settled ones. A tick reads {INDEX_BYTES} bytes of the index "
        "for each known order, and one read unit for each order in flight; a settled order is read once a day."
    )
    yield (
        f"- An order in flight changes {CHANGES} times a month, at random times, with {EVENTS} events of {EVENT_KB} KB "
        "each time. Slack and one address are notified of each."
    )
    yield f"- A poll writes {POLL_LOG_KB} KB to its log, a change {CHANGE_LOG_KB} KB."
    yield f"- Somebody looks at the dashboard {VIEWS} times, and its queries then read {QUERIED_DAYS} days of the logs."
    yield (
        f"- Lambda asks notify's queue for messages with {POLLERS} pollers, each once in {LONG_POLL_SECONDS} seconds. "
        "A [maximum concurrency](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html), which "
        "Slack's pace requires, keeps it from using fewer."
    )
    yield "- No alarm fires: a failure's metrics cost for as many hours as it lasts."


def _table_of_prices() -> Iterator[str]:
    used = {use.price for each in (CONFIGURATION, {}) for use in stack_of(each, 1).uses()}
    listed = [each for each in vars(prices).values() if isinstance(each, Price) and each in used]
    yield f"List prices of us-east-1 on {prices.DATE}:"
    yield ""
    yield "| Service | Unit | Dollars | AWS gives, a month |"
    yield "|---|---|--:|--:|"
    for each in listed:
        service = each.page.rstrip("/").split("/")[-2]
        given = f"{each.free:,.0f}" if each.free else ""
        yield f"| [{SERVICES[service]}]({each.page}) | {each.unit} | {each.dollars:.10g} | {given} |"


SERVICES = {
    "cloudwatch": "CloudWatch",
    "dynamodb": "DynamoDB",
    "eventbridge": "EventBridge",
    "lambda": "Lambda",
    "secrets-manager": "Secrets Manager",
    "sns": "SNS",
    "sqs": "SQS",
    "xray": "X-Ray",
}
