"""The result of one of `doctor`'s checks, and what a channel's check can read of the deployment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import boto3

Verdict = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check.

    Attributes:
        name: What was checked.
        verdict: Whether it works.
        found: What was found.
        todo: What to do about it; empty if nothing.
    """

    name: str
    verdict: Verdict
    found: str
    todo: str = ""


class Deployment(Protocol):
    """The deployed stack."""

    @property
    def session(self) -> boto3.Session:
        """The operator's credentials."""

    def output(self, name: str) -> str:
        """Return a stack output."""

    def variables(self, output: str) -> Mapping[str, str]:
        """Return the environment variables of the function that an output names."""

    def function(self, output: str) -> Any:
        """Return the configuration of the function that an output names."""

    def of_kind(self, kind: str) -> Iterator[Any]:
        """Return the stack's resources of a CloudFormation type."""
