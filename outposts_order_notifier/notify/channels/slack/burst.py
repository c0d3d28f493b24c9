"""Bursts: news of many orders at once, in as few messages as can name each order. Pure."""

from collections.abc import Iterator, Sequence

from outposts_order_notifier.notify.channels.slack.blocks import bullet
from outposts_order_notifier.notify.digest import digest_lines
from outposts_order_notifier.notify.notification import OrderNotification

MOST_SINGLE = 5  # more share messages


def shared(orders: Sequence[Sequence[OrderNotification]], room: int) -> Iterator[Sequence[Sequence[OrderNotification]]]:
    """Distribute orders over digests, each with as many orders as there is room for their lines.

    Args:
        orders: The observations of each order.
        room: Characters for a digest's lines.
    """
    group: list[Sequence[OrderNotification]] = []
    left = room
    for order in orders:
        needed = sum(len(bullet(line)) + len("\n") for line in digest_lines(order))
        if group and needed > left:
            yield group
            group, left = [], room
        group.append(order)
        left -= needed
    if group:
        yield group
