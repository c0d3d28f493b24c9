"""The thresholds of orders' statuses, of which some are learned from orders that have ended."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from outposts_order_notifier.domain.durations import Durations, Usuals, learned, usual_in
from outposts_order_notifier.domain.order import Order, is_settled
from outposts_order_notifier.domain.stalled import Thresholds
from outposts_order_notifier.runtime.observability import logger
from outposts_order_notifier.wording.usual import hardware_in

EVERY = timedelta(days=1)
AFTER_A_FAILURE = timedelta(minutes=5)


@dataclass(slots=True)
class Learned:
    """What the learned thresholds of a source need: what is usual, and the names of its hardware.

    Both are read in one call, when an order in flight first needs them, and then once a day for as long as the function
    stays warm. That is often enough: a threshold is a number of days, and the end of an order moves it a little. So a
    tick makes no more calls than without learned thresholds, nor does any if none is configured.

    If they cannot be read, no status whose threshold is learned stalls until they are: a status is reported late rather
    than wrongly.

    Attributes:
        read: Returns the durations, and the names of the source's hardware by catalog item.
    """

    read: Callable[[], tuple[Durations, Mapping[str, str]]]
    clock: Callable[[], datetime]
    _usuals: Usuals | None = None
    _names: Mapping[str, str] = field(default_factory=dict)
    _due: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def thresholds(self, order: Order, configured: Thresholds) -> Thresholds:
        """Return how long each current status of an order may last."""
        if not (configured.learned_order or configured.learned_line_item) or is_settled(order):
            return configured
        with self._lock:
            self._refresh()
        if self._usuals is None:
            return configured.without_learned()
        return learned(configured, order, usual_in(order, self._usuals, hardware_in(self._names)))

    def _refresh(self) -> None:
        now = self.clock()
        if self._due and self._due - EVERY <= now < self._due:
            return
        try:
            durations, self._names = self.read()
            self._usuals, self._due = durations.usuals(), now + EVERY
        except Exception:  # noqa: BLE001 - an order's changes do not depend on it
            logger.exception("Learned thresholds could not be read")
            self._due = now + AFTER_A_FAILURE
