"""A run of poll that is stopped at any AWS call, before or after it took effect, loses nothing and invents nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import pytest

from local.outposts.merge_patch import patch_order
from outposts_order_notifier.domain.annotations import Annotations, Expected, Mute, Note
from outposts_order_notifier.domain.event_types import MISSING, OVERDUE, REPLACEMENT_LINKED, STALLED
from outposts_order_notifier.domain.order import Order
from testing.poll_world import Call, Fault, InTurn, Poller, Stopped, World
from testing.stopping_points import StoppingPoints

RUNS_UNTIL_QUIET = 6
MAX_ENTRIES = 2
SUBMITTED = {"OrderSubmissionDate": "2026-11-20T00:00:00Z"}
TRIED = "stopping points of a poll run tried"


def id_of(number: int) -> str:
    """Return an order's id."""
    return f"oo-{number:017x}"


def an_order(number: int, **members: object) -> Order:
    """Return an order of two line items."""
    items = [{"LineItemId": f"ooi-{number}{letter}", "Quantity": 1, "Status": "PREPARING"} for letter in "ab"]
    order = {"OrderType": "OUTPOST", "Status": "PREPARING", "LineItems": items}
    return {"OrderId": id_of(number), "OutpostId": "op-1", **order, **members}


def settled(number: int) -> Order:
    """Return an order that is complete."""
    items = [{"LineItemId": f"ooi-{number}{letter}", "Quantity": 1, "Status": "INSTALLED"} for letter in "ab"]
    return an_order(number, Status="COMPLETED", LineItems=items)


@dataclass(frozen=True)
class Scenario:
    """What is known before, what happens before the stopped run, and event types that must be published afterwards.

    `silent` is the number of runs without events after which nothing more is published.
    """

    known: tuple[Order, ...]
    happens: Callable[[World], None]
    publishes: frozenset[str] = frozenset()
    silent: int = 1


def discovery(world: World) -> None:
    """There is one order more than a PutEvents request can contain."""
    for number in range(MAX_ENTRIES + 1):
        world.put(an_order(number))


def several_changes(world: World) -> None:
    """One order changes in every way at once."""
    shipment = {"ShipmentCarrier": "UPS", "ShipmentTrackingNumber": "1Z"}
    moved = {"Status": "SHIPPED", "ShipmentInformation": shipment, "AssetInformationList": [{"AssetId": "1"}]}
    items = {"ooi-1a": moved, "ooi-1b": {"Quantity": 2, "Status": "CANCELLED"}}
    world.put(patch_order(an_order(1), {"Status": "IN_PROGRESS", "PaymentTerm": "ONE_YEAR", "LineItems": items}))


def replacement(world: World) -> None:
    """A line item becomes REPLACED, and an order of type REPLACEMENT names it."""
    world.put(patch_order(settled(1), {"LineItems": {"ooi-1a": {"Status": "REPLACED"}}}))
    world.put(replacing(2, 1))


def replacing(number: int, replaced: int) -> Order:
    """Return an order whose line item replaces another order's."""
    previous = {"PreviousOrderId": id_of(replaced), "PreviousLineItemId": f"ooi-{replaced}a"}
    item = {"LineItemId": f"ooi-{number}a", "Quantity": 1, "Status": "PREPARING", **previous}
    return an_order(number, OrderType="REPLACEMENT", LineItems=[item])


def replaced_appears(world: World) -> None:
    """An order appears that known orders replace, one after the other."""
    world.put(patch_order(settled(1), {"LineItems": {"ooi-1a": {"Status": "REPLACED"}}}))


def stalls(world: World) -> None:
    """An order and its line items stall, and a completed order is in flight again."""
    world.pass_hours(46 * 24)
    is_in_flight_again(world)


def is_in_flight_again(world: World) -> None:
    """A completed order is in flight again, and another one does not change."""
    world.put(patch_order(settled(1), {"Status": "IN_PROGRESS", "LineItems": {"ooi-1b": {"Status": "INSTALLING"}}}))


