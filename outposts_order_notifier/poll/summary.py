"""What a poll run did: `RunResult` inside the function, `Summary` for its caller."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypedDict, cast

LISTING = ""  # in place of an order id if ListOrders failed


class Failure(TypedDict):
    """A failure that did not stop the rest of the run; `orderId` is null if ListOrders failed."""

    orderId: str | None
    error: str


class Summary(TypedDict):
    """The summary of a run. The poll function returns it; if anything failed, its error contains it.

    Attributes:
        source: `<account>/<region>`, followed by the Outposts if the source is limited to some.
        ordersListed: Number of orders that ListOrders returned; 0 for a run of given orders, which lists none.
        ordersRead: Number of orders read with GetOrder.
        ordersChanged: Number of orders with new events.
        eventsPublished: Number of events published, including those pending from earlier runs.
        eventsPending: Number of events that could not be published; the next run publishes them.
        ordersLeft: Number of orders that there was no time for; the next run reads them first.
        failures: What failed.
    """

    source: str
    ordersListed: int
    ordersRead: int
    ordersChanged: int
    eventsPublished: int
    eventsPending: int
    ordersLeft: int
    failures: list[Failure]


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run, or a part of it, did. The results of parts add up; the first failure of an order counts.

    `Summary` explains the counts that both have. The others are for metrics: of the orders processed, those in flight,
    and of the events published, those of all types but `Outposts Order Updated`. `failures` is by order id, or by
    `LISTING`.
    """

    orders_listed: int = 0
    orders_read: int = 0
    orders_in_flight: int = 0
    orders_changed: int = 0
    events_published: int = 0
    transitions_published: int = 0
    events_pending: int = 0
    orders_left: int = 0
    failures: Mapping[str, str] = field(default_factory=dict)

    def __add__(self, other: "RunResult") -> "RunResult":
        """Return the result of both parts."""
        counts = [each.name for each in fields(self) if each.name != "failures"]
        return RunResult(
            **{name: getattr(self, name) + getattr(other, name) for name in counts},
            failures={**self.failures, **other.failures, **self.failures},
        )

    def summary(self, source: str) -> Summary:
        """Return the summary of a source's run."""
        return {
            "source": source,
            "ordersListed": self.orders_listed,
            "ordersRead": self.orders_read,
            "ordersChanged": self.orders_changed,
            "eventsPublished": self.events_published,
            "eventsPending": self.events_pending,
            "ordersLeft": self.orders_left,
            "failures": [{"orderId": order_id or None, "error": error} for order_id, error in self.failures.items()],
        }


class PollFailedError(Exception):
    """A run ended, and some orders could not be read, stored or published; the text is its summary, as JSON.

    Lambda returns the text as `errorMessage`, in which `summary_in` finds the summary.
    """

    def __init__(self, summary: Summary) -> None:
        super().__init__(json.dumps(summary))


def summary_in(answer: dict[str, Any]) -> Summary | None:
    """Return the summary in Lambda's answer to a failed run, or None if the run ended without one.

    `errorType` does not matter, as not every emulator of Lambda sets it to the class's name.
    """
    try:
        summary = json.loads(answer["errorMessage"])
    except (KeyError, TypeError, ValueError):
        return None
    if isinstance(summary, dict) and summary.keys() >= Summary.__required_keys__:
        return cast("Summary", summary)
    return None
