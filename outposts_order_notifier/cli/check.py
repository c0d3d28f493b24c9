"""What one of `doctor`'s checks found."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found.

    Attributes:
        name: What was looked at.
        verdict: Whether it is well.
        found: What was seen.
        todo: What to do about it, empty if nothing.
    """

    name: str
    verdict: Verdict
    found: str
    todo: str = ""
