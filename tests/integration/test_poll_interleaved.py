"""Polls that overlap call by call, with any mixture of faults, lose no transition and invent none.

Hypothesis chooses what happens: orders appear, change in any way and vanish from the listing; runs of poll start,
make their next call or are stopped; calls time out, are refused or lose their response; the bus refuses entries. A run
waits for its turn before each call, so that each example can be reproduced.
"""

import json
from collections import Counter
from collections.abc import Callable
from itertools import count
from threading import Semaphore, Thread
from types import SimpleNamespace
from typing import ClassVar

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from local.outposts.merge_patch import patch_order
from outposts_order_notifier.domain.event_types import MISSING
from outposts_order_notifier.domain.order import Order
from testing.event_bridge import Entry
from testing.poll_world import Call, Fault, InTurn, Poller, Stopped, World, no_faults
from testing.stopping_points import StoppingPoints
from testing.strategies import orders
from tests.integration.test_poll_crashes import an_order, id_of, replacing

NUMBERS = st.integers(1, 3)
POLLERS = st.integers(0, 2)
FAULTS = st.sampled_from(
    [
        Fault(kind, done)
        for kind in ("timeout", "unavailable", "throttled", "stale", "stop")
        for done in (False, True)
        if not (done and kind in {"throttled", "stale"})
    ]
)
STATUSES = ("PREPARING", "IN_PROGRESS", "DELIVERED", "COMPLETED")
ITEM_STATUSES = ("PREPARING", "BUILDING", "SHIPPED", "DELIVERED", "INSTALLING", "INSTALLED", "REPLACED")
RUNS_UNTIL_QUIET = 6
HISTORIES = 3_000
SAMPLE = 15  # histories in `make test`


class Run:
    """A run of poll in a separate thread, which waits for its turn before each call.

    Args:
        poller: The instance of the function.
        only: The orders to read without a listing, None for a whole poll.

    Attributes:
        over: Whether it ended.
        complete: Whether it ended without an error.
        next_call: The operation that it waits to call.
        made: The operations that it has called.
    """

    def __init__(self, poller: Poller, only: list[str] | None = None) -> None:
        self._only = only
        self.over = self.complete = False
        self._error: Exception | None = None
        self._fault: Fault | None = None
        self.next_call = ""
        self.made: list[str] = []
        self._turn, self._waits = Semaphore(0), Semaphore(0)
        poller.faults = self._next_fault
        Thread(target=self._run, args=(poller,), daemon=True).start()
        self._waits.acquire()

    def step(self, fault: Fault | None) -> None:
        """Let the next call proceed, and wait for the call after it or the end."""
        self._fault = fault
        self.made.append(self.next_call)
        self._turn.release()
        self._waits.acquire()
        if self._error:
            raise self._error

    def _next_fault(self, call: Call) -> Fault | None:
        self.next_call = call.operation
        self._waits.release()
        self._turn.acquire()
        return self._fault

    def _run(self, poller: Poller) -> None:
        try:
            poll = poller.poll()
            poll.run_only(self._only) if self._only else poll.run()
            self.complete = True
        except (Stopped, ClientError, BotoCoreError):
            pass  # the service failed, or the process: the next run continues
        except Exception as error:  # noqa: BLE001 - raised again by the caller of the run
            self._error = error
        finally:
            self.over = True
            self._waits.release()


