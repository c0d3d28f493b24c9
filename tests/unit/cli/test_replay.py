"""What `replay` refuses before it makes a request; there is no AWS here."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer

from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.replay import replay
from outposts_order_notifier.cli.times import time_of

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class TestRange:
    """The range of events to resend."""

    @pytest.mark.parametrize(
        ("options", "error"),
        [
            ({"start": NOON, "end": NOON}, "--start 2026-01-01T12:00:00Z is not before --end 2026-01-01T12:00:00Z"),
            ({"order": "oo-1", "start": NOON, "end": NOON - timedelta(days=1)}, "--start .* is not before --end"),
            ({"start": datetime.now(UTC) + timedelta(days=1)}, r"--start \S+Z is in the future"),
            ({"order": "oo-1", "from_sequence": 5, "to_sequence": 3}, "--from-sequence 5 is after --to-sequence 3"),
            ({"from_sequence": 2, "start": NOON}, "need --order"),
            ({}, "pass --order ORDER or --start TIME"),
        ],
    )
    def test_an_empty_one_is_refused(self, options: dict[str, Any], error: str) -> None:
        """The error names the options."""
        with pytest.raises(OperatorError, match=error):
            replay(**options)

    @pytest.mark.parametrize("text", ["yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
    def test_a_text_that_is_not_a_time_in_utc_is_named(self, text: str) -> None:
        """A time near the first or last year may not exist in UTC."""
        with pytest.raises(typer.BadParameter) as raised:
            time_of(text)
        assert raised.value.message.startswith(f"{text} is not a valid time; use ")
