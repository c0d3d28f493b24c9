"""The weekly summary, from notify's queue to the channels."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest

from outposts_order_notifier.domain.events import Observation
from outposts_order_notifier.domain.snapshot import observe
from outposts_order_notifier.store.table import SnapshotTable
from testing.aws import Slack, client_of, drain, make_queue
from testing.details import an_order
from testing.notify_world import Calls, World, deploy
from testing.stopping_points import StoppingPoints

AT = "2026-11-30T08:00:00Z"


@pytest.fixture
def world(table: str, slack: Slack, monkeypatch: pytest.MonkeyPatch) -> World:
    """A notify function, and two orders in flight."""
    for variable in ("SUMMARY_TABLE_NAME", "SNAPSHOT_TABLE_NAME"):
        monkeypatch.setenv(variable, table)
    snapshots = SnapshotTable(client_of("dynamodb"), table)
    for name, status in {"oo-1": "SHIPPED", "oo-2": "ERROR"}.items():
        at = Observation("111122223333", "eu-west-1", "2026-11-24T09:30:00Z")
        snapshot = observe(None, an_order(name, item=status), at, b"")
        assert snapshot
        assert snapshots.save(snapshot)
    return deploy(slack, Calls(), monkeypatch)


def summaries(world: World) -> list[Any]:
    """Return what Slack has received."""
    return world.slack.receiver.messages


class TestSummary:
    """One message for each channel."""

    def test_names_each_order_in_each_channel(self, world: World) -> None:
        """Slack's blocks, an e-mail's text, JSON for machines that have not asked for certain orders only."""
        everybody, arn = make_queue("everybody")
        client_of("sns").subscribe(TopicArn=os.environ["NOTIFICATION_TOPIC_ARN"], Protocol="sqs", Endpoint=arn)
        world.put({"summary": AT})
        assert world.run() == []
        (message,) = summaries(world)
        assert message["text"] == "Weekly summary: 2 Outposts orders in flight, 1 in error"
        assert json.dumps(message).index("oo-2") < json.dumps(message).index("oo-1")
        assert "sequence" not in json.dumps(message)
        (published,) = drain(everybody)
        content = json.loads(published["Message"])
        assert (content["headline"], len(content["orders"])) == (message["text"], 2)
        assert published["Subject"] == message["text"]

    def test_a_message_that_is_delivered_twice_is_sent_once(self, world: World) -> None:
        """The scheduled time identifies the summary; next week's is another one."""
        for _ in range(2):
            world.put({"summary": AT})
            assert world.run() == []
        assert len(summaries(world)) == 1
        world.put({"summary": "2026-12-07T08:00:00Z"})
        assert world.run() == []
        assert len(summaries(world)) == 2

    def test_a_channel_that_is_down_gets_it_later(self, world: World) -> None:
        """With the orders as they are then."""
        world.put({"summary": AT})
        world.slack_answers(status=500)
        assert len(world.run()) == 1
        assert summaries(world) == []
        assert world.run() == []
        assert len(summaries(world)) == 1

    def test_is_about_the_orders_that_the_pattern_names(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """And about no others."""
        monkeypatch.setenv("SUMMARY_PATTERNS", json.dumps({"": {"orderId": ["oo-1"]}}))
        world.put({"summary": AT})
        assert world.run() == []
        assert summaries(world)[0]["text"] == "Weekly summary: 1 Outposts order in flight"

    def test_orders_that_cannot_be_read_are_read_again(self, world: World) -> None:
        """A summary that leaves out orders would be wrong."""
        dynamodb = client_of("dynamodb")
        key: Any = {"id": {"S": "oo-1"}}
        item = dynamodb.get_item(TableName="snapshots", Key=key)["Item"]
        dynamodb.put_item(TableName="snapshots", Item={**item, "format": {"N": "99"}})
        world.put({"summary": AT})
        assert len(world.run()) == 1
        dynamodb.put_item(TableName="snapshots", Item=item)
        assert world.run() == []
        assert len(summaries(world)) == 1

    @pytest.mark.parametrize("after", [False, True], ids=["before it takes effect", "its answer lost"])
    def test_killed_at_any_call_it_is_sent_and_if_recorded_not_again(
        self, world: World, stopping_points: StoppingPoints, monkeypatch: pytest.MonkeyPatch, *, after: bool
    ) -> None:
        """Each week's summary arrives; twice at most if Slack's answer, or the record of it, was lost."""
        monkeypatch.setattr(
            "outposts_order_notifier.notify.handler.ThreadPoolExecutor", lambda _: ThreadPoolExecutor(1)
        )
        week = count()

        def kill(n: int | None) -> int | None:
            before = len(summaries(world))
            world.put({"summary": f"2026-11-30T08:00:00Z {next(week)}"})
            calls = world.run_until_killed(n, after=after)
            for _ in range(3):
                world.let_the_deadline_pass()
                back = world.run()
            assert back == []
            assert 1 <= len(summaries(world)) - before <= (1 if n is None else 2)
            world.put({"summary": f"2026-11-30T08:00:00Z {next(week) - 1}"})
            assert world.run() == []
            return calls

        stopping_points.kill_at_each(kill, more_than=6)
