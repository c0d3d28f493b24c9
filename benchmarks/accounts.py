"""What an organization costs, how long a tick takes, and which quota is met first: calculated, not measured.

Prices: on-demand, us-east-1, November 2026, US dollars, without free tiers; "Costs" of docs/operations.md has the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, sqrt

from outposts_order_notifier.cdk import memory
from outposts_order_notifier.cdk.planner import BATCH_SIZE, BATCHING_WINDOW, MAX_CONCURRENCY

FIRST_TICK = "In the very first tick"
Table = tuple[str, list[str], list[list[str]]]

ACCOUNTS = (1, 100, 10_000)  # 10,000: the most that an organization may have
REGIONS = 4
TICK_SECONDS = 300
TICKS = 30 * 24 * 3_600 // TICK_SECONDS  # a month

# Orders of an account, all in one of its regions.
IN_FLIGHT, SETTLED = 1, 9
CHANGES = 4  # a month, of each order in flight
EVENTS = 6  # of each change

# Assumptions, not measurements on AWS. Outposts and DynamoDB as in the benchmark above.
OUTPOSTS_SECONDS, DYNAMODB_SECONDS, STS_SECONDS = 0.04, 0.005, 0.1
WAIT_SECONDS = STS_SECONDS + OUTPOSTS_SECONDS * 2 + DYNAMODB_SECONDS * 4  # assume, list, get; state, index, snapshot
CPU_SECONDS = 0.02  # of a whole processor, for a source: its client takes 3 ms, each of some six calls 2 to 3 ms
ORDER_CPU_SECONDS = 0.012  # for each order that is new: read, stored, published, cleared
ORDER_WRITE_UNITS = 7  # stored with its events, cleared, the index's share of both
LIST_ACCOUNTS_SECONDS, SEND_SECONDS = 0.1, 0.01
ACCOUNTS_A_PAGE = 20  # https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
MEMORY_GB, PLANNER_GB = memory.POLL / 1_024, 0.25
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html: 300 more a minute
FIRST_CONCURRENCY, MORE_A_SECOND = 5, 5
PROCESSOR_GB = 1.769  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
LOG_GB = 700e-9  # a source's line and its share of the metrics
TRACED = 0.05  # of invocations, X-Ray's default

GB_SECOND, INVOCATION = 0.0000133334, 0.20e-6
SQS_REQUEST, READ_UNIT, WRITE_UNIT, EVENT = 0.40e-6, 0.125e-6, 0.625e-6, 1e-6
LOGS_GB, TRACE = 0.50, 5e-6
FIXED = 14 * 0.30 + 13 * 0.10 + 3 + 0.40 + 2 * 0.26  # metrics, alarms by metric, dashboard, secret, two idle queues


@dataclass(frozen=True, slots=True)
class Scale:
    """An organization of so many accounts, polled in batches of so many sources."""

    accounts: int
    batch: int = BATCH_SIZE

    @property
    def sources(self) -> int:
        """Accounts times regions."""
        return self.accounts * REGIONS

    @property
    def batches(self) -> int:
        """Invocations of poll in a tick."""
        return ceil(self.sources / self.batch)

    @property
    def batch_seconds(self) -> float:
        """An invocation's length: its sources wait side by side, and share its processor one after the other."""
        sources = min(self.batch, self.sources)
        return WAIT_SECONDS + sources * CPU_SECONDS * PROCESSOR_GB / MEMORY_GB

    @property
    def list_seconds(self) -> float:
        """How long the planner lists accounts, page by page."""
        return ceil(self.accounts / ACCOUNTS_A_PAGE) * LIST_ACCOUNTS_SECONDS

    @property
    def send_seconds(self) -> float:
        """How long it then puts sources on the queue, ten by ten."""
        return ceil(self.sources / 10) * SEND_SECONDS

    @property
    def plan_seconds(self) -> float:
        """The planner's length."""
        return self.list_seconds + self.send_seconds

    @property
    def begin_seconds(self) -> float:
        """How long until the last batch begins, all being there: Lambda takes more and more of them at once."""
        work = self.batches * self.batch_seconds
        growing = (MAX_CONCURRENCY - FIRST_CONCURRENCY) / MORE_A_SECOND
        grown = growing * (FIRST_CONCURRENCY + MAX_CONCURRENCY) / 2
        if work > grown:
            return growing + (work - grown) / MAX_CONCURRENCY
        ratio = FIRST_CONCURRENCY / MORE_A_SECOND
        return sqrt(ratio**2 + 2 * work / MORE_A_SECOND) - ratio

    @property
    def tick_seconds(self) -> float:
        """From the tick to the last source's end: listing, the slower of sending and polling, and one batch."""
        last = BATCHING_WINDOW.to_seconds() + self.batch_seconds
        return self.list_seconds + max(self.send_seconds, self.begin_seconds) + last

    @property
    def first_tick_seconds(self) -> float:
        """As long as a tick, and the processor's time for all orders, which are new."""
        processors = min(self.batches, MAX_CONCURRENCY) * MEMORY_GB / PROCESSOR_GB
        return self.tick_seconds + self.orders * ORDER_CPU_SECONDS / processors

    @property
    def orders(self) -> int:
        """All orders there are."""
        return self.accounts * (IN_FLIGHT + SETTLED)

    @property
    def lambda_dollars(self) -> float:
        """Poll and planner, a month."""
        poll = self.batches * (self.batch_seconds * MEMORY_GB * GB_SECOND + INVOCATION)
        return TICKS * (poll + self.plan_seconds * PLANNER_GB * GB_SECOND + INVOCATION)

    @property
    def sqs_dollars(self) -> float:
        """Sent by tens, received and deleted by batches."""
        return TICKS * (ceil(self.sources / 10) + 2 * self.batches) * SQS_REQUEST

    @property
    def dynamodb_dollars(self) -> float:
        """A source's state read and written, its index and its orders in flight read; changes are few."""
        reads = self.sources * 1.5 + self.accounts * IN_FLIGHT
        changes = self.accounts * IN_FLIGHT * CHANGES
        return TICKS * (reads * READ_UNIT + self.sources * WRITE_UNIT) + changes * ORDER_WRITE_UNITS * WRITE_UNIT

    @property
    def other_dollars(self) -> float:
        """Events, logs and traces, and what stands still."""
        events = self.accounts * IN_FLIGHT * CHANGES * EVENTS * EVENT
        return events + TICKS * (self.sources * LOG_GB * LOGS_GB + self.batches * TRACED * TRACE) + FIXED

    @property
    def dollars(self) -> float:
        """All of it, a month."""
        return self.lambda_dollars + self.sqs_dollars + self.dynamodb_dollars + self.other_dollars


