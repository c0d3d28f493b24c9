"""What an organization costs, how long a tick takes, and which quota limits it first: calculated, not measured.

Prices are reference/prices.py's, without what AWS gives.
"""

from collections.abc import Iterator
from math import ceil, sqrt
from typing import NamedTuple

from benchmarks.table import Table
from outposts_order_notifier.cdk import memory
from outposts_order_notifier.cdk.planner import BATCH_SIZE, BATCHING_WINDOW, MAX_CONCURRENCY
from reference import costs, prices

FIRST_TICK = "In the very first tick"
Figures = dict[str, float]

ACCOUNTS = (1, 100, 10_000)  # 10,000: the maximum of an organization
REGIONS = 4
TICK_SECONDS = 300
TICKS = 30 * 24 * 3_600 // TICK_SECONDS  # a month

# An account's orders, all in one of its regions.
IN_FLIGHT, SETTLED = 1, 9
CHANGES = 4  # a month, of each order in flight
EVENTS = 6  # of each change

# Assumptions, not measured on AWS. Outposts and DynamoDB are as fast as in the benchmark of one poll.
OUTPOSTS_SECONDS, DYNAMODB_SECONDS, STS_SECONDS = 0.04, 0.005, 0.1
WAIT_SECONDS = STS_SECONDS + OUTPOSTS_SECONDS * 2 + DYNAMODB_SECONDS * 4  # assume, list, get; state, index, snapshot
CPU_SECONDS = 0.02  # of a whole processor, for a source: its client takes 3 ms, each of about six calls 2 to 3 ms
ORDER_CPU_SECONDS = 0.012  # for each new order: read, stored, published, cleared
ORDER_WRITE_UNITS = 7  # stored with its events, cleared, and the index's share of both
LIST_ACCOUNTS_SECONDS, SEND_SECONDS = 0.1, 0.01
ACCOUNTS_A_PAGE = 20  # https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
MEMORY_GB, PLANNER_GB = memory.POLL / 1_024, 0.25
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html: 300 more a minute
FIRST_CONCURRENCY, MORE_A_SECOND = 5, 5
PROCESSOR_GB = 1.769  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
LOG_GB = 800e-9  # a source's line
TRACED = 0.05  # of the invocations, X-Ray's default

GB_SECOND, INVOCATION = prices.GB_SECOND.one, prices.INVOCATION.one
SQS_REQUEST, EVENT = prices.SQS_REQUEST.one, prices.EVENT.one
READ_UNIT, WRITE_UNIT = prices.READ_UNIT.one, prices.WRITE_UNIT.one
LOGS_GB, TRACE = prices.LOGS_WRITTEN.one, prices.TRACE.one
# What does not grow with the accounts, but for metrics, which cost by the hour in which they are sent.
FIXED = ("CloudWatch: ", "Secrets Manager: ", "SQS: Lambda polling ")
ORGANIZATION = {"slack": {"secretName": "slack"}, "organization": {"roleName": "Reader", "regions": ["us-east-1"]}}

ASSUMED = (
    f"{REGIONS} regions, polled every {TICK_SECONDS // 60} minutes; each account has {IN_FLIGHT} order in flight and "
    f"{SETTLED}"
)


def scale(accounts: int, batch: int = BATCH_SIZE) -> Figures:
    """Return the figures of an organization whose sources are polled in batches; dollars are those of a month."""
    sources, in_flight = accounts * REGIONS, accounts * IN_FLIGHT
    batches = ceil(sources / batch)
    # A batch's sources wait at the same time, but share the processor.
    batch_seconds = WAIT_SECONDS + min(batch, sources) * CPU_SECONDS * PROCESSOR_GB / MEMORY_GB
    list_seconds = ceil(accounts / ACCOUNTS_A_PAGE) * LIST_ACCOUNTS_SECONDS
    send_seconds = ceil(sources / 10) * SEND_SECONDS
    polling = max(send_seconds, _last_start(batches * batch_seconds))
    tick_seconds = list_seconds + polling + BATCHING_WINDOW.to_seconds() + batch_seconds
    processors = min(batches, MAX_CONCURRENCY) * MEMORY_GB / PROCESSOR_GB
    poll_dollars = batches * (batch_seconds * MEMORY_GB * GB_SECOND + INVOCATION)
    plan_seconds = list_seconds + send_seconds
    # A tick reads each source's state and index, and the orders in flight, and writes each source's state.
    tick_units = (sources * 1.5 + in_flight) * READ_UNIT + sources * WRITE_UNIT
    changes = in_flight * CHANGES
    functions = TICKS * (poll_dollars + plan_seconds * PLANNER_GB * GB_SECOND + INVOCATION)
    queues = TICKS * (ceil(sources / 10) + 2 * batches) * SQS_REQUEST
    tables = TICKS * tick_units + changes * ORDER_WRITE_UNITS * WRITE_UNIT
    logs = TICKS * (sources * LOG_GB * LOGS_GB + batches * TRACED * TRACE)
    rows = costs.costs(costs.stack_of(ORGANIZATION, in_flight))
    fixed = sum(dollars for row, dollars in rows.items() if row.startswith(FIXED))
    other = changes * EVENTS * EVENT + logs + fixed
    return {
        "accounts": accounts,
        "batch": batch,
        "sources": sources,
        "batches": batches,
        "batch seconds": batch_seconds,
        "plan seconds": plan_seconds,
        "tick seconds": tick_seconds,
        # In the first tick, every order is new.
        "first tick seconds": tick_seconds + accounts * (IN_FLIGHT + SETTLED) * ORDER_CPU_SECONDS / processors,
        "Lambda": functions,
        "SQS": queues,
        "Lambda and SQS": functions + queues,
        "DynamoDB": tables,
        "other": other,
        "total": functions + queues + tables + other,
    }


