"""Snapshots in a folder behave as those in DynamoDB: each test runs against both."""

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from outposts_order_notifier.cli.folder import FILE_NAME, SnapshotFolder
from outposts_order_notifier.domain.event_types import DISCOVERED
from outposts_order_notifier.domain.events import Event
from outposts_order_notifier.domain.snapshot import ORDER, Snapshot, StatusEntry
from outposts_order_notifier.poll.ports import Snapshots
from outposts_order_notifier.store.records import SourceState
from outposts_order_notifier.store.table import SnapshotTable
from testing.details import ORDER_ID, an_order
from testing.snapshots import create_snapshot_table

DETAIL = {"orderId": ORDER_ID, "outpostId": None, "sequence": 1, "observedAt": "2026-11-24T09:30:00Z"}
FIRST = Snapshot(
    source="111122223333/eu-west-1",
    order=an_order(),
    version=1,
    sequence=1,
    history={ORDER: (StatusEntry("IN_PROGRESS", "2026-11-24T09:30:00Z"),)},
    pending=(Event(DISCOVERED, DETAIL),),
    summary=b"\x00\xff digest",
)


@pytest.fixture(params=["folder", "table"])
def snapshots(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Snapshots]:
    """Each of the two."""
    if request.param == "folder":
        yield SnapshotFolder(tmp_path)
        return
    with mock_aws():
        client = boto3.client("dynamodb")
        create_snapshot_table(client, "snapshots")
        yield SnapshotTable(client, "snapshots")


class TestSnapshots:
    """Orders."""

    def test_a_saved_snapshot_is_loaded_and_in_the_index(self, snapshots: Snapshots) -> None:
        """The whole snapshot, and what choosing needs of the source's orders."""
        assert snapshots.save(FIRST)
        assert snapshots.load([ORDER_ID, "oo-unknown"]).snapshots == {ORDER_ID: FIRST}
        known = snapshots.known("111122223333", "eu-west-1")[ORDER_ID]
        assert (known.summary, known.version, known.pending, known.settled) == (FIRST.summary, 1, 1, False)
        assert snapshots.known("111122223333", "us-east-1") == {}

    def test_a_write_that_was_overtaken_writes_nothing(self, snapshots: Snapshots) -> None:
        """Only the version after the stored one is accepted."""
        snapshots.save(FIRST)
        assert not snapshots.save(replace(FIRST, sequence=9))
        assert not snapshots.save(replace(FIRST, version=3))
        assert snapshots.load([ORDER_ID]).snapshots == {ORDER_ID: FIRST}
        assert snapshots.save(replace(FIRST, version=2))

    def test_pending_events_are_cleared_unless_another_run_stored(self, snapshots: Snapshots) -> None:
        """A run must not clear the events of a newer version."""
        snapshots.save(FIRST)
        assert not snapshots.clear_pending(ORDER_ID, 2)
        assert snapshots.clear_pending(ORDER_ID, 1)
        assert snapshots.load([ORDER_ID]).snapshots == {ORDER_ID: replace(FIRST, pending=())}
        assert not snapshots.clear_pending("oo-unknown", 1)

    def test_an_order_in_many_items_is_loaded_whole(self, snapshots: Snapshots) -> None:
        """DynamoDB stores it in several items."""
        large = replace(FIRST, order={**an_order(), "Unknown": os.urandom(600_000).hex()})
        assert snapshots.save(large)
        assert snapshots.load([ORDER_ID]).snapshots == {ORDER_ID: large}


class TestSources:
    """The state of a source."""

    def test_the_first_baseline_stays(self, snapshots: Snapshots) -> None:
        """A second baseline does not replace the first one."""
        first = SourceState(baseline_at="2026-11-24T09:30:00Z", baseline_left=frozenset({ORDER_ID}))
        assert snapshots.source_state("a/b") == SourceState()
        assert snapshots.begin_baseline("a/b", first) == first
        assert snapshots.begin_baseline("a/b", SourceState("2026-11-24T09:35:00Z")) == first

    def test_a_later_state_replaces_it(self, snapshots: Snapshots) -> None:
        """The remaining orders are those of the last save."""
        snapshots.begin_baseline("a/b", SourceState("2026-11-24T09:30:00Z", frozenset({ORDER_ID})))
        after = SourceState("2026-11-24T09:30:00Z", frozenset(), "2026-11-24T09:30:00Z")
        snapshots.save_source_state("a/b", after)
        assert snapshots.source_state("a/b") == after


class TestFolder:
    """What only the folder does."""

    def test_snapshots_outlive_the_process(self, tmp_path: Path) -> None:
        """They are there when the folder is opened again."""
        folder = SnapshotFolder(tmp_path / "new" / "folder")
        folder.save(FIRST)
        folder.close()
        assert SnapshotFolder(tmp_path / "new" / "folder").load([ORDER_ID]).snapshots == {ORDER_ID: FIRST}

    def test_one_process_at_a_time_has_a_folder(self, tmp_path: Path) -> None:
        """Each of two would get only some of the events; closing it lets another process use it."""
        first = SnapshotFolder(tmp_path)
        with pytest.raises(BlockingIOError):
            SnapshotFolder(tmp_path)
        first.close()
        SnapshotFolder(tmp_path)

    def test_a_write_that_the_disk_has_no_room_for_leaves_what_was_there(self, tmp_path: Path) -> None:
        """The error is the disk's, and the next write succeeds."""
        folder = SnapshotFolder(tmp_path)
        folder.save(FIRST)
        (pages,) = folder._database.execute("PRAGMA page_count").fetchone()
        folder._database.execute(f"PRAGMA max_page_count = {pages}")
        large = replace(FIRST, version=2, order={**an_order(), "Unknown": os.urandom(600_000).hex()})
        with pytest.raises(sqlite3.OperationalError, match="disk is full"):
            folder.save(large)
        assert folder.load([ORDER_ID]).snapshots == {ORDER_ID: FIRST}
        assert folder.save(replace(FIRST, version=2))

    def test_without_a_folder_nothing_is_kept(self, tmp_path: Path) -> None:
        """A single poll leaves no file behind."""
        SnapshotFolder(None).save(FIRST)
        assert not (tmp_path / FILE_NAME).exists()
