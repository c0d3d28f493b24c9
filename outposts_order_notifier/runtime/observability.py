"""The logger and the metrics. POWERTOOLS_* variables set namespace, service and log level."""

import threading
from collections.abc import Mapping

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()
_LOCK = threading.Lock()  # Powertools' metrics are not thread-safe, and the sources of a batch are polled concurrently


def count(**values: int) -> None:
    """Add counts to the function's metrics, by metric name."""
    _add(MetricUnit.Count, values)


def seconds(**values: int) -> None:
    """Add durations in seconds to the function's metrics, by metric name."""
    _add(MetricUnit.Seconds, values)


def _add(unit: MetricUnit, values: Mapping[str, int]) -> None:
    with _LOCK:
        for name, value in values.items():
            metrics.add_metric(name=name, unit=unit, value=value)
