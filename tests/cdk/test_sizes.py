"""The functions' memory and time."""

import pytest
from aws_cdk.assertions import Template

from testing.synthesis import only


@pytest.mark.parametrize(
    ("name", "megabytes", "seconds"),
    [("poll", 1_024, 300), ("planner", 256, 300), ("notify", 256, 120), ("board", 1_024, 30)],
)
def test_a_function_has_the_memory_and_the_time_that_were_measured(
    full: Template, name: str, megabytes: int, seconds: int
) -> None:
    """docs/performance.md has the curve that the memory follows."""
    function = only(full, "AWS::Lambda::Function", Handler=f"lambdas.{name}.handler.handler")
    assert (function["MemorySize"], function["Timeout"]) == (megabytes, seconds)