class Polls(RuleBasedStateMachine):
    """Orders, overlapping runs, and faults."""

    tried: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.runs: dict[int, Run] = {}
        self.revision = 0
        self.began = self.first_poll_is_over = False
        self.baseline: dict[str, bool] = {}

    @initialize(numbers=st.sets(NUMBERS))
    def orders_exist(self, numbers: set[int]) -> None:
        """Some orders are older than the notifier."""
        for number in sorted(numbers):
            self._put(an_order(number))

    @rule(number=NUMBERS, order=orders, unique=st.booleans())
    def an_order_becomes_anything(self, number: int, order: Order, unique: bool) -> None:
        """Any order that the API's model allows follows any other; half of them are unique."""
        self.revision += 1
        self._put({**order, "OrderId": id_of(number), **({"Revision": self.revision} if unique else {})})

    @rule(number=NUMBERS, status=st.sampled_from(STATUSES), items=st.lists(st.sampled_from(ITEM_STATUSES), max_size=2))
    def an_order_moves_on(self, number: int, status: str, items: list[str]) -> None:
        """An order changes between known statuses, so it settles and is in flight again."""
        moved = {f"ooi-{number}{letter}": {"Status": item} for letter, item in zip("ab", items, strict=False)}
        self._put(patch_order(an_order(number), {"Status": status, "LineItems": moved}))

    @rule(number=NUMBERS, replaced=NUMBERS)
    def an_order_replaces_another(self, number: int, replaced: int) -> None:
        """A line item names one that is known, or is not yet, or is itself replaced; even by this one."""
        self._put(replacing(number, replaced))

    @precondition(lambda self: self.world.history)
    @rule(number=NUMBERS)
    def an_order_vanishes_from_the_listing_or_comes_back(self, number: int) -> None:
        """ListOrders no longer names an order, or does again."""
        self.world.hidden ^= {id_of(number)}
        self.baseline.pop(id_of(number), None)

    @precondition(lambda self: self.world.history)
    @rule()
    def all_orders_vanish_from_the_listing(self) -> None:
        """ListOrders names none of them, until they reappear one by one."""
        self.world.hidden.update(self.world.history)
        self.baseline.clear()

    @rule(hours=st.integers(1, 30) | st.just(50 * 24))
    def time_passes(self, hours: int) -> None:
        """Daily reads become due, and orders stall."""
        self.world.pass_hours(hours)

    @rule(numbers=st.sets(NUMBERS, min_size=1), after=st.integers(0, 5), times=st.integers(1, 9))
    def the_bus_refuses_some_entries(self, numbers: set[int], after: int, times: int) -> None:
        """PutEvents refuses entries for a while; after more than four times, an event stays pending."""
        self.world.bus.refuse = _refusing({id_of(number) for number in numbers}, after, times)

    @rule(number=POLLERS, calls=st.integers(1, 12))
    def a_run_continues(self, number: int, calls: int) -> None:
        """A run makes its next calls; it starts if there was none."""
        run = self._run(number)
        for _ in range(calls):
            if not run.over:
                self._step(run, None)
        self._note(number)

    @rule(number=POLLERS, faults=st.lists(FAULTS, min_size=1, max_size=6))
    def a_run_meets_faults(self, number: int, faults: list[Fault]) -> None:
        """Its next calls fail, each with its fault; a client tries each twice."""
        run = self._run(number)
        for fault in faults:
            if not run.over:
                self._step(run, fault)
        self._note(number)

    @rule(number=POLLERS)
    def a_run_ends(self, number: int) -> None:
        """It has no more faults."""
        run = self._run(number)
        while not run.over:
            self._step(run, None)
        self._note(number)

    @rule(
        pollers=st.permutations([0, 1, 2]), calls=st.integers(1, 12), number=NUMBERS, status=st.sampled_from(STATUSES)
    )
    def a_run_is_overtaken(self, pollers: list[int], calls: int, number: int, status: str) -> None:
        """An order changes and another run ends, while a run is under way."""
        slow, fast, _ = pollers
        self.a_run_continues(slow, calls)
        self.an_order_moves_on(number, status, [])
        self.a_run_ends(fast)

    @precondition(lambda self: self.first_poll_is_over)
    @rule(poller=POLLERS, number=NUMBERS)
    def an_order_is_polled_by_itself(self, poller: int, number: int) -> None:
        """A run for a single order reads it without a listing, and is under way."""
        if poller not in self.runs or self.runs[poller].over:
            self.baseline.pop(id_of(number), None)
            self.runs[poller] = Run(self.world.poller(poller), [id_of(number)])

    def teardown(self) -> None:
        """Without further faults, everything is published, and nothing else."""
        for run in self.runs.values():
            while not run.over:
                run.step(Fault("stop"))
        self.world.bus.refuse = lambda _: None
        self.world.hidden.clear()
        self.world.pass_hours(24)
        poller = self.world.poller()
        poller.faults = no_faults
        for _ in range(RUNS_UNTIL_QUIET):
            before = len(self.world.bus.arrived)
            assert poller.poll().run().failures == {}
            if len(self.world.bus.arrived) == before:
                break
        self.world.check_quiet()
        marks = self.world.baseline()
        assert {order_id: marks[order_id] for order_id in self.baseline} == self.baseline
        self.world.close()
        self.tried["histories of overlapping polls tried"] += 1

    def _put(self, order: Order) -> None:
        if order["OrderId"] not in self.world.history and order["OrderId"] not in self.world.hidden:
            if not self.began:
                self.baseline[order["OrderId"]] = True
            elif self.first_poll_is_over:
                self.baseline[order["OrderId"]] = False
        self.world.put(order)

    def _run(self, number: int) -> Run:
        if number not in self.runs or self.runs[number].over:
            self.began = True
            self.runs[number] = Run(self.world.poller(number))
        return self.runs[number]

    def _step(self, run: Run, fault: Fault | None) -> None:
        self.tried["calls in them that were given a turn"] += 1
        self.tried["calls in them that met a fault"] += fault is not None
        run.step(fault)

    def _note(self, number: int) -> None:
        """Remember when the source's first poll is over; orders that appear later are not baseline."""
        self.first_poll_is_over |= self.runs[number].complete


