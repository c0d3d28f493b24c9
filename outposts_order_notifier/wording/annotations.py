"""What people have added to an order, as text. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, tzinfo

from outposts_order_notifier.domain.annotations import Annotations
from outposts_order_notifier.wording.words import day, moment, plain, plain_date

NOTES_SHOWN = 3


def annotation_lines(annotations: Annotations, now: str, zone: tzinfo = UTC) -> Iterator[str]:
    """Yield a line for a mute that has not ended, for the expected day, and for each of the latest notes."""
    mute, expected = annotations.mute, annotations.expected
    if mute and annotations.muted_until(now):
        why = f": {plain(mute.note)}" if mute.note else ""
        yield f"Muted until {moment(mute.until, zone)}{why} ({who(mute.by)})"
    if expected:
        yield f"Expected on {plain_date(expected.date)} ({who(expected.by)}, {day(expected.at, zone)})"
    for note in annotations.notes[-NOTES_SHOWN:]:
        yield f"{plain(note.text)} ({who(note.by)}, {day(note.at, zone)})"


def who(arn: str) -> str:
    """Return whoever a caller's ARN stands for, in a word: the user, or the session of a role."""
    return plain(re.split("[/:]", arn)[-1])
