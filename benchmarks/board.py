"""Measure how long it takes to draw the board."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from benchmarks import orders
from outposts_order_notifier.board.filters import Filters
from outposts_order_notifier.board.gather import Gathered
from outposts_order_notifier.board.render import Frame, fitting_widget, page
from outposts_order_notifier.board.view import board
from outposts_order_notifier.domain.events import Observation
from outposts_order_notifier.domain.lineage import Lineage
from outposts_order_notifier.domain.snapshot import Snapshot, observe
from outposts_order_notifier.domain.timestamps import to_iso8601

ORDERS, LINE_ITEMS = 500, 10
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
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
    snapshots = tuple(_snapshot(number) for number in range(ORDERS))
    gathered = Gathered(snapshots, {}, 0, Lineage(), (), (orders.ACCOUNT,), (orders.REGION,))
    kinds: dict[str, Callable[[], str]] = {
        "page": lambda: page(board(gathered, FILTERS, NOW), Frame()),
        "widget": lambda: fitting_widget(gathered, FILTERS, NOW, endpoint="arn:aws:lambda", theme="light"),
    }
    return [Drawn(kind, ORDERS, LINE_ITEMS, *_timed(draw, runs)) for kind, draw in kinds.items()]


def _snapshot(number: int) -> Snapshot:
    snapshot: Snapshot | None = None
    for place, status in enumerate(STATUSES):
        order = orders.order(number, line_items=LINE_ITEMS)
        items = [{**item, "Status": status} for item in order["LineItems"]]
        at = to_iso8601(NOW - timedelta(days=10 * (len(STATUSES) - place)))
        order = {**order, "LineItems": items, "Status": status, "OrderSubmissionDate": at}
        snapshot = observe(snapshot, order, Observation(orders.ACCOUNT, orders.REGION, at), b"") or snapshot
    if snapshot is None:
        raise AssertionError("an order's first observation makes a snapshot")
    return snapshot


def _timed(draw: Callable[[], str], runs: int) -> tuple[float, float]:
    drawn = draw()  # compiles the templates, once
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        draw()
        seconds.append(time.perf_counter() - start)
    return median(seconds), len(drawn.encode()) / 1e6
