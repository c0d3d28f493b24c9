"""The table of snapshots, simulated by moto."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws

from outposts_order_notifier.domain.events import Event
from outposts_order_notifier.domain.lineage import Link, Reference
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.store.items import SnapshotTooLargeError
from outposts_order_notifier.store.records import Known, Loaded, SourceState, StoredNames
from outposts_order_notifier.store.table import ATTEMPTS, MAX_IDS_BYTES, SnapshotTable
from testing.snapshots import create_snapshot_table
from testing.strategies import ORDER_ID

SOURCE = "111122223333/eu-west-1"
EVENT = Event(
    "Outposts Order Discovered",
    {"orderId": ORDER_ID, "outpostId": None, "sequence": 1, "observedAt": "2026-11-24T09:30:00Z"},
)
FIRST = Snapshot(SOURCE, {"OrderId": ORDER_ID, "Status": "PREPARING"}, version=1, sequence=1, pending=(EVENT,))


@pytest.fixture
def client() -> Iterator[Any]:
    """DynamoDB with an empty snapshot table."""
    with mock_aws():
        client = boto3.client("dynamodb")
        create_snapshot_table(client, "snapshots")
        yield client


@pytest.fixture
def table(client: Any) -> SnapshotTable:
    """An empty snapshot table."""
    return SnapshotTable(client, "snapshots", sleep=lambda _: None)


class TestSnapshots:
    """One item per order, with conditional writes."""

    def test_a_saved_snapshot_is_loaded(self, table: SnapshotTable) -> None:
        """An order without a snapshot is left out."""
        assert table.save(FIRST)
        assert table.load([ORDER_ID, "oo-unknown"]) == Loaded({ORDER_ID: FIRST}, {})

    def test_a_snapshot_is_not_saved_over_one_that_was_not_loaded(self, table: SnapshotTable) -> None:
        """If two runs loaded the same version, the first to write wins."""
        second = replace(FIRST, version=2)
        assert [table.save(FIRST), table.save(FIRST), table.save(second), table.save(second)] == [
            True,
            False,
            True,
            False,
        ]
        assert table.load([ORDER_ID]).snapshots == {ORDER_ID: second}

    def test_only_the_published_version_has_its_pending_events_cleared(self, table: SnapshotTable) -> None:
        """A newer snapshot has events that are not published yet."""
        table.save(FIRST)
        table.save(replace(FIRST, version=2))
        assert not table.clear_pending(ORDER_ID, version=1)
        assert table.load([ORDER_ID]).snapshots[ORDER_ID].pending == (EVENT,)
        assert table.clear_pending(ORDER_ID, version=2)
        assert table.load([ORDER_ID]).snapshots[ORDER_ID].pending == ()

    def test_unprocessed_keys_are_requested_again(self, client: Any) -> None:
        """Keys that BatchGetItem leaves unprocessed are requested again."""
        calls = answer_few(client, at_once=3)
        table = SnapshotTable(client, "snapshots", sleep=lambda _: None)
        ids = [f"oo-{n}" for n in range(10)]
        for order_id in ids:
            table.save(replace(FIRST, order={"OrderId": order_id}, pending=()))
        assert table.load(ids).snapshots.keys() == set(ids)
        assert next(calls) == 4

    def test_keys_that_stay_unprocessed_fail_after_a_back_off(self, client: Any) -> None:
        """The errors name each order, and a run continues with the others."""
        answer_few(client, at_once=0)
        waits: list[float] = []
        loaded = SnapshotTable(client, "snapshots", sleep=waits.append).load([ORDER_ID])
        assert loaded.snapshots == {}
        assert "1 keys unprocessed" in loaded.errors[ORDER_ID]
        assert len(waits) == ATTEMPTS - 1

    def test_a_batch_that_fails_does_not_affect_others(self, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Items are read in batches of a hundred."""
        answer, calls = client.batch_get_item, count()

        def fail_first(**request: Any) -> Any:
            if not next(calls):
                raise ReadTimeoutError(endpoint_url="dynamodb")
            return answer(**request)

        monkeypatch.setattr(client, "batch_get_item", fail_first)
        loaded = SnapshotTable(client, "snapshots").load([f"oo-{n}" for n in range(150)])
        assert loaded.errors.keys() == {f"oo-{n}" for n in range(100)}


