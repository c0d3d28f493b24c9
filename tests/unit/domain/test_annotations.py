"""What people add to an order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.domain.annotations import (
    MAX_NOTES,
    NONE,
    Annotations,
    Expected,
    Mute,
    Note,
    annotations_of,
    overdue,
    text_of,
)
from outposts_order_notifier.domain.events import Observation
from outposts_order_notifier.domain.snapshot import Snapshot, observe
from outposts_order_notifier.domain.timestamps import to_iso8601
from testing.details import an_order

JANE = "arn:aws:sts::111122223333:assumed-role/Admin/jane"
AT = "2026-11-24T09:30:00Z"
EXPECTED = Expected("2026-12-01", "2026-12-01T23:00:00Z", JANE, AT)
MUTE = Mute("2026-12-01T00:00:00Z", "The site is closed", JANE, AT)

texts = st.text(max_size=20)
times = st.datetimes(timezones=st.just(UTC)).map(to_iso8601)
annotations = st.builds(
    Annotations,
    mute=st.none() | st.builds(Mute, until=times, note=texts, by=texts, at=times),
    expected=st.none() | st.builds(Expected, date=texts, ends_at=times, by=texts, at=times, reported=st.booleans()),
    notes=st.lists(st.builds(Note, text=texts, by=texts, at=times), max_size=MAX_NOTES).map(tuple),
    revision=st.integers(1, 1_000),
)


def at(time: str) -> Observation:
    """Return an observation at a time."""
    return Observation("111122223333", "eu-west-1", time)


def observed(snapshot: Snapshot, time: str, status: str = "IN_PROGRESS", item: str = "BUILDING") -> Snapshot:
    """Return the next snapshot of an order; the same if nothing changed."""
    return observe(snapshot, an_order(status=status, item=item), at(time), b"") or snapshot


@pytest.fixture
def snapshot() -> Snapshot:
    """An order that was discovered and is expected."""
    first = observe(None, an_order(), at(AT), b"")
    assert first
    return replace(first, pending=(), annotations=Annotations(expected=EXPECTED, revision=1))


def kinds(snapshot: Snapshot) -> list[str]:
    """Return the detail-types of the pending events."""
    return [event.detail_type for event in snapshot.pending]


class TestStored:
    """Annotations as stored."""

    @given(annotations)
    def test_are_read_as_they_were_written(self, given: Annotations) -> None:
        """With the revision that the item has."""
        assert annotations_of(text_of(given), given.revision) == given

    @pytest.mark.parametrize(
        "text", ["?", "{", "[]", "{}", '{"notes": [{}]}', '{"notes": [], "mute": {"until": "x", "note": 1}}']
    )
    def test_what_cannot_be_read_is_kept(self, text: str) -> None:
        """Nothing is lost, and an order is not muted by mistake."""
        found = annotations_of(text, 3)
        assert found == Annotations(revision=3, unreadable=text)
        assert text_of(found) == text
        assert found.muted_until(AT) is None

    def test_a_time_that_is_none_counts_as_unreadable(self) -> None:
        """It would stop the order's polls."""
        stored = text_of(Annotations(mute=replace(MUTE, until="tomorrow")))
        assert annotations_of(stored, 1).unreadable == stored

    def test_of_too_many_notes_the_oldest_is_dropped(self) -> None:
        """The latest are kept."""
        found = NONE
        for number in range(MAX_NOTES + 3):
            found = found.with_note(Note(str(number), JANE, AT))
        assert [note.text for note in found.notes] == [str(number) for number in range(3, MAX_NOTES + 3)]


class TestMute:
    """A mute."""

    def test_ends_by_itself(self) -> None:
        """At its time, to the second."""
        muted = Annotations(mute=MUTE)
        assert muted.muted_until("2026-11-30T23:59:59Z") == MUTE.until
        assert muted.muted_until("2026-12-01T00:00:00Z") is None
        assert NONE.muted_until(AT) is None

    def test_is_in_the_update_and_in_no_other_event(self, snapshot: Snapshot) -> None:
        """Events are published as ever."""
        muted = replace(snapshot, annotations=Annotations(mute=MUTE, revision=1))
        *changes, updated = observed(muted, AT, item="SHIPPED").pending
        assert updated.detail["mutedUntil"] == MUTE.until
        assert changes
        assert all("mutedUntil" not in event.detail for event in changes)
        *_, later = observed(muted, "2026-12-01T00:00:00Z", item="SHIPPED").pending
        assert "mutedUntil" not in later.detail


