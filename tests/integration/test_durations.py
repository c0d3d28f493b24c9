"""The durations of orders that have ended are counted once, and no tick without changes makes more calls for them."""

import random
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from local.outposts.merge_patch import patch_order
from outposts_order_notifier.domain.durations import FEWEST, MOST, ORDER_TYPES, Durations, Ended, Key, Level
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.stalled import DAY_SECONDS
from outposts_order_notifier.domain.statuses import LINE_ITEM_STATUSES, ORDER_STATUSES
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.poll.summary import RunResult
from outposts_order_notifier.store.items import DURATIONS, MAX_ITEM_TEXT_BYTES, durations_item
from outposts_order_notifier.store.table import ATTEMPTS, SnapshotTable
from testing.poll_world import BEGAN, Call, Fault, Faults, InTurn, World, no_faults
from testing.released import Release

SUBMITTED = to_iso8601(BEGAN - timedelta(days=2))
RACK = "rack, 4 × m5.24xlarge"
LIFE = [("PREPARING", 10), ("IN_PROGRESS", 30), ("DELIVERED", 5), ("COMPLETED", 0)]
QUIET = ["GetItem", "Query", "ListOrders", "UpdateItem"]  # a tick of a source whose orders have all ended


def order_of(number: int, status: str) -> Order:
    """Return an order of one rack, whose line item is installed when the order is completed."""
    item = {"LineItemId": f"ooi-{number}", "CatalogItemId": "OR-RACK", "Quantity": 1, "Status": "BUILDING"}
    settled = status == "COMPLETED"
    order = {"OrderId": f"oo-{number:017x}", "OutpostId": "op-1", "OrderType": "OUTPOST", "Status": status}
    items = [{**item, "Status": "INSTALLED"} if settled else item]
    return {**order, "OrderSubmissionDate": SUBMITTED, "LineItems": items}


