"""The threads that process orders, within the function's time."""

from collections import deque
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from itertools import takewhile
from typing import Generic, Self, TypeVar

from outposts_order_notifier.sources.outposts import CONCURRENT_READS
from outposts_order_notifier.store.table import BATCH_GET_ITEMS

PUBLISH_SECONDS = 5  # finished orders are published at least this often

T = TypeVar("T")
R = TypeVar("R")


class Workers(Generic[R]):
    """Threads, and the orders that wait for them or are under way in them.

    As a context manager, it ends its threads: it waits for those that run, unless they were abandoned.

    Args:
        waiting: The orders to process, in sequence.
        first: The orders at the beginning of the sequence that all others wait for, up to `PUBLISH_SECONDS`.
        may_begin: Returns whether there is time to start more orders.
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
        """Remove the next orders from the waiting ones and return them; return none while all threads are busy.

        If time is short, orders that no thread has started return to the waiting ones.
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

    def begin(self, order_ids: Iterable[str], process: Callable[[str], R]) -> None:
        """Let threads process orders."""
        self._under_way |= {self._threads.submit(process, order_id): order_id for order_id in order_ids}

    def finished(self) -> list[R]:
        """Return the results of finished orders, before a thread becomes idle or after `PUBLISH_SECONDS`.

        If no order waits, or if all wait for the first ones, return only when none is under way, or after that time.
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
        """Return the orders that are under way, and let `__exit__` not wait for their threads."""
        self._abandoned = bool(self._under_way)
        return list(self._under_way.values())


def concurrently(function: Callable[[T], R], values: Iterable[T]) -> list[R]:
    """Apply a function to values in separate threads, so that it does not wait for those of `Workers`."""
    with ThreadPoolExecutor(CONCURRENT_READS) as threads:
        return list(threads.map(function, values))
