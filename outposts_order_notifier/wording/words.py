"""Values as text for people. Each channel and page escapes it by its own rules. Pure."""

import re
import unicodedata
from contextlib import suppress
from datetime import UTC, date, datetime, tzinfo

from outposts_order_notifier.domain.order import canonical_json
from outposts_order_notifier.domain.timestamps import from_iso8601

LONGEST_VALUE = 200

_UNREADABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
UNITS = {"day": 86_400, "hour": 3_600, "minute": 60}


def plain(value: object) -> str:
    """Return an external value as one line of text, without control and bidirectional-override characters."""
    text = "" if value is None else value if isinstance(value, str) else canonical_json(value)
    readable = one_line(text) or "unknown"
    return readable if len(readable) <= LONGEST_VALUE else f"{readable[:LONGEST_VALUE]}…"


def shortened(text: str, length: int) -> str:
    """Return text of at most `length` characters, with an ellipsis if it was cut."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def day(iso8601: object, zone: tzinfo = UTC) -> str:
    """Return the day of a time in a zone, `1 Sep 2026`; any other value as text."""
    return f"{time.day} {time:%b %Y}" if (time := _time(iso8601, zone)) else plain(iso8601)


def plain_date(iso8601: object) -> str:
    """Return a date without a time, `2026-12-01`, as `1 Dec 2026`; any other value, such as `2026-02-30`, as text."""
    if isinstance(iso8601, str) and _DATE.fullmatch(iso8601):
        with suppress(ValueError):
            on = date.fromisoformat(iso8601)
            return f"{on.day} {on:%b %Y}"
    return plain(iso8601)


def moment(iso8601: object, zone: tzinfo = UTC) -> str:
    """Return a time to the minute, `1 Sep 2026, 09:30 UTC`; any other value as text."""
    time = _time(iso8601, zone)
    return f"{time.day} {time:%b %Y, %H:%M} {abbreviation(time)}" if time else plain(iso8601)


def abbreviation(time: datetime) -> str:
    """Return the abbreviation of a time's zone, `CEST`; its offset if it has none, `UTC+03` or `UTC+05:45`."""
    name = f"{time:%Z}"
    if name[:1] not in {"+", "-"}:
        return name
    hours, minutes = name[:3], name[3:]
    return f"UTC{hours}:{minutes}" if minutes else f"UTC{hours}"


def _time(iso8601: object, zone: tzinfo) -> datetime | None:
    try:
        return from_iso8601(str(iso8601)).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def one_line(text: str) -> str:
    """Return text as one line, of any length; empty if none of its characters is readable."""
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(character) in _UNREADABLE else character for character in text)
    return " ".join(text.split())


def duration(seconds: int) -> str:
    """Return a duration in its largest unit: `12 days`, `1 hour`, `40 seconds`."""
    for unit, length in UNITS.items():
        if seconds >= length:
            return count(seconds // length, unit)
    return count(seconds, "second")


def count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 line item`, `2 line items`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
