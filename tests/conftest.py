"""What every test stands on: no AWS account, and functions that believe they run in Lambda."""

import os
from collections import Counter

import pytest
from hypothesis import settings

# Powertools and boto3 read these when they are imported.
os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",  # noqa: S106 - not a secret: nothing here reaches AWS
    AWS_DEFAULT_REGION="eu-west-1",
    POWERTOOLS_METRICS_NAMESPACE="OutpostsOrderNotifier",
    POWERTOOLS_SERVICE_NAME="test",
    POWERTOOLS_TRACE_DISABLED="true",
)

# `pytest --hypothesis-profile=long tests/integration/test_poll_interleaved.py` searches for a quarter of an hour.
settings.register_profile("long", max_examples=3_000)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many cases the exhaustive tests tried."""
    tried: Counter[str] = Counter()
    for report in terminalreporter.getreports(""):
        if report.when == "teardown":
            tried.update({name: number for name, number in report.user_properties if isinstance(number, int)})
    for name, number in tried.items():
        terminalreporter.write_line(f"{number} {name}")
