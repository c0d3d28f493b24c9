"""The contract: this consumer bears every sample event, twice and in any order, and what later versions may add."""

import copy
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 30_000)
TRUNCATED = {"truncated": True, "sha256": "0" * 64, "bytes": 300_000, "start": "ooi-"}


def samples() -> Iterator[Any]:
    """Yield each sample: a whole event, or entries of PutEvents."""
    for path in sorted((Path(__file__).parent / "samples").rglob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        for each in content if isinstance(content, list) else [content]:
            yield pytest.param(each if "detail" in each else delivered(each), id=path.stem)


def delivered(entry: dict[str, str]) -> dict[str, Any]:
    """Return an entry of PutEvents as this consumer receives it."""
    return {"source": entry["Source"], "detail-type": entry["DetailType"], "detail": json.loads(entry["Detail"])}


def status_change(status: str, sequence: int = 1, **keys: Any) -> dict[str, Any]:
    """Return an event about a line item."""
    detail = {"schemaVersion": "1.1", "eventId": f"id-{sequence}", "sequence": sequence, "orderId": "oo-1"}
    return {
        "source": "outposts-order-notifier",
        "detail-type": "Outposts Line Item Status Change",
        "detail": {**detail, "orderStatus": f"S{sequence}", "lineItemId": "ooi-1", "status": status, **keys},
    }


@pytest.fixture(scope="module")
def imported() -> Iterator[ModuleType]:
    """The consumer, and an AWS that exists only in this process."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "none")
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        patch.setenv("TABLE", "orders")
        yield importlib.import_module("order_consumer")


@pytest.fixture
def consumer(imported: ModuleType) -> Iterator[ModuleType]:
    """The consumer, with a new table for each test."""
    imported.dynamodb.create_table(
        TableName=imported.TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield imported
    imported.dynamodb.delete_table(TableName=imported.TABLE)


@pytest.mark.parametrize("event", samples())
def test_a_sample_opens_at_most_one_ticket_however_often_it_arrives(
    consumer: ModuleType, event: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """None, or one."""
    tickets = 1 if consumer.ticket(event) else 0
    for _ in range(3):
        consumer.handler(event, CONTEXT)
    assert len(capsys.readouterr().out.splitlines()) == tickets


def test_the_samples_are_there_and_some_open_a_ticket(consumer: ModuleType) -> None:
    """So the other tests prove something."""
    assert {bool(consumer.ticket(*each.values)) for each in samples()} == {True, False}


def test_two_events_open_two_tickets(consumer: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """In whatever order they arrive."""
    for event in (status_change("ERROR", 2), status_change("REPLACED", 1)):
        consumer.handler(event, CONTEXT)
    assert capsys.readouterr().out.splitlines() == [
        "id-2 Line item ooi-1 of order oo-1 is in error: contact AWS Support",
        "id-1 Line item ooi-1 of order oo-1 is replaced by a line item that is not known yet",
    ]


def test_a_late_event_does_not_change_a_newer_status(consumer: ModuleType) -> None:
    """Nor does an event that arrives twice."""
    for sequence in (1, 3, 3, 2):
        consumer.handler(status_change("SHIPPED", sequence), CONTEXT)
    stored = consumer.dynamodb.get_item(TableName="orders", Key={"id": {"S": "oo-1"}})["Item"]
    assert stored["orderStatus"] == {"S": "S3"}


def test_a_truncated_value_is_shown(consumer: ModuleType) -> None:
    """Wherever a value may be cut."""
    replaced = status_change("REPLACED", lineItemId=TRUNCATED, replacedBy=TRUNCATED)
    assert consumer.ticket(replaced) == "Line item ooi-… of order oo-1 is replaced by ooi-…"
    replaced["detail"]["replacedBy"] = {"orderId": TRUNCATED, "lineItemId": "ooi-2"}
    assert consumer.ticket(replaced) == "Line item ooi-… of order oo-1 is replaced by line item ooi-2 of order ooi-…"


def test_what_later_versions_may_add_is_ignored(consumer: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """A status, a key, and a type of event."""
    painted = status_change("PAINTED", colour="green", schemaVersion="1.7")
    later = copy.deepcopy(painted) | {"detail-type": "Outposts Order Painted"}
    for event in (painted, later):
        consumer.handler(event, CONTEXT)
    assert capsys.readouterr().out == ""
