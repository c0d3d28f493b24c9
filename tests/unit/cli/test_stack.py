"""Which stack the commands are about."""

from typing import TYPE_CHECKING, cast

import pytest

from outposts_order_notifier.cli.stack import Stack

if TYPE_CHECKING:
    import boto3


@pytest.mark.parametrize(
    ("variable", "name"), [(None, "OutpostsOrderNotifier"), ("", "OutpostsOrderNotifier"), ("Racks", "Racks")]
)
def test_the_environment_names_the_stack_of_another_application(
    variable: str | None, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default, it is the stack of `cdk deploy`."""
    monkeypatch.delenv("OUTPOSTS_ORDER_NOTIFIER_STACK", raising=False)
    if variable is not None:
        monkeypatch.setenv("OUTPOSTS_ORDER_NOTIFIER_STACK", variable)
    assert Stack(cast("boto3.Session", None)).name == name