class TestOverdue:
    """The day on which an order was expected."""

    def test_is_reported_once_when_the_day_is_over(self, snapshot: Snapshot) -> None:
        """Not before, and not again."""
        assert observed(snapshot, "2026-12-01T22:59:59Z") is snapshot
        late = observed(snapshot, "2026-12-01T23:00:00Z")
        assert kinds(late) == ["Outposts Order Overdue", "Outposts Order Updated"]
        assert late.pending[0].detail["expectedAt"] == "2026-12-01"
        assert late.pending[0].detail["days"] == 1
        assert observed(late, "2026-12-05T00:00:00Z") is late

    def test_a_new_day_is_reported_again(self, snapshot: Snapshot) -> None:
        """Once for each day that somebody set."""
        late = replace(observed(snapshot, "2026-12-02T00:00:00Z"), pending=())
        moved = replace(EXPECTED, date="2026-12-08", ends_at="2026-12-08T23:00:00Z")
        again = observed(replace(late, annotations=replace(late.annotations, expected=moved)), "2026-12-10T00:00:00Z")
        assert again.pending[0].detail["expectedAt"] == "2026-12-08"
        assert again.pending[0].detail["days"] == 2

    @pytest.mark.parametrize("status", ["COMPLETED", "CANCELLED", "FULFILLED"])
    def test_an_order_that_has_ended_is_not_late(self, snapshot: Snapshot, status: str) -> None:
        """Even if it ended late."""
        assert overdue(EXPECTED, status, "2027-01-01T00:00:00Z") is None
        assert "Outposts Order Overdue" not in kinds(observed(snapshot, "2027-01-01T00:00:00Z", status=status))

    def test_what_was_reported_is_recorded_beside_the_day(self, snapshot: Snapshot) -> None:
        """And not before it was."""
        assert observed(snapshot, AT, item="SHIPPED").annotations.expected == EXPECTED
        late = observed(snapshot, "2026-12-02T00:00:00Z")
        assert late.annotations == replace(snapshot.annotations, expected=replace(EXPECTED, reported=True))

    def test_an_order_that_is_missing_or_just_discovered_is_not_late(self, snapshot: Snapshot) -> None:
        """Its status is not known; it is reported once it is there again."""
        after = at("2026-12-02T00:00:00Z")
        gone = observe(snapshot, an_order(), after, b"", listed=False)
        again = observe(replace(snapshot, damage="snapshot: gone"), an_order(), after, b"")
        assert gone
        assert again
        assert "Outposts Order Overdue" not in {*kinds(gone), *kinds(again)}
        assert "Outposts Order Overdue" in kinds(observed(replace(again, pending=()), "2026-12-02T00:05:00Z"))

    def test_changes_of_the_same_observation_are_reported_with_it(self, snapshot: Snapshot) -> None:
        """In one update."""
        late = observed(snapshot, "2026-12-02T00:00:00Z", item="SHIPPED")
        assert kinds(late)[-1] == "Outposts Order Updated"
        assert {"Outposts Order Overdue", "Outposts Line Item Status Change"} < set(kinds(late))

    @given(st.integers(0, 10**7))
    def test_counts_the_days_since(self, seconds: int) -> None:
        """The first day after it is one day late."""
        now = datetime(2026, 12, 1, 23, tzinfo=UTC) + timedelta(seconds=seconds)
        change = overdue(EXPECTED, "IN_PROGRESS", to_iso8601(now))
        assert change
        assert change.keys["days"] == 1 + seconds // 86_400

    def test_a_clock_that_goes_backwards_reports_nothing_twice(self, snapshot: Snapshot) -> None:
        """What was reported stays reported."""
        late = observed(snapshot, "2026-12-02T00:00:00Z")
        assert observed(late, "2026-12-01T00:00:00Z") is late
        assert observed(late, "2026-12-03T00:00:00Z") is late