def settles(world: World) -> None:
    """An order's last line item is installed: from now on, only pending events cause a read."""
    world.put(settled(1))


def end(world: World) -> None:
    """Two orders end whose durations count, and one whose do not, as it is cancelled."""
    world.put({**settled(1), **SUBMITTED})
    world.put({**settled(2), **SUBMITTED})
    items = {name: {"Status": "CANCELLED"} for name in ("ooi-3a", "ooi-3b")}
    world.put(patch_order(an_order(3, **SUBMITTED), {"Status": "CANCELLED", "LineItems": items}))


def what_people_added(world: World) -> None:
    """One order is overdue, and one that is muted and has a note changes."""
    jane, at = "arn:aws:iam::111122223333:user/jane", "2026-11-24T09:00:00Z"
    expected = Expected("2026-11-24", "2026-11-25T00:00:00Z", jane, at)
    world.annotate(id_of(1), Annotations(expected=expected))
    mute = Mute("2027-01-01T00:00:00Z", "The site is closed", jane, at)
    world.annotate(id_of(2), Annotations(mute=mute).with_note(Note("Tuesday", jane, at)))
    world.pass_hours(48)
    world.put(patch_order(an_order(2), {"LineItems": {"ooi-2a": {"Status": "BUILDING"}}}))


def all_vanish(world: World) -> None:
    """ListOrders names no order any more, which needs confirmation."""
    world.hidden.update(world.history)


def all_have_vanished(world: World) -> None:
    """ListOrders has named no order once before, so the next listing confirms it."""
    all_vanish(world)
    assert run(world.poller(), lambda _: None)
    assert MISSING not in {event["detailType"] for each in world.published().values() for event in each}


SCENARIOS = {
    "discovery": Scenario((), discovery),
    "several changes": Scenario((an_order(1), settled(2)), several_changes),
    "replacement": Scenario((settled(1),), replacement, frozenset({REPLACEMENT_LINKED})),
    "replaced appears": Scenario((replacing(2, 1), replacing(3, 2)), replaced_appears, frozenset({REPLACEMENT_LINKED})),
    "stalls": Scenario((settled(1), an_order(2)), stalls, frozenset({STALLED})),
    "in flight again": Scenario((settled(1), settled(2)), is_in_flight_again),
    "all vanish": Scenario((an_order(1), settled(2)), all_vanish, frozenset({MISSING}), silent=2),
    "all have vanished": Scenario((an_order(1), settled(2)), all_have_vanished, frozenset({MISSING}), silent=2),
    "what people added": Scenario((an_order(1), an_order(2)), what_people_added, frozenset({OVERDUE})),
    "end": Scenario(tuple(an_order(number, **SUBMITTED) for number in (1, 2, 3)), end),
    "settles": Scenario((patch_order(settled(1), {"LineItems": {"ooi-1b": {"Status": "INSTALLING"}}}),), settles),
}


class StopsAt:
    """Stops a run at its nth call, counted from 1; at none by default."""

    def __init__(self, n: int = 0, *, done: bool = False) -> None:
        self.calls = 0
        self._n = n
        self._done = done

    def __call__(self, _: Call) -> Fault | None:
        """Count a call."""
        self.calls += 1
        return Fault("stop", self._done) if self.calls == self._n else None


def run(poller: Poller, faults: Callable[[Call], Fault | None]) -> bool:
    """Run once; return whether the run was not stopped."""
    poller.faults = faults
    try:
        summary = poller.poll().run()
    except Stopped:
        return False
    assert summary.failures == {}
    return True


def begin(scenario: Scenario) -> tuple[World, Poller]:
    """Poll the known orders, then apply the scenario."""
    world = World()
    poller = world.poller()
    for order in scenario.known:
        world.put(order)
    if scenario.known:
        assert run(poller, lambda _: None)
    scenario.happens(world)
    return world, poller