@dataclass(frozen=True, slots=True)
class Quota:
    """What AWS allows, and what the busiest second of a tick takes of it.

    Attributes:
        name: Of what.
        taken: Most at once, or a second.
        allowed: By default.
        where: AWS's page that says so.
    """

    name: str
    taken: float
    allowed: float
    where: str

    @property
    def share(self) -> float:
        """How much of it is taken."""
        return self.taken / self.allowed


def quotas(scale: Scale) -> list[Quota]:
    """List what a tick takes of each quota, the tightest first.

    No credentials are taken for cached: which function instance gets which source is SQS's choice.
    """
    running = min(scale.batches, MAX_CONCURRENCY)
    polls = min(running * scale.batch, scale.sources) / scale.batch_seconds
    found = [
        Quota("STS AssumeRole, a second", polls, 600, "IAM/latest/UserGuide/reference_iam-quotas.html"),
        Quota("Lambda, invocations at once", running, 1_000, "lambda/latest/dg/gettingstarted-limits.html"),
        Quota(
            "DynamoDB, write units a second of a new table", polls, 4_000, f"{_DYNAMODB}/on-demand-capacity-mode.html"
        ),
        Quota(
            "DynamoDB, read units a second of a new table",
            polls * (1.5 + IN_FLIGHT / REGIONS),
            12_000,
            f"{_DYNAMODB}/on-demand-capacity-mode.html",
        ),
        Quota(
            f"{FIRST_TICK}: DynamoDB, write units a second of a new table",
            scale.orders * ORDER_WRITE_UNITS / scale.first_tick_seconds,
            4_000,
            f"{_DYNAMODB}/on-demand-capacity-mode.html",
        ),
        Quota(
            f"{FIRST_TICK}: EventBridge PutEvents, a second, in the smallest region",
            # An account's orders take turns in requests of ten; a discovery and an update each.
            scale.accounts * 2 / scale.first_tick_seconds,
            600,
            "eventbridge/latest/userguide/eb-quota.html",
        ),
        Quota("SQS, messages in flight", running * scale.batch, 120_000, f"{_SQS}/quotas-messages.html"),
        Quota(
            "EventBridge Scheduler, invocations a second", 1, 500, "scheduler/latest/UserGuide/scheduler-quotas.html"
        ),
        Quota("A tick's time, seconds", scale.tick_seconds, TICK_SECONDS, ""),
        Quota("The planner's time, seconds", scale.plan_seconds, 300, ""),
    ]
    return sorted(found, key=lambda quota: -quota.share)


