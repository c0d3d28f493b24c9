"""The table of snapshots, played by moto."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import boto3
import pytest
from hypothesis import given
from moto import mock_aws

from lambdas.orders.events import Event
from lambdas.orders.order import Order
from lambdas.orders.snapshot import Snapshot
from lambdas.orders.snapshot_table import Known, SnapshotTable, SourceState, _item, _snapshot
from tests.snapshots import create_snapshot_table
from tests.strategies import ORDER_ID, orders

SOURCE = "111122223333/eu-west-1"
EVENT = Event("Outposts Order Discovered", {"sequence": 1})
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
    return SnapshotTable(client, "snapshots")


class TestSnapshots:
    """One item per order, written only by whom loaded it last."""

    @given(order=orders)
    def test_a_snapshot_is_stored_without_loss(self, order: Order) -> None:
        """Whatever an order holds, it comes back as it was."""
        snapshot = replace(FIRST, order=order, since={"": "2026-11-24T09:30:00Z"}, summary=b"digest")
        assert _snapshot(_item(snapshot)) == snapshot

    def test_what_was_saved_is_loaded(self, table: SnapshotTable) -> None:
        """An order without a snapshot is left out."""
        assert table.save(FIRST)
        assert table.load([ORDER_ID, "oo-unknown"]) == {ORDER_ID: FIRST}

    def test_a_snapshot_is_not_saved_over_one_that_was_not_loaded(self, table: SnapshotTable) -> None:
        """Of two runs that loaded the same version the first to write wins."""
        second = replace(FIRST, version=2)
        assert [table.save(FIRST), table.save(FIRST), table.save(second), table.save(second)] == [
            True,
            False,
            True,
            False,
        ]
        assert table.load([ORDER_ID]) == {ORDER_ID: second}

    def test_pending_events_are_cleared_of_the_version_that_was_published_alone(self, table: SnapshotTable) -> None:
        """A newer snapshot has events that nobody published yet."""
        table.save(FIRST)
        table.save(replace(FIRST, version=2))
        assert not table.clear_pending(ORDER_ID, version=1)
        assert table.load([ORDER_ID])[ORDER_ID].pending == (EVENT,)
        assert table.clear_pending(ORDER_ID, version=2)
        assert table.load([ORDER_ID])[ORDER_ID].pending == ()

    def test_more_than_dynamodb_answers_at_once_is_loaded_in_several_calls(self, client: Any) -> None:
        """What BatchGetItem leaves unprocessed is asked for again."""
        calls = answer_few(client, at_once=3)
        table = SnapshotTable(client, "snapshots")
        ids = [f"oo-{n}" for n in range(10)]
        for order_id in ids:
            table.save(replace(FIRST, order={"OrderId": order_id}))
        assert table.load(ids).keys() == set(ids)
        assert next(calls) == 4


class TestKnown:
    """What the index tells."""

    def test_it_tells_enough_to_choose(self, table: SnapshotTable) -> None:
        """Whether an order is settled, what of it is pending, and how it was listed; of its own source alone."""
        settled = {"OrderId": "oo-settled", "Status": "COMPLETED"}
        table.save(replace(FIRST, summary=b"digest"))
        table.save(replace(FIRST, order=settled, pending=(), summary=b"other"))
        table.save(replace(FIRST, source="111122223333/us-east-1", order={"OrderId": "oo-elsewhere"}))
        table.save_source_state(SOURCE, SourceState(polled_at="2026-11-24T09:30:00Z"))
        assert table.known("111122223333", "eu-west-1") == {
            ORDER_ID: Known(b"digest", settled=False, pending=1),
            "oo-settled": Known(b"other", settled=True, pending=0),
        }


class TestSourceState:
    """What is remembered of a source."""

    @pytest.mark.parametrize(
        "state",
        [SourceState(), SourceState("2026-11-24T09:30:00Z", frozenset({"oo-1", "oo-2"}), "2026-11-24T09:35:00Z")],
    )
    def test_it_is_stored_without_loss(self, table: SnapshotTable, state: SourceState) -> None:
        """Each source's apart from the others'."""
        table.save_source_state(SOURCE, state)
        assert table.source_state(SOURCE) == state
        assert table.source_state("another") == SourceState()


def answer_few(client: Any, at_once: int) -> Iterator[int]:
    """Make BatchGetItem leave most keys unprocessed, as it may under load; gives the number of calls."""
    answer, calls = client.batch_get_item, count()

    def batch_get_item(**request: Any) -> Any:
        next(calls)
        ((name, asked),) = request["RequestItems"].items()
        now, later = asked["Keys"][:at_once], asked["Keys"][at_once:]
        processed = answer(RequestItems={name: {**asked, "Keys": now}})
        return {**processed, "UnprocessedKeys": {name: {**asked, "Keys": later}} if later else {}}

    client.batch_get_item = batch_get_item
    return calls
