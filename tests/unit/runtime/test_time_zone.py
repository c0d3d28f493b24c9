"""The configured time zone."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from outposts_order_notifier.runtime.time_zone import zone_named


def test_a_zone_has_its_iana_name() -> None:
    """As the configuration has it."""
    assert zone_named("Europe/Dublin") == ZoneInfo("Europe/Dublin")


@pytest.mark.parametrize("name", ["", "Nowhere/Atlantis", "Europe", "../etc/passwd", "/etc/localtime", "\0"])
def test_times_are_in_utc_without_a_known_zone(name: str) -> None:
    """People are notified nevertheless."""
    assert zone_named(name) is UTC
