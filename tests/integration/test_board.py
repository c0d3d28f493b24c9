"""The board function, as CloudWatch's console calls it."""

from typing import Any

import boto3
import pytest

from outposts_order_notifier.board.handler import handler
from outposts_order_notifier.domain.durations import Ended, Key
from outposts_order_notifier.sources.source import Source
from outposts_order_notifier.store.table import SnapshotTable
from testing.boards import observed
from testing.lambda_context import Context
from testing.snapshots import create_snapshot_table

CONTEXT = Context()
OTHER = Source("444455556666", "us-east-1")


@pytest.fixture(autouse=True)
def table(aws: None, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ARG001 - moto in place of AWS
    """A table with two orders, and one that cannot be read."""
    monkeypatch.setenv("SNAPSHOT_TABLE_NAME", "snapshots")
    client = boto3.client("dynamodb")
    create_snapshot_table(client, "snapshots")
    table = SnapshotTable(client, "snapshots")
    assert table.save(observed((3, {"OrderId": "oo-here", "Status": "PREPARING"})))
    assert table.save(observed((3, {"OrderId": "oo-there", "Status": "DELIVERED"}), source=OTHER))
    newer = {"id": {"S": "oo-newer"}, "source": {"S": OTHER.name}, "format": {"N": "99"}, "version": {"N": "1"}}
    client.put_item(TableName="snapshots", Item=newer)
    return client


def called(**event: Any) -> str:
    """Return the function's response."""
    return str(handler(event, CONTEXT))


def context(form: dict[str, Any] | None = None, **further: Any) -> dict[str, Any]:
    """Return what the console sends with each call."""
    return {"theme": "dark", "forms": {"all": form or {}}, "params": {}, **further}


def test_shows_every_order_and_names_those_that_it_cannot_read(table: Any) -> None:
    """It writes nothing."""
    before = table.scan(TableName="snapshots")["Items"]
    html = called(widgetContext=context())
    for expected in ("oo-here", "oo-there", "oo-newer", "has format 99", "orders-board cwdb-no-default-styles dark"):
        assert expected in html
    assert f'endpoint="{CONTEXT.invoked_function_arn}"' in html
    assert table.scan(TableName="snapshots")["Items"] == before


@pytest.mark.parametrize(
    "event",
    [
        {"region": "us-east-1"},
        {"widgetContext": context({"region": "us-east-1", "status": ""})},
        {"widgetContext": context({"region": "eu-west-1"}), "filters": {"region": "us-east-1"}},
        {"widgetContext": context(params={"region": "us-east-1"})},
        {"region": "eu-west-1", "widgetContext": context({"region": "us-east-1"})},
    ],
    ids=["widget", "form", "button before form", "widget by its context", "form before widget"],
)
def test_filters_by_the_button_the_form_and_the_widgets_parameters(event: dict[str, Any]) -> None:
    """The first of these that has a filter takes precedence."""
    html = called(**event)
    assert "<code>oo-there</code>" in html
    assert "oo-here" not in html


def test_searches_for_what_was_typed_and_sorts_as_chosen() -> None:
    """A form's values take precedence over the widget's parameters, an empty one too."""
    html = called(q="oo-here", widgetContext=context({"q": "delivered <", "sort": "newest"}))
    assert 'value="delivered &lt;"' in html
    assert '<option value="newest" selected>' in html
    assert "<article" not in html
    assert called(q="oo-here", widgetContext=context()).count("<article") == 1
    assert called(q="oo-here", widgetContext=context({"q": ""})).count("<article") == 2


@pytest.mark.parametrize("odd", [None, 7, "x", {"forms": 7}, {"forms": {"all": [1]}, "theme": "<b>", "params": "x"}])
def test_an_unexpected_context_filters_nothing(odd: Any) -> None:
    """What the console sends is only documented by an example."""
    html = called(widgetContext=odd)
    assert "oo-here" in html
    assert "<b>" not in html.partition("orders-board")[2][:50]


def test_shows_how_long_a_status_usually_lasts(table: Any) -> None:
    """From the orders that have ended."""
    snapshots = SnapshotTable(table, "snapshots")
    assert snapshots.save(observed((3, {"OrderId": "oo-new", "OrderType": "OUTPOST", "Status": "PREPARING"})))
    key = Key("OUTPOST", "item", "order", "PREPARING")
    ended = [Ended(f"oo-{each}", "2026-01-01T00:00:00Z", "OUTPOST", "item", {key: each * 86_400}) for each in range(5)]
    assert snapshots.count_durations(ended) == ""
    assert called(widgetContext=context()).count("(usually 2 to 4 days, from 5 orders)") == 1


@pytest.mark.parametrize(("zone", "shown"), [("Asia/Tokyo", "JST"), ("", "UTC"), ("Nowhere", "UTC")])
def test_times_are_in_the_configured_zone(monkeypatch: pytest.MonkeyPatch, zone: str, shown: str) -> None:
    """And in UTC without one."""
    monkeypatch.setenv("TIME_ZONE", zone)
    assert f">{shown}</abbr>" in called(widgetContext=context())


def test_describes_itself() -> None:
    """The console shows this when a widget is edited."""
    assert "`outpost`" in called(describe=True)
