"""Times as text."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.domain.timestamps import from_iso8601, seconds_between, to_iso8601

zones = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))


class TestIso8601:
    """The one form of times."""

    def test_it_is_utc_and_as_precise_as_needed(self) -> None:
        """Whole seconds are written without a fraction."""
        half_past_ten = datetime(2026, 11, 24, 10, 30, tzinfo=timezone(timedelta(hours=1)))
        assert to_iso8601(half_past_ten) == "2026-11-24T09:30:00Z"
        assert to_iso8601(half_past_ten.replace(microsecond=7_000)) == "2026-11-24T09:30:00.007Z"

    def test_it_is_utc_wherever_the_machine_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The command line runs anywhere."""
        with monkeypatch.context() as patch:
            patch.setenv("TZ", "Asia/Tokyo")
            time.tzset()
            written = to_iso8601(datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
        time.tzset()
        assert written == "2026-11-24T09:30:00Z"

    @given(time=st.datetimes(datetime(1970, 1, 2), datetime(9000, 1, 1), timezones=zones))  # noqa: DTZ001
    def test_a_written_time_is_read_as_the_same_to_the_millisecond(self, time: datetime) -> None:
        """For any time zone."""
        assert abs(from_iso8601(to_iso8601(time)) - time) < timedelta(milliseconds=1)

    def test_other_text_is_rejected(self) -> None:
        """`to_iso8601` never returns anything else."""
        with pytest.raises(ValueError, match="yesterday"):
            from_iso8601("yesterday")

    @given(times=st.lists(st.datetimes(datetime(2020, 1, 1), timezones=st.just(UTC)), min_size=2, max_size=2))  # noqa: DTZ001
    def test_a_duration_is_in_whole_seconds_and_never_negative(self, times: list[datetime]) -> None:
        """If the clock went backwards, the duration is 0."""
        start, end = sorted(times)
        assert abs((end - start).total_seconds() - seconds_between(to_iso8601(start), to_iso8601(end))) < 1.002
        assert seconds_between(to_iso8601(end), to_iso8601(start)) == 0
