"""Batches whose entries succeed or fail individually."""

import random
from collections.abc import Mapping

import pytest

from outposts_order_notifier.runtime.batches import ATTEMPTS, put_all

Refused = dict[str, str]


class Service:
    """A service that rejects some entries of each request.

    Args:
        refusals: By request, the keys to refuse; the last one holds for all later requests.
    """

    def __init__(self, *refusals: str) -> None:
        self.requests: list[dict[str, int]] = []
        self._refusals = refusals

    def put(self, entries: Mapping[str, int]) -> Refused:
        """Accept the entries that are not to be rejected."""
        self.requests.append(dict(entries))
        refused = self._refusals[min(len(self.requests), len(self._refusals)) - 1]
        return {key: f"refused {len(self.requests)}" for key in entries if key in refused}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float]]:
    """Record the bounds of each random wait; each wait is the upper bound."""
    bounds: list[tuple[float, float]] = []

    def drawn(low: float, high: float) -> float:
        bounds.append((low, high))
        return high

    monkeypatch.setattr(random, "uniform", drawn)
    return bounds


def never(seconds: float) -> None:
    """Fail if anyone waits."""
    pytest.fail(f"it waited for {seconds} seconds")


def test_accepted_entries_are_put_once(waits: list[tuple[float, float]]) -> None:
    """Without waiting."""
    service = Service("")
    assert put_all(service.put, {"a": 1, "b": 2}, never) == {}
    assert (service.requests, waits) == ([{"a": 1, "b": 2}], [])


def test_only_rejected_entries_are_put_again() -> None:
    """With its value, until it is accepted."""
    service = Service("ab", "b", "")
    assert put_all(service.put, {"a": 1, "b": 2, "c": 3}, lambda _: None) == {}
    assert service.requests == [{"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2}, {"b": 2}]


def test_entries_rejected_four_times_are_returned_with_the_last_error() -> None:
    """Then the caller decides."""
    service = Service("a")
    assert put_all(service.put, {"a": 1, "b": 2}, lambda _: None) == {"a": "refused 4"}
    assert len(service.requests) == ATTEMPTS == 4


def test_each_wait_is_drawn_from_zero_to_a_bound_that_doubles(waits: list[tuple[float, float]]) -> None:
    """So that callers rejected at the same time do not retry at the same time."""
    slept: list[float] = []
    put_all(Service("a").put, {"a": 1}, slept.append)
    assert waits == [(0, 0.4), (0, 0.8), (0, 1.6)]
    assert slept == [0.4, 0.8, 1.6]


def test_without_time_nothing_is_put_again() -> None:
    """Rejected entries keep their errors, and nobody waits."""
    service = Service("a")
    assert put_all(service.put, {"a": 1}, never, lambda: False) == {"a": "refused 1"}
    assert len(service.requests) == 1
