"""The functions' own metrics, by name."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from outposts_order_notifier.cdk.physical_names import PhysicalNames

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


def metric(
    names: PhysicalNames, name: MetricName, *, statistic: str | None = None, period: cdk.Duration | None = None
) -> cloudwatch.Metric:
    """Return a metric, with the statistic that says most unless another is given."""
    published = METRICS[name]
    return cloudwatch.Metric(
        namespace=names.prefix,
        metric_name=name,
        dimensions_map={"service": published.service},
        statistic=statistic or published.statistic,
        period=period,
    )
