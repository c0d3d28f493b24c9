"""How an observation turns a snapshot into the next."""

from typing import Any

from hypothesis import given

from lambdas.orders.events import Observation
from lambdas.orders.order import Order, is_settled
from lambdas.orders.snapshot import MAX_STATUSES, ORDER, Entered, Snapshot, observe
from tests.strategies import ORDER_ID, orders


def at(time: str, *, baseline: bool = False) -> Observation:
    """An observation at a time of 2026-11-24."""
    return Observation("111122223333", "eu-west-1", f"2026-11-24T{time}Z", baseline)


def order(status: str, item_status: str = "PREPARING") -> Order:
    """An order with one line item."""
    return {"OrderId": ORDER_ID, "Status": status, "LineItems": [{"LineItemId": "ooi-a", "Status": item_status}]}


def seen(*reads: tuple[str, Order]) -> Snapshot:
    """The snapshot after these reads."""
    snapshot: Snapshot | None = None
    for time, read in reads:
        snapshot = observe(snapshot, read, at(time), b"") or snapshot
    assert snapshot
    return snapshot


def details(snapshot: Snapshot, detail_type: str) -> list[dict[str, Any]]:
    """The details of the pending events of one type."""
    return [event.detail for event in snapshot.pending if event.detail_type == detail_type]


class TestObserve:
    """An order's last snapshot and a new read of it."""

    def test_each_status_tells_how_long_the_one_before_lasted(self) -> None:
        """Time runs from when the status was first seen, whatever else changed meanwhile."""
        snapshot = seen(
            ("09:00:00", order("PREPARING")),
            ("09:10:00", order("PREPARING", "BUILDING")),
            ("10:00:00", order("IN_PROGRESS", "SHIPPED")),
        )
        (status,) = details(snapshot, "Outposts Order Status Change")
        items = details(snapshot, "Outposts Line Item Status Change")
        assert status["secondsInPreviousStatus"] == 3600
        assert [item["secondsInPreviousStatus"] for item in items] == [600, 3000]

    def test_a_clock_that_goes_backwards_counts_as_no_time(self) -> None:
        """A duration is never negative."""
        snapshot = seen(("09:00:00", order("PREPARING")), ("08:00:00", order("IN_PROGRESS")))
        assert details(snapshot, "Outposts Order Status Change")[0]["secondsInPreviousStatus"] == 0

    @given(read=orders)
    def test_reading_the_same_again_changes_nothing(self, read: Order) -> None:
        """There is nothing to write where nothing changed."""
        assert observe(seen(("09:00:00", read)), read, at("09:05:00"), b"") is None

    @given(first=orders, second=orders)
    def test_events_not_yet_published_stay_before_the_new_ones(self, first: Order, second: Order) -> None:
        """Pending events ride along until they are known to be published."""
        before, after = seen(("09:00:00", first)), seen(("09:00:00", first), ("09:05:00", second))
        assert after.pending[: len(before.pending)] == before.pending
        assert after.sequence == len(after.pending)

    def test_a_summary_that_changed_alone_is_remembered_without_an_event(self) -> None:
        """Otherwise the order would be read again at every poll."""
        snapshot = seen(("09:00:00", order("COMPLETED")))
        after = observe(snapshot, order("COMPLETED"), at("09:05:00"), b"digest")
        assert after is not None
        assert (after.summary, after.version, after.pending) == (b"digest", 2, snapshot.pending)

    def test_a_baseline_observation_marks_its_events(self) -> None:
        """Subscribers can tell what was there before."""
        snapshot = observe(None, order("PREPARING"), at("09:00:00", baseline=True), b"")
        assert snapshot
        assert all(event.detail["baseline"] for event in snapshot.pending)


class TestSettled:
    """Which orders need no reading at every poll."""

    def test_an_order_is_settled_when_all_of_it_has_ended(self) -> None:
        """Completed or cancelled, with every line item installed, cancelled or replaced."""
        assert is_settled(order("COMPLETED", "INSTALLED"))
        assert not is_settled(order("COMPLETED", "SHIPPED"))
        assert not is_settled(order("DELIVERED", "INSTALLED"))

    def test_a_status_nobody_has_seen_yet_is_never_settled(self) -> None:
        """An order in an unknown state is watched closely."""
        assert not is_settled(order("COMPLETED", "REFURBISHED"))

    def test_each_status_is_remembered_with_when_it_was_first_seen(self) -> None:
        """The order's life, and each line item's, can be told from the snapshot alone."""
        snapshot = seen(
            ("09:00:00", order("PREPARING")),
            ("09:10:00", order("PREPARING", "BUILDING")),
            ("10:00:00", order("IN_PROGRESS", "BUILDING")),
        )
        day = "2026-11-24T"
        assert snapshot.history == {
            ORDER: (Entered("PREPARING", f"{day}09:00:00Z"), Entered("IN_PROGRESS", f"{day}10:00:00Z")),
            "ooi-a": (Entered("PREPARING", f"{day}09:00:00Z"), Entered("BUILDING", f"{day}09:10:00Z")),
        }

    def test_of_statuses_that_go_to_and_fro_the_latest_are_remembered(self) -> None:
        """An order that never comes to rest must not outgrow its item."""
        snapshot = seen(*((f"09:{minute:02}:00", order(f"STATUS_{minute}")) for minute in range(MAX_STATUSES + 5)))
        assert [entered.status for entered in snapshot.history[ORDER]] == [
            f"STATUS_{minute}" for minute in range(5, MAX_STATUSES + 5)
        ]
