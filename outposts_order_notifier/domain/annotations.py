"""What people add to an order: a mute, notes, and the date on which they expect it. Pure.

They are stored beside the order's snapshot. Each names who entered it (the ARN of the caller) and when (ISO 8601, UTC).
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from outposts_order_notifier.domain.event_types import OVERDUE, Change
from outposts_order_notifier.domain.order import canonical_json
from outposts_order_notifier.domain.statuses import SETTLED_ORDER_STATUSES
from outposts_order_notifier.domain.timestamps import from_iso8601

MAX_NOTES = 20  # an order's latest; more must not fill its item
MAX_TEXT = 300  # characters of a note


@dataclass(frozen=True, slots=True)
class Mute:
    """Nobody is notified of an order until a day begins.

    Attributes:
        until: When it begins where these people are, ISO 8601.
        note: Why; may be empty.
        date: The day, `2026-12-24`.
    """

    until: str
    note: str
    by: str
    at: str
    date: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A text about an order."""

    text: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Expected:
    """The day on which somebody expects an order to be completed.

    Attributes:
        date: The day, `2026-12-01`.
        ends_at: When that day is over where these people are, ISO 8601.
        reported: Whether the order was reported as overdue.
    """

    date: str
    ends_at: str
    by: str
    at: str
    reported: bool = False


@dataclass(frozen=True, slots=True)
class Annotations:
    """All that people have added to an order.

    Attributes:
        notes: The latest `MAX_NOTES`, latest last.
        revision: The number of writes; a write is conditional on the revision that was loaded.
        unreadable: The stored text if it could not be read; it is kept as it is.
    """

    mute: Mute | None = None
    expected: Expected | None = None
    notes: tuple[Note, ...] = ()
    revision: int = 0
    unreadable: str = ""

    def muted_until(self, now: str) -> str | None:
        """Return until when nobody is notified, or None if people are. The times are ISO 8601."""
        return self.mute.until if self.mute and from_iso8601(now) < from_iso8601(self.mute.until) else None

    def with_note(self, note: Note) -> "Annotations":
        """Add a note; of too many, the oldest is dropped."""
        return replace(self, notes=(*self.notes, note)[-MAX_NOTES:])


NONE = Annotations()


def overdue(expected: Expected | None, status: str | None, now: str) -> Change | None:
    """Return the change for an order that is not there on the expected day, once for each day that was set."""
    if not expected or expected.reported or status in SETTLED_ORDER_STATUSES:
        return None
    late = from_iso8601(now) - from_iso8601(expected.ends_at)
    return OVERDUE.change({"expectedAt": expected.date, "days": 1 + late.days}) if late >= timedelta(0) else None


def text_of(annotations: Annotations) -> str:
    """Return annotations as stored: canonical JSON."""
    if annotations.unreadable:
        return annotations.unreadable
    known: dict[str, Any] = {"notes": [asdict(note) for note in annotations.notes]}
    known |= {"mute": asdict(annotations.mute)} if annotations.mute else {}
    known |= {"expected": asdict(annotations.expected)} if annotations.expected else {}
    return canonical_json(known)


def annotations_of(text: str, revision: int) -> Annotations:
    """Read what was stored; what cannot be read is kept, and counts as none."""
    try:
        known: dict[str, Any] = json.loads(text)
        found = Annotations(
            mute=Mute(**known["mute"]) if "mute" in known else None,
            expected=Expected(**known["expected"]) if "expected" in known else None,
            notes=tuple(Note(**note) for note in known["notes"]),
            revision=revision,
        )
        for time in (found.mute and found.mute.until, found.expected and found.expected.ends_at):
            from_iso8601(time or "2000-01-01T00:00:00Z")
    except (ValueError, TypeError, KeyError):
        return Annotations(revision=revision, unreadable=text)
    return found
