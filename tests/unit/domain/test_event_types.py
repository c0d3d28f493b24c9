"""The names of the event types."""

import copy

from outposts_order_notifier.domain.event_types import DISCOVERED


class TestDetailType:
    """A string with the class of its keys."""

    def test_it_can_be_copied(self) -> None:
        """Events are copied when they are stored."""
        copied = copy.deepcopy(DISCOVERED)
        assert (copied, copied.keys) == (DISCOVERED, DISCOVERED.keys)
