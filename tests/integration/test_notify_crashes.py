"""The notify function's process ends at any call."""

import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from outposts_order_notifier.notify.channels.slack import pace
from testing.aws import Slack
from testing.notify_world import Calls, World, deploy


@pytest.fixture
def world(aws: None, slack: Slack, monkeypatch: pytest.MonkeyPatch) -> World:  # noqa: ARG001 - moto must be there first
    """A deployed notify function; Slack's pace does not matter here."""
    monkeypatch.setattr(pace, "INTERVAL_MS", 0)
    return deploy(slack, Calls(), monkeypatch)


def orders_of(number: int, prefix: str = "oo-") -> list[str]:
    """Give so many order ids."""
    return [f"{prefix}{n:03}" for n in range(number)]


@pytest.mark.parametrize("after", [False, True], ids=["before it takes effect", "its answer lost"])
@pytest.mark.parametrize(("number", "refused"), [(2, False), (6, False), (2, True)])
def test_nothing_is_lost_and_what_is_remembered_is_not_told_again(  # noqa: PLR0913 - each is used
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    number: int,
    refused: bool,
    after: bool,
) -> None:
    """Killed at each call in turn: every event reaches each channel, once where its answer was written down."""
    monkeypatch.setattr(
        "outposts_order_notifier.notify.handler.ThreadPoolExecutor", partial(ThreadPoolExecutor, max_workers=1)
    )
    point = 0
    while True:
        orders = orders_of(number, f"oo-{point}-")
        world.put(*orders)
        if refused:
            world.slack_answers(status=500)
        known = world.remembered()
        world.calls.stop_at, world.calls.after = point, after
        killed = world.run_until_killed()
        world.slack_answers(times=0)
        before = told(world, orders)
        remembered = world.remembered() - known
        for _ in range(3):
            world.let_the_deadline_pass()
            back = world.run()
        assert back == []
        finally_told = told(world, orders)
        assert all(finally_told[key] in {1, 2} for key in finally_told)
        assert len(finally_told) == 2 * number
        again = sum(finally_told.values()) - 2 * number
        assert again == sum(before.values()) - remembered
        if not killed:
            break
        point += 1
    with capsys.disabled():
        sys.stdout.write(f" {point} stopping points ")
    assert point > 10


def told(world: World, orders: list[str]) -> dict[tuple[str, str], int]:
    """Count by channel and order what was told."""
    by_sns, by_slack = world.sns_told(), world.slack_told(orders)
    counts = {("sns", order): by_sns[order] for order in orders} | {
        ("slack", order): by_slack[order] for order in orders
    }
    return {key: number for key, number in counts.items() if number}
