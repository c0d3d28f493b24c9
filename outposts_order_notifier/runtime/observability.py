"""The logger and the metrics. POWERTOOLS_* variables set namespace, service and log level.

CloudWatch bills a custom metric for each hour in which it is sent (https://aws.amazon.com/cloudwatch/pricing/). So what
did not happen is not sent: a metric has no data points of 0, and a quiet run sends none at all.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()
_LOCK = threading.Lock()  # Powertools' metrics are not thread-safe, and the sources of a batch are polled concurrently


@contextmanager
def metrics_sent() -> Iterator[None]:
    """Send at the end of a run what it has counted, if anything. Powertools' own decorator warns of a run without."""
    try:
        yield
    finally:
        if metrics.metric_set:
            metrics.flush_metrics()


def count(**values: int) -> None:
    """Add counts to the function's metrics, by metric name; a count of 0 is not sent."""
    _add(MetricUnit.Count, values)


def seconds(**values: int) -> None:
    """Add durations in seconds to the function's metrics, by metric name; one of 0 is not sent."""
    _add(MetricUnit.Seconds, values)


def _add(unit: MetricUnit, values: Mapping[str, int]) -> None:
    with _LOCK:
        for name, value in values.items():
            if value:
                metrics.add_metric(name=name, unit=unit, value=value)
