"""Which orders a run processes, and what the next run continues with."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.poll.listing import Listing
from outposts_order_notifier.poll.plan import Plan, next_state, plan_of
from outposts_order_notifier.poll.summary import LISTING
from outposts_order_notifier.store.records import Known, SourceState

BEGAN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
IN_FLIGHT = Known(summary=b"same", settled=False, pending=0, version=3)
SETTLED = replace(IN_FLIGHT, settled=True)
POLLED = SourceState("2026-11-23T09:30:00Z", frozenset(), "2026-11-24T09:25:00Z")


def plan(known: dict[str, Known], *listed: str, state: SourceState = POLLED, errors: tuple[str, ...] = ()) -> Plan:
    """Return the plan after a listing of these orders."""
    return plan_of(Listing(dict.fromkeys(listed, b"same"), errors=list(errors)), known, state, (), BEGAN)


class TestPlan:
    """The plan for a source."""

    def test_new_replacements_come_first_then_pending_events_and_missing_orders(self) -> None:
        """Orders that only have pending events need no read."""
        known = {"a": IN_FLIGHT, "gone": IN_FLIGHT, "pending": replace(SETTLED, pending=2, missing=True)}
        listing = Listing({"a": b"same", "z": b"new"}, {"z"})
        planned = plan_of(listing, known, POLLED, (), BEGAN)
        assert planned.in_sequence() == ["z", "pending", "gone", "a"]
        assert (planned.read, planned.first, planned.missing, planned.publish) == (
            ["a", "z"],
            {"z"},
            ["gone"],
            {"pending"},
        )

    def test_a_listing_that_names_no_known_order_is_in_doubt_once(self) -> None:
        """The second one in a row counts."""
        known = {"a": IN_FLIGHT, "b": IN_FLIGHT}
        first = plan(known)
        assert (first.missing, first.doubted) == ([], ["a", "b"])
        second = plan(known, state=replace(POLLED, vanished_after=POLLED.polled_at))
        assert (second.missing, second.doubted) == (["a", "b"], [])

    @pytest.mark.parametrize("state", [SourceState(), POLLED], ids=["before the first poll", "later"])
    def test_an_incomplete_listing_reports_nothing_as_missing(self, state: SourceState) -> None:
        """Neither does the first complete one."""
        assert plan({"a": IN_FLIGHT, "b": IN_FLIGHT}, "a", state=state, errors=("page 2",)).missing == []

    @pytest.mark.parametrize(("version", "listed"), [(3, True), (4, None)])
    def test_the_listing_does_not_count_for_an_order_stored_since(self, version: int, listed: bool | None) -> None:
        """Its version is not the index's."""
        stored = Snapshot("111122223333/eu-west-1", {"OrderId": "a"}, version=version)
        assert plan({"a": IN_FLIGHT}, "a").is_listed("a", stored) is listed


class TestNextState:
    """A source's state after a run."""

    def test_a_complete_run_advances_the_times(self) -> None:
        """Nothing is left to do."""
        state = next_state(POLLED, plan({"a": IN_FLIGHT}, "a"), (), [], BEGAN)
        assert state == replace(POLLED, polled_at="2026-11-24T09:30:00Z")

    def test_orders_left_and_failed_are_stored(self) -> None:
        """The settled order's daily read is owed, as no later listing makes it due."""
        known = {"a": IN_FLIGHT, "b": replace(SETTLED, pending=1), "c": IN_FLIGHT}
        state = next_state(POLLED, plan(known, "a", "b", "c"), {"a": "throttled"}, ["b", "c"], BEGAN)
        assert (state.resume_at, list(state.owed), list(state.failed)) == ("b", ["b"], ["a"])

    @pytest.mark.parametrize("known", [{"a": IN_FLIGHT}, {"b": IN_FLIGHT}], ids=["incomplete", "in doubt"])
    def test_a_listing_that_does_not_count_leaves_the_times_as_stored(self, known: dict[str, Known]) -> None:
        """None keeps the stored value. A listing in doubt is marked by the time of the listing before."""
        in_doubt = "a" not in known
        failures = {} if in_doubt else {LISTING: "page 2"}
        state = next_state(POLLED, plan(known, "a"), failures, [], BEGAN)
        assert (state.polled_at, state.vanished_after) == (None, POLLED.polled_at if in_doubt else None)
