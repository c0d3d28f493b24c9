"""Which orders a run processes, and what the next run continues with."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from outposts_order_notifier.domain.lineage import Link, Reference
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

    def test_an_order_of_an_outpost_that_the_source_leaves_out_is_not_missing(self) -> None:
        """The source was limited to other Outposts since."""
        known = {"a": IN_FLIGHT, "b": replace(IN_FLIGHT, outpost_id="op-1"), "c": replace(IN_FLIGHT, outpost_id="op-2")}
        assert plan_of(Listing({"a": b"same"}), known, POLLED, ["op-1"], BEGAN).missing == ["b"]

    def test_a_settled_order_is_read_if_it_is_due_owed_or_has_failed(self) -> None:
        """It is due once a day, at a second that follows from its id. Few are between two polls."""
        known = {f"oo-{number}": SETTLED for number in range(1_000)}
        due = set(plan(known, *known).read)
        assert 0 < len(due) < 20
        owed, failed = sorted(known.keys() - due)[:2]
        state = replace(POLLED, owed=frozenset({owed}), failed=frozenset({failed}))
        assert set(plan(known, *known, state=state).read) == due | {owed, failed}

    def test_the_first_complete_listings_orders_are_the_baseline(self) -> None:
        """Except those known before, which an earlier incomplete listing named."""
        assert plan({"a": IN_FLIGHT}, "a", "b", state=SourceState()).baseline == {"b"}

    def test_the_baseline_stays_until_each_of_its_orders_is_stored(self) -> None:
        """A new order in a later listing does not belong to it."""
        state = replace(POLLED, baseline_left=frozenset({"b"}))
        assert plan({"a": IN_FLIGHT}, "a", "b", "new", state=state).baseline == {"b"}

    def test_the_replacements_that_the_index_names_are_known(self) -> None:
        """A replaced order names its replacement when it is discovered, without a read of the other order."""
        link = Link(Reference("a", "ooi-1"), Reference("b", "ooi-2"))
        planned = plan({"a": IN_FLIGHT, "b": replace(IN_FLIGHT, replaces=(link,))}, "a", "b")
        assert planned.lineage.naming("a") == (link,)


class TestIsListed:
    """What the listing says about one order when it is processed."""

    @pytest.mark.parametrize(("order_id", "listed"), [("a", True), ("b", False)])
    def test_it_counts_for_an_order_that_is_stored_as_the_index_has_it(self, order_id: str, *, listed: bool) -> None:
        """The listing began after the order was stored."""
        stored = Snapshot("111122223333/eu-west-1", {"OrderId": order_id}, version=3)
        assert plan({"a": IN_FLIGHT, "b": IN_FLIGHT}, "a").is_listed(order_id, stored) is listed

    @pytest.mark.parametrize(
        ("known", "version"),
        [
            pytest.param({"a": IN_FLIGHT}, 4, id="stored again"),
            pytest.param({}, 3, id="first stored"),
            pytest.param({"a": IN_FLIGHT}, None, id="not stored"),
        ],
    )
    def test_it_does_not_count_for_an_order_that_another_run_has_stored_since(
        self, known: dict[str, Known], version: int | None
    ) -> None:
        """The index, which was read before the listing, does not have this version."""
        stored = version and Snapshot("111122223333/eu-west-1", {"OrderId": "a"}, version=version)
        assert plan(known, "a").is_listed("a", stored or None) is None


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

    def test_orders_out_of_turn_do_not_decide_where_the_next_run_continues(self) -> None:
        """New replacements come first anyway, failed orders last, and missing ones are not read."""
        known = {"failed": IN_FLIGHT, "gone": IN_FLIGHT, "z": IN_FLIGHT}
        listing = Listing(dict.fromkeys(["failed", "replacement", "z"], b"same"), {"replacement"})
        before = replace(POLLED, failed=frozenset({"failed"}))
        planned = plan_of(listing, known, before, (), BEGAN)
        assert next_state(before, planned, (), ["replacement", "gone", "failed", "z"], BEGAN).resume_at == "z"

    @pytest.mark.parametrize(("listed", "owed"), [("b", {"b"}), ("new", {"a", "b"})], ids=["accepted", "in doubt"])
    def test_a_read_stays_owed_while_the_listing_is_in_doubt(self, listed: str, owed: set[str]) -> None:
        """After an accepted listing, the run has read it, or leaves it again."""
        known = {"a": SETTLED, "b": replace(SETTLED, pending=1)}
        before = replace(POLLED, owed=frozenset({"a", "b"}))
        assert next_state(before, plan(known, listed, state=before), (), ["b"], BEGAN).owed == owed

    def test_orders_of_the_baseline_that_were_not_stored_stay_in_it(self) -> None:
        """Their discovery is still the first poll's, whichever run stores them; other orders' is not."""
        before = replace(POLLED, baseline_left=frozenset({"failed", "left", "stored"}))
        planned = plan({}, "failed", "left", "stored", "new", state=before)
        state = next_state(before, planned, {"failed": "throttled", "new": "throttled"}, ["left"], BEGAN)
        assert state.baseline_left == {"failed", "left"}

    @pytest.mark.parametrize("known", [{"a": IN_FLIGHT}, {"b": IN_FLIGHT}], ids=["incomplete", "in doubt"])
    def test_a_listing_that_does_not_count_leaves_the_times_as_stored(self, known: dict[str, Known]) -> None:
        """None keeps the stored value. A listing in doubt is marked by the time of the listing before."""
        in_doubt = "a" not in known
        failures = {} if in_doubt else {LISTING: "page 2"}
        state = next_state(POLLED, plan(known, "a"), failures, [], BEGAN)
        assert (state.polled_at, state.vanished_after) == (None, POLLED.polled_at if in_doubt else None)
