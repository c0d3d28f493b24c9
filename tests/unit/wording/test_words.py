"""Times for people in the zone that is configured."""

from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest

from outposts_order_notifier.wording.words import day, moment, plain_date


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        (ZoneInfo("UTC"), "31 Aug 2026, 22:30 UTC"),
        (ZoneInfo("Europe/Berlin"), "1 Sep 2026, 00:30 CEST"),
        (ZoneInfo("America/New_York"), "31 Aug 2026, 18:30 EDT"),
        (ZoneInfo("Europe/Istanbul"), "1 Sep 2026, 01:30 UTC+03"),
        (ZoneInfo("America/Sao_Paulo"), "31 Aug 2026, 19:30 UTC-03"),
        (ZoneInfo("Asia/Kathmandu"), "1 Sep 2026, 04:15 UTC+05:45"),
        (timezone(timedelta(hours=2)), "1 Sep 2026, 00:30 UTC+02:00"),
    ],
    ids=str,
)
def test_a_time_is_shown_in_a_zone_with_its_abbreviation(zone: tzinfo, text: str) -> None:
    """Or with its offset from UTC if the zone has no abbreviation."""
    assert moment("2026-08-31T22:30:00Z", zone) == text
    assert day("2026-08-31T22:30:00Z", zone) == text.partition(",")[0]


@pytest.mark.parametrize(
    ("date", "text"),
    [
        ("2026-12-01", "1 Dec 2026"),
        ("2026-13-01", "2026-13-01"),
        ("2026-02-30", "2026-02-30"),
        ("soon", "soon"),
        (7, "7"),
        (None, "unknown"),
    ],
)
def test_a_date_has_no_time(date: object, text: str) -> None:
    """Nor a zone; what is no date is text."""
    assert plain_date(date) == text


@pytest.mark.parametrize("value", ["yesterday", None, "0001-01-01T00:00:00Z"])
def test_a_value_that_is_no_time_in_the_zone_is_text(value: object) -> None:
    """As the API returned it."""
    zone = ZoneInfo("America/New_York")
    assert moment(value, zone) == day(value, zone) == str(value or "unknown")
