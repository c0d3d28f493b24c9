"""The weekly summary as text."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.domain.annotations import Annotations, Expected, Mute
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.snapshot import Snapshot, StatusEntry
from outposts_order_notifier.domain.statuses import status_named
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.wording.headline import LONGEST
from outposts_order_notifier.wording.message import ANYONE, Audience, Line, Message
from outposts_order_notifier.wording.summary import concerns, summary_message
from testing.details import an_order
from testing.strategies import orders

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
JANE = "arn:aws:iam::111122223333:user/jane"
NAMES = {"op-0123456789abcdef0": "Dublin plant"}


def known(order: Order, days: float = 12, **members: Any) -> Snapshot:
    """Return the snapshot of an order that has been in its status for some days."""
    history = {"": (StatusEntry(order.get("Status"), to_iso8601(NOW - timedelta(days=days))),)}
    return Snapshot("111122223333/eu-west-1", order, history=history, **members)


def ended(order_id: str, days: float) -> Snapshot:
    """Return an order that was seen to end some days ago."""
    snapshot = known(an_order(order_id, "COMPLETED", "INSTALLED"), days)
    before = StatusEntry("DELIVERED", to_iso8601(NOW - timedelta(days=days + 1)))
    return replace(snapshot, history={"": (before, *snapshot.history[""])})


def summary(*snapshots: Snapshot) -> list[str]:
    """Return the headline and the lines."""
    message = summary_message(snapshots, NAMES, NOW, ANYONE)
    return [message.headline, *(line.text for line in message.lines)]


class TestSummary:
    """One message a week."""

    def test_a_week_without_orders_is_one_line(self) -> None:
        """So that silence is never mistaken for a failure."""
        assert summary() == ["Weekly summary: no Outposts orders are in flight"]
        assert summary(ended("oo-1", 8)) == ["Weekly summary: no Outposts orders are in flight"]

    def test_a_message_has_its_lines_its_time_and_the_weightiest_mark(self) -> None:
        """No facts of a single order, and no link but the board's; its days are in the readers' zone."""
        tokyo = Audience(ZoneInfo("Asia/Tokyo"), "https://x/#board")
        mute = Annotations(mute=Mute("2026-12-24T15:00:00Z", "", JANE, "2026-11-01T00:00:00Z", "2026-12-25"))
        late = [known(an_order("oo-1"), 2.5, annotations=mute), known(an_order("oo-2", item="ERROR"), 0.5)]
        message = summary_message([*late, ended("oo-3", 1.5)], NAMES, NOW, tokyo)
        assert message == Message(
            headline="Weekly summary: 2 Outposts orders in flight, 1 in error, 1 ended",
            lines=(
                Line("❌ Dublin plant: order in progress, 1 item, since 30 Nov 2026, 1 item in error, oo-2"),
                Line("🏗️ Dublin plant: order in progress, 1 item, since 28 Nov 2026, muted until 25 Dec 2026, oo-1"),
                Line("✅ Dublin plant: order completed, 1 item, on 29 Nov 2026 (oo-3)"),
            ),
            facts={},
            url="",
            at="2026-11-30T08:00:00Z",
            mark=status_named("ERROR"),
            audience=tokyo,
        )
        assert summary_message([ended("oo-3", 1.5)], {}, NOW, ANYONE).mark.name == "COMPLETED"

    def test_an_order_whose_beginning_is_unknown_does_not_say_since_when(self) -> None:
        """As after damage; it has the mark of its own status if all that it has is settled elsewhere."""
        order = an_order("oo-1", "COMPLETED", "COMPLETED")
        (_, line) = summary(replace(known(order), history={}))
        assert line == "✅ Dublin plant: order completed, 1 item, oo-1"
        (_, line) = summary(replace(known(order), history={"": ()}))
        assert line == "✅ Dublin plant: order completed, 1 item, oo-1"

    def test_an_order_in_flight_says_since_when(self) -> None:
        """In words and names, with its id last."""
        assert summary(known(an_order())) == [
            "Weekly summary: 1 Outposts order in flight",
            "🏗️ Dublin plant: order in progress, 1 item, since 18 Nov 2026, oo-0123456789abcdef0",
        ]

    def test_the_most_urgent_comes_first(self) -> None:
        """Errors, then what is late, then the others, the longest in its status first."""
        headline, *lines = summary(
            known(an_order("oo-1"), 3),
            known(an_order("oo-2"), 9),
            known(an_order("oo-3"), 50, stalled=frozenset({""})),
            known(an_order("oo-4", item="ERROR"), 2),
        )
        assert headline == "Weekly summary: 4 Outposts orders in flight, 1 in error, 1 late"
        assert [line[-4:] for line in lines] == ["oo-4", "oo-3", "oo-2", "oo-1"]
        assert lines[1] == "⏳ Dublin plant: order in progress, 1 item, since 11 Oct 2026, stalled, oo-3"

    def test_what_people_have_added_is_there(self) -> None:
        """The expected day, before and after it has passed, and a mute that has not ended."""
        expected = Expected("2026-12-01", "2026-12-02T00:00:00Z", JANE, "2026-11-01T00:00:00Z")
        mute = Mute("2026-12-24T00:00:00Z", "", JANE, "2026-11-01T00:00:00Z")
        (_, line) = summary(known(an_order(), annotations=Annotations(mute=mute, expected=expected)))
        assert ", since 18 Nov 2026, expected on 1 Dec 2026, muted until 24 Dec 2026, " in line
        (_, line) = summary(known(an_order(), annotations=Annotations(mute=replace(mute, until=to_iso8601(NOW)))))
        assert "muted" not in line
        passed = replace(expected, date="2026-11-29", ends_at=to_iso8601(NOW))
        headline, line = summary(known(an_order(), annotations=Annotations(expected=passed)))
        assert headline == "Weekly summary: 1 Outposts order in flight, 1 late"
        assert "overdue: was expected on 29 Nov 2026" in line

    @pytest.mark.parametrize(("days", "is_there"), [(6.9, True), (7, False)])
    def test_what_has_ended_this_week_is_there_once(self, days: float, *, is_there: bool) -> None:
        """With the day; next week it is not there any more."""
        lines = summary(ended("oo-1", days))
        assert ("Weekly summary: 0 Outposts orders in flight, 1 ended" in lines) is is_there
        assert any("order completed, 1 item, on" in line for line in lines) is is_there

    def test_an_order_that_had_ended_before_its_first_poll_is_not_there(self) -> None:
        """When it ended is not known; the first summary would list every old order."""
        old = known(an_order("oo-1", "COMPLETED", "INSTALLED"), 1)
        assert summary(old) == ["Weekly summary: no Outposts orders are in flight"]

    def test_what_is_overdue_comes_before_what_is_not(self) -> None:
        """However long another has been in its status."""
        passed = Expected("2026-11-29", to_iso8601(NOW), JANE, "2026-11-01T00:00:00Z")
        late = known(an_order("oo-1"), 1, annotations=Annotations(expected=passed))
        _, first, _ = summary(known(an_order("oo-2"), 20), late)
        assert first.startswith("📅")
        assert first.endswith("oo-1")

    @given(st.lists(orders.map(known), max_size=5))
    def test_any_orders_can_be_summarized(self, snapshots: list[Snapshot]) -> None:
        """The headline fits into a subject, and each order in flight has a line."""
        message = summary_message(snapshots, {}, NOW, ANYONE)
        assert len(message.headline) <= LONGEST
        assert len(message.lines) <= len(snapshots)


class TestConcerns:
    """Which orders are in a route's summary."""

    @pytest.mark.parametrize(
        ("pattern", "concerned"),
        [
            ({}, True),
            ({"outpostId": ["op-0123456789abcdef0"]}, True),
            ({"outpostId": ["op-2"]}, False),
            ({"account": ["111122223333"], "region": ["us-east-1"]}, False),
            ({"orderType": [{"prefix": "REPL"}]}, True),
            ({"orderType": ["REPLACEMENT"]}, False),
            ({"orderType": ["REPLACEMENT", "OUTPOST"]}, True),
            ({"changes": {"status": ["ERROR"]}}, True),
        ],
    )
    def test_a_pattern_selects_by_ids_only(self, pattern: dict[str, Any], *, concerned: bool) -> None:
        """What it says about changes does not apply to a summary."""
        assert concerns(pattern, known(an_order())) is concerned