@pytest.fixture(autouse=True)
def small_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calls of a run come in one order, so that the nth is always the same, and few orders fill a request."""
    monkeypatch.setattr("outposts_order_notifier.poll.run.ThreadPoolExecutor", InTurn)
    monkeypatch.setattr("outposts_order_notifier.poll.workers.CONCURRENT_READS", 1)
    monkeypatch.setattr("outposts_order_notifier.poll.event_bus.MAX_ENTRIES", MAX_ENTRIES)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_run_stopped_at_any_call_loses_nothing_and_invents_nothing(
    name: str, stopping_points: StoppingPoints, record_property: Callable[[str, object], None]
) -> None:
    """Every transition is published, once by its id, in sequence; the snapshots are the API's orders.

    The call takes effect, or it does not; then nothing happens, or each order changes again.
    """
    scenario, tried = SCENARIOS[name], 0
    for done, meanwhile in stopping_points.one_of([*product([False, True], repeat=2)], [*SCENARIOS].index(name)):
        calls = stopped_at(scenario, StopsAt(), meanwhile=meanwhile)
        assert calls >= 4
        for n in stopping_points.of(calls):
            assert stopped_at(scenario, StopsAt(n, done=done), meanwhile=meanwhile) == n, (n, done, meanwhile)
            tried += 1
    record_property(TRIED, tried)


def stopped_at(scenario: Scenario, at: StopsAt, *, meanwhile: bool) -> int:
    """Stop a run at a call, and check all that follows; return how many calls the run made."""
    world, poller = begin(scenario)
    finished = run(poller, at)
    if not finished:
        world.check_published()
        if meanwhile:
            for order_id, states in list(world.history.items()):
                world.put(patch_order(states[-1], {"Status": "ERROR", "Note": order_id}))
    if not finished or scenario.silent > 1:
        quiet(world, poller, scenario.silent)
    if world.hidden:
        world.hidden.clear()
        quiet(world, poller)
    kinds = {event["detailType"] for each in world.published().values() for event in each}
    assert (meanwhile and not finished) or scenario.publishes <= kinds
    check_baseline(world, poller, {order["OrderId"] for order in scenario.known})
    world.close()
    return at.calls


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_run_stopped_while_it_resumes_a_stopped_one_loses_nothing(
    name: str, stopping_points: StoppingPoints, record_property: Callable[[str, object], None]
) -> None:
    """The run after the stopped one is stopped too, at the same call or one call later."""
    scenario, unstopped = SCENARIOS[name], StopsAt()
    assert run(begin(scenario)[1], unstopped)
    points, tried = stopping_points.of(unstopped.calls), 0
    for later in stopping_points.one_of([0, 1], [*SCENARIOS].index(name)):
        for n in points:
            world, poller = begin(scenario)
            assert not run(poller, StopsAt(n, done=True))
            run(poller, StopsAt(n + later))
            quiet(world, poller, scenario.silent)
            world.check_quiet()
            world.close()
            tried += 1
    record_property(TRIED, tried)


def quiet(world: World, poller: Poller, silent: int = 1) -> None:
    """Run until this many runs in a row publish nothing."""
    still = 0
    for _ in range(RUNS_UNTIL_QUIET):
        before = len(world.bus.arrived)
        assert run(poller, lambda _: None)
        still = still + 1 if len(world.bus.arrived) == before else 0
        if still == silent:
            return
    pytest.fail("poll does not stop publishing")


def check_baseline(world: World, poller: Poller, known: set[str]) -> None:
    """Orders found by the first complete poll are baseline, however often it began; later ones are not."""
    first = known or set(world.history)
    world.put(an_order(99))
    assert run(poller, lambda _: None)
    world.check_quiet()
    assert world.baseline() == {order_id: order_id in first for order_id in world.history}
