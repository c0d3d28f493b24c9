"""Values as text for people. Each channel and page escapes it by its own rules. Pure."""

import unicodedata

from outposts_order_notifier.domain.order import canonical_json

LONGEST_VALUE = 200

_UNREADABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_UNITS = {"day": 86_400, "hour": 3_600, "minute": 60}


def plain(value: object) -> str:
    """Return an external value as one line of text, without control and bidirectional-override characters."""
    text = "" if value is None else value if isinstance(value, str) else canonical_json(value)
    readable = one_line(text) or "unknown"
    return readable if len(readable) <= LONGEST_VALUE else f"{readable[:LONGEST_VALUE]}…"


def one_line(text: str) -> str:
    """Return text as one line, of any length; empty if none of its characters is readable."""
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(character) in _UNREADABLE else character for character in text)
    return " ".join(text.split())


def duration(seconds: int) -> str:
    """Return a duration in its largest unit: `12 days`, `1 hour`, `40 seconds`."""
    for unit, length in _UNITS.items():
        if seconds >= length:
            return count(seconds // length, unit)
    return count(seconds, "second")


def count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 line item`, `2 line items`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
