"""Slack's pace, about one message a second and channel, shared by all concurrent runs.

https://docs.slack.dev/apis/web-api/rate-limits
"""

import math
import time
from dataclasses import dataclass

from outposts_order_notifier.notify.channel import LaterError
from outposts_order_notifier.notify.state import Slots

INTERVAL_MS = 1_000
LONGEST_WAIT_MS = 5_000


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits for a turn."""

    slots: Slots

    def wait(self) -> None:
        """Reserve the next free second, and sleep until it comes.

        Raises:
            LaterError: It is too far away to wait for it here.
        """
        now = slot = _now()
        while slot - now <= LONGEST_WAIT_MS:
            taken_until = self.slots.take(slot, slot + INTERVAL_MS)
            if taken_until is None:
                time.sleep((slot - now) / 1_000)
                return
            slot = taken_until
        raise LaterError("Slack's next free second is too far away", math.ceil((slot - now) / 1_000))

    def hold(self, seconds: int) -> None:
        """Stop all runs from sending for so many seconds, as Slack asked."""
        until = _now() + seconds * 1_000
        self.slots.take(until, until)


def _now() -> int:
    return int(time.time() * 1_000)
