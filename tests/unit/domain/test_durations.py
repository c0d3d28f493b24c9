"""How long the statuses of orders that have ended lasted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.domain.durations import (
    FEWEST,
    LONGEST_DAYS,
    MOST,
    Durations,
    Ended,
    Key,
    Usual,
    as_rows,
    ended_order,
    from_rows,
    learned,
    usual_in,
    usual_of,
)
from outposts_order_notifier.domain.order import LineItem
from outposts_order_notifier.domain.snapshot import ORDER, Snapshot, StatusEntry
from outposts_order_notifier.domain.stalled import DAY_SECONDS, Thresholds, stalled_change
from outposts_order_notifier.domain.timestamps import to_iso8601

BEGAN = datetime.fromisoformat("2026-01-01T00:00:00Z")
PREPARING = Key("OUTPOST", "rack", "order", "PREPARING")
Steps = Sequence[tuple[float, str]]

ORDER_STEPS: Steps = [(0, "PREPARING"), (10, "IN_PROGRESS"), (40, "DELIVERED"), (45, "COMPLETED")]
ITEM_STEPS: Steps = [(0, "PREPARING"), (10, "BUILDING"), (35, "SHIPPED"), (40, "INSTALLING"), (45, "INSTALLED")]


def at(day: float) -> str:
    """Return the beginning of a day."""
    return to_iso8601(BEGAN + timedelta(days=day))


def snapshot(steps: Steps, *items: tuple[str, Steps], **members: Any) -> Snapshot:
    """Return an order with the history of its statuses, and with line items, each with its hardware and history."""
    line_items = [
        {"LineItemId": f"ooi-{number}", "CatalogItemId": hardware, "Status": each[-1][1]}
        for number, (hardware, each) in enumerate(items)
    ]
    order = {
        "OrderId": "oo-1",
        "OrderType": "OUTPOST",
        "OrderSubmissionDate": at(0),
        "Status": steps[-1][1],
        "LineItems": line_items,
        **members,
    }
    histories = {ORDER: steps, **{f"ooi-{number}": each for number, (_, each) in enumerate(items)}}
    history = {name: tuple(StatusEntry(status, at(day)) for day, status in each) for name, each in histories.items()}
    return Snapshot("111122223333/eu-west-1", order, history=history)


def hardware(item: LineItem) -> str:
    """Return the hardware of these line items."""
    return str(item["CatalogItemId"])


def days(found: Snapshot) -> dict[tuple[str, str, str], float] | None:
    """Return an ended order's durations in days, by hardware, level and status."""
    ended = ended_order(found, hardware)
    return {key[1:]: seconds / DAY_SECONDS for key, seconds in ended.seconds.items()} if ended else None


def ended(number: int, seconds: int = DAY_SECONDS, *, day: float = 0, kind: str = "rack") -> Ended:
    """Return an order that has ended, which was PREPARING for so long."""
    return Ended(f"oo-{number}", at(day), "OUTPOST", kind, {PREPARING._replace(hardware=kind): seconds})