def _last_start(work_seconds: float) -> float:
    """Return when the last batch starts, if all are queued at once: Lambda raises the concurrency step by step."""
    growing_seconds = (MAX_CONCURRENCY - FIRST_CONCURRENCY) / MORE_A_SECOND
    done_by_then = growing_seconds * (FIRST_CONCURRENCY + MAX_CONCURRENCY) / 2
    if work_seconds > done_by_then:
        return growing_seconds + (work_seconds - done_by_then) / MAX_CONCURRENCY
    ratio = FIRST_CONCURRENCY / MORE_A_SECOND
    return sqrt(ratio**2 + 2 * work_seconds / MORE_A_SECOND) - ratio


class Quota(NamedTuple):
    """An AWS quota and the most that a tick uses of it, at once or in a second.

    Attributes:
        page: AWS's page about the quota, if any.
    """

    name: str
    used: float
    allowed: float
    page: str = ""

    @property
    def share(self) -> float:
        """How much of the quota is used."""
        return self.used / self.allowed

    @property
    def link(self) -> str:
        """The name, linked to AWS's page."""
        return f"[{self.name}](https://docs.aws.amazon.com/{self.page})" if self.page else self.name


_CAPACITY = "amazondynamodb/latest/developerguide/on-demand-capacity-mode.html"


def quotas(figures: Figures) -> list[Quota]:
    """Return what a tick uses of each quota, the tightest first.

    No credentials are assumed to be cached: SQS chooses which instance of the function gets which source.
    """
    running = min(figures["batches"], MAX_CONCURRENCY)
    polls = min(running * figures["batch"], figures["sources"]) / figures["batch seconds"]
    first_seconds, orders = figures["first tick seconds"], figures["accounts"] * (IN_FLIGHT + SETTLED)
    writes, reads = (f"DynamoDB, {kind} units a second of a new table" for kind in ("write", "read"))
    found = [
        Quota("STS AssumeRole, a second", polls, 600, "IAM/latest/UserGuide/reference_iam-quotas.html"),
        Quota("Lambda, concurrent invocations", running, 1_000, "lambda/latest/dg/gettingstarted-limits.html"),
        Quota(writes, polls, 4_000, _CAPACITY),
        Quota(reads, polls * (1.5 + IN_FLIGHT / REGIONS), 12_000, _CAPACITY),
        Quota(f"{FIRST_TICK}: {writes}", orders * ORDER_WRITE_UNITS / first_seconds, 4_000, _CAPACITY),
        Quota(
            f"{FIRST_TICK}: EventBridge PutEvents, a second, in the smallest region",
            # An account's orders share requests of ten; each has a discovery and an update.
            figures["accounts"] * 2 / first_seconds,
            600,
            "eventbridge/latest/userguide/eb-quota.html",
        ),
        Quota(
            "SQS, messages in flight",
            running * figures["batch"],
            120_000,
            "AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html",
        ),
        Quota(
            "EventBridge Scheduler, invocations a second", 1, 500, "scheduler/latest/UserGuide/scheduler-quotas.html"
        ),
        Quota("The time of a tick, seconds", figures["tick seconds"], TICK_SECONDS),
        Quota("The time of the planner, seconds", figures["plan seconds"], 300),
    ]
    return sorted(found, key=lambda quota: -quota.share)


def tables() -> Iterator[Table]:
    """Yield the tables of docs/performance.md, "Many accounts"."""
    yield Table(
        "accounts",
        "Accounts",
        {
            "Accounts": "{0[accounts]:,}",
            "Sources": "{0[sources]:,}",
            "Seconds a tick": "{0[tick seconds]:.1f}",
            "Lambda": "{0[Lambda]:,.2f}",
            "SQS": "{0[SQS]:,.2f}",
            "DynamoDB": "{0[DynamoDB]:,.2f}",
            "All else": "{0[other]:,.2f}",
            "Total, $ a month": "**{0[total]:,.2f}**",
        },
        [scale(accounts) for accounts in ACCOUNTS],
    )
    yield Table(
        "quotas",
        "Quotas",
        {
            f"Of {ACCOUNTS[-1]:,} accounts": "{0.link}",
            "Used": "{0.used:,.0f}",
            "Allowed": "{0.allowed:,.0f}",
            "Share": "{0.share:.0%}",
        },
        quotas(scale(ACCOUNTS[-1])),
    )
    yield Table(
        "batches",
        "Batches",
        {
            "Sources a batch": "{0[batch]}",
            "Seconds": "{0[batch seconds]:.2f}",
            "Seconds a tick": "{0[tick seconds]:.0f}",
            "Lambda and SQS, $ a month": "{0[Lambda and SQS]:,.2f}",
        },
        [scale(ACCOUNTS[-1], batch) for batch in (1, 4, BATCH_SIZE)],
    )


def tightest() -> str:
    """Describe which quotas limit the largest organization first, day by day and in the first tick."""
    found = quotas(scale(ACCOUNTS[-1]))
    new, usual = (next(each for each in found if each.name.startswith(FIRST_TICK) is early) for early in (True, False))
    return (
        f"Day by day, *{usual.name}* is the first limit: {usual.share:.0%} of it is used. Poll's concurrency of "
        f"{MAX_CONCURRENCY} caps\nthis, however many accounts wait: a longer queue makes a longer tick. If a tick is "
        "too short for all, each leaves\nout different accounts; the alarm `PollsStopped` fires if fewer than a third "
        f"are polled.\n*{new.name}*: {new.share:.0%}.\nWhat is refused there fails, and the next tick "
        "retries it."
    )
