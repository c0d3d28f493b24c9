"""What the tests of subscriptions share."""

from collections.abc import Iterator

import boto3
import pytest

from local.emulator import emulator as running_emulator
from testing.matching import Emulator
from tests.end_to_end.conftest import free_port
from tests.examples.real_events import Json, a_stalled_order, all_scenarios


@pytest.fixture(scope="session")
def corpus() -> list[Json]:
    """Real events, including those of first polls."""
    return [*all_scenarios(), *a_stalled_order()]


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The emulator without the notifier."""
    port = free_port()
    with running_emulator(port, tmp_path_factory.mktemp("emulator")):
        yield Emulator(boto3.client("events", endpoint_url=f"http://127.0.0.1:{port}"))
