"""Measure the comparison of orders, compared with DeepDiff's of the same pairs."""

import time
from collections.abc import Callable
from statistics import median

from deepdiff import DeepDiff

from benchmarks import orders
from benchmarks.orders import Order
from outposts_order_notifier.domain.diff import diff

LINE_ITEMS = 100
DEFAULT = "DeepDiff, item by item"
Pair = tuple[Order, Order]


def measure(count: int, runs: int) -> dict[str, float]:
    """Compare pairs of orders of 100 line items, one of which has changed; return the comparisons a second."""
    pairs = [
        (orders.order(n, line_items=LINE_ITEMS), orders.order(n, line_items=LINE_ITEMS, after=True))
        for n in range(1, count + 1)
    ]
    return {
        "this project": _per_second(diff, pairs, runs),
        DEFAULT: _per_second(DeepDiff, pairs, runs),
        "DeepDiff, items in any order": _per_second(
            lambda old, new: DeepDiff(old, new, ignore_order=True), pairs[:2], runs
        ),
    }


def _per_second(compare: Callable[[Order, Order], object], pairs: list[Pair], runs: int) -> float:
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        for pair in pairs:
            compare(*pair)
        seconds.append(time.perf_counter() - began)
    return len(pairs) / median(seconds)