class TestLargeSnapshots:
    """Snapshots beyond 400 KB, the limit of an item."""

    def test_it_is_written_whole_or_not_at_all(self, table: SnapshotTable) -> None:
        """The parts go with the item in one transaction, on the same condition."""
        first = large(version=1)
        assert table.save(first)
        assert table.load([ORDER_ID]).snapshots == {ORDER_ID: first}
        assert not table.save(large(version=1, kilobytes=1_000))
        assert not table.save(large(version=3, kilobytes=1_000))
        assert table.load([ORDER_ID]).snapshots == {ORDER_ID: first}

    def test_cleared_events_are_gone_although_their_parts_stay(self, table: SnapshotTable) -> None:
        """Clearing does not rewrite the snapshot."""
        table.save(replace(large(version=1), pending=(replace(EVENT, detail={**EVENT.detail, "x": noise()}),)))
        assert len(table.load([ORDER_ID]).snapshots[ORDER_ID].pending) == 1
        assert table.clear_pending(ORDER_ID, version=1)
        assert table.load([ORDER_ID]).snapshots == {ORDER_ID: replace(large(version=1), pending=())}

    def test_it_may_shrink_and_grow(self, table: SnapshotTable) -> None:
        """Parts of another version are never used."""
        for snapshot in [large(1), large(2, kilobytes=1_500), replace(FIRST, version=3), large(4)]:
            assert table.save(snapshot)
            assert table.load([ORDER_ID]).snapshots == {ORDER_ID: snapshot}

    def test_a_write_between_the_reads_of_item_and_parts_is_read_whole(self, client: Any, table: SnapshotTable) -> None:
        """A mix of two versions is read again."""
        table.save(large(1))
        answer, calls = client.batch_get_item, count()

        def write_between(**request: Any) -> Any:
            if next(calls) == 1:
                table.save(large(2))
            return answer(**request)

        client.batch_get_item = write_between
        assert table.load([ORDER_ID]).snapshots == {ORDER_ID: large(2)}

    def test_one_that_is_too_large_for_a_transaction_is_refused(self, table: SnapshotTable) -> None:
        """The error names the order, its size and the limit."""
        with pytest.raises(SnapshotTooLargeError, match=rf"{ORDER_ID} have \d+ bytes, compressed; at most 4000000"):
            table.save(large(1, kilobytes=8_000))

    def test_a_small_one_costs_one_call_each_way(self, client: Any, table: SnapshotTable) -> None:
        """Support for large orders costs typical ones nothing."""
        made: list[str] = []
        client.meta.events.register("before-call.dynamodb.*", lambda model, **_: made.append(model.name))
        table.save(FIRST)
        table.load([ORDER_ID])
        assert made == ["PutItem", "BatchGetItem"]

    def test_a_damaged_one_is_set_aside_with_its_parts(self, client: Any, table: SnapshotTable) -> None:
        """The copies are not in the index, and loading again adds no more."""
        table.save(large(1))
        client.delete_item(TableName="snapshots", Key={"id": {"S": f"{ORDER_ID}#1"}})
        for _ in range(2):
            assert "snapshot: " in table.load([ORDER_ID]).snapshots[ORDER_ID].damage
        kept = [
            item for item in client.scan(TableName="snapshots")["Items"] if item["id"]["S"].startswith("set-aside#")
        ]
        names = ["", "#2", "#3"]  # the item, a part of its snapshot, its events
        assert {item["id"]["S"] for item in kept} == {f"set-aside#{ORDER_ID}{name}#1" for name in names}
        assert table.known("111122223333", "eu-west-1").keys() == {ORDER_ID}

    @pytest.mark.parametrize("unprocessed", [False, True], ids=["fails", "unprocessed"])
    def test_one_whose_parts_cannot_be_read_is_an_error_and_not_damaged(
        self, client: Any, table: SnapshotTable, monkeypatch: pytest.MonkeyPatch, *, unprocessed: bool
    ) -> None:
        """DynamoDB may only throttle the read of the parts: nothing is set aside, and the next run reads it whole."""
        table.save(large(1))
        before, answer = client.scan(TableName="snapshots")["Items"], client.batch_get_item

        def throttle_parts(**request: Any) -> Any:
            ((name, asked),) = request["RequestItems"].items()
            if asked["Keys"] == [{"id": {"S": ORDER_ID}}]:
                return answer(**request)
            if unprocessed:
                return {"Responses": {name: []}, "UnprocessedKeys": {name: asked}}
            raise ReadTimeoutError(endpoint_url="dynamodb")

        with monkeypatch.context() as patch:
            patch.setattr(client, "batch_get_item", throttle_parts)
            loaded = table.load([ORDER_ID])
        assert loaded.snapshots == {}
        assert loaded.errors.keys() == {ORDER_ID}
        assert loaded.errors[ORDER_ID].startswith("BatchGetItem: ")
        assert client.scan(TableName="snapshots")["Items"] == before
        assert table.load([ORDER_ID]) == Loaded({ORDER_ID: large(1)}, {})

    def test_reading_a_damaged_one_writes_nothing(self, client: Any, table: SnapshotTable) -> None:
        """Reading has no side effect."""
        table.save(large(1))
        client.delete_item(TableName="snapshots", Key={"id": {"S": f"{ORDER_ID}#1"}})
        before = client.scan(TableName="snapshots")["Items"]
        assert "snapshot: " in table.read([ORDER_ID]).snapshots[ORDER_ID].damage
        assert client.scan(TableName="snapshots")["Items"] == before


