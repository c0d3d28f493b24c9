"""The one home of logger, tracer and metrics. Namespace, service and level come from POWERTOOLS_* variables."""

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
tracer = Tracer(patch_modules=["botocore"])
metrics = Metrics()


def count(**values: int) -> None:
    """Add counts to the function's metrics, each under its own name."""
    for name, value in values.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
