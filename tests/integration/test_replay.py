"""What `replay` makes for itself on the bus, played by moto."""

import boto3
import pytest

from notifier.replay import _own_rule
from notifier.stack import Stack

NAME = "outposts-order-notifier-replay-1"


@pytest.fixture
def stack(aws: None) -> Stack:  # noqa: ARG001 - moto must be there first
    """A deployment that is a bus."""
    boto3.client("events").create_event_bus(Name="orders")
    stack = Stack(boto3.Session())
    stack.outputs = {"EventBusName": "orders"}
    return stack


class TestOwnRule:
    """The rule and queue through which an order's events leave the archive."""

    @pytest.mark.parametrize("end", [None, KeyboardInterrupt])
    def test_nothing_is_left_behind(self, stack: Stack, end: type[BaseException] | None) -> None:
        """Neither in the end nor after Ctrl-C."""
        events, sqs = boto3.client("events"), boto3.client("sqs")
        try:
            with _own_rule(stack, NAME, "oo-1", range(3, 5)) as (rule_arn, queue_url):
                (rule,) = events.list_rules(EventBusName="orders")["Rules"]
                assert (rule["Arn"], sqs.list_queues()["QueueUrls"]) == (rule_arn, [queue_url])
                if end:
                    raise end
        except KeyboardInterrupt:
            pass
        assert events.list_rules(EventBusName="orders")["Rules"] == []
        assert "QueueUrls" not in sqs.list_queues()
