"""The functions' own metrics, by name."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

MetricName: TypeAlias = Literal[
    "OrdersWatched",
    "OrdersInFlight",
    "OrdersRead",
    "OrdersChanged",
    "OrdersLeft",
    "TransitionsPublished",
    "PendingEvents",
    "PollFailures",
    "SnapshotsSetAside",
    "SourcesPolled",
    "SourcesPlanned",
    "NotificationsSent",
    "NotificationFailures",
    "NotificationDelay",
]


class Metric(NamedTuple):
    """The function that publishes a metric, and the statistic of a period that says most.

    A sum counts what happened. A maximum is for a level that each run measures.
    """

    service: str
    statistic: str = "Sum"


METRICS: Mapping[MetricName, Metric] = {
    "OrdersWatched": Metric("poll"),
    "OrdersInFlight": Metric("poll"),
    "OrdersRead": Metric("poll"),
    "OrdersChanged": Metric("poll"),
    "OrdersLeft": Metric("poll", "Maximum"),
    "TransitionsPublished": Metric("poll"),
    "PendingEvents": Metric("poll", "Maximum"),
    "PollFailures": Metric("poll"),
    "SnapshotsSetAside": Metric("poll"),
    "SourcesPolled": Metric("poll"),
    "SourcesPlanned": Metric("planner", "Maximum"),
    "NotificationsSent": Metric("notify"),
    "NotificationFailures": Metric("notify"),
    "NotificationDelay": Metric("notify", "Maximum"),
}
