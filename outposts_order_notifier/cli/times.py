"""The times that options accept: durations before now, dates and times."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_DURATION = re.compile(rf"(\d{{1,6}})([{''.join(_UNITS)}])", re.ASCII)


def time_of(text: str) -> datetime:
    """Parse a duration before now, such as `2d`, a date or a time, in UTC if it has no zone.

    Raises:
        typer.BadParameter: It is none of these, or before the year 1 or after the year 9999 in UTC.
    """
    try:
        if duration := _DURATION.fullmatch(text.strip()):
            return datetime.now(UTC) - timedelta(**{_UNITS[duration[2]]: int(duration[1])})
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"{text} is not a valid time; use 2026-11-24, 2026-11-24T09:30:00Z, or 2d or 6h for so long ago."
        ) from None


def _past(time: datetime | None) -> datetime | None:
    """Refuse a time in the future, of which nothing can be known."""
    if time and time > datetime.now(UTC):
        raise typer.BadParameter("it is in the future.")
    return time


Since = Annotated[
    datetime | None,
    typer.Option(
        "--since",
        metavar="TIME",
        parser=time_of,
        callback=_past,
        help="Only what changed since then: 2d or 6h ago, a date, or a time; UTC if no zone is given.",
    ),
]
