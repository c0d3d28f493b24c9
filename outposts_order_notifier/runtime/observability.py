"""The one home of logger, tracer and metrics. Namespace, service and level come from POWERTOOLS_* variables."""

import threading
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()
_LOCK = threading.Lock()  # Powertools' metrics are not for several threads, and a batch's sources are polled in some

if TYPE_CHECKING:
    tracer: Tracer
else:

    def __getattr__(name: str) -> Tracer:
        """Make the tracer where it is imported, by handlers: X-Ray's library then makes an AWS client.

        The command line also imports this module, and must do without AWS configuration that is well.
        """
        if name == "tracer":
            return _tracer()
        raise AttributeError(f"module {__name__} has no attribute {name}")


@cache
def _tracer() -> Tracer:
    return Tracer(patch_modules=["botocore"])


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
