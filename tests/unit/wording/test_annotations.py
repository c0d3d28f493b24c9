"""What people have added to an order, as text."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from outposts_order_notifier.domain.annotations import MAX_TEXT, NONE, Annotations, Expected, Mute, Note
from outposts_order_notifier.wording.annotations import NOTES_SHOWN, annotation_lines, muted, who

JANE, AT = "arn:aws:sts::111122223333:assumed-role/Admin/jane", "2026-11-24T20:00:00Z"
MUTE = Mute("2026-11-30T15:00:00Z", "The site is closed", JANE, AT, "2026-12-01")
ANNOTATIONS = Annotations(MUTE, Expected("2026-12-01", "2026-12-01T15:00:00Z", JANE, AT), (Note("Call Joe", JANE, AT),))


def test_each_says_who_added_it_and_when() -> None:
    """In the readers' zone; the expected day is that of its site. A mute says instead until when."""
    assert list(annotation_lines(ANNOTATIONS, AT, ZoneInfo("Asia/Tokyo"))) == [
        "Muted until 1 Dec 2026: The site is closed (jane)",
        "Expected on 1 Dec 2026 (jane, 25 Nov 2026)",
        "Call Joe (jane, 25 Nov 2026)",
    ]
    assert list(annotation_lines(NONE, AT)) == []


def test_a_mute_without_a_reason_has_none() -> None:
    """Nor is there one once it has ended."""
    annotations = Annotations(mute=replace(MUTE, note=""))
    assert list(annotation_lines(annotations, AT)) == ["Muted until 1 Dec 2026 (jane)"]
    assert list(annotation_lines(annotations, MUTE.until)) == []


def test_an_expected_day_that_has_passed_says_so() -> None:
    """Once it was reported."""
    expected = Expected("2026-12-01", "2026-12-01T15:00:00Z", JANE, AT, reported=True)
    (line,) = annotation_lines(Annotations(expected=expected), AT)
    assert line.startswith("Overdue: was expected on 1 Dec 2026 (")


def test_a_note_is_shown_whole() -> None:
    """Up to the longest that is accepted."""
    (line,) = annotation_lines(Annotations(notes=(Note("x" * MAX_TEXT, JANE, AT),)), AT)
    assert line.startswith("x" * MAX_TEXT + " (")


def test_a_note_without_a_readable_character_is_unknown() -> None:
    """It may have been written with another program."""
    (line,) = annotation_lines(Annotations(notes=(Note("\x00", JANE, AT),)), AT)
    assert line.startswith("unknown (")


def test_a_mute_without_its_day_shows_that_of_its_end() -> None:
    """In UTC: the zone in which it was set is not known."""
    assert muted(replace(MUTE, date="", note="")) == "Muted until 30 Nov 2026"


def test_the_latest_notes_are_shown() -> None:
    """The latest last."""
    notes = tuple(Note(str(number), JANE, AT) for number in range(NOTES_SHOWN + 2))
    assert [line[0] for line in annotation_lines(Annotations(notes=notes), AT)] == ["2", "3", "4"]


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (JANE, "jane"),
        ("arn:aws:iam::111122223333:user/jane", "jane"),
        ("arn:aws:iam::111122223333:user/teams/dublin/jane", "jane"),
        ("arn:aws:iam::111122223333:root", "root"),
        ("", "unknown"),
    ],
)
def test_a_caller_is_named_in_a_word(arn: str, name: str) -> None:
    """A user, the session of a role, or the root user."""
    assert who(arn) == name
