"""The summary of a poll run: returned on success, carried by the error on failure, counted in metrics."""

import json
from dataclasses import dataclass, field
from typing import Any

LISTING = None  # what failed to be listed has no order id


@dataclass(slots=True)
class Summary:
    """What a run did: its summary (docs/operations.md), and two counts more for its metrics.

    `ordersLeft` counts the orders that there was no time for, which the next run takes
    first.

    A failure is named by the id of the order that it befell; one of ListOrders itself by null.
    """

    source: str
    orders_listed: int = 0
    orders_read: int = 0
    orders_in_flight: int = 0
    orders_changed: int = 0
    events_published: int = 0
    transitions_published: int = 0
    events_pending: int = 0
    orders_left: int = 0
    failures: dict[str | None, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the summary as the function returns it."""
        return {
            "source": self.source,
            "ordersListed": self.orders_listed,
            "ordersRead": self.orders_read,
            "ordersChanged": self.orders_changed,
            "eventsPublished": self.events_published,
            "eventsPending": self.events_pending,
            "ordersLeft": self.orders_left,
            "failures": [{"orderId": order_id, "error": error} for order_id, error in self.failures.items()],
        }


class PollFailedError(Exception):
    """Some orders of a run could not be read, stored or published.

    Lambda answers with the summary, as JSON, as `errorMessage`; `summary_in` reads it.
    """

    def __init__(self, summary: Summary) -> None:
        super().__init__(json.dumps(summary.as_json()))


def summary_in(answer: dict[str, Any]) -> dict[str, Any] | None:
    """Return the summary in Lambda's answer to a failed run, or None if the run ended without one.

    The message decides, not `errorType`: emulators of Lambda do not all name the class there.
    """
    try:
        summary: Any = json.loads(answer["errorMessage"])
    except (KeyError, TypeError, ValueError):
        return None
    return summary if isinstance(summary, dict) and summary.keys() >= Summary("").as_json().keys() else None
