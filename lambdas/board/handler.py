"""The entry point of the board function."""

from outposts_order_notifier.board.handler import handler

__all__ = ["handler"]
