"""What must exist for each event type, compared with the list of them."""

import pytest

from outposts_order_notifier.cli import samples
from outposts_order_notifier.domain import event_types
from outposts_order_notifier.domain.event_types import CHANGES, UPDATED, DetailType
from outposts_order_notifier.wording.message import order_message


def test_the_list_has_each_type_that_is_defined() -> None:
    """Except the one that gathers the others."""
    defined = {value for value in vars(event_types).values() if isinstance(value, DetailType)}
    assert defined == {*CHANGES, UPDATED}
    assert len(CHANGES) == len(set(CHANGES))


@pytest.mark.parametrize("name", samples.CHANGES)
def test_messages_have_words_for_each_type(name: str) -> None:
    """A type without words would be shown by its name."""
    detail = samples.sample(name, "111122223333", "eu-west-1", "2026-11-24T09:30:00Z")["detail"]
    lines = [line.text for line in order_message(detail).lines]
    assert lines
    assert not set(lines) & set(CHANGES)


def test_test_notification_has_a_sample_of_each_type() -> None:
    """Someone who adds a type sees how each channel shows it."""
    assert {change.detail_type for change in samples.CHANGES.values()} == set(CHANGES)
