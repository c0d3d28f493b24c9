"""How a service's fault with one order or request affects the rest of a run."""

import threading
from collections import Counter
from dataclasses import replace
from itertools import count

import pytest

from outposts_order_notifier.poll.run import LAST_PUBLISH_SECONDS, LAST_START_SECONDS, LAST_WAIT_SECONDS
from outposts_order_notifier.poll.summary import LISTING, RunResult
from testing.poll_world import Call, Fault, Faults, World, no_faults
from tests.integration.test_poll_crashes import an_order, id_of


def poll(world: World, faults: Faults = no_faults) -> RunResult:
    """Run once with these faults."""
    poller = world.poller()
    poller.faults = faults
    return poller.poll().run()


def first(operation: str, kind: str = "unavailable", times: int = 2) -> Faults:
    """Let the first calls of an operation fail that concern an order; a client tries twice."""
    calls = count()

    def faults(call: Call) -> Fault | None:
        return Fault(kind) if _concerns(call, operation) and next(calls) < times else None  # type: ignore[arg-type]

    return faults


def _concerns(call: Call, operation: str) -> bool:
    return call.operation == operation and not call.item.startswith("source#")


@pytest.fixture
def world() -> World:
    """A world with three orders that poll has not seen."""
    world = World()
    for number in (1, 2, 3):
        world.put(an_order(number))
    return world


