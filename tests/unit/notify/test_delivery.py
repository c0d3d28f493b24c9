"""When a message is tried again."""

import pytest

from outposts_order_notifier.notify.channel import ChannelError, LaterError
from outposts_order_notifier.notify.delivery import wait_before_retry

PASSING, LASTING = ChannelError("500"), ChannelError("revoked", permanent=True)


class TestWaitBeforeRetry:
    """The wait after each attempt."""

    def test_doubles_up_to_a_quarter_of_an_hour(self) -> None:
        """A channel that is down is asked less and less often."""
        waits = [wait_before_retry([PASSING], attempt) for attempt in range(1, 10)]
        assert waits == [15, 30, 60, 120, 240, 480, 900, 900, 900]

    def test_is_a_quarter_of_an_hour_at_once_for_a_lasting_error_but_for_the_first_three_attempts(self) -> None:
        """SQS counts four receives in less than two minutes, and leaves the message out of its queue's age."""
        waits = [wait_before_retry([PASSING, LASTING], attempt) for attempt in range(1, 6)]
        assert waits == [15, 30, 60, 900, 900]
        assert sum(waits[:3]) < 120

    @pytest.mark.parametrize(("asked", "wait"), [(5, 15), (40, 40), (901, 901)])
    def test_is_never_less_than_a_channel_asked_for(self, asked: int, wait: int) -> None:
        """Slack's Retry-After."""
        assert wait_before_retry([ChannelError("429", retry_after=asked)], 1) == wait

    def test_an_error_that_is_no_channels_waits_as_any(self) -> None:
        """It asks for nothing."""
        assert wait_before_retry([RuntimeError("throttled")], 2) == 30

    def test_is_until_its_turn_if_nothing_is_wrong(self) -> None:
        """The latest turn of all channels."""
        assert wait_before_retry([LaterError("busy", 3), LaterError("busy", 7)], 5) == 7