class TestEndedOrder:
    """The durations of one order."""

    def test_each_status_that_ended_counts(self) -> None:
        """Those of the order and of its line items; a settled status has no duration."""
        assert days(snapshot(ORDER_STEPS, ("rack", ITEM_STEPS))) == {
            ("rack", "order", "PREPARING"): 10,
            ("rack", "order", "IN_PROGRESS"): 30,
            ("rack", "order", "DELIVERED"): 5,
            ("rack", "lineItem", "PREPARING"): 10,
            ("rack", "lineItem", "BUILDING"): 25,
            ("rack", "lineItem", "SHIPPED"): 5,
            ("rack", "lineItem", "INSTALLING"): 5,
        }

    def test_the_line_items_of_an_order_count_as_one_by_their_hardware(self) -> None:
        """By their median; the order itself, if it has several kinds, counts as unknown hardware."""
        building = [[(0, "PREPARING"), (10, "BUILDING"), (10 + length, "INSTALLED")] for length in (3, 4, 30)]
        found = days(snapshot(ORDER_STEPS, *[("rack", each) for each in building], ("server", ITEM_STEPS)))
        assert found
        assert found["rack", "lineItem", "BUILDING"] == 4
        assert found["server", "lineItem", "BUILDING"] == 25
        assert {key[0] for key in found if key[1] == "order"} == {"item"}

    @pytest.mark.parametrize(
        ("steps", "items"),
        [
            ([(0, "PREPARING"), (10, "IN_PROGRESS")], []),
            ([(0, "PREPARING"), (10, "COMPLETED")], [("rack", [(0, "PREPARING"), (9, "SHIPPED")])]),
        ],
    )
    def test_an_order_in_flight_does_not_count(self, steps: Steps, items: list[tuple[str, Steps]]) -> None:
        """Nor does one with a line item in flight: what has lasted long may last on."""
        assert days(snapshot(steps, *items)) is None

    def test_an_order_that_was_settled_when_it_was_discovered_does_not_count(self) -> None:
        """Its history is unknown."""
        assert days(snapshot([(0, "COMPLETED")], ("rack", [(0, "INSTALLED")]))) is None

    @pytest.mark.parametrize("order_type", [None, "SOMETHING_NEW"])
    def test_an_order_of_an_unknown_type_does_not_count(self, order_type: str | None) -> None:
        """It is not known what is usual for it."""
        assert days(snapshot(ORDER_STEPS, OrderType=order_type)) is None

    def test_the_status_of_the_discovery_counts_only_if_no_status_comes_before_it(self) -> None:
        """Otherwise its beginning is unknown."""
        assert days(snapshot([(0, "IN_PROGRESS"), (9, "DELIVERED"), (12, "COMPLETED")])) == {
            ("item", "order", "DELIVERED"): 3
        }

    @pytest.mark.parametrize("date", [None, "1970-01-01T00:00:00Z", at(100), 7])
    def test_the_first_status_counts_only_with_a_plausible_date(self, date: object) -> None:
        """Otherwise it began when the order was discovered, which may be much later."""
        found = days(snapshot(ORDER_STEPS, OrderSubmissionDate=date))
        assert found
        assert found.keys() == {("item", "order", "IN_PROGRESS"), ("item", "order", "DELIVERED")}

    @pytest.mark.parametrize("trouble", ["ERROR", "CANCELLED", "REPLACED"])
    def test_a_status_that_was_cut_short_does_not_count(self, trouble: str) -> None:
        """Nor does the one after ERROR, which may be its rest; the error itself counts."""
        steps = [
            (0, "PREPARING"),
            (10, "BUILDING"),
            (12, trouble),
            (15, "BUILDING"),
            (20, "SHIPPED"),
            (22, "INSTALLED"),
        ]
        found = days(snapshot([(0, "COMPLETED")], ("rack", steps)))
        assert found
        expected = {"PREPARING": 10.0, "SHIPPED": 2.0} | ({"ERROR": 3.0} if trouble == "ERROR" else {"BUILDING": 5.0})
        assert {status: lasted for (_, _, status), lasted in found.items()} == expected

    @pytest.mark.parametrize(
        ("lasted", "counts"), [(-3, False), (0, False), (1 / DAY_SECONDS, True), (3650, True), (3651, False)]
    )
    def test_a_negative_or_implausible_duration_does_not_count(self, lasted: float, *, counts: bool) -> None:
        """The clock went backwards, or was wrong."""
        assert LONGEST_DAYS == 3650
        found = days(snapshot([(0, "PREPARING"), (5, "DELIVERED"), (5 + lasted, "COMPLETED")]))
        assert found
        assert (("item", "order", "DELIVERED") in found) == counts

    def test_an_unknown_status_does_not_count(self) -> None:
        """So a stack keeps few kinds of durations, whatever statuses AWS adds."""
        assert days(snapshot([(0, "PREPARING"), (5, "HELD"), (9, "COMPLETED")])) == {("item", "order", "PREPARING"): 5}

    def test_a_line_item_that_is_gone_does_not_count(self) -> None:
        """Its hardware is unknown."""
        found = snapshot(ORDER_STEPS, ("rack", ITEM_STEPS))
        found.order["LineItems"] = []
        assert {key[1] for key in days(found) or {}} == {"order"}

    def test_it_says_which_order_it_was_and_when_it_ended(self) -> None:
        """With its type and the hardware of all its line items."""
        found = ended_order(
            snapshot(ORDER_STEPS, ("rack", ITEM_STEPS), ("rack", [*ITEM_STEPS, (50, "REPLACED")])), hardware
        )
        assert found
        assert (found.order_id, found.at, found.order_type, found.hardware) == ("oo-1", at(50), "OUTPOST", "rack")

    def test_an_order_without_line_items_or_with_one_without_history_counts(self) -> None:
        """With what is known."""
        bare, other = snapshot(ORDER_STEPS), snapshot(ORDER_STEPS, ("rack", ITEM_STEPS))
        del bare.order["LineItems"]
        (known,) = [name for name in other.history if name]
        partial = replace(other, history={name: entries for name, entries in other.history.items() if name != known})
        assert {key[0] for key in days(bare) or {}} == {"item"}
        assert {key[1] for key in days(partial) or {}} == {"order"}

    def test_of_two_line_items_the_faster_one_is_the_median(self) -> None:
        """A median is a duration that occurred."""
        items = [("rack", [(0, "PREPARING"), (day, "INSTALLED")]) for day in (3, 8)]
        assert (days(snapshot(ORDER_STEPS, *items)) or {})["rack", "lineItem", "PREPARING"] == 3

    def test_more_history_does_not_change_what_counted(self) -> None:
        """An order that was in flight again, and has ended again, has the same durations as before, and more."""
        again = [*ORDER_STEPS, (60, "IN_PROGRESS"), (70, "COMPLETED")]
        before, after = days(snapshot(ORDER_STEPS)), days(snapshot(again))
        assert before
        assert after
        assert {key: after[key] for key in before if key[2] != "IN_PROGRESS"} == {
            key: before[key] for key in before if key[2] != "IN_PROGRESS"
        }


