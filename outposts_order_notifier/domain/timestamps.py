"""Times as ISO 8601 in UTC, the only form in events and snapshots. Pure."""

from datetime import UTC, datetime


def to_iso8601(time: datetime) -> str:
    """Return an aware time as ISO 8601 in UTC, `2026-11-24T09:30:00Z`, with milliseconds if it has a fraction."""
    timespec = "milliseconds" if time.microsecond else "seconds"
    return time.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def from_iso8601(text: str) -> datetime:
    """Parse the result of `to_iso8601`.

    Raises:
        ValueError: `text` is not ISO 8601.
    """
    return datetime.fromisoformat(text)


def seconds_between(start: str, end: str) -> int:
    """Return the whole seconds between two ISO 8601 times; 0 if the clock went backwards."""
    return max(0, int((from_iso8601(end) - from_iso8601(start)).total_seconds()))