class TestIsolation:
    """A fault of one order affects neither other orders nor other chunks."""

    def test_an_order_whose_pending_events_cannot_be_cleared_does_not_stop_others(self, world: World) -> None:
        """The others are published and cleared; it fails, and the next run clears it."""

        def refuse(call: Call) -> Fault | None:
            return Fault("unavailable") if (call.operation, call.item) == ("UpdateItem", id_of(1)) else None

        summary = poll(world, refuse)
        assert summary.failures.keys() == {id_of(1)}
        assert "UpdateItem" in summary.failures[id_of(1)]
        assert summary.events_published == 6
        assert poll(world).failures == {}
        world.check_quiet()

    def test_a_chunk_that_cannot_be_loaded_does_not_stop_others(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its orders are named as failures, and the next run processes them."""
        monkeypatch.setattr("outposts_order_notifier.poll.workers.BATCH_GET_ITEMS", 2)
        summary = poll(world, first("BatchGetItem"))
        assert summary.failures.keys() == {id_of(1), id_of(2)}
        assert all("BatchGetItem" in error for error in summary.failures.values())
        assert summary.orders_changed == 1
        assert poll(world).failures == {}
        world.check_quiet()
        assert set(world.baseline().values()) == {True}


class TestLostAnswers:
    """A write whose response was lost is retried by the client, although it took effect."""

    @pytest.mark.parametrize("operation", ["PutItem", "UpdateItem", "PutEvents"])
    def test_a_lost_answer_costs_a_redelivery_at_most(self, world: World, operation: str) -> None:
        """Nothing is lost, or published with other content."""
        calls = count()

        def lose(call: Call) -> Fault | None:
            return Fault("timeout", done=True) if call.operation == operation and next(calls) == 0 else None

        assert poll(world, lose).failures == {}
        poll(world)
        world.check_quiet()


class TestBaseline:
    """Only orders that the first poll discovers are baseline."""

    @pytest.mark.parametrize("faults", [first("PutEvents", times=8), first("UpdateItem", times=6)])
    def test_a_change_of_an_order_stored_but_not_published_is_not_baseline(self, world: World, faults: Faults) -> None:
        """Its discovery is baseline; the change that the next poll finds is not, or nobody would be notified of it."""
        assert poll(world, faults).failures
        world.put(an_order(1, Status="IN_PROGRESS"))
        poll(world)
        marks = [(event["detailType"], event["baseline"]) for event in world.check_published()[id_of(1)]]
        assert marks == [
            ("Outposts Order Discovered", True),
            ("Outposts Order Updated", True),
            ("Outposts Order Status Change", False),
            ("Outposts Order Updated", False),
        ]


class Reads:
    """Counts the reads of each order, and lets the function's time run out after some."""

    def __init__(self, suffices_for: int) -> None:
        self.of_run: Counter[str] = Counter()
        self.total: Counter[str] = Counter()
        self._suffices_for = suffices_for

    def run(self, world: World) -> RunResult:
        """Poll while there is time."""
        self.of_run.clear()
        poller = world.poller()
        poller.faults = self._count
        return replace(poller.poll(), seconds_left=self._seconds_left).run()

    def _count(self, call: Call) -> None:
        if call.operation == "GetOrder":
            self.of_run[call.item] += 1
            self.total[call.item] += 1

    def _seconds_left(self) -> float:
        return LAST_START_SECONDS + self._suffices_for - self.of_run.total() - 0.5


class TestTime:
    """A run ends in time, with or without all of its work done."""

    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("outposts_order_notifier.poll.workers.BATCH_GET_ITEMS", 3)
        monkeypatch.setattr("outposts_order_notifier.poll.workers.CONCURRENT_READS", 2)
        monkeypatch.setattr("outposts_order_notifier.poll.workers.PUBLISH_SECONDS", 0.05)

    def test_orders_left_by_a_run_come_first_in_the_next(self) -> None:
        """No order is read a third time before each was read twice; all that was read is published."""
        world, reads = World(), Reads(suffices_for=5)
        for number in range(12):
            world.put(an_order(number))
        for _ in range(30):
            summary = reads.run(world)
            assert summary.failures == {}
            assert summary.orders_left == 12 - reads.of_run.total() > 0
            assert summary.events_pending == 0
            counts = [reads.total[id_of(number)] for number in range(12)]
            assert max(counts) - min(counts) <= 1
        assert min(counts) >= 2
        world.check_quiet()
        assert set(world.baseline().values()) == {True}, "the first poll found them, although it had no time for them"

    def test_a_missed_daily_read_of_a_settled_order_is_made_up(self) -> None:
        """It is owed until it is done, and is not done twice."""
        world, reads = World(), Reads(suffices_for=100)
        for number in range(8):
            world.put(an_order(number, Status="COMPLETED", LineItems=[]))
        reads.run(world)
        world.pass_hours(30)
        few = Reads(suffices_for=3)
        for _ in range(8):
            few.run(world)
        assert few.total == Counter(id_of(number) for number in range(8))

    def test_an_order_that_hangs_is_not_waited_for(self, world: World) -> None:
        """The others are published; it is named as a failure; if it is stored after all, the next run publishes it."""
        answer, asked = threading.Event(), threading.Event()

        def seconds_left() -> float:
            """There is time until the others are published, however slow this machine is."""
            return LAST_WAIT_SECONDS - 1 if asked.is_set() and len(world.published()) == 2 else 300

        def hang(call: Call) -> None:
            if (call.operation, call.item) == ("GetOrder", id_of(1)):
                asked.set()
                answer.wait(30)

        poller = world.poller()
        poller.faults = hang
        summary = replace(poller.poll(), seconds_left=seconds_left).run()
        assert summary.failures.keys() == {id_of(1)}
        assert "before the function's time" in summary.failures[id_of(1)]
        assert world.published().keys() == {id_of(2), id_of(3)}
        answer.set()
        for thread in threading.enumerate():
            if thread.name.startswith("ThreadPoolExecutor"):
                thread.join(30)  # until it has stored
        assert Reads(suffices_for=100).run(world).failures == {}
        world.check_quiet()

    def test_a_bus_that_does_not_answer_does_not_use_up_the_time(self) -> None:
        """The run ends in time to store where to continue; the next run publishes what is pending."""
        world = World()
        left = [300.0]
        for number in range(60):
            world.put(an_order(number))

        def hang(call: Call) -> Fault | None:
            if call.operation != "PutEvents":
                return None
            left[0] -= 10
            return Fault("unavailable")

        poller = world.poller()
        poller.faults = hang
        summary = replace(poller.poll(), seconds_left=lambda: left[0]).run()
        assert left[0] >= LAST_PUBLISH_SECONDS - 20, "the last attempt, which the client makes twice"
        assert summary.orders_left > 0
        assert summary.events_pending > 0
        assert poll(world).failures == {}
        world.check_quiet()

    def test_a_listing_that_uses_up_the_time_is_incomplete(self, world: World) -> None:
        """The next run processes the orders that it named; none is reported as missing."""
        poll(world)
        world.hidden.add(id_of(1))
        poller = world.poller()
        poller.faults = no_faults
        summary = replace(poller.poll(), seconds_left=lambda: 1).run()
        assert "there was no time" in summary.failures[LISTING]
        assert summary.orders_changed == 0
        assert poll(world).orders_changed == 1

    def test_requested_orders_that_were_not_read_are_named(self, world: World) -> None:
        """The result names each of them."""
        poller = world.poller()
        poller.faults = no_faults
        summary = replace(poller.poll(), seconds_left=lambda: 1).run_only([id_of(1), id_of(2)])
        assert summary.failures.keys() == {id_of(1), id_of(2)}
