"""The calls at which a test ends a process: all of them in the long search, otherwise a sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

SAMPLE = 3


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
