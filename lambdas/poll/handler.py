"""The entry point of the poll function."""

from outposts_order_notifier.poll.handler import handler

__all__ = ["handler"]
