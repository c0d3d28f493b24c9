"""What `replay` creates on the bus, simulated by moto."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from outposts_order_notifier.cdk.event_pattern import problems
from outposts_order_notifier.cli import replay
from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.replay import _archive, _own_rule
from outposts_order_notifier.cli.stack import Resource, Stack
from outposts_order_notifier.cli.terminal import Json
from outposts_order_notifier.domain.events import SOURCE
from testing.matching import moto_matches

NAME = "outposts-order-notifier-replay-1"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def stack(aws: None) -> Stack:  # noqa: ARG001 - moto must be there first
    """A deployment that only has a bus."""
    arn = boto3.client("events").create_event_bus(Name="orders")["EventBusArn"]
    stack = Stack(boto3.Session())
    stack.outputs = {"EventBusName": "orders", "EventBusArn": arn}
    stack.resources = []
    return stack


class TestReplayRule:
    """The rule and queue with which an order's events are received from the archive."""

    @pytest.mark.parametrize("end", [None, KeyboardInterrupt])
    def test_nothing_is_left_behind(self, stack: Stack, end: type[BaseException] | None) -> None:
        """Neither in the end nor after Ctrl-C."""
        events, sqs = boto3.client("events"), boto3.client("sqs")
        try:
            with _own_rule(stack, NAME, "oo-1", range(3, 5)) as (rule_arn, queue_url):
                (rule,) = events.list_rules(EventBusName="orders")["Rules"]
                assert (rule["Arn"], sqs.list_queues()["QueueUrls"]) == (rule_arn, [queue_url])
                if end:
                    raise end
        except KeyboardInterrupt:
            pass
        assert events.list_rules(EventBusName="orders")["Rules"] == []
        assert "QueueUrls" not in sqs.list_queues()

    def test_the_queue_accepts_the_rules_events_from_the_beginning(self, stack: Stack) -> None:
        """A policy that is set later takes up to a minute to be effective."""
        asked = list[Json]()
        stack.session.events.register("provide-client-params.sqs", lambda params, **_: asked.append(dict(params)))
        with _own_rule(stack, NAME, "oo-1", range(3, 5)) as (rule_arn, _):
            create, *others = asked
        (statement,) = json.loads(create["Attributes"]["Policy"])["Statement"]
        assert statement["Resource"] == f"arn:aws:sqs:eu-west-1:123456789012:{NAME}"
        assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": rule_arn}}
        assert not [each for each in others if "Attributes" in each]

    @pytest.mark.parametrize("wanted", [range(3, 4), range(3, 6)], ids=str)
    def test_event_bridge_accepts_its_pattern(self, stack: Stack, wanted: range) -> None:
        """EventBridge rejects a numeric range with equal ends, which a single event would cause; moto does not."""
        with _own_rule(stack, NAME, "oo-1", wanted):
            (rule,) = boto3.client("events").list_rules(EventBusName="orders")["Rules"]
        pattern = json.loads(rule["EventPattern"])
        assert [*problems(pattern, "rule")] == []
        events = [
            {"source": SOURCE, "replay-name": NAME, "detail": {"orderId": "oo-1", "sequence": each}}
            for each in range(9)
        ]
        assert [each for each in range(9) if moto_matches(pattern, events[each])] == [*wanted]


class TestArchived:
    """How an order's events are received from the archive."""

    @pytest.mark.parametrize("effective", [1, 2, 3])
    def test_a_rule_that_was_not_effective_yet_gets_a_second_replay(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch, effective: int
    ) -> None:
        """A new rule takes up to a minute to be effective; a third time would not help."""
        replays = list[str]()

        def run(*arguments: Any) -> None:
            replays.append(arguments[-1])
            pattern = boto3.client("events").list_rules(EventBusName="orders")["Rules"][0]["EventPattern"]
            event = {"source": SOURCE, "replay-name": replays[-1], "detail": {"orderId": "oo-1", "sequence": 3}}
            assert moto_matches(json.loads(pattern), event)
            if len(replays) >= effective:
                (url,) = boto3.client("sqs").list_queues()["QueueUrls"]
                boto3.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(event))

        monkeypatch.setattr(replay, "_run", run)
        monkeypatch.setattr(replay, "LOOK_SECONDS", 0)
        monkeypatch.setattr(replay, "LAST_ARRIVAL_SECONDS", 0.1)
        archive = replay.Archive("arn", NOW)
        found = replay._archived(stack, archive, "oo-1", range(3, 4), NOW, NOW)
        assert [event["detail"]["sequence"] for event in found] == ([3] if effective < 3 else [])
        assert len({*replays}) == min(effective, 2)


class TestArchive:
    """Which archive is replayed."""

    @pytest.mark.parametrize(("own", "found"), [(["team"], "team"), (["gone"], None), ([], None)])
    def test_is_the_stacks_own_if_a_bus_has_several(self, stack: Stack, own: list[str], found: str | None) -> None:
        """Another one may only contain some events; if none is the stack's, it is unclear which one to use."""
        make_archives(stack, "all", "team", "temporary")
        stack.resources = [Resource("AWS::Events::Archive", "Archive", name) for name in own]
        if found:
            assert _archive(stack).arn == f"arn:aws:events:eu-west-1:123456789012:archive/{found}"
        else:
            with pytest.raises(
                OperatorError, match="several archives, none of them the stack's: all, team, temporary;"
            ):
                _archive(stack)

    def test_is_the_only_one_otherwise(self, stack: Stack) -> None:
        """As on the local cloud, whose CloudFormation does not support archives."""
        with pytest.raises(OperatorError, match="the bus has no archive"):
            _archive(stack)
        make_archives(stack, "all")
        assert _archive(stack).arn.endswith(":archive/all")


def make_archives(stack: Stack, *names: str) -> None:
    """Create archives of the bus."""
    for name in names:
        boto3.client("events").create_archive(ArchiveName=name, EventSourceArn=stack.output("EventBusArn"))
