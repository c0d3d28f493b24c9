"""The notify function's process can end at any call."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count

import pytest
from werkzeug import Response

from local.server import Server
from local.webhook import WebhookReceiver
from outposts_order_notifier.notify.channels.slack import pace
from testing.aws import Slack
from testing.notify_world import Calls, World, deploy, use_webhook
from testing.stopping_points import StoppingPoints

Search = Callable[..., None]


@pytest.fixture
def world(aws: None, slack: Slack, monkeypatch: pytest.MonkeyPatch) -> World:  # noqa: ARG001 - moto must be there first
    """A deployed notify function; Slack's pace does not matter here."""
    monkeypatch.setattr(pace, "INTERVAL_MS", 0)
    return deploy(slack, Calls(), monkeypatch)


def orders_of(number: int, prefix: str = "oo-") -> list[str]:
    """Return this many order ids."""
    return [f"{prefix}{n:03}" for n in range(number)]


@dataclass(frozen=True)
class Channel:
    """A channel next to the topic.

    Attributes:
        name: Its name in the records.
        refused: Whether it refuses the first message.
        refuse: Let it refuse this many messages.
        count: Count the messages that it accepted about each order.
    """

    name: str
    refused: bool
    refuse: Callable[[int], None]
    count: Callable[[list[str]], Counter[str]]


@pytest.mark.parametrize("after", [False, True], ids=["before it takes effect", "its answer lost"])
@pytest.mark.parametrize(("number", "refused"), [(2, False), (6, False), (2, True)])
@pytest.mark.usefixtures("one_at_a_time")
def test_nothing_is_lost_and_what_is_recorded_is_not_sent_again(
    world: World, *, number: int, refused: bool, after: bool, search: Search
) -> None:
    """Killed at each call: every event reaches topic and Slack, once if the response was recorded."""
    slack = Channel("slack", refused, lambda times: world.slack_answers(status=500, times=times), world.slack_posted)
    search(world, slack, number, after=after)


@pytest.mark.parametrize("after", [False, True], ids=["before it takes effect", "its answer lost"])
@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.usefixtures("one_at_a_time")
def test_a_webhook_does_not_lose_anything_either(
    world: World, monkeypatch: pytest.MonkeyPatch, *, refused: bool, after: bool, search: Search
) -> None:
    """An event posted again has the same id, so that the receiver can ignore it."""
    receiver = WebhookReceiver()

    def refuse(times: int) -> None:
        receiver.answers[:] = [Response(status=500)] * times

    with Server(receiver) as server:
        use_webhook(server.url, monkeypatch)
        webhook = Channel("webhook", refused, refuse, partial(webhook_got, receiver))
        search(world, webhook, 2, after=after)


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the channels one after the other, so that the calls of a run have an order."""
    pool = lambda _: ThreadPoolExecutor(1)  # noqa: E731
    monkeypatch.setattr("outposts_order_notifier.notify.handler.ThreadPoolExecutor", pool)


@pytest.fixture
def search(stopping_points: StoppingPoints, record_property: Callable[[str, object], None]) -> Search:
    """Kill runs at each stopping point, and report how many there were."""

    def kill_at_each_call(world: World, channel: Channel, number: int, *, after: bool) -> None:
        kill = partial(killed_at, world, channel, number, after=after)
        kill(None)  # what it reads once for the process is read here
        points = stopping_points.kill_at_each(kill, more_than=10)
        record_property("stopping points of a notify run tried", points)

    return kill_at_each_call


_orders = count()


def killed_at(world: World, channel: Channel, number: int, n: int | None, *, after: bool) -> int | None:
    """Kill a run of this many orders at its nth call; check what topic and channel received.

    Returns:
        How many calls the run made if nothing killed it, else None.
    """
    orders = orders_of(number, f"oo-{next(_orders)}-")

    def sent() -> dict[tuple[str, str], int]:
        counts = {"sns": world.sns_published(), channel.name: channel.count(orders)}
        return {(name, order): got[order] for name, got in counts.items() for order in orders if got[order]}

    world.put(*orders)
    channel.refuse(int(channel.refused))
    known = world.recorded()
    calls = world.run_until_killed(n, after=after)
    channel.refuse(0)
    before = sent()
    recorded = world.recorded() - known
    for _ in range(3):
        world.let_the_deadline_pass()
        back = world.run()
    assert back == []
    sent_in_the_end = sent()
    assert all(times in {1, 2} for times in sent_in_the_end.values())
    assert len(sent_in_the_end) == 2 * number
    assert sum(sent_in_the_end.values()) - 2 * number == sum(before.values()) - recorded
    return calls


def webhook_got(receiver: WebhookReceiver, orders: list[str]) -> Counter[str]:
    """Count by order the posts that a receiver accepted."""
    found = Counter(event_id.removeprefix("event of ") for event_id in receiver.accepted)
    return Counter({order: found[order] for order in orders})
