"""Puts a batch of entries into a service that takes or refuses each by itself, as PutEvents and SendMessageBatch do."""

import random
from collections.abc import Callable, Mapping
from typing import TypeVar

ATTEMPTS = 4

K = TypeVar("K")
V = TypeVar("V")


def put_all(
    put: Callable[[Mapping[K, V]], dict[K, str]],
    entries: Mapping[K, V],
    sleep: Callable[[float], None],
    may_go_on: Callable[[], bool] = lambda: True,
) -> dict[K, str]:
    """Put entries, and again those that are refused, after longer and longer random waits.

    Args:
        put: Puts entries once; gives why some were refused.
        entries: What to put, by a key of the caller's.
        sleep: Waits that many seconds.
        may_go_on: Whether there is time for another attempt.

    Returns:
        Why some were refused for good: the last error, by key.
    """
    left, errors = dict(entries), dict[K, str]()
    for attempt in range(ATTEMPTS):
        if attempt:
            if not may_go_on():
                break
            sleep(random.uniform(0, 0.2 * 2**attempt))  # noqa: S311 - jitter, not a secret
        errors = put(left)
        left = {key: left[key] for key in errors}
        if not left:
            break
    return errors
