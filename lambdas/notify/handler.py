"""The entry point of the notify function."""

from outposts_order_notifier.notify.handler import handler

__all__ = ["handler"]
