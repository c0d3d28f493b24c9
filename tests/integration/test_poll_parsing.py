"""How often a poll parses what it reads: counts, as times vary."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.parsers import BaseJSONParser

from testing.poll_world import World, no_faults

STATUSES = {"settled": ("COMPLETED", "INSTALLED"), "in flight": ("IN_PROGRESS", "SHIPPED")}
FEW, MANY = 2, 12

Calls = list[tuple[Any, ...]]


def world_of(count: int, kind: str) -> World:
    """Return services with so many orders, which two polls have read."""
    world = World()
    status, item_status = STATUSES[kind]
    for number in range(count):
        items = [{"LineItemId": f"ooi-{number}-{place}", "Status": item_status} for place in range(3)]
        world.put({"OrderId": f"oo-{number:017x}", "Status": status, "LineItems": items})
    world.poller().faults = no_faults
    assert [world.poller().poll().run().orders_changed for _ in range(2)] == [count, 0]
    return world


@pytest.fixture
def calls_in_a_poll(monkeypatch: pytest.MonkeyPatch) -> Callable[[World, Any, str], Calls]:
    """Return a function that returns the arguments of each call that a quiet poll makes of an object's method."""

    def record(world: World, owner: Any, name: str) -> Calls:
        made, original = Calls(), getattr(owner, name)

        def recording(*args: Any, **kwargs: Any) -> Any:
            made.append(args)
            return original(*args, **kwargs)

        poll = world.poller().poll()
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, recording)
            assert poll.run().orders_changed == 0
        return made

    return record


@pytest.mark.parametrize(("kind", "an_order"), [("settled", 0), ("in flight", 1)])
def test_botocore_parses_no_member_of_an_order(
    kind: str, an_order: int, calls_in_a_poll: Callable[[World, Any, str], Calls]
) -> None:
    """Neither in pages of the list and of the index nor in snapshots; of GetOrder, it parses one empty object."""
    few, many = (len(calls_in_a_poll(world_of(count, kind), BaseJSONParser, "_parse_shape")) for count in (FEW, MANY))
    assert many - few == an_order * (MANY - FEW)


@pytest.mark.parametrize(("kind", "times"), [("settled", 1), ("in flight", 3)])
def test_an_order_is_parsed_once_wherever_it_is_read(
    kind: str, times: int, calls_in_a_poll: Callable[[World, Any, str], Calls]
) -> None:
    """A settled one in its page of the list; one in flight also in GetOrder's response and in its snapshot."""
    calls = calls_in_a_poll(world_of(FEW, kind), json, "loads")
    texts = [text if isinstance(text, bytes) else str(text).encode() for text, *_ in calls]
    for number in range(FEW):
        assert sum(b'"OrderId"' in text and f"oo-{number:017x}".encode() in text for text in texts) == times
