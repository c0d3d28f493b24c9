"""Measure the comparison of orders, compared with DeepDiff's of the same pairs."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from deepdiff import DeepDiff

from benchmarks import orders
from benchmarks.orders import Order
from outposts_order_notifier.domain.diff import diff

LINE_ITEMS = 100
Pair = tuple[Order, Order]


@dataclass(frozen=True, slots=True)
class Diffing:
    """Comparisons a second: by this project, by DeepDiff item by item, and by DeepDiff ignoring the items' order."""

    per_second: float
    deepdiff_per_second: float
    deepdiff_any_order_per_second: float

    @property
    def ratio(self) -> float:
        """How many times as fast as DeepDiff item by item, which is its default."""
        return self.per_second / self.deepdiff_per_second


def measure(count: int, runs: int) -> Diffing:
    """Compare pairs of orders of 100 line items, one of which has changed."""
    pairs = [
        (orders.order(n, line_items=LINE_ITEMS), orders.order(n, line_items=LINE_ITEMS, after=True))
        for n in range(1, count + 1)
    ]
    return Diffing(
        _per_second(diff, pairs, runs),
        _per_second(DeepDiff, pairs, runs),
        _per_second(lambda old, new: DeepDiff(old, new, ignore_order=True), pairs[:2], runs),
    )


def _per_second(compare: Callable[[Order, Order], object], pairs: list[Pair], runs: int) -> float:
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        for pair in pairs:
            compare(*pair)
        seconds.append(time.perf_counter() - began)
    return len(pairs) / median(seconds)
