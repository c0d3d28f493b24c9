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
    """Put entries, and retry those that fail, with exponential back-off and jitter; return the last errors, by key.

    `put` puts entries once and returns the errors of those that failed; `may_go_on` returns whether there is time for
    another attempt.
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
