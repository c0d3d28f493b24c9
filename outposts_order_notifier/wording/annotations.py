"""What people have added to an order, as text. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, tzinfo

from outposts_order_notifier.domain.annotations import MAX_TEXT, Annotations, Expected, Mute
from outposts_order_notifier.wording.words import day, one_line, plain, plain_date, shortened

NOTES_SHOWN = 3


def annotation_lines(annotations: Annotations, now: str, zone: tzinfo = UTC) -> Iterator[str]:
    """Yield a line for a mute that has not ended, for the expected day, and for each of the latest notes."""
    mute, expected = annotations.mute, annotations.expected
    if mute and annotations.muted_until(now):
        yield f"{muted(mute)} ({who(mute.by)})"
    if expected:
        yield f"{when_expected(expected)} ({who(expected.by)}, {day(expected.at, zone)})"
    for note in annotations.notes[-NOTES_SHOWN:]:
        yield f"{whole(note.text)} ({who(note.by)}, {day(note.at, zone)})"


def muted(mute: Mute) -> str:
    """Return until when an order is muted, and why."""
    return f"Muted until {plain_date(mute.date or mute.until[:10])}{f': {whole(mute.note)}' if mute.note else ''}"


def when_expected(expected: Expected) -> str:
    """Return when an order is expected, and whether that was reported as overdue."""
    return f"{'Overdue: was expected' if expected.reported else 'Expected'} on {plain_date(expected.date)}"


def whole(text: str) -> str:
    """Return a text that people have entered, as long as it may be."""
    return shortened(one_line(text) or "unknown", MAX_TEXT)


def who(arn: str) -> str:
    """Return in a word who a caller's ARN stands for: the user, or the session of a role."""
    return plain(re.split("[/:]", arn)[-1])
