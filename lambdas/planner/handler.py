"""The entry point of the planner function."""

from outposts_order_notifier.planner.handler import handler

__all__ = ["handler"]
