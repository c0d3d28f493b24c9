"""The board as a file."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from outposts_order_notifier.cli import board as command
from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.store.table import SnapshotTable
from testing.boards import observed
from testing.snapshots import create_snapshot_table


@pytest.fixture(autouse=True)
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A stack with two orders."""
    with mock_aws():
        client = boto3.client("dynamodb", "us-east-1")
        create_snapshot_table(client, "snapshots")
        table = SnapshotTable(client, "snapshots")
        assert table.save(observed((3, {"OrderId": "oo-a", "OutpostId": "op-2", "Status": "PREPARING"})))
        assert table.save(observed((5, {"OrderId": "oo-b", "OutpostId": "op-1", "Status": "DELIVERED"})))
        stack = SimpleNamespace(snapshots=table, outputs={"TimeZone": "Asia/Tokyo"}, configured_names={"op-1": "Cork"})
        monkeypatch.setattr(command, "deployed", lambda *_: stack)
        yield stack


def test_has_the_orders_that_match_a_search(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says how many."""
    command.board(output=tmp_path / "board.html", search="in transit")
    assert capsys.readouterr().out.startswith("0 orders in ")
    command.board(output=tmp_path / "board.html", search="Delivered op-1")
    assert capsys.readouterr().out.startswith("1 order in ")
    html = (tmp_path / "board.html").read_text("utf-8")
    assert "oo-b" in html
    assert "oo-a" not in html


@pytest.mark.parametrize(("sort", "first"), [("attention", "oo-a"), ("outpost", "oo-b")])
def test_is_sorted_as_asked_and_in_the_stacks_time_zone(tmp_path: Path, sort: str, first: str) -> None:
    """A file cannot be sorted afterwards."""
    command.board(output=tmp_path / "board.html", sort=sort)
    html = (tmp_path / "board.html").read_text("utf-8")
    assert html.partition("<article")[2].lstrip(' id="').startswith(first)
    assert ">JST</abbr>" in html


def test_the_configurations_names_are_shown_and_found(tmp_path: Path) -> None:
    """As on the dashboard: a name in the configuration takes precedence over the id, and is searched."""
    command.board(output=tmp_path / "board.html", search="cork")
    html = (tmp_path / "board.html").read_text("utf-8")
    assert "Cork" in html
    assert "oo-b" in html
    assert "oo-a" not in html


def test_an_unknown_sequence_is_an_error(tmp_path: Path) -> None:
    """With the nearest right spelling."""
    with pytest.raises(
        OperatorError, match=r"^--sort newst is unknown; did you mean newest\? The sequences are attention, "
    ):
        command.board(output=tmp_path / "board.html", sort="newst")
