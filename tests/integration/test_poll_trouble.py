"""What a service's trouble with one order or one request does to the rest of a run."""

from itertools import count

import pytest

from lambdas.poll.run import Summary
from tests.integration.test_poll_crashes import an_order, id_of
from tests.world import Befall, Call, Trouble, World, nothing


def poll(world: World, befall: Befall = nothing) -> Summary:
    """Run once while this befalls the calls."""
    poller = world.poller()
    poller.befall = befall
    return poller.poll().run()


def first(operation: str, kind: str = "unavailable", times: int = 2) -> Befall:
    """The first calls of an operation fail; a client tries twice."""
    calls = count()

    def befall(call: Call) -> Trouble | None:
        return Trouble(kind) if call.operation == operation and next(calls) < times else None  # type: ignore[arg-type]

    return befall


@pytest.fixture
def world() -> World:
    """A world with three orders that poll has not seen."""
    world = World()
    for number in (1, 2, 3):
        world.put(an_order(number))
    return world


class TestIsolation:
    """One order's trouble stops no other's, and no other chunk's."""

    def test_an_order_whose_pending_events_cannot_be_cleared_stops_no_other(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The others are published and cleared; it fails, and the next run puts it right."""
        monkeypatch.setattr("lambdas.poll.run.CONCURRENT_READS", 1)  # so that the first two calls are one order's
        summary = poll(world, first("UpdateItem"))
        assert len(summary.failures) == 1
        assert "UpdateItem" in summary.failures.popitem()[1]
        assert summary.events_published == 6
        assert poll(world).failures == {}
        world.check_quiet()

    def test_a_chunk_that_cannot_be_loaded_stops_no_other(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its orders are named as failed, and the next run takes them up."""
        monkeypatch.setattr("lambdas.poll.run.BATCH_GET_ITEMS", 2)
        summary = poll(world, first("BatchGetItem"))
        assert summary.failures.keys() == {id_of(1), id_of(2)}
        assert all("BatchGetItem" in error for error in summary.failures.values())
        assert summary.orders_changed == 1
        assert poll(world).failures == {}
        world.check_quiet()
        assert set(world.baseline().values()) == {True}


class TestLostAnswers:
    """A write whose answer was lost is tried again by the client, and finds itself done."""

    @pytest.mark.parametrize("operation", ["PutItem", "UpdateItem", "PutEvents"])
    def test_a_lost_answer_costs_a_redelivery_at_most(self, world: World, operation: str) -> None:
        """Nothing is lost or told with other content, whichever write it was."""
        calls = count()

        def lose(call: Call) -> Trouble | None:
            return Trouble("timeout", done=True) if call.operation == operation and next(calls) == 0 else None

        assert poll(world, lose).failures == {}
        poll(world)
        world.check_quiet()


class TestBaseline:
    """Only what the first poll discovers is baseline."""

    @pytest.mark.parametrize("befall", [first("PutEvents", times=8), first("UpdateItem", times=6)])
    def test_an_order_that_was_stored_but_not_published_is_news_when_it_changes(
        self, world: World, befall: Befall
    ) -> None:
        """Its discovery is baseline; the change that the next poll sees is not, or nobody would be told of it."""
        assert poll(world, befall).failures
        world.put(an_order(1, Status="IN_PROGRESS"))
        poll(world)
        marks = [(event["detailType"], event["baseline"]) for event in world.check_told()[id_of(1)]]
        assert marks == [
            ("Outposts Order Discovered", True),
            ("Outposts Order Updated", True),
            ("Outposts Order Status Change", False),
            ("Outposts Order Updated", False),
        ]
