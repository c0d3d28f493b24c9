"""Which of an order's dates are plausible."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.domain.dates import is_plausible, submitted_at
from outposts_order_notifier.domain.timestamps import to_iso8601

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LAUNCHED = datetime(2019, 12, 3, tzinfo=UTC)


def submitted(date: Any) -> datetime | None:
    """Return when an order with this date was submitted."""
    return submitted_at({"OrderId": "oo-1", "OrderSubmissionDate": date}, NOW)


class TestSubmission:
    """When an order was submitted."""

    @pytest.mark.parametrize(
        "date",
        [
            pytest.param("1970-01-01T00:00:00Z", id="0, not set"),
            pytest.param("2019-12-02T23:59:59Z", id="before Outposts existed"),
            pytest.param("2026-11-24T09:35:01Z", id="further ahead than clocks are apart"),
            pytest.param("0001-01-01T00:00:00+14:00", id="the first date of all"),
            pytest.param("9999-12-31T23:59:59-14:00", id="the last date of all"),
            pytest.param("2026-01-01T00:00:00", id="without a zone"),
            pytest.param("soon", id="no date"),
            pytest.param(None, id="null"),
            pytest.param(0, id="a number"),
            pytest.param([], id="a list"),
        ],
    )
    def test_an_implausible_date_is_ignored(self, date: Any) -> None:
        """Neither the API's "not set" nor any other date that no order can have."""
        assert submitted(date) is None

    @pytest.mark.parametrize("date", [LAUNCHED, NOW - timedelta(days=1), NOW, NOW + timedelta(minutes=5)])
    def test_a_plausible_date_is_accepted(self, date: datetime) -> None:
        """From the day Outposts launched until five minutes ahead, as clocks differ."""
        assert submitted(to_iso8601(date)) == date

    def test_an_order_without_a_date_has_none(self) -> None:
        """The API's model does not require one."""
        assert submitted_at({"OrderId": "oo-1"}, NOW) is None

    @given(date=st.datetimes(timezones=st.just(UTC)))
    def test_an_accepted_date_is_never_older_than_outposts_nor_ahead_of_the_clock(self, date: datetime) -> None:
        """For any value from the API."""
        accepted = submitted(date.isoformat())
        assert (accepted is not None) == (LAUNCHED <= date <= NOW + timedelta(minutes=5))


def test_a_status_cannot_have_begun_before_outposts_existed() -> None:
    """Earlier versions stored such dates."""
    assert not is_plausible("1970-01-01T00:00:00Z")
    assert not is_plausible("2019-12-02T23:59:59Z")
    assert is_plausible("2019-12-03T00:00:00Z")
