"""The notify function's process ends at any call."""

import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from werkzeug import Response

from local.server import Server
from local.webhook import WebhookReceiver
from outposts_order_notifier.notify.channels.slack import pace
from testing.aws import Slack
from testing.notify_world import Calls, World, deploy, use_webhook


@pytest.fixture
def world(aws: None, slack: Slack, monkeypatch: pytest.MonkeyPatch) -> World:  # noqa: ARG001 - moto must be there first
    """A deployed notify function; Slack's pace does not matter here."""
    monkeypatch.setattr(pace, "INTERVAL_MS", 0)
    return deploy(slack, Calls(), monkeypatch)


def orders_of(number: int, prefix: str = "oo-") -> list[str]:
    """Return so many order ids."""
    return [f"{prefix}{n:03}" for n in range(number)]


@pytest.mark.parametrize("after", [False, True], ids=["before it takes effect", "its answer lost"])
@pytest.mark.parametrize(("number", "refused"), [(2, False), (6, False), (2, True)])
@pytest.mark.usefixtures("one_at_a_time")
def test_nothing_is_lost_and_what_is_recorded_is_not_sent_again(
    world: World,
    capsys: pytest.CaptureFixture[str],
    *,
    number: int,
    refused: bool,
    after: bool,
) -> None:
    """Killed at each call in turn: every event reaches topic and Slack, once if its answer was recorded."""

    def refuse(times: int) -> None:
        world.slack_answers(status=500, times=times if refused else 0)

    points = kill_at_each_call(world, number, after=after, refuse=refuse, channel="slack", count=world.slack_posted)
    with capsys.disabled():
        sys.stdout.write(f" {points} stopping points ")


@pytest.mark.parametrize("after", [False, True], ids=["before it takes effect", "its answer lost"])
@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.usefixtures("one_at_a_time")
def test_a_webhook_loses_nothing_either(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    *,
    refused: bool,
    after: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is posted again has the same id, so that the receiver can ignore it."""
    receiver = WebhookReceiver()

    def refuse(times: int) -> None:
        receiver.answers[:] = [Response(status=500)] * (times if refused else 0)

    with Server(receiver) as server:
        use_webhook(server.url, monkeypatch)
        count = partial(webhook_got, receiver)
        points = kill_at_each_call(world, 2, after=after, refuse=refuse, channel="webhook", count=count)
    with capsys.disabled():
        sys.stdout.write(f" {points} stopping points ")


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the channels follow each other, so that the calls of a run have an order."""
    pool = partial(ThreadPoolExecutor, max_workers=1)
    monkeypatch.setattr("outposts_order_notifier.notify.handler.ThreadPoolExecutor", pool)


def kill_at_each_call(  # noqa: PLR0913 - each is used
    world: World,
    number: int,
    *,
    after: bool,
    refuse: Callable[[int], None],
    channel: str,
    count: Callable[[list[str]], Counter[str]],
) -> int:
    """Kill a run of so many orders at each of its calls; check what the topic and a channel got, count the calls."""
    point = 0
    while True:
        orders = orders_of(number, f"oo-{point}-")

        def sent(orders: list[str] = orders) -> dict[tuple[str, str], int]:
            counts = {"sns": world.sns_published(), channel: count(orders)}
            return {(name, order): got[order] for name, got in counts.items() for order in orders if got[order]}

        world.put(*orders)
        refuse(1)
        known = world.recorded()
        world.calls.stop_at, world.calls.after = point, after
        killed = world.run_until_killed()
        refuse(0)
        before = sent()
        recorded = world.recorded() - known
        for _ in range(3):
            world.let_the_deadline_pass()
            back = world.run()
        assert back == []
        finally_sent = sent()
        assert all(times in {1, 2} for times in finally_sent.values())
        assert len(finally_sent) == 2 * number
        again = sum(finally_sent.values()) - 2 * number
        assert again == sum(before.values()) - recorded
        if not killed:
            break
        point += 1
    assert point > 10
    return point


def webhook_got(receiver: WebhookReceiver, orders: list[str]) -> Counter[str]:
    """Count by order the posts that a receiver accepted."""
    found = Counter(event_id.removeprefix("event of ") for event_id in receiver.accepted)
    return Counter({order: found[order] for order in orders})
