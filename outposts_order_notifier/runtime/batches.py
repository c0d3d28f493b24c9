"""Sends batches whose entries succeed or fail individually, as those of PutEvents and SendMessageBatch do."""

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
    """Put entries, and retry those that fail, with exponential back-off and jitter.

    Args:
        put: Puts entries once; returns the errors of those that failed, by key.
        entries: The entries, by keys that the caller chooses.
        sleep: Waits for a number of seconds.
        may_go_on: Returns whether there is time for another attempt.

    Returns:
        The last errors of the entries that were not put, by key.
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
