"""The commands on an incomplete stack, simulated by moto."""

from collections.abc import Callable

import boto3
import pytest

from outposts_order_notifier.cli.doctor import examine
from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.events import events
from outposts_order_notifier.cli.notification import notification
from outposts_order_notifier.cli.orders import orders, show
from outposts_order_notifier.cli.poll import plan, poll
from outposts_order_notifier.cli.redrive import redrive
from outposts_order_notifier.cli.replay import replay
from outposts_order_notifier.cli.stack import Stack

ORDER_ID = "oo-0123456789abcdef0"


@pytest.fixture
def stack(aws: None, monkeypatch: pytest.MonkeyPatch) -> Stack:  # noqa: ARG001 - moto must be there first
    """A stack whose first deployment was rolled back."""
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setattr(Stack, "description", {"StackStatus": "ROLLBACK_COMPLETE"})
    monkeypatch.setattr(Stack, "resources", [])
    return Stack(boto3.Session())


class TestIncompleteStack:
    """A deployment that failed, or of which somebody removed a part."""

    @pytest.mark.usefixtures("stack")
    @pytest.mark.parametrize(
        "command",
        [
            orders,
            lambda: show(ORDER_ID),
            lambda: events(ORDER_ID, days=1),
            poll,
            lambda: replay(order=ORDER_ID),
            redrive,
            notification,
        ],
    )
    def test_a_command_says_what_is_missing(self, command: Callable[[], None]) -> None:
        """With the stack's status, and what to do."""
        with pytest.raises(OperatorError, match=r"is ROLLBACK_COMPLETE and has no output .*; deploy it again"):
            command()

    def test_doctor_runs_all_checks(self, stack: Stack) -> None:
        """One that cannot run fails, and does not stop the others."""
        checks = {check.name: check for check in examine(stack)}
        assert checks["stack"].verdict == "warn"
        for name in ("polls", "notify's queue", "Slack", "pending events", "archive"):
            assert "has no output" in checks[name].found
            assert checks[name].verdict == "fail"

    def test_redrive_says_that_nothing_feeds_notify(self, stack: Stack) -> None:
        """Its queue's mapping may have been deleted."""
        stack.outputs = {"NotifyFunctionName": "notify"}
        with pytest.raises(OperatorError, match="has no queue that feeds the notify function; deploy it again"):
            _ = stack.notify_queue_url

    def test_a_plan_says_that_there_is_no_planner(self, stack: Stack) -> None:
        """The poll function's configuration may be newer than the stack."""
        with pytest.raises(OperatorError, match="has no planner function; deploy it again"):
            plan(stack)
