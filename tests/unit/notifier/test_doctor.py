"""What `doctor` finds out: of Slack's webhook, against the receiver that answers as Slack does; of subscriptions."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from local.server import Server
from local.slack import SlackReceiver
from notifier.doctor import Check, _subscriptions, _webhook
from notifier.stack import Resource, Stack

MARK = "MARKER0SECRET"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:topic"
OPS, QUEUE = f"{TOPIC}:1", f"{TOPIC}:2"


@pytest.fixture
def slack() -> Iterator[tuple[SlackReceiver, str]]:
    """A receiver, and its address."""
    receiver = SlackReceiver()
    with Server(receiver) as server:
        yield receiver, server.url


class TestWebhook:
    """It is asked without posting anything."""

    def test_one_that_works_refuses_an_empty_message(self, slack: tuple[SlackReceiver, str]) -> None:
        """That proves the address, and nobody is written to."""
        receiver, origin = slack
        assert _webhook(f"{origin}/services/T0/B0/{MARK}", frozenset({origin})).verdict == "ok"
        assert receiver.messages == []

    @pytest.mark.parametrize("path", [f"/nowhere/{MARK}", f"/triggers/T0/0/{MARK}"])
    def test_one_that_is_gone_or_cannot_be_tried_is_told(self, slack: tuple[SlackReceiver, str], path: str) -> None:
        """A workflow's would start the workflow: that is a warning."""
        check = _webhook(slack[1] + path, frozenset({slack[1]}))
        assert check.verdict == ("warn" if "triggers" in path else "fail")
        assert check.todo

    @pytest.mark.parametrize(
        "url", [f"http://127.0.0.1:1/services/T0/B0/{MARK}", f"https://elsewhere.example/{MARK}", f"http://[{MARK}"]
    )
    def test_no_answer_tells_the_address(self, url: str) -> None:
        """Whatever is wrong with it, it is a secret."""
        check = _webhook(url, frozenset({"http://127.0.0.1:1"}))
        assert check.verdict == "fail"
        assert MARK not in repr(check)


class TestSubscriptions:
    """Those of the topic, compared with those that the stack has made."""

    def test_the_stacks_own_queue_is_nobody_who_reads(self) -> None:
        """The others are counted, those that the stack has not made included."""
        own = {"Ops": OPS, "Queue": QUEUE}
        (check,) = checked(own, [(OPS, "email"), (QUEUE, "sqs"), (f"{TOPIC}:3", "sqs")])
        assert (check.verdict, check.found) == ("ok", "2 confirmed")

    @pytest.mark.parametrize("listed", [[], [("Deleted", "email")]])
    def test_a_configured_recipient_who_is_gone_fails(self, listed: list[tuple[str, str]]) -> None:
        """By the link below a mail anybody can unsubscribe it; SNS lists it as deleted for some days."""
        gone, *_ = checked({"Ops": OPS, "Queue": QUEUE}, [(QUEUE, "sqs"), *listed], pending={OPS: None})
        assert (gone.verdict, gone.found) == ("fail", "unsubscribed: Ops")
        assert "emails" in gone.todo

    def test_one_that_is_not_confirmed_yet_is_not_gone(self) -> None:
        """Its ARN is not listed before."""
        (check,) = checked({"Ops": OPS}, [("PendingConfirmation", "email")], pending={OPS: "true"})
        assert (check.verdict, check.found) == ("fail", "unconfirmed: email-endpoint")

    @pytest.mark.parametrize(("own", "verdict"), [({"Queue": QUEUE}, "ok"), ({}, "warn")])
    def test_nobody_is_fine_where_a_chat_is_told(self, own: dict[str, str], verdict: str) -> None:
        """The stack's queue is subscribed for the chats' sake."""
        (check,) = checked(own, [(arn, "sqs") for arn in own.values()])
        assert check.verdict == verdict

    def test_a_subscription_of_another_topic_is_not_looked_for(self) -> None:
        """The stack may have one for Amazon Q Developer."""
        other = TOPIC.replace("topic", "amazon-q") + ":1"
        (check,) = checked({"Q": other, "Ops": OPS}, [(OPS, "email")])
        assert check.verdict == "ok"


def checked(
    own: dict[str, str], listed: list[tuple[str, str]], pending: dict[str, str | None] | None = None
) -> list[Check]:
    """Check a stack that has made subscriptions `own`, by logical id, where SNS lists some, each with its protocol.

    Args:
        own: ARNs.
        listed: ARNs, or what SNS says in their place.
        pending: What SNS says of those that it does not list, None for not found.
    """
    sns = boto3.client("sns")
    stack = Stack(boto3.Session())
    stack.session = type("Session", (), {"client": staticmethod(lambda _: sns)})()
    stack.outputs = {"NotificationTopicArn": TOPIC}
    stack.resources = [Resource("AWS::SNS::Subscription", name, arn) for name, arn in own.items()]
    subscriptions: Any = [
        {"SubscriptionArn": arn, "Protocol": protocol, "Endpoint": f"{protocol}-endpoint"} for arn, protocol in listed
    ]
    with Stubber(sns) as stub:
        stub.add_response("list_subscriptions_by_topic", {"Subscriptions": subscriptions}, {"TopicArn": TOPIC})
        for arn, state in (pending or {}).items():
            asked = {"SubscriptionArn": arn}
            if state is None:
                stub.add_client_error("get_subscription_attributes", "NotFound", expected_params=asked)
            else:
                answer = {"Attributes": {"PendingConfirmation": state}}
                stub.add_response("get_subscription_attributes", answer, asked)
        return list(_subscriptions(stack))