def noise(kilobytes: int = 900) -> str:
    """Return text that compresses to about half of its size."""
    return random.Random(kilobytes).randbytes(kilobytes * 500).hex()  # noqa: S311 - the same at each call


def large(version: int, kilobytes: int = 900) -> Snapshot:
    """Return a snapshot beyond 400 KB."""
    return replace(FIRST, order={**FIRST.order, "Note": noise(kilobytes)}, version=version)


class TestKnown:
    """The index."""

    def test_it_has_enough_to_choose(self, table: SnapshotTable) -> None:
        """Whether an order is settled, what is pending, and how it was listed; only for the source's own orders."""
        settled = {"OrderId": "oo-settled", "Status": "COMPLETED"}
        table.save(replace(FIRST, order={**FIRST.order, "OutpostId": "op-1"}, summary=b"digest"))
        table.save(replace(FIRST, order=settled, pending=(), summary=b"other", missing=True))
        table.save(replace(FIRST, source="111122223333/us-east-1", order={"OrderId": "oo-elsewhere"}))
        table.save_source_state(SOURCE, SourceState(polled_at="2026-11-24T09:30:00Z"))
        assert table.known("111122223333", "eu-west-1") == {
            ORDER_ID: Known(b"digest", settled=False, pending=1, version=1, outpost_id="op-1"),
            "oo-settled": Known(b"other", settled=True, pending=0, version=1, missing=True),
        }

    def test_the_orders_of_all_sources_are_known_together(self, table: SnapshotTable) -> None:
        """Neither a source's state nor a part of a large snapshot counts as an order."""
        elsewhere = replace(FIRST, source="444455556666/us-east-1", order={"OrderId": "oo-elsewhere"}, pending=())
        table.save(large(1))
        table.save(elsewhere)
        table.save_source_state(SOURCE, SourceState(polled_at="2026-11-24T09:30:00Z"))
        assert sorted(table.known_of_all_sources(), key=lambda entry: entry[1]) == [
            (SOURCE, ORDER_ID, Known(b"", settled=False, pending=1, version=1)),
            (elsewhere.source, "oo-elsewhere", Known(b"", settled=False, pending=0, version=1)),
        ]

    def test_it_has_the_links_of_an_order_and_nothing_for_the_others(self, client: Any, table: SnapshotTable) -> None:
        """The attribute is sparse, so it costs other orders nothing; a damaged one counts as empty."""
        item = {"LineItemId": "ooi-2", "PreviousOrderId": "oo-1", "PreviousLineItemId": "ooi-1"}
        table.save(FIRST)
        table.save(replace(FIRST, order={"OrderId": "oo-2", "LineItems": [item]}))
        known = table.known("111122223333", "eu-west-1")
        assert known["oo-2"].replaces == (Link(Reference("oo-1", "ooi-1"), Reference("oo-2", "ooi-2")),)
        assert known[ORDER_ID].replaces == ()
        stored = {each["id"]["S"]: each for each in client.scan(TableName="snapshots")["Items"]}
        assert "replaces" not in stored[ORDER_ID]
        client.put_item(TableName="snapshots", Item={**stored["oo-2"], "replaces": {"S": '[["ooi-2"]]'}})
        assert table.known("111122223333", "eu-west-1")["oo-2"].replaces == ()

    def test_the_index_has_as_many_links_as_fit(self, table: SnapshotTable) -> None:
        """An order with thousands of replacing line items is stored nevertheless."""
        items = [
            {"LineItemId": f"ooi-{n}", "PreviousOrderId": "oo-1", "PreviousLineItemId": f"ooi-{n}"}
            for n in range(9_000)
        ]
        assert table.save(replace(FIRST, order={"OrderId": "oo-2", "LineItems": items}))
        assert len(table.known("111122223333", "eu-west-1")["oo-2"].replaces) > 200


