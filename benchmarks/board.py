"""Measure how long it takes to draw the board."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from benchmarks.orders import Order, order
from outposts_order_notifier.board.filters import Filters
from outposts_order_notifier.board.render import Frame, fitting_widget, page
from outposts_order_notifier.board.view import board
from outposts_order_notifier.domain.snapshot import Snapshot
from testing.boards import NOW, days_ago, gathered, observed

ORDERS, LINE_ITEMS = 500, 10
STATUSES = ("PREPARING", "BUILDING", "SHIPPED", "DELIVERED")
FILTERS = Filters(settled="all")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page with all orders, or a widget with as many as fit: the median seconds to draw it, and its size."""

    kind: str
    orders: int
    line_items: int
    seconds: float
    megabytes: float


def measure(runs: int) -> list[Drawn]:
    """Draw a board of orders that have been through four statuses."""
    orders = gathered(_snapshot(number) for number in range(ORDERS))
    kinds: dict[str, Callable[[], str]] = {
        "page": lambda: page(board(orders, FILTERS, NOW), Frame()),
        "widget": lambda: fitting_widget(orders, FILTERS, NOW, endpoint="arn:aws:lambda", theme="light"),
    }
    return [Drawn(kind, ORDERS, LINE_ITEMS, *_timed(draw, runs)) for kind, draw in kinds.items()]


def _snapshot(number: int) -> Snapshot:
    reads: list[tuple[float, Order]] = []
    for days, status in zip((40, 30, 20, 10), STATUSES, strict=True):
        whole = order(number, line_items=LINE_ITEMS)
        items = [{**item, "Status": status} for item in whole["LineItems"]]
        reads.append((days, {**whole, "LineItems": items, "Status": status, "OrderSubmissionDate": days_ago(days)}))
    return observed(*reads)


def _timed(draw: Callable[[], str], runs: int) -> tuple[float, float]:
    drawn = draw()  # compiles the templates, once
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        draw()
        seconds.append(time.perf_counter() - start)
    return median(seconds), len(drawn.encode()) / 1e6
