"""What has to exist for each type of event, compared with the one list of them."""

from lambdas.notify import message
from lambdas.orders import event_types
from lambdas.orders.event_types import CHANGES, UPDATED, DetailType
from notifier import samples


def test_the_list_has_each_type_that_is_defined() -> None:
    """But the one that gathers what the others tell."""
    defined = {value for value in vars(event_types).values() if isinstance(value, DetailType)}
    assert defined == {*CHANGES, UPDATED}
    assert len(CHANGES) == len(set(CHANGES))


def test_messages_have_words_for_each_type() -> None:
    """A type without words would reach people by its bare name."""
    assert message._WORDS.keys() == set(CHANGES)


def test_test_notification_has_a_sample_of_each_type() -> None:
    """Whoever adds a type sees how each channel shows it."""
    assert {change.detail_type for change in samples.CHANGES.values()} == set(CHANGES)
