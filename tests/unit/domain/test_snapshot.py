"""How an observation turns a snapshot into the next."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.domain.events import Observation
from outposts_order_notifier.domain.lineage import Lineage, Link, Reference
from outposts_order_notifier.domain.order import Order, is_settled
from outposts_order_notifier.domain.snapshot import (
    MAX_FORMER_LINKS,
    MAX_STATUSES,
    ORDER,
    Snapshot,
    StatusEntry,
    observe,
)
from outposts_order_notifier.domain.stalled import Thresholds
from testing.strategies import ORDER_ID, orders, shuffled


def at(time: str, *, baseline: bool = False) -> Observation:
    """Return an observation at a time of 2026-11-24."""
    return Observation("111122223333", "eu-west-1", f"2026-11-24T{time}Z", baseline)


def order(status: str, item_status: str = "PREPARING") -> Order:
    """Return an order with one line item."""
    return {"OrderId": ORDER_ID, "Status": status, "LineItems": [{"LineItemId": "ooi-a", "Status": item_status}]}


def seen(*reads: tuple[str, Order]) -> Snapshot:
    """Return the snapshot after these reads."""
    snapshot: Snapshot | None = None
    for time, read in reads:
        snapshot = observe(snapshot, read, at(time), b"") or snapshot
    assert snapshot
    return snapshot


def details(snapshot: Snapshot, detail_type: str) -> list[dict[str, Any]]:
    """Return the details of the pending events of one type."""
    return [event.detail for event in snapshot.pending if event.detail_type == detail_type]


class TestObserve:
    """An order's last snapshot and a new read of it."""

    def test_each_status_change_has_the_duration_of_the_previous_status(self) -> None:
        """Counted from when the status was first seen, regardless of other changes."""
        snapshot = seen(
            ("09:00:00", order("PREPARING")),
            ("09:10:00", order("PREPARING", "BUILDING")),
            ("10:00:00", order("IN_PROGRESS", "SHIPPED")),
        )
        (status,) = details(snapshot, "Outposts Order Status Change")
        items = details(snapshot, "Outposts Line Item Status Change")
        assert status["secondsInPreviousStatus"] == 3600
        assert [item["secondsInPreviousStatus"] for item in items] == [600, 3000]

    def test_a_clock_that_goes_backwards_means_no_duration(self) -> None:
        """A duration is never negative."""
        snapshot = seen(("09:00:00", order("PREPARING")), ("08:00:00", order("IN_PROGRESS")))
        assert details(snapshot, "Outposts Order Status Change")[0]["secondsInPreviousStatus"] == 0

    @given(read=orders)
    def test_reading_the_same_again_changes_nothing(self, read: Order) -> None:
        """If nothing changed, there is nothing to write."""
        assert observe(seen(("09:00:00", read)), read, at("09:05:00"), b"") is None

    @given(read=orders, chance=st.randoms(use_true_random=False))
    def test_reading_the_same_in_another_order_changes_nothing(self, read: Order, chance: Random) -> None:
        """An API that returns lists in a different order at each read causes neither events nor writes."""
        assert observe(seen(("09:00:00", read)), shuffled(read, chance), at("09:05:00"), b"") is None

    @given(first=orders, second=orders)
    def test_pending_events_stay_before_new_ones(self, first: Order, second: Order) -> None:
        """Pending events are kept until they are confirmed as published."""
        before, after = seen(("09:00:00", first)), seen(("09:00:00", first), ("09:05:00", second))
        assert after.pending[: len(before.pending)] == before.pending
        assert after.sequence == len(after.pending)

    def test_without_a_summary_the_last_one_is_kept(self) -> None:
        """An order that no listing named is not written for it."""
        snapshot = observe(None, order("PREPARING"), at("09:00:00"), b"digest")
        assert observe(snapshot, order("PREPARING"), at("09:05:00"), b"") is None

    def test_names_are_asked_for_only_if_there_are_events(self) -> None:
        """They may need a call of the API."""
        asked: list[Order] = []

        def names(read: Order) -> dict[str, str]:
            asked.append(read)
            return {"OR-1": "rack"}

        snapshot = observe(None, order("PREPARING"), at("09:00:00"), b"", names=names)
        assert snapshot
        assert asked == [order("PREPARING")]
        assert details(snapshot, "Outposts Order Updated")[0]["names"] == {"OR-1": "rack"}
        assert observe(snapshot, order("PREPARING"), at("09:05:00"), b"digest", names=names)
        assert len(asked) == 1

    def test_a_change_of_the_summary_only_is_stored_without_an_event(self) -> None:
        """Otherwise the order would be read again at every poll."""
        snapshot = seen(("09:00:00", order("COMPLETED")))
        after = observe(snapshot, order("COMPLETED"), at("09:05:00"), b"digest")
        assert after is not None
        assert (after.summary, after.version, after.pending) == (b"digest", 2, snapshot.pending)

    def test_a_baseline_observation_marks_its_events(self) -> None:
        """Subscribers can recognize orders that existed before."""
        snapshot = observe(None, order("PREPARING"), at("09:00:00", baseline=True), b"")
        assert snapshot
        assert all(event.detail["baseline"] for event in snapshot.pending)

    def test_the_last_read_and_its_source_are_kept(self) -> None:
        """The next one is compared with it."""
        snapshot = seen(("09:00:00", order("PREPARING")), ("09:10:00", order("IN_PROGRESS")))
        assert (snapshot.order, snapshot.source) == (order("IN_PROGRESS"), "111122223333/eu-west-1")
        moved = observe(replace(snapshot, source=""), order("COMPLETED"), at("09:20:00"), b"")
        assert moved
        assert moved.source == "111122223333/eu-west-1"

    def test_a_missing_order_is_reported_once(self) -> None:
        """And its reappearance once, with what changed in the meantime."""
        snapshot = replace(seen(("09:00:00", order("PREPARING"))), pending=())
        gone = observe(snapshot, order("PREPARING"), at("09:10:00"), b"", listed=False)
        assert gone
        assert [event.detail_type for event in gone.pending] == ["Outposts Order Missing", "Outposts Order Updated"]
        assert observe(gone, order("PREPARING"), at("09:20:00"), b"", listed=False) is None
        assert observe(gone, order("PREPARING"), at("09:20:00"), b"") is None
        back = observe(replace(gone, pending=()), order("COMPLETED"), at("09:30:00"), b"", listed=True)
        assert back
        assert [event.detail_type for event in back.pending] == [
            "Outposts Order Reappeared",
            "Outposts Order Status Change",
            "Outposts Order Updated",
        ]

    def test_an_order_discovered_again_publishes_its_links_and_stalls_again(self) -> None:
        """A subscriber then has the whole order again, no matter what was lost."""
        read: Order = {
            "OrderId": ORDER_ID,
            "Status": "PREPARING",
            "LineItems": [{"LineItemId": "ooi-a", "PreviousOrderId": "oo-1", "PreviousLineItemId": "ooi-1"}],
        }
        snapshot = replace(seen(("09:00:00", read)), pending=(), stalled=frozenset({ORDER}))
        again = observe(replace(snapshot, damage="events: gone"), read, at("09:10:00"), b"")
        assert again
        assert len(details(again, "Outposts Replacement Linked")) == 1
        assert again.stalled == frozenset()

    def test_a_status_without_a_known_beginning_has_no_duration(self) -> None:
        """Dates before Outposts existed are dropped, and a line item may have none."""
        snapshot = replace(seen(("09:00:00", order("PREPARING"))), history={ORDER: (), "ooi-a": ()})
        after = observe(snapshot, order("IN_PROGRESS", "BUILDING"), at("09:10:00"), b"")
        assert after
        changes = [event.detail for event in after.pending if "previousStatus" in event.detail]
        assert [change["secondsInPreviousStatus"] for change in changes] == [0, 0]

    @pytest.mark.parametrize(("status", "named"), [("REPLACED", True), ("BUILDING", False)])
    def test_only_a_replaced_line_item_names_its_replacement(self, status: str, named: bool) -> None:
        """The replacement may be known long before."""
        lineage = Lineage([Link(Reference(ORDER_ID, "ooi-a"), Reference("oo-2", "ooi-2"))])
        after = observe(
            seen(("09:00:00", order("PREPARING"))), order("PREPARING", status), at("09:10:00"), b"", lineage=lineage
        )
        assert after
        (change,) = details(after, "Outposts Line Item Status Change")
        assert ("replacedBy" in change) == named


