"""Measures the drawing of the board."""

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
class Drawing:
    """Seconds to draw all orders, and bytes of what is drawn: a page with all, a widget with what has room in it."""

    orders: int
    line_items: int
    page_seconds: float
    page_bytes: int
    widget_seconds: float
    widget_bytes: int


def measure(runs: int) -> Drawing:
    """Draw a board of orders that have been through four statuses, all of them in flight or shown."""
    snapshots = tuple(_snapshot(number) for number in range(ORDERS))
    gathered = Gathered(snapshots, {}, 0, Lineage(), (), (orders.ACCOUNT,), (orders.REGION,))
    page_seconds, whole = _timed(lambda: page(board(gathered, FILTERS, NOW), Frame()), runs)
    widget_seconds, widget = _timed(
        lambda: fitting_widget(gathered, FILTERS, NOW, endpoint="arn:aws:lambda", theme="light"), runs
    )
    return Drawing(ORDERS, LINE_ITEMS, page_seconds, len(whole.encode()), widget_seconds, len(widget.encode()))


def _snapshot(number: int) -> Snapshot:
    snapshot: Snapshot | None = None
    for place, status in enumerate(STATUSES):
        order = orders.order(number, line_items=LINE_ITEMS)
        items = [{**item, "Status": status} for item in order["LineItems"]]
        at = to_iso8601(NOW - timedelta(days=10 * (len(STATUSES) - place)))
        order = {**order, "LineItems": items, "Status": status, "OrderSubmissionDate": at}
        snapshot = observe(snapshot, order, Observation(orders.ACCOUNT, orders.REGION, at), b"") or snapshot
    if snapshot is None:
        raise AssertionError("an order seen for the first time is news")
    return snapshot


def _timed(draw: Callable[[], str], runs: int) -> tuple[float, str]:
    drawn = draw()  # the templates are compiled once
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        drawn = draw()
        seconds.append(time.perf_counter() - start)
    return median(seconds), drawn
