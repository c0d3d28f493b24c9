"""The simulator served over HTTP, and ordinary clients of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

from local.outposts.control_plane import ControlPlane
from local.outposts.simulator import OutpostsSimulator
from local.server import Server

if TYPE_CHECKING:
    from mypy_boto3_outposts import OutpostsClient


@pytest.fixture
def simulator() -> OutpostsSimulator:
    """Return a simulator."""
    return OutpostsSimulator(account="111122223333", region="eu-west-1")


@pytest.fixture
def server(simulator: OutpostsSimulator) -> Iterator[Server]:
    """Serve the simulator for the length of a test."""
    with Server(simulator) as server:
        yield server


def client_of(server: Server) -> "OutpostsClient":
    """Create an ordinary Outposts client of a server, without retries."""
    return boto3.client(
        "outposts",
        endpoint_url=server.url,
        region_name="eu-west-1",
        aws_access_key_id="anyone",
        aws_secret_access_key="anything",  # noqa: S106 (nobody checks it)
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def outposts(server: Server) -> "OutpostsClient":
    """Return an ordinary client of the simulator."""
    return client_of(server)


@pytest.fixture
def control_plane(server: Server) -> ControlPlane:
    """Return the simulator's control plane."""
    return ControlPlane(server.url)