@pytest.fixture(autouse=True)
def in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calls of a run come in one order."""
    monkeypatch.setattr("outposts_order_notifier.poll.run.ThreadPoolExecutor", InTurn)
    monkeypatch.setattr("outposts_order_notifier.store.table.time.sleep", lambda _: None)


@pytest.fixture
def world() -> World:
    """A source without orders."""
    return World()


def poll(world: World, faults: Faults = no_faults, number: int = 0) -> RunResult:
    """Run once."""
    poller = world.poller(number)
    poller.faults = faults
    return poller.poll().run()


def table_of(world: World) -> SnapshotTable:
    """Return the table, without faults."""
    poller = world.poller(9)
    poller.faults, poller.dead = no_faults, False
    return SnapshotTable(poller.dynamodb, world.table)


def counted(world: World) -> Durations:
    """Return the orders counted."""
    return table_of(world).durations()


def days(durations: Durations) -> dict[str, dict[tuple[str, str], int]]:
    """Return the durations of orders in whole days, by order, level and status."""
    return {
        each.order_id: {(key.level, key.status): seconds // DAY_SECONDS for key, seconds in each.seconds.items()}
        for each in durations.orders
    }


def live(world: World, *numbers: int) -> None:
    """Let orders live until they have ended, which the next run finds."""
    for status, lasts in LIFE:
        for number in numbers:
            world.put(order_of(number, status))
        if status != "COMPLETED":
            assert poll(world).failures == {}
        world.pass_hours(24 * lasts)


def recorded(calls: list[str], faults: Faults = no_faults) -> Faults:
    """Return faults that record each call too."""

    def record(call: Call) -> Fault | None:
        calls.append(call.operation)
        return faults(call)

    return record


class TestOnce:
    """Each order that ends counts once."""

    def test_an_order_that_ends_is_counted(self, world: World) -> None:
        """With how long each of its statuses lasted, from its submission on; nothing is counted before."""
        live(world, 1)
        assert counted(world) == Durations()
        poll(world)
        assert days(counted(world)) == {
            order_of(1, "")["OrderId"]: {
                ("order", "PREPARING"): 12,
                ("order", "IN_PROGRESS"): 30,
                ("order", "DELIVERED"): 5,
            }
        }

    def test_what_happens_to_it_later_changes_nothing(self, world: World) -> None:
        """It is in flight again, and ends again."""
        live(world, 1)
        poll(world)
        once = counted(world)
        for status in ("DELIVERED", "COMPLETED"):
            world.pass_hours(24)
            world.put(order_of(1, status))
            assert poll(world).failures == {}
        assert counted(world) == once
        world.check_quiet()

    def test_orders_that_had_ended_when_they_were_discovered_cause_no_calls(self, world: World) -> None:
        """Their histories are unknown."""
        calls: list[str] = []
        world.put(order_of(1, "COMPLETED"))
        poll(world, recorded(calls))
        assert calls.count("PutItem") == 1
        assert calls.count("BatchGetItem") == 1
        assert counted(world) == Durations()

    def test_a_tick_without_changes_makes_no_call_for_it(self, world: World) -> None:
        """Whether orders have ended or not."""
        live(world, 1)
        poll(world)
        calls: list[str] = []
        poll(world, recorded(calls))
        assert calls == QUIET

    @pytest.mark.parametrize("operation", ["BatchGetItem", "PutItem"])
    def test_an_order_that_could_not_be_counted_is_counted_by_the_next_run(self, world: World, operation: str) -> None:
        """It is a failure, and its events stay pending."""
        live(world, 1, 2)
        stored = list[str]()

        def refuse(call: Call) -> Fault | None:
            counts = operation == "BatchGetItem" or call.item == DURATIONS
            if call.operation == "PutItem":
                stored.append(call.item)
            return Fault("unavailable") if len(stored) >= 2 and call.operation == operation and counts else None

        failures = poll(world, refuse).failures
        assert failures.keys() == {order_of(number, "")["OrderId"] for number in (1, 2)}
        assert all("its durations were not counted" in error for error in failures.values())
        assert counted(world) == Durations()
        assert poll(world).failures == {}
        assert len(counted(world).orders) == 2
        world.check_quiet()

    @pytest.mark.parametrize("done", [False, True])
    def test_a_lost_answer_counts_no_order_twice(self, world: World, *, done: bool) -> None:
        """The client repeats the write, whose condition then no longer holds if it took effect."""
        live(world, 1, 2)
        faults = iter([Fault("timeout", done=done)])
        poll(world, lambda call: next(faults, None) if (call.operation, call.item) == ("PutItem", DURATIONS) else None)
        assert len(counted(world).orders) == 2
        poll(world)
        world.check_quiet()

    def test_runs_that_count_at_the_same_time_lose_nothing(self, world: World) -> None:
        """A run counts the same orders and another one between the other run's read and its write."""
        live(world, 1, 2)
        others = iter(["PREPARING", "COMPLETED"])

        def overtaken(call: Call) -> None:
            if (call.operation, call.item) == ("PutItem", DURATIONS):
                for status in others:
                    world.put(order_of(3, status))
                    assert poll(world, number=1).failures == {}

        assert poll(world, overtaken).failures == {}
        assert len(counted(world).orders) == 3
        world.check_quiet()

    def test_a_run_that_is_always_overtaken_leaves_it_to_the_next_one(self, world: World) -> None:
        """It does not try for ever."""
        live(world, 1)
        tries = list[Any]()

        def overtaken(call: Call) -> None:
            if (call.operation, call.item) == ("PutItem", DURATIONS):
                tries.append(call)
                item = durations_item(Durations(), 100 + len(tries))
                poller = world.poller(9)
                poller.faults = no_faults
                poller.dynamodb.put_item(TableName=world.table, Item=item)

        (failure,) = poll(world, overtaken).failures.values()
        assert f"{ATTEMPTS} times in a row" in failure
        assert len(tries) == ATTEMPTS
        poll(world)
        assert len(counted(world).orders) == 1

    def test_damaged_durations_are_set_aside_and_counting_begins_again(self, world: World) -> None:
        """They do not hold up the orders."""
        live(world, 1)
        client = world.poller(9).dynamodb
        damaged: Any = {"id": {"S": DURATIONS}, "version": {"N": "7"}, "orders": {"B": b"garbage"}}
        table_of(world)
        client.put_item(TableName=world.table, Item=damaged)
        assert counted(world) == Durations()
        assert poll(world).failures == {}
        assert len(counted(world).orders) == 1
        kept = client.get_item(TableName=world.table, Key={"id": {"S": f"set-aside#{DURATIONS}#7"}})["Item"]
        assert kept["orders"] == {"B": b"garbage"}


