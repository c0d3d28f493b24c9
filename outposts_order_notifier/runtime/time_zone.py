"""The time zone in which people read times."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TIME_ZONE = "TIME_ZONE"  # the functions' environment variable


def zone_named(name: str) -> tzinfo:
    """Return a time zone by its IANA name; UTC if there is none of this name: a time in UTC is better than no page."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, such as Europe or ""
        return UTC