class TestCounting:
    """The orders counted."""

    def test_an_order_counts_once(self) -> None:
        """However often, and with whatever durations, it is counted again."""
        once = Durations().counting([ended(1)])
        assert once.counting([ended(1, 7, kind="server")]) == once
        assert [each.order_id for each in once.counting([ended(1), ended(2)]).orders] == ["oo-2", "oo-1"]

    @given(
        orders=st.lists(st.tuples(st.integers(0, 3 * MOST), st.sampled_from(["rack", "server"])), max_size=4 * MOST),
        splits=st.lists(st.integers(0, 4 * MOST), max_size=3).map(sorted),
        chance=st.randoms(use_true_random=False),
    )
    def test_the_sequence_of_runs_does_not_matter(
        self, orders: list[tuple[int, str]], splits: list[int], chance: Any
    ) -> None:
        """Orders are counted in any sequence and grouping, and again: the latest of each kind remain."""
        kinds = dict(orders)
        every = [ended(number, day=number, kind=kind) for number, kind in kinds.items()]
        whole = Durations().counting(every)
        shuffled = chance.sample(every, len(every))
        in_parts, start = Durations(), 0
        for end in [*splits, len(shuffled)]:
            in_parts, start = in_parts.counting(shuffled[start:end]), end
        assert in_parts == whole
        assert whole.counting(every) == whole
        for kind in ("rack", "server"):
            of_kind = [each.order_id for each in every if each.hardware == kind]
            latest = sorted(of_kind, key=lambda order_id: int(order_id[3:]), reverse=True)[:MOST]
            assert {each.order_id for each in whole.orders if each.hardware == kind} == set(latest)

    def test_the_latest_fifty_of_each_kind_remain(self) -> None:
        """By when they ended, whenever they are counted; those of another kind do not count."""
        assert MOST == 50
        racks = [ended(number, day=number) for number in range(MOST + 1)]
        servers = [ended(100 + number, day=0, kind="server") for number in range(MOST)]
        counted = Durations().counting(racks[1:]).counting([*servers, racks[0]])
        assert {each.order_id for each in counted.orders} == {each.order_id for each in [*racks[1:], *servers]}
        assert Durations().counting(racks[:MOST]).counting(racks[MOST:]).orders == tuple(reversed(racks[1:]))

    def test_they_survive_storage(self) -> None:
        """Every key and number."""
        found = ended_order(snapshot(ORDER_STEPS, ("rack", ITEM_STEPS), ("server", ITEM_STEPS)), hardware)
        assert found
        durations = Durations().counting([found, ended(2)])
        assert from_rows(as_rows(durations)) == durations


