"""The threads that take orders up, several at once and within the function's time."""

from collections import deque
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from itertools import takewhile
from typing import Generic, Self, TypeVar

from outposts_order_notifier.sources.outposts import CONCURRENT_READS
from outposts_order_notifier.store.table import BATCH_GET_ITEMS

PUBLISH_SECONDS = 5  # after which what was read until then is published

T = TypeVar("T")
R = TypeVar("R")


class Workers(Generic[R]):
    """Threads, and the orders that wait for them or are under way in them.

    As a context manager, it ends its threads: it waits for those that run, unless they were abandoned.

    Args:
        waiting: The orders to take up, in sequence.
        first: The orders at the beginning of the sequence that all others wait for, up to `PUBLISH_SECONDS`.
        may_begin: Returns whether there is time to take up more orders.
    """

    def __init__(self, waiting: Iterable[str], first: AbstractSet[str], may_begin: Callable[[], bool]) -> None:
        self.waiting = deque(waiting)
        self._under_way: dict[Future[R], str] = {}
        self._first = first
        self._may_begin = may_begin
        self._threads = ThreadPoolExecutor(CONCURRENT_READS)
        self._abandoned = False
        self._first_are_under_way = False

    def __enter__(self) -> Self:
        """Return the workers."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the threads."""
        self._threads.shutdown(wait=not self._abandoned, cancel_futures=True)

    def have_work(self) -> bool:
        """Return whether orders are under way, or wait and there is time for them."""
        return bool(self._under_way or (self.waiting and self._may_begin()))

    def next_chunk(self) -> list[str]:
        """Take the next orders from those that wait, as soon as a thread would fall idle; else none.

        If time is short, orders that no thread has begun wait again.
        """
        self._first_are_under_way = False
        if not self._may_begin():
            not_begun = [self._under_way.pop(each) for each in list(self._under_way) if each.cancel()]
            self.waiting.extendleft(reversed(not_begun))
            return []
        if len(self._under_way) > CONCURRENT_READS:
            return []
        leading = sum(1 for _ in takewhile(self._first.__contains__, self.waiting))
        self._first_are_under_way = leading > 0
        return [self.waiting.popleft() for _ in range(min(BATCH_GET_ITEMS, leading or len(self.waiting)))]

    def begin(self, order_ids: Iterable[str], take_up: Callable[[str], R]) -> None:
        """Let threads take orders up."""
        self._under_way |= {self._threads.submit(take_up, order_id): order_id for order_id in order_ids}

    def finished(self) -> list[R]:
        """Return the results of finished orders, once a thread would fall idle, or after `PUBLISH_SECONDS`.

        If no order waits, or all wait for the first ones, that is once none is under way.
        """
        enough = CONCURRENT_READS if self.waiting and not self._first_are_under_way else 0
        done = []
        with suppress(TimeoutError):
            for each in as_completed(list(self._under_way), timeout=PUBLISH_SECONDS):
                done.append(each)
                del self._under_way[each]
                if len(self._under_way) <= enough:
                    break
        return [each.result() for each in done]

    def abandon(self) -> list[str]:
        """Wait for no thread any more, and return the orders that are under way."""
        self._abandoned = bool(self._under_way)
        return list(self._under_way.values())


def concurrently(function: Callable[[T], R], values: Iterable[T]) -> list[R]:
    """Apply a function to values in threads of their own, so that it does not wait for those of `Workers`."""
    with ThreadPoolExecutor(CONCURRENT_READS) as threads:
        return list(threads.map(function, values))
