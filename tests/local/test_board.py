"""The board on this machine, over HTTP."""

from collections.abc import Iterator

import boto3
import pytest
import urllib3
from moto import mock_aws

from local.board import BoardPage
from local.server import Server
from outposts_order_notifier.store.table import SnapshotTable
from testing.boards import observed
from testing.snapshots import create_snapshot_table


@pytest.fixture
def url() -> Iterator[str]:
    """Serve the board of one order, and return its address."""
    with mock_aws():
        client = boto3.client("dynamodb")
        create_snapshot_table(client, "snapshots")
        table = SnapshotTable(client, "snapshots")
        assert table.save(observed((3, {"OrderId": "oo-here", "OutpostId": "op-1", "Status": "PREPARING"})))
        with Server(BoardPage(table, names={"op-1": "Cork"})) as server:
            yield server.url


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", True),
        ("?status=PREPARING", True),
        ("?region=us-east-1", False),
        ("?q=OO-H+preparing&sort=newest", True),
        ("?q=cork", True),
        ("?q=shipped&sort=sideways", False),
    ],
)
def test_query_parameters_filter(url: str, query: str, shown: bool) -> None:
    """A filtered board has an address that can be saved."""
    answer = urllib3.request("GET", f"{url}/{query}")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert (b"oo-here" in answer.data) == shown


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/favicon.ico", 404), ("POST", "/", 405)])
def test_there_is_nothing_else(url: str, method: str, path: str, status: int) -> None:
    """The board is read-only."""
    assert urllib3.request(method, f"{url}{path}").status == status
