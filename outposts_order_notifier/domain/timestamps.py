"""Times as text: ISO 8601 in UTC, the only form that events and snapshots hold."""

from datetime import UTC, datetime


def to_iso8601(time: datetime) -> str:
    """Write an aware time as ISO 8601 in UTC, `2026-11-24T09:30:00Z`, to the millisecond where it has any."""
    timespec = "milliseconds" if time.microsecond else "seconds"
    return time.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def from_iso8601(text: str) -> datetime:
    """Read what `to_iso8601` wrote.

    Raises:
        ValueError: `text` is not ISO 8601.
    """
    return datetime.fromisoformat(text)


def seconds_between(start: str, end: str) -> int:
    """Whole seconds from one ISO 8601 time to a later one; 0 where the clock went backwards."""
    return max(0, int((from_iso8601(end) - from_iso8601(start)).total_seconds()))