def _refusing(order_ids: set[str], after: int, times: int) -> Callable[[Entry], str | None]:
    seen = count()

    def refuse(entry: Entry) -> str | None:
        hit = json.loads(entry["Detail"])["orderId"] in order_ids and after <= next(seen) < after + times
        return "InternalFailure" if hit else None

    return refuse


@pytest.fixture
def one_call_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calls of a run come one after the other, always in the same sequence, and retries do not wait."""
    monkeypatch.setattr("outposts_order_notifier.poll.run.ThreadPoolExecutor", InTurn)
    monkeypatch.setattr("outposts_order_notifier.poll.workers.ThreadPoolExecutor", InTurn)
    monkeypatch.setattr("outposts_order_notifier.poll.workers.CONCURRENT_READS", 1)
    monkeypatch.setattr("outposts_order_notifier.poll.workers.BATCH_GET_ITEMS", 2)
    monkeypatch.setattr("outposts_order_notifier.poll.event_bus.MAX_ENTRIES", 2)
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))


@pytest.mark.usefixtures("one_call_at_a_time")
def test_overlapping_polls_with_any_faults_publish_everything_once_and_in_order(
    exhaustive: bool, record_property: Callable[[str, object], None]
) -> None:
    """In the end, each transition that a run stored was published, with one id, in sequence."""
    run_state_machine_as_test(
        Polls,
        settings=settings(
            max_examples=HISTORIES if exhaustive else SAMPLE,
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
            phases=[phase for phase in Phase if phase is not Phase.explain],
        ),
    )
    for name, number in Polls.tried.items():
        record_property(name, number)


@pytest.mark.usefixtures("one_call_at_a_time")
@pytest.mark.parametrize("known", [False, True], ids=["both first polls", "both later polls"])
def test_a_run_may_be_overtaken_at_any_call(
    known: bool, stopping_points: StoppingPoints, record_property: Callable[[str, object], None]
) -> None:
    """An order changes, another run begins and ends, and orders change and appear before the slow run continues."""

    def overtake(after: int | None) -> int:
        world = World()
        world.put(an_order(1))
        world.put(an_order(2))
        if known:
            to_the_end(Run(world.poller()))
            world.put(an_order(1, Status="IN_PROGRESS"))
        slow = Run(world.poller(0))
        calls = advance(slow, after)
        world.put(an_order(1, Status="DELIVERED"))
        to_the_end(Run(world.poller(1)))
        world.put(an_order(1, Status="COMPLETED"))
        world.put(an_order(3))
        to_the_end(slow)
        to_the_end(Run(world.poller(2)))
        world.check_quiet()
        assert world.baseline() == {id_of(1): True, id_of(2): True, id_of(3): False}
        world.close()
        return calls

    points = stopping_points.of(overtake(None))
    for after in points:
        overtake(after)
    record_property("calls of a run at which another overtook it", len(points))


@pytest.mark.usefixtures("one_call_at_a_time")
@pytest.mark.parametrize("mistaken", ["slow", "fast"])
def test_the_later_listing_of_two_racing_runs_decides(mistaken: str, stopping_points: StoppingPoints) -> None:
    """One of them receives an empty listing by mistake, the other one a full listing: which ends last does not matter.

    An empty listing after both is the first of two if the full one was later, and at most the second of two otherwise.
    """

    def race(after: int | None) -> int:
        world = World()
        world.put(an_order(1))
        world.put(an_order(2))
        to_the_end(Run(world.poller()))
        hide(world, mistaken == "slow")
        slow = Run(world.poller(0))
        calls = advance(slow, after)
        slow_has_listed = "ListOrders" in slow.made
        hide(world, mistaken == "fast")
        to_the_end(Run(world.poller(1)))
        hide(world, mistaken == "slow" and not slow_has_listed)
        to_the_end(slow)
        full_was_later = mistaken == ("slow" if slow_has_listed else "fast")
        hide(world, hidden=True)
        to_the_end(Run(world.poller(2)))
        assert (MISSING not in kinds(world)) or not full_was_later
        to_the_end(Run(world.poller(2)))
        assert MISSING in kinds(world)
        world.check_quiet()
        world.close()
        return calls

    for after in stopping_points.of(race(None)):
        race(after)


def advance(run: Run, calls: int | None) -> int:
    """Let a run make this many calls, or all; return how many it made."""
    while not run.over and len(run.made) != calls:
        run.step(None)
    return len(run.made)


def hide(world: World, hidden: bool) -> None:
    """Let ListOrders name none of the orders, or all."""
    world.hidden = set(world.history) if hidden else set()


def kinds(world: World) -> set[str]:
    """Return the types of the published events."""
    return {event["detailType"] for each in world.published().values() for event in each}


def to_the_end(run: Run) -> None:
    """Let all of a run's calls proceed."""
    while not run.over:
        run.step(None)
    assert run.complete
