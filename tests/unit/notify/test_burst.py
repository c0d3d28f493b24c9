"""News of many orders at once, in as few Slack messages as can name each order."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from outposts_order_notifier.notify.channels.slack.blocks import bullet
from outposts_order_notifier.notify.channels.slack.burst import shared
from outposts_order_notifier.notify.digest import digest_lines
from outposts_order_notifier.notify.notification import OrderNotification, order_notification
from testing.details import an_update

UPDATE = order_notification(an_update())


def size(order: list[OrderNotification]) -> int:
    """Return how many characters an order's lines have in a digest, with their line ends."""
    return sum(len(bullet(line)) + 1 for line in digest_lines(order))


ONE = size([UPDATE])


@given(
    orders=st.lists(st.integers(1, 4).map(lambda observations: [UPDATE] * observations), max_size=8),
    room=st.integers(1, 6 * ONE) | st.integers(1, 6).map(lambda orders: orders * ONE),
)
@example(orders=[[UPDATE], [UPDATE]], room=2 * ONE)
@example(orders=[[UPDATE], [UPDATE]], room=2 * ONE - 1)
def test_a_message_has_as_many_orders_as_there_is_room_for(orders: list[list[OrderNotification]], room: int) -> None:
    """Each order is in one message, in its place; one that is too large for any has its own."""
    messages = [[list(order) for order in message] for message in shared(orders, room)]
    assert [order for message in messages for order in message] == orders
    assert all(messages)
    sizes = [[size(order) for order in message] for message in messages]
    assert all(sum(each) <= room or len(each) == 1 for each in sizes)
    assert all(sum(each) + after[0] > room for each, after in pairwise(sizes))
