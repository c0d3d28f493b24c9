"""What `replay` makes for itself on the bus, played by moto."""

import boto3
import pytest

from notifier.errors import OperatorError
from notifier.replay import _archive, _own_rule
from notifier.stack import Resource, Stack

NAME = "outposts-order-notifier-replay-1"


@pytest.fixture
def stack(aws: None) -> Stack:  # noqa: ARG001 - moto must be there first
    """A deployment that is a bus."""
    arn = boto3.client("events").create_event_bus(Name="orders")["EventBusArn"]
    stack = Stack(boto3.Session())
    stack.outputs = {"EventBusName": "orders", "EventBusArn": arn}
    stack.resources = []
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


class TestArchive:
    """Which archive is replayed."""

    @pytest.mark.parametrize(("own", "found"), [(["team"], "team"), (["gone"], None), ([], None)])
    def test_is_the_stacks_own_where_a_bus_has_several(self, stack: Stack, own: list[str], found: str | None) -> None:
        """Another's may hold some of the events only; where none is the stack's, there is no telling which it is."""
        make_archives(stack, "all", "team", "temporary")
        stack.resources = [Resource("AWS::Events::Archive", "Archive", name) for name in own]
        if found:
            assert _archive(stack).arn == f"arn:aws:events:eu-west-1:123456789012:archive/{found}"
        else:
            with pytest.raises(OperatorError, match="several archives, and none is the stack's: all, team, temporary;"):
                _archive(stack)

    def test_is_the_only_one_otherwise(self, stack: Stack) -> None:
        """As on the local cloud, whose CloudFormation knows no archives."""
        with pytest.raises(OperatorError, match="the bus has no archive"):
            _archive(stack)
        make_archives(stack, "all")
        assert _archive(stack).arn.endswith(":archive/all")


def make_archives(stack: Stack, *names: str) -> None:
    """Let the bus have archives."""
    for name in names:
        boto3.client("events").create_archive(ArchiveName=name, EventSourceArn=stack.output("EventBusArn"))