class TestSettled:
    """Which orders need not be read at every poll."""

    def test_an_order_is_settled_when_everything_in_it_has_ended(self) -> None:
        """Completed or cancelled, with every line item installed, cancelled or replaced."""
        assert is_settled(order("COMPLETED", "INSTALLED"))
        assert not is_settled(order("COMPLETED", "SHIPPED"))
        assert not is_settled(order("DELIVERED", "INSTALLED"))

    def test_a_status_nobody_has_seen_yet_is_never_settled(self) -> None:
        """An order in an unknown state is read at every poll."""
        assert not is_settled(order("COMPLETED", "REFURBISHED"))

    def test_each_status_is_stored_with_when_it_was_first_seen(self) -> None:
        """The snapshot holds the history of the order and of each line item."""
        snapshot = seen(
            ("09:00:00", order("PREPARING")),
            ("09:10:00", order("PREPARING", "BUILDING")),
            ("10:00:00", order("IN_PROGRESS", "BUILDING")),
        )
        day = "2026-11-24T"
        assert snapshot.history == {
            ORDER: (StatusEntry("PREPARING", f"{day}09:00:00Z"), StatusEntry("IN_PROGRESS", f"{day}10:00:00Z")),
            "ooi-a": (StatusEntry("PREPARING", f"{day}09:00:00Z"), StatusEntry("BUILDING", f"{day}09:10:00Z")),
        }

    def test_only_the_latest_statuses_are_kept_if_they_alternate(self) -> None:
        """An order that never settles must not outgrow its item."""
        snapshot = seen(*((f"09:{minute:02}:00", order(f"STATUS_{minute}")) for minute in range(MAX_STATUSES + 5)))
        assert [entered.status for entered in snapshot.history[ORDER]] == [
            f"STATUS_{minute}" for minute in range(5, MAX_STATUSES + 5)
        ]


