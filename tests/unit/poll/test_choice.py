"""Which of the listed orders are read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.poll.choice import in_turn, orders_gone_missing, orders_to_read
from outposts_order_notifier.store.records import Known

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
A_MOMENT_AGO = NOW - timedelta(microseconds=1)
SETTLED = Known(summary=b"same", settled=True, pending=0)


def chosen(listed: dict[str, bytes], known: dict[str, Known], last: datetime | None = A_MOMENT_AGO) -> list[str]:
    """Return the orders chosen now."""
    return orders_to_read(listed, known, last, NOW)


class TestChoice:
    """List first, then read what needs it."""

    def test_new_in_flight_changed_and_unpublished_orders_are_read(self) -> None:
        """Settled orders whose summary has not changed are not."""
        known = {
            "in-flight": Known(b"same", settled=False, pending=0),
            "changed": SETTLED,
            "unpublished": Known(b"same", settled=True, pending=2),
            "settled": SETTLED,
        }
        listed = {"new": b"same", **dict.fromkeys(known, b"same"), "changed": b"other"}
        assert chosen(listed, known) == ["new", "in-flight", "changed", "unpublished"]

    def test_a_settled_order_left_by_a_run_is_still_due(self) -> None:
        """Otherwise it would wait for another day."""
        known = {"owed": SETTLED, "settled": SETTLED}
        assert orders_to_read(dict.fromkeys(known, b"same"), known, A_MOMENT_AGO, NOW, {"owed", "gone"}) == ["owed"]

    def test_a_missing_order_is_read_when_it_is_listed_again_and_not_before(self) -> None:
        """There is nothing new about it before."""
        known = {"missing": replace(SETTLED, settled=False, missing=True)}
        assert chosen({}, known) == []
        assert chosen({"missing": b"same"}, known) == ["missing"]

    @given(
        ids=st.lists(st.uuids().map(str), min_size=1, max_size=20, unique=True),
        gaps=st.lists(st.integers(1, 7_200), min_size=30, max_size=30),
    )
    def test_a_settled_order_is_read_once_a_day(self, ids: list[str], gaps: list[int]) -> None:
        """At any times of the polls in a day, each settled order is read exactly once."""
        times, day = [NOW], timedelta(days=1)
        for gap in gaps:
            times.append(min(times[-1] + timedelta(seconds=gap), NOW + day))
        times.append(NOW + day)
        reads = [
            order_id
            for last, now in pairwise(times)
            if now > last
            for order_id in orders_to_read(dict.fromkeys(ids, b"same"), dict.fromkeys(ids, SETTLED), last, now)
        ]
        assert sorted(reads) == sorted(ids) or len(times) == 2

    def test_after_a_day_without_a_poll_every_order_is_read(self) -> None:
        """Nothing is assumed about a day that nobody watched."""
        assert chosen({"settled": b"same"}, {"settled": SETTLED}, last=None) == ["settled"]

    def test_a_clock_that_went_backwards_skips_no_daily_read(self) -> None:
        """Reads that were due while the clock was ahead are due again."""
        ahead = NOW + timedelta(hours=6)
        orders = [f"oo-{number:017x}" for number in range(200)]
        listed, known = dict.fromkeys(orders, b"same"), dict.fromkeys(orders, SETTLED)
        assert orders_to_read(listed, known, ahead, NOW) == []
        day = [(NOW, NOW + timedelta(hours=12)), (NOW + timedelta(hours=12), NOW + timedelta(hours=24))]
        read = [order_id for last, now in day for order_id in orders_to_read(listed, known, last, now)]
        assert sorted(read) == orders


class TestMissing:
    """Which orders a complete listing no longer names."""

    def test_orders_that_were_listed_and_are_no_longer_have_gone_missing(self) -> None:
        """An order that no listing ever named is not missed, nor one that is known to be missing."""
        known = {
            "gone": SETTLED,
            "in-flight": replace(SETTLED, settled=False),
            "never-listed": replace(SETTLED, summary=b""),
            "missing": replace(SETTLED, missing=True),
            "there": SETTLED,
        }
        assert orders_gone_missing({"there"}, known, ()) == ["gone", "in-flight"]

    def test_a_listing_of_some_outposts_does_not_affect_others(self) -> None:
        """An order of another Outpost, or of an unknown one, is not missed."""
        known = {name: replace(SETTLED, outpost_id=name) for name in ("op-1", "op-2", "")}
        assert orders_gone_missing((), known, ("op-1",)) == ["op-1"]


class TestInTurn:
    """The sequence in which orders are read."""

    def test_orders_take_turns_from_where_the_last_run_ended(self) -> None:
        """Regardless of the sequence in which ListOrders names them."""
        assert in_turn(["d", "a", "c", "b"], "c", ()) == ["c", "d", "a", "b"]

    def test_orders_that_failed_come_last(self) -> None:
        """One that hangs does not delay the others."""
        assert in_turn(["a", "b", "c", "d"], "", {"a", "c"}) == ["b", "d", "a", "c"]

    @given(ids=st.lists(st.uuids().map(str), min_size=1, max_size=30, unique=True), times=st.lists(st.integers(1, 40)))
    def test_each_is_read_once_before_any_is_read_twice(self, ids: list[str], times: list[int]) -> None:
        """For any number of orders that each run has time for."""
        reads, resume_at = dict.fromkeys(ids, 0), ""
        for count in times:
            turn = in_turn(ids, resume_at, ())
            for order_id in turn[:count]:
                reads[order_id] += 1
            resume_at = next(iter(turn[count:]), "")
            assert max(reads.values()) - min(reads.values()) <= 1
            if not resume_at:
                reads = dict.fromkeys(ids, 0)  # the next run begins anywhere
