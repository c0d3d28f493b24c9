"""The AWS services that the handlers call, simulated by moto; Outposts and Slack by the local cloud, over HTTP."""

import json
from collections.abc import Iterator

import pytest

from local.outposts.simulator import OutpostsSimulator
from local.server import Server
from local.slack import SlackReceiver
from testing.aws import Slack, client_of, make_queue, simulated_aws
from testing.snapshots import create_snapshot_table
from testing.stopping_points import StoppingPoints
from tests.iam.calls import CALLS
from tests.iam.recorder import recording


@pytest.fixture(autouse=True)
def _iam_allows_every_call() -> Iterator[None]:
    """Fail any test in which a function calls AWS in a way that tests/iam does not check."""
    with recording() as recorded:
        yield
    # Some tests poll without the environment, so their tables are in no variable.
    unknown = {call for call in recorded.calls if not any(call.kind in {kind, (*kind[:2], "")} for kind in CALLS)}
    assert not unknown, f"tests/iam/calls.py does not have {unknown}"


@pytest.fixture
def stopping_points(request: pytest.FixtureRequest, exhaustive: bool) -> StoppingPoints:
    """The calls at which to end a process."""
    return StoppingPoints(request.node.nodeid, exhaustive=exhaustive)


@pytest.fixture
def aws() -> Iterator[None]:
    """Moto in place of AWS; servers on this machine stay reachable."""
    with simulated_aws():
        yield


@pytest.fixture
def table(aws: None) -> str:  # noqa: ARG001 - moto must be there first
    """The snapshot table."""
    create_snapshot_table(client_of("dynamodb"), "snapshots")
    return "snapshots"


@pytest.fixture
def bus_queue(aws: None) -> str:  # noqa: ARG001 - moto must be there first
    """The bus, with a rule that sends every event to this queue (its URL)."""
    events = client_of("events")
    events.create_event_bus(Name="orders")
    url, arn = make_queue("subscriber")
    pattern = json.dumps({"source": ["outposts-order-notifier"]})
    events.put_rule(Name="everything", EventBusName="orders", EventPattern=pattern)
    events.put_targets(Rule="everything", EventBusName="orders", Targets=[{"Id": "queue", "Arn": arn}])
    return url


@pytest.fixture
def simulator() -> Iterator[tuple[OutpostsSimulator, str]]:
    """The Outposts simulator and its URL."""
    app = OutpostsSimulator(account="111122223333")
    with Server(app) as server:
        yield app, server.url


@pytest.fixture
def slack() -> Iterator[Slack]:
    """A Slack that records."""
    receiver = SlackReceiver()
    with Server(receiver) as server:
        yield Slack(receiver, server.url)