class TestUsual:
    """What is usual by these durations."""

    def test_half_of_the_orders_and_nine_in_ten_took_at_most_as_long(self) -> None:
        """By nearest rank, so both occurred."""
        assert usual_of(range(1, 11)) == Usual(5, 9, 10)
        assert usual_of([10, 20, 30, 40, 50]) == Usual(30, 50, 5)
        assert usual_of(range(1, 202)) == Usual(101, 181, 201)

    @given(lasted=st.lists(st.integers(1, 10**9), max_size=3 * FEWEST))
    def test_it_is_known_from_five_orders_and_between_the_fastest_and_the_slowest(self, lasted: list[int]) -> None:
        """With fewer, nothing is."""
        usual = usual_of(lasted)
        assert (usual is None) == (len(lasted) < 5)
        if usual:
            assert min(lasted) <= usual.median <= usual.slowest_tenth <= max(lasted)
            assert {usual.median, usual.slowest_tenth} <= set(lasted)
            assert 2 * sum(each <= usual.median for each in lasted) >= len(lasted) == usual.orders
            assert 10 * sum(each > usual.slowest_tenth for each in lasted) <= len(lasted)

    @given(
        lasted=st.lists(st.integers(1, 10**9), max_size=3 * FEWEST).flatmap(
            lambda each: st.tuples(st.just(each), st.permutations(each))
        )
    )
    def test_the_sequence_of_orders_does_not_matter(self, lasted: tuple[list[int], list[int]]) -> None:
        """They are a set of durations."""
        assert usual_of(lasted[0]) == usual_of(lasted[1])

    def test_orders_of_another_kind_do_not_matter(self) -> None:
        """Servers are not racks, and a replacement is not a new Outpost."""
        racks = [ended(number, number) for number in range(1, FEWEST + 1)]
        servers = [ended(number, 10**6, kind="server") for number in range(100, 104)]
        assert Durations().counting([*racks, *servers]).usuals() == {PREPARING: Usual(3, 5, 5)}

    def test_an_order_in_flight_has_that_of_its_current_statuses(self) -> None:
        """Each line item that of its hardware; a status of which nothing is usual has none, nor has what has ended."""
        usual, other = Usual(1, 2, 5), Usual(3, 4, 6)
        usuals = {
            Key("OUTPOST", "item", "order", "IN_PROGRESS"): usual,
            Key("OUTPOST", "rack", "lineItem", "BUILDING"): usual,
            Key("OUTPOST", "server", "lineItem", "BUILDING"): other,
        }
        building: Steps = [(0, "BUILDING")]
        items = [("rack", building), ("server", building), ("rack", [(0, "INSTALLED")]), ("rack", [(0, "HELD")])]
        found = snapshot([(0, "IN_PROGRESS")], *items)
        assert usual_in(found.order, usuals, hardware) == {ORDER: usual, "ooi-0": usual, "ooi-1": other}
        assert usual_in(found.order, {}, hardware) == {}
        assert usual_in({**found.order, "OrderType": "REPLACEMENT"}, usuals, hardware) == {}
        assert usual_in({**found.order, "OrderType": None}, usuals, hardware) == {}
        assert usual_in(snapshot(ORDER_STEPS, ("rack", ITEM_STEPS)).order, usuals, hardware) == {}


class TestLearned:
    """Thresholds that are learned."""

    CONFIGURED = Thresholds.from_json('{"order": {"IN_PROGRESS": "learned"}, "lineItem": {"BUILDING": "learned"}}')

    def days_of(self, line_item_id: str | None, status: str, thresholds: Thresholds) -> int:
        """Return after how many days a status stalls."""
        change = stalled_change(line_item_id, status, at(0), at(9_999), thresholds)
        assert change
        return int(change.keys["thresholdDays"])

    def test_the_slowest_tenth_is_the_threshold_in_whole_days(self) -> None:
        """Rounded up, and each line item has its own."""
        order = snapshot([(0, "IN_PROGRESS")], *[("rack", [(0, "BUILDING")])] * 3).order
        usual = {
            ORDER: Usual(1, 20 * DAY_SECONDS, 5),
            "ooi-0": Usual(1, 20 * DAY_SECONDS + 1, 5),
            "ooi-1": Usual(1, 1, 5),
        }
        thresholds = learned(self.CONFIGURED, order, usual)
        assert self.days_of(None, "IN_PROGRESS", thresholds) == 20
        assert [self.days_of(f"ooi-{number}", "BUILDING", thresholds) for number in range(3)] == [21, 1, 60]

    def test_only_statuses_that_say_so_are_learned(self) -> None:
        """The others keep their days, and null never stalls, however long others lasted."""
        order = snapshot([(0, "PREPARING")], ("rack", [(0, "SHIPPED")])).order
        usual = {ORDER: Usual(1, 1, 5), "ooi-0": Usual(1, 1, 5)}
        thresholds = learned(self.CONFIGURED, order, usual)
        assert self.days_of(None, "PREPARING", thresholds) == 45
        assert self.days_of("ooi-0", "SHIPPED", thresholds) == 14
        never = Thresholds.from_json('{"order": {"PREPARING": null}}')
        assert stalled_change(None, "PREPARING", at(0), at(9_999), learned(never, order, usual)) is None

    def test_until_it_is_known_the_default_applies(self) -> None:
        """From fewer than five orders, nothing is learned."""
        order = snapshot([(0, "IN_PROGRESS")], ("rack", [(0, "BUILDING")])).order
        thresholds = learned(self.CONFIGURED, order, {})
        assert self.days_of(None, "IN_PROGRESS", thresholds) == 90
        assert self.days_of("ooi-0", "BUILDING", thresholds) == 60