_DYNAMODB = "amazondynamodb/latest/developerguide"
_SQS = "AWSSimpleQueueService/latest/SQSDeveloperGuide"


def tables() -> Iterable[Table]:
    """Give the tables of docs/performance.md."""
    scales = [Scale(accounts) for accounts in ACCOUNTS]
    yield (
        "Accounts",
        ["Accounts", "Sources", "Seconds a tick", "Lambda", "SQS", "DynamoDB", "All else", "Together, $ a month"],
        [
            [
                f"{scale.accounts:,}",
                f"{scale.sources:,}",
                f"{scale.tick_seconds:.1f}",
                f"{scale.lambda_dollars:,.2f}",
                f"{scale.sqs_dollars:,.2f}",
                f"{scale.dynamodb_dollars:,.2f}",
                f"{scale.other_dollars:,.2f}",
                f"**{scale.dollars:,.2f}**",
            ]
            for scale in scales
        ],
    )
    yield (
        "Quotas",
        [f"Of {ACCOUNTS[-1]:,} accounts", "Taken", "Allowed", "Share"],
        [
            [_linked(quota), f"{quota.taken:,.0f}", f"{quota.allowed:,.0f}", f"{quota.share:.0%}"]
            for quota in quotas(scales[-1])
        ],
    )
    yield (
        "Batches",
        ["Sources a batch", "Seconds", "Seconds a tick", "Lambda and SQS, $ a month"],
        [
            [
                str(scale.batch),
                f"{scale.batch_seconds:.2f}",
                f"{scale.tick_seconds:.0f}",
                f"{scale.lambda_dollars + scale.sqs_dollars:,.2f}",
            ]
            for scale in (Scale(ACCOUNTS[-1], batch) for batch in (1, 4, BATCH_SIZE))
        ],
    )


def _linked(quota: Quota) -> str:
    return f"[{quota.name}](https://docs.aws.amazon.com/{quota.where})" if quota.where else quota.name


SECTION = f"""
## Many accounts

Calculated, not measured, by `benchmarks/accounts.py`, which names each assumption. An organization's accounts in
{REGIONS} regions, polled every {TICK_SECONDS // 60} minutes; each account has {IN_FLIGHT} order in flight and {SETTLED}
settled ones.

{{accounts}}

What is met first, at the most accounts that an organization may have:

{{quotas}}

{{first}}

How fast Organizations answers ListAccounts is not published; the planner asks for one page after the other, and waits
if it is configured to. It plans in another order each time, so that where a tick is too short for all, no account is
always the last.

A batch's sources wait side by side, so that an invocation pays for their waiting once. At {ACCOUNTS[-1]:,} accounts:

{{batches}}
"""


def first() -> str:
    """Say in words which quota is met first."""
    found = quotas(Scale(ACCOUNTS[-1]))
    new, usual = (next(each for each in found if each.name.startswith(FIRST_TICK) is early) for early in (True, False))
    return (
        f"So day by day the first is *{usual.name}*: {usual.share:.0%} of it. Poll's concurrency of {MAX_CONCURRENCY}\n"
        "bounds it, however many accounts wait: a longer queue makes a longer tick. A tick that is too short leaves\n"
        "out other accounts each time; the alarm `PollsStopped` fires if fewer than a third are polled.\n"
        f"*{new.name}*: {new.share:.0%}. What is\n"
        "refused there fails, and the next tick takes it up."
    )