class TestUpgrade:
    """Orders that had ended before durations were counted."""

    def stored(self, world: World) -> None:
        """Store what version 0.1.0 left in the table."""
        table_of(world)
        settled = {
            item["id"]["S"]: item
            for item in Release("0.1.0").items("snapshots")
            if item.get("settled", {}).get("BOOL") and "snapshot" in item
        }
        for item in settled.values():
            moved = {**item, "source": {"S": "111122223333/eu-west-1"}, "pending": {"N": "0"}}
            world.poller(9).dynamodb.put_item(TableName=world.table, Item=moved)
        for order in Release("0.1.0").data["orders"]:
            if order["OrderId"] in settled:
                world.api._account.put_order(order)
        world.poller(9).dynamodb.put_item(
            TableName=world.table,
            Item={
                "id": {"S": "source#111122223333/eu-west-1"},
                "baselineAt": {"S": to_iso8601(BEGAN)},
                "polledAt": {"S": to_iso8601(BEGAN)},
            },
        )

    def test_the_first_poll_counts_them(self, world: World) -> None:
        """Those of which the history is known, and the cancelled one is not; the next poll does not read them again."""
        self.stored(world)
        first, second = list[str](), list[str]()
        poll(world, recorded(first))
        found = counted(world)
        assert [each.order_type for each in found.orders] == ["REPLACEMENT", "OUTPOST", "OUTPOST"]
        assert {key.status for each in found.orders for key in each.seconds} == {
            *("PREPARING", "IN_PROGRESS", "DELIVERED"),
            *("BUILDING", "SHIPPED", "INSTALLING"),
        }
        poll(world, recorded(second))
        assert second == QUIET
        assert first == [*QUIET[:3], "BatchGetItem", "BatchGetItem", "PutItem", *QUIET[3:]]
        assert counted(world) == found

    @pytest.mark.parametrize("done", [False, True])
    def test_it_is_repeated_until_it_succeeds(self, world: World, *, done: bool) -> None:
        """Whichever call of it fails."""
        for call_number in range(3, 7):
            self.stored(world)
            calls: list[str] = []

            def fail(_: Call, calls: list[str] = calls, call_number: int = call_number) -> Fault | None:
                return Fault("unavailable", done=done) if len(calls) in {call_number, call_number + 1} else None

            poll_until_stopped(lambda calls=calls, fail=fail: poll(world, recorded(calls, fail)))  # type: ignore[misc]
            poll(world)
            assert len(counted(world).orders) == 3


def poll_until_stopped(run: Callable[[], object]) -> None:
    """Run, whether or not it raises an exception."""
    try:
        run()
    except Exception:  # noqa: BLE001 - as the function's next run does not know of it
        return


def test_enough_orders_are_usual(world: World) -> None:
    """From five that have ended, how long a status usually lasts is known."""
    live(world, *range(1, FEWEST))
    poll(world)
    assert counted(world).usuals() == {}
    world.put(patch_order(order_of(FEWEST, "PREPARING"), {}))
    for status in ("PREPARING", "COMPLETED"):
        world.put(order_of(FEWEST, status))
        poll(world)
    usuals = counted(world).usuals()
    assert {key.status: usual.orders for key, usual in usuals.items() if key.level == "order"} == {"PREPARING": 5}


def test_as_many_durations_as_are_kept_fit_into_one_item() -> None:
    """With random ids and times, of orders of every type and hardware in every status."""
    noise = random.Random(1)  # noqa: S311 - the same at each call
    kinds = list(product(sorted(ORDER_TYPES), ("rack", "server", "item")))
    levels: list[tuple[Level, str]] = [
        *(("order", status) for status in ORDER_STATUSES),
        *(("lineItem", status) for status in LINE_ITEM_STATUSES),
    ]
    every = [
        Ended(
            f"oo-{noise.getrandbits(68):017x}",
            to_iso8601(BEGAN + timedelta(seconds=noise.randrange(10**8))),
            order_type,
            hardware,
            {Key(order_type, hardware, *level): noise.randrange(10**8) for level in levels},
        )
        for order_type, hardware in kinds
        for _ in range(2 * MOST)
    ]
    counted = Durations().counting(every)
    assert len(counted.orders) == len(kinds) * MOST
    assert len(durations_item(counted, 1)["orders"]["B"]) < MAX_ITEM_TEXT_BYTES / 3
