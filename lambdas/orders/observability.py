"""The one home of logger, tracer and metrics. Namespace, service and level come from POWERTOOLS_* variables."""

import threading
from collections.abc import Mapping

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
tracer = Tracer(patch_modules=["botocore"])
metrics = Metrics()
_LOCK = threading.Lock()  # Powertools' metrics are not for several threads, and a batch's sources are polled in some


def count(**values: int) -> None:
    """Add counts to the function's metrics, each under its own name."""
    _add(MetricUnit.Count, values)


def seconds(**values: int) -> None:
    """Add durations to the function's metrics, each under its own name."""
    _add(MetricUnit.Seconds, values)


def _add(unit: MetricUnit, values: Mapping[str, int]) -> None:
    with _LOCK:
        for name, value in values.items():
            metrics.add_metric(name=name, unit=unit, value=value)