class TestSourceState:
    """The states of sources."""

    @pytest.mark.parametrize(
        "state",
        [
            SourceState(),
            SourceState("2026-11-24T09:30:00Z", frozenset({"oo-1", "oo-2"}), "2026-11-24T09:35:00Z"),
            SourceState(resume_at="oo-3", owed=frozenset({"oo-3"}), failed=frozenset({"oo-1"})),
            SourceState(vanished_after="2026-11-24T09:40:00Z"),
            SourceState(durations_counted=True),
        ],
    )
    def test_it_is_stored_without_loss(self, table: SnapshotTable, state: SourceState) -> None:
        """Each source has its own."""
        table.save_source_state(SOURCE, state)
        assert table.source_state(SOURCE) == state
        assert table.source_state("another") == SourceState()

    def test_times_that_a_run_does_not_set_stay(self, table: SnapshotTable) -> None:
        """Another run may have written them."""
        table.save_source_state(SOURCE, SourceState(polled_at="2026-11-24T09:35:00Z"))
        table.save_source_state(SOURCE, SourceState(vanished_after="2026-11-24T09:40:00Z"))
        table.save_source_state(SOURCE, SourceState())
        found = table.source_state(SOURCE)
        assert (found.polled_at, found.vanished_after) == ("2026-11-24T09:35:00Z", "2026-11-24T09:40:00Z")

    @pytest.mark.parametrize(
        ("polled_at", "vanished_after", "vanished"),
        [(None, None, False), ("09:35", None, False), ("09:35", "09:35", True), ("09:40", "09:35", False)],
    )
    def test_orders_have_vanished_if_no_listing_counts_since_one_said_so(
        self, polled_at: str | None, vanished_after: str | None, *, vanished: bool
    ) -> None:
        """Any listing that counts outdates the mark, whichever of two overlapping runs ends first."""
        assert SourceState(polled_at=polled_at, vanished_after=vanished_after).vanished is vanished

    def test_completed_work_is_removed(self, table: SnapshotTable) -> None:
        """A run with time for all orders leaves nothing to resume."""
        table.save_source_state(SOURCE, SourceState(resume_at="oo-3", owed=frozenset({"oo-3"})))
        table.save_source_state(SOURCE, SourceState(polled_at="2026-11-24T09:35:00Z"))
        assert table.source_state(SOURCE) == SourceState(polled_at="2026-11-24T09:35:00Z")

    def test_a_run_without_a_complete_listing_keeps_the_times(self, table: SnapshotTable) -> None:
        """Another run may have written them in the meantime."""
        first = SourceState("2026-11-24T09:30:00Z", frozenset({"oo-1"}), "2026-11-24T09:30:00Z")
        table.save_source_state(SOURCE, first)
        table.save_source_state(SOURCE, SourceState(failed=frozenset({"oo-2"})))
        assert table.source_state(SOURCE) == replace(first, failed=frozenset({"oo-2"}))

    def test_as_many_orders_are_stored_as_fit(self, table: SnapshotTable) -> None:
        """The rest are read in their turn."""
        owed = frozenset(f"oo-{number:017x}" for number in range(30_000))
        table.save_source_state(SOURCE, SourceState(owed=owed))
        remembered = table.source_state(SOURCE).owed
        assert remembered < owed
        assert len(remembered) == MAX_IDS_BYTES // 20


def answer_few(client: Any, at_once: int) -> Iterator[int]:
    """Make BatchGetItem leave most keys unprocessed, as it may under load; return the number of calls."""
    answer, calls = client.batch_get_item, count()

    def batch_get_item(**request: Any) -> Any:
        next(calls)
        ((name, asked),) = request["RequestItems"].items()
        now, later = asked["Keys"][:at_once], asked["Keys"][at_once:]
        processed = answer(RequestItems={name: {**asked, "Keys": now}}) if now else {"Responses": {}}
        return {**processed, "UnprocessedKeys": {name: {**asked, "Keys": later}} if later else {}}

    client.batch_get_item = batch_get_item
    return calls


class TestNames:
    """The names of a source's things."""

    def test_saved_names_are_returned(self, table: SnapshotTable) -> None:
        """With the time of the lookup, and what was denied; those of another source are not."""
        names = StoredNames({"op-1": "Zürich"}, "2026-11-24T09:30:00Z", ("outposts:ListSites",))
        table.save_names(SOURCE, names)
        assert table.names(SOURCE) == names
        assert table.names("another") == StoredNames()
