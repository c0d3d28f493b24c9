"""What `tail` creates, keeps and removes, simulated by moto."""

import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from outposts_order_notifier.cli import tail as tail_module
from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.stack import Stack
from outposts_order_notifier.cli.tail import EVERYTHING, PREFIX, _check, arriving
from outposts_order_notifier.cli.temporary import UNUSED, USED_TAG, remove_unused, tags_of_use, tap

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
NAME = f"{PREFIX}20261201T120000Z-01234567"


@pytest.fixture
def stack(aws: None) -> Stack:  # noqa: ARG001 - moto must be there first
    """A deployment that only has a bus."""
    arn = boto3.client("events").create_event_bus(Name="orders")["EventBusArn"]
    stack = Stack(boto3.Session())
    stack.outputs = {"EventBusName": "orders", "EventBusArn": arn}
    return stack


def left() -> tuple[list[str], list[str]]:
    """Return the names of the rules and the queues that exist."""
    queues = boto3.client("sqs").list_queues().get("QueueUrls", [])
    rules = boto3.client("events").list_rules(EventBusName="orders")["Rules"]
    return [rule["Name"] for rule in rules], [url.rpartition("/")[2] for url in queues]


def abandon(stack: Stack, name: str, used_at: datetime | None) -> None:
    """Leave a rule and a queue, as a command does that is killed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ExitStack, "__exit__", lambda *_: None)
        with tap(stack, name, EVERYTHING, tags_of_use("orders", used_at) if used_at else None):
            pass


class TestTap:
    """A temporary rule and its queue."""

    def test_both_exist_and_are_removed(self, stack: Stack) -> None:
        """Under one name; the queue accepts only the rule's events, and keeps them for an hour."""
        with tap(stack, NAME, EVERYTHING, tags_of_use("orders", NOW)) as made:
            assert left() == ([NAME], [NAME])
            attributes = boto3.client("sqs").get_queue_attributes(QueueUrl=made.queue_url, AttributeNames=["All"])
            (rule,) = boto3.client("events").list_rules(EventBusName="orders")["Rules"]
            assert made.rule_arn == rule["Arn"]
            assert attributes["Attributes"]["MessageRetentionPeriod"] == "3600"
            (statement,) = json.loads(attributes["Attributes"]["Policy"])["Statement"]
            assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": rule["Arn"]}}
        assert left() == ([], [])

    @pytest.mark.parametrize("failing", ["PutRule", "PutTargets"])
    def test_nothing_remains_if_the_rule_cannot_be_made(self, stack: Stack, failing: str) -> None:
        """For example without the permission."""

        def refuse(**_: Any) -> None:
            raise PermissionError

        stack.session.events.register(f"before-call.events.{failing}", refuse)
        with pytest.raises(PermissionError), tap(stack, NAME, EVERYTHING):
            pass
        assert left() == ([], [])


class TestRemoveUnused:
    """What a command that was killed left behind."""

    @pytest.mark.parametrize(
        ("age", "removed"), [(UNUSED, True), (UNUSED - timedelta(seconds=1), False), (timedelta(days=9), True)]
    )
    def test_is_removed_after_some_hours(self, stack: Stack, age: timedelta, removed: bool) -> None:
        """Not while somebody may still use it."""
        abandon(stack, NAME, NOW - age)
        assert left() == ([NAME], [NAME])
        assert remove_unused(stack, PREFIX, NOW) == ([NAME] if removed else [])
        assert left() == (([], []) if removed else ([NAME], [NAME]))

    def test_what_has_no_tags_or_another_name_is_somebody_elses(self, stack: Stack) -> None:
        """It stays, however old."""
        abandon(stack, NAME, None)
        abandon(stack, "outposts-order-notifier-other", NOW - timedelta(days=9))
        assert remove_unused(stack, PREFIX, NOW) == []
        assert len(left()[1]) == 2

    def test_a_queue_whose_rule_or_bus_is_gone_is_removed(self, stack: Stack) -> None:
        """As after a kill in the middle, or after the stack was deleted."""
        for number, bus in enumerate(("orders", "deleted")):
            tags = tags_of_use(bus, NOW - UNUSED)
            boto3.client("sqs").create_queue(QueueName=f"{NAME[:-1]}{number}", tags=tags)
        assert len(remove_unused(stack, PREFIX, NOW)) == 2
        assert left() == ([], [])


class TestArriving:
    """The events of the queue."""

    def test_each_is_yielded_once_and_the_queue_stays_in_use(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The tag is renewed, so that no other `tail` removes it."""
        monkeypatch.setattr(tail_module, "WAIT_SECONDS", 0)
        monkeypatch.setattr(tail_module, "REPEAT_USE_SECONDS", -1)
        sqs, looks = boto3.client("sqs"), iter([True, True, False])
        with tap(stack, NAME, EVERYTHING, tags_of_use("orders", datetime(2020, 1, 1, tzinfo=UTC))) as made:
            sqs.send_message(QueueUrl=made.queue_url, MessageBody='{"detail": {"sequence": 1}}')
            assert [*arriving(stack, made, lambda: next(looks))] == [{"detail": {"sequence": 1}}]
            tags = sqs.list_queue_tags(QueueUrl=made.queue_url)["Tags"]
            assert tags[USED_TAG] > "2021"
            assert remove_unused(stack, PREFIX, datetime.now(UTC)) == []


def test_a_pattern_that_event_bridge_refuses_is_named(stack: Stack) -> None:
    """By its own words."""

    def refuse(**_: Any) -> Any:
        error = {"Error": {"Code": "InvalidEventPatternException", "Message": "Event pattern is not valid. Reason: x"}}
        return type("Response", (), {"status_code": 400, "headers": {}})(), error

    stack.session.events.register("before-call.events.TestEventPattern", refuse)
    with pytest.raises(OperatorError, match="--pattern: EventBridge refuses it: Event pattern is not valid"):
        _check(stack.session.client("events"), {"detail": {"status": "ERROR"}})
