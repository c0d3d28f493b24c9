"""What is read for a board."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from outposts_order_notifier.board.filters import Filters
from outposts_order_notifier.board.gather import gather
from outposts_order_notifier.sources.source import Source
from outposts_order_notifier.store.records import StoredNames
from outposts_order_notifier.store.table import SnapshotTable
from testing.boards import observed
from testing.snapshots import create_snapshot_table

ORDERS = {
    "oo-1": ("COMPLETED", "op-1", Source("111122223333", "eu-west-1")),
    "oo-2": ("PREPARING", "op-2", Source("111122223333", "us-east-1")),
    "oo-3": ("PREPARING", "op-1", Source("444455556666", "eu-west-1")),
}


@pytest.fixture
def table() -> Iterator[SnapshotTable]:
    """A table with three orders."""
    with mock_aws():
        client = boto3.client("dynamodb")
        create_snapshot_table(client, "snapshots")
        table = SnapshotTable(client, "snapshots")
        for name, (status, outpost, source) in ORDERS.items():
            assert table.save(observed((3, {"OrderId": name, "Status": status, "OutpostId": outpost}), source=source))
        yield table


@pytest.mark.parametrize(
    ("filters", "read"),
    [
        (Filters(), {"oo-1", "oo-2", "oo-3"}),
        (Filters(account="111122223333"), {"oo-1", "oo-2"}),
        (Filters(region="eu-west-1"), {"oo-1", "oo-3"}),
        (Filters(outpost="op-1", account="444455556666"), {"oo-3"}),
        (Filters(outpost="op-9"), set()),
        (Filters(order="oo-2"), {"oo-2"}),
    ],
)
def test_only_what_matches_the_filters_is_read(table: SnapshotTable, filters: Filters, read: set[str]) -> None:
    """All filter values are offered nevertheless."""
    found = gather(table, filters)
    assert {each.order_id for each in found.snapshots} == read
    assert found.outposts == ("op-1", "op-2")
    assert found.accounts == ("111122223333", "444455556666")
    assert found.regions == ("eu-west-1", "us-east-1")


def test_names_are_those_of_all_sources_and_the_configurations(table: SnapshotTable) -> None:
    """The configuration's take precedence; a source without names is no error."""
    table.save_names("111122223333/eu-west-1", StoredNames({"op-1": "Dublin plant", "OR-1": "rack"}, "2026-11-24"))
    table.save_names("111122223333/us-east-1", StoredNames({"op-2": "Ohio"}, "2026-11-24"))
    names = gather(table, Filters(), names={"op-2": "Columbus", "444455556666": "Production"}).names
    assert names == {"op-1": "Dublin plant", "OR-1": "rack", "op-2": "Columbus", "444455556666": "Production"}


def test_if_there_are_too_many_those_in_flight_are_read(table: SnapshotTable) -> None:
    """The others are counted."""
    found = gather(table, Filters(), most=2)
    assert {each.order_id for each in found.snapshots} == {"oo-2", "oo-3"}
    assert found.unread == 1


@pytest.mark.parametrize(
    ("search", "read"), [("oo-1", "oo-1"), ("dublin 111122223333", "oo-1"), ("oo-3", "oo-3"), ("x", "oo-2")]
)
def test_if_there_are_too_many_those_that_a_search_finds_by_id_or_place_are_read(
    table: SnapshotTable, search: str, read: str
) -> None:
    """Even if they are settled; whether others match can only be said when they are read."""
    found = gather(table, Filters(q=search), most=1, names={"op-1": "Dublin plant"})
    assert [each.order_id for each in found.snapshots] == [read]
    assert found.unread == 2


@pytest.mark.parametrize("odd", [7, None, ["a"], {"status": "x"}])
def test_a_filter_that_is_not_a_string_filters_nothing(odd: object) -> None:
    """A form or a widget's parameters may contain anything."""
    assert Filters.of({"status": odd, "region": "eu-west-1", "other": "x"}) == Filters(region="eu-west-1")
