"""The names of the types of event."""

import copy

from outposts_order_notifier.domain.event_types import DISCOVERED


class TestDetailType:
    """A text that knows its keys."""

    def test_it_can_be_copied(self) -> None:
        """An event is copied where it is stored."""
        copied = copy.deepcopy(DISCOVERED)
        assert (copied, copied.keys) == (DISCOVERED, DISCOVERED.keys)
