"""What every test stands on: no AWS account, and functions that believe they run in Lambda."""

import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from moto.core.botocore_stubber import BotocoreStubber

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest
    from moto.core.common_types import TYPE_RESPONSE

    from lambdas.orders.events import Event
    from lambdas.poll.event_bus import EventBus, Published

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


@pytest.fixture(scope="session", autouse=True)
def _every_published_event_is_checked() -> Iterator[None]:
    """Fail whichever test publishes an event that is not what its schema says."""
    from lambdas.poll.event_bus import EventBus  # noqa: PLC0415 - after the environment above
    from tests.event_schemas import check_entry  # noqa: PLC0415

    publish = EventBus.publish

    def checked(bus: "EventBus", pending: "Mapping[str, Sequence[Event]]", **options: Any) -> "Published":
        for events in pending.values():
            for event in events:
                check_entry(bus._entry(event))
        return publish(bus, pending, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EventBus, "publish", checked)
        yield


@pytest.fixture(scope="session", autouse=True)
def _moto_answers_one_call_at_a_time() -> Iterator[None]:
    """Let the threads of poll and notify share moto, whose tables and queues are dicts that nothing guards."""
    process, lock = BotocoreStubber.process_request, threading.RLock()

    def in_turn(stubber: BotocoreStubber, request: "AWSPreparedRequest") -> "TYPE_RESPONSE | None":
        with lock:
            return process(stubber, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BotocoreStubber, "process_request", in_turn)
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many cases the exhaustive tests tried."""
    tried: Counter[str] = Counter()
    for report in terminalreporter.getreports(""):
        if report.when == "teardown":
            tried.update({name: number for name, number in report.user_properties if isinstance(number, int)})
    for name, number in tried.items():
        terminalreporter.write_line(f"{number} {name}")
