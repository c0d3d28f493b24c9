"""The times that `--since`, `--start` and `--end` accept."""

from datetime import UTC, datetime, timedelta

import pytest
import typer

from outposts_order_notifier.cli.times import _past, time_of


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("2d", timedelta(days=2)),
        ("6h", timedelta(hours=6)),
        ("30m", timedelta(minutes=30)),
        ("1w", timedelta(weeks=1)),
        ("90s", timedelta(seconds=90)),
    ],
)
def test_a_duration_is_so_long_ago(text: str, ago: timedelta) -> None:
    """To whatever the clock says between two looks at it."""
    before = datetime.now(UTC)
    found = time_of(text)
    assert before - ago <= found <= datetime.now(UTC) - ago


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026-11-24T09:30", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("2026-11-24T09:30:00+01:00", datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_date_or_a_time_is_in_utc_unless_it_has_a_zone(text: str, time: datetime) -> None:
    """As events have it."""
    assert time_of(text) == time


@pytest.mark.parametrize("text", ["2", "d", "2x", "-2d", "2 d", "2026-02-30", "yesterday", "999999w", "٢d", ""])
def test_anything_else_is_named(text: str) -> None:
    """With what is accepted."""
    with pytest.raises(typer.BadParameter) as raised:
        time_of(text)
    assert raised.value.message.startswith(f"{text} is not a valid time; use ")
    assert "2d or 6h" in raised.value.message


def test_nothing_has_changed_since_a_time_in_the_future() -> None:
    """It is a mistake."""
    with pytest.raises(typer.BadParameter, match="in the future"):
        _past(datetime.now(UTC) + timedelta(hours=1))
    assert _past(None) is None
