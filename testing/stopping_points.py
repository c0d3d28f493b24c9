"""The calls at which a test ends a process: all of them in the long search, otherwise a sample."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

SAMPLE = 2
T = TypeVar("T")


@dataclass(frozen=True)
class StoppingPoints:
    """Choose the calls of a run at which a test stops it.

    Args:
        seed: The seed of the sample, such as the test's name: the same points are tried on every run.
        exhaustive: Whether to try them all.
    """

    seed: str
    exhaustive: bool

    def of(self, calls: int) -> Sequence[int]:
        """Return the calls, counted from 1, of a run that makes this many."""
        every = range(1, calls + 1)
        if self.exhaustive or calls <= SAMPLE:
            return every
        return sorted(Random(self.seed).sample(every, SAMPLE))  # noqa: S311 - a sample, not a secret

    def one_of(self, cases: Sequence[T], place: int) -> Sequence[T]:
        """Return the cases to try at a place in another list: all, or one, so that each has its turn along the list."""
        return cases if self.exhaustive else [cases[place % len(cases)]]

    def kill_at_each(self, kill: Callable[[int | None], int | None], *, more_than: int) -> int:
        """Kill a run at each point, and return how many points there are.

        Args:
            kill: Kills a run at a call, or lets it end; returns how many calls the run made if nothing killed it.
            more_than: A run makes more calls than this; otherwise the search would prove little.
        """
        calls = kill(None)
        assert calls
        assert calls > more_than
        points = self.of(calls)
        for n in points:
            assert kill(n) is None
        return len(points)
