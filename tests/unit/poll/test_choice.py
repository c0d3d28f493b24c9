"""Which of the listed orders are read."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lambdas.orders.snapshot_table import Known
from lambdas.poll.choice import orders_to_read

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
A_MOMENT_AGO = NOW - timedelta(microseconds=1)
SETTLED = Known(summary=b"same", settled=True, pending=0)


def chosen(listed: dict[str, bytes], known: dict[str, Known], last: datetime | None = A_MOMENT_AGO) -> list[str]:
    """The orders chosen now."""
    return orders_to_read(listed, known, last, NOW)


class TestChoice:
    """List first, then read what needs it."""

    def test_new_in_flight_changed_and_unpublished_orders_are_read(self) -> None:
        """Settled orders whose summary is what it was are not."""
        known = {
            "in-flight": Known(b"same", settled=False, pending=0),
            "changed": SETTLED,
            "unpublished": Known(b"same", settled=True, pending=2),
            "settled": SETTLED,
        }
        listed = {"new": b"same", **dict.fromkeys(known, b"same"), "changed": b"other"}
        assert chosen(listed, known) == ["new", "in-flight", "changed", "unpublished"]

    def test_an_order_no_longer_listed_is_read_while_events_of_it_are_pending(self) -> None:
        """What was stored but not published still goes out."""
        known = {"gone": Known(b"same", settled=True, pending=1), "gone-and-told": SETTLED}
        assert chosen({}, known) == ["gone"]

    @given(
        ids=st.lists(st.uuids().map(str), min_size=1, max_size=20, unique=True),
        gaps=st.lists(st.integers(1, 7_200), min_size=30, max_size=30),
    )
    def test_a_settled_order_is_read_once_a_day(self, ids: list[str], gaps: list[int]) -> None:
        """Whatever the times of the polls within a day: each settled order is read exactly once."""
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
        """Nothing is assumed of a day that nobody watched."""
        assert chosen({"settled": b"same"}, {"settled": SETTLED}, last=None) == ["settled"]