DAYS = Thresholds({"PREPARING": 45, "IN_PROGRESS": 3}, {"PREPARING": 45, "BUILDING": 3})
STALLED = "Outposts Order Stalled"


def on(day: str) -> Observation:
    """Return an observation at midnight of a day."""
    return Observation("111122223333", "eu-west-1", f"{day}T00:00:00Z")


def watched(*reads: tuple[str, Order], listed: bool | None = None) -> Snapshot:
    """Return the snapshot after these reads, with thresholds."""
    snapshot: Snapshot | None = None
    for day, read in reads:
        snapshot = observe(snapshot, read, on(day), b"", listed, stalled_after=DAYS) or snapshot
    assert snapshot
    return snapshot


class TestStalled:
    """An order, or a line item, to which nothing happens for too long."""

    def test_a_stalled_status_is_reported_once(self) -> None:
        """The order's and the line item's, each with the documented keys, without any other change."""
        waiting = order("PREPARING")
        snapshot = watched(
            ("2026-01-01", waiting), ("2026-02-15", waiting), ("2026-02-16", waiting), ("2026-03-30", waiting)
        )
        assert [event.detail_type for event in snapshot.pending[2:]] == [STALLED, STALLED, "Outposts Order Updated"]
        keys = {"status": "PREPARING", "since": "2026-01-01T00:00:00Z", "days": 46, "thresholdDays": 45}
        reported = [{key: each.get(key) for key in (*keys, "lineItemId")} for each in details(snapshot, STALLED)]
        assert reported == [{**keys, "lineItemId": None}, {**keys, "lineItemId": "ooi-a"}]
        assert (set(snapshot.stalled), snapshot.version) == ({ORDER, "ooi-a"}, 2)

    def test_each_status_is_reported_again(self) -> None:
        """A status that changes and stalls again is reported again."""
        snapshot = watched(
            ("2026-01-01", order("PREPARING")),
            ("2026-03-01", order("PREPARING")),
            ("2026-03-02", order("IN_PROGRESS", "BUILDING")),
            ("2026-03-06", order("IN_PROGRESS", "BUILDING")),
        )
        assert [each["status"] for each in details(snapshot, STALLED)] == ["PREPARING"] * 2 + [
            "IN_PROGRESS",
            "BUILDING",
        ]

    def test_a_status_that_changes_after_it_stalled_says_so_and_after_how_long(self) -> None:
        """A status that had not stalled does not have the key."""
        snapshot = watched(
            ("2026-01-01", order("PREPARING")),
            ("2026-02-20", order("PREPARING")),
            ("2026-02-22", order("IN_PROGRESS", "BUILDING")),
            ("2026-02-23", order("DELIVERED", "DELIVERED")),
        )
        for detail_type in ("Outposts Order Status Change", "Outposts Line Item Status Change"):
            moved = details(snapshot, detail_type)
            assert [(each.get("wasStalled"), each["secondsInPreviousStatus"] // 86_400) for each in moved] == [
                (True, 52),
                (None, 1),
            ]
        assert snapshot.stalled == frozenset()

    def test_the_first_status_began_with_the_submission(self) -> None:
        """No status comes before PREPARING; any other status counts from the discovery."""
        submitted = {"OrderSubmissionDate": "2026-01-01T00:00:00Z"}
        snapshot = watched(("2026-03-01", order("PREPARING", "BUILDING") | submitted))
        assert [entered[-1].at[:10] for entered in snapshot.history.values()] == ["2026-01-01", "2026-03-01"]

    @pytest.mark.parametrize("submitted", ["some day", "2026-01-01", "2030-01-01T00:00:00Z", 7, "1970-01-01T00:00:00Z"])
    def test_with_an_implausible_submission_date_the_status_counts_from_the_discovery(self, submitted: object) -> None:
        """Not a time, without a time zone, in the future, or older than Outposts."""
        found = order("PREPARING") | {"OrderSubmissionDate": submitted}
        snapshot = watched(("2026-03-01", found), ("2026-03-02", found))
        assert snapshot.history[ORDER] == (StatusEntry("PREPARING", "2026-03-01T00:00:00Z"),)
        assert details(snapshot, STALLED) == []

    def test_a_status_dated_1970_by_an_earlier_version_begins_again(self) -> None:
        """It is stored without an event, and stalls after its threshold, not "after 20,782 days"."""
        found = order("PREPARING")
        stored = replace(seen(("09:00:00", found)), history={ORDER: (), "ooi-a": ()}, stalled=frozenset({ORDER}))
        again = observe(stored, found, at("09:05:00"), b"", stalled_after=DAYS)
        assert again
        assert (again.pending, again.version, again.stalled) == (stored.pending, 2, frozenset())
        assert {entered[-1].at for entered in again.history.values()} == {"2026-11-24T09:05:00Z"}
        assert observe(again, found, at("09:10:00"), b"", stalled_after=DAYS) is None

    def test_an_order_discovered_late_is_reported_as_stalled_by_the_next_read(self) -> None:
        """Nobody is notified of what a first poll discovers, but of its stalling."""
        found = order("PREPARING", "BUILDING") | {"OrderSubmissionDate": "2026-01-01T00:00:00Z"}
        snapshot = observe(None, found, at("09:00:00", baseline=True), b"", stalled_after=DAYS)
        assert snapshot
        assert details(snapshot, STALLED) == []
        again = observe(snapshot, found, at("09:05:00"), b"", stalled_after=DAYS)
        assert again
        assert [(each["baseline"], each["days"]) for each in details(again, STALLED)] == [(False, 327)]

    @pytest.mark.parametrize(
        ("waiting", "listed"),
        [
            (order("COMPLETED", "INSTALLED"), None),
            (order("CANCELLED", "PREPARING"), None),
            (order("HELD_AT_CUSTOMS", "HELD_AT_CUSTOMS"), None),
            (order("PREPARING"), False),
        ],
        ids=["settled", "cancelled", "unknown", "missing"],
    )
    def test_settled_and_missing_orders_never_stall(self, waiting: Order, listed: bool | None) -> None:
        """Nor does an order that ListOrders no longer names."""
        snapshot = watched(("2026-01-01", waiting), ("2026-12-01", waiting), ("2026-12-02", waiting), listed=listed)
        assert details(snapshot, STALLED) == []


def test_links_that_change_for_ever_do_not_fill_the_item() -> None:
    """The latest former links are kept."""
    snapshot: Snapshot | None = None
    for number in range(MAX_FORMER_LINKS + 5):
        item = {"LineItemId": "ooi-a", "PreviousOrderId": f"oo-{number}", "PreviousLineItemId": "ooi-b"}
        snapshot = observe(snapshot, {"OrderId": ORDER_ID, "LineItems": [item]}, at("09:00:00"), b"")
    assert snapshot
    assert len(snapshot.linked) == MAX_FORMER_LINKS + 1


def test_a_replacement_in_the_same_order_is_named_by_the_change_itself() -> None:
    """The read with REPLACED also names the replacement."""
    before = {"OrderId": ORDER_ID, "LineItems": [{"LineItemId": "ooi-a", "Status": "INSTALLED"}]}
    new = {"LineItemId": "ooi-b", "PreviousOrderId": ORDER_ID, "PreviousLineItemId": "ooi-a"}
    after = {"OrderId": ORDER_ID, "LineItems": [{"LineItemId": "ooi-a", "Status": "REPLACED"}, new]}
    (change,) = details(seen(("09:00:00", before), ("09:05:00", after)), "Outposts Line Item Status Change")
    assert change["replacedBy"] == {"orderId": ORDER_ID, "lineItemId": "ooi-b"}
