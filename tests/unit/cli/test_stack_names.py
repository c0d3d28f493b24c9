"""The names that commands show."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast
from unittest.mock import PropertyMock, patch

import pytest
from botocore.exceptions import ClientError

from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.stack import Stack

if TYPE_CHECKING:
    import boto3

KEPT = {"op-1": "Dublin plant", "111122223333": "Payments"}
DENIED = ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetFunctionConfiguration")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"NAMES": '{"op-1": "Plant 1"}'}, {**KEPT, "op-1": "Plant 1"}),
        ({}, KEPT),
        (DENIED, KEPT),
        (OperatorError("the stack has no output PollFunctionName"), KEPT),
    ],
)
def test_the_configurations_take_precedence_if_they_can_be_read(
    variables: dict[str, str] | Exception, expected: dict[str, str]
) -> None:
    """They are in poll's environment, which a command for reading orders does not need otherwise."""

    def names_of(sources: Iterable[str]) -> dict[str, str]:
        assert list(sources) == ["111122223333/eu-west-1"]
        return dict(KEPT)

    stack = Stack(cast("boto3.Session", None))
    found = [variables] if isinstance(variables, dict) else variables
    with (
        patch.object(Stack, "snapshots", PropertyMock(return_value=SimpleNamespace(names_of=names_of))),
        patch.object(Stack, "variables", side_effect=found),
    ):
        assert stack.names(["111122223333/eu-west-1"]) == expected


def test_the_board_takes_only_the_configurations() -> None:
    """It reads the others with the orders."""
    stack = Stack(cast("boto3.Session", None))
    with patch.object(Stack, "variables", side_effect=[{"NAMES": '{"op-1": "Plant 1"}'}, DENIED]):
        assert stack.configured_names == {"op-1": "Plant 1"}
        assert stack.configured_names == {}
