"""What `doctor` finds about Slack's webhook, concurrency and subscriptions."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from werkzeug import Request, Response
from werkzeug.utils import redirect

from local.server import Server
from local.slack import SlackReceiver
from outposts_order_notifier.cli.doctor import concurrency, summaries
from outposts_order_notifier.cli.stack import Resource, Stack
from outposts_order_notifier.notify import no_redirects
from outposts_order_notifier.notify.channels.slack.credentials import Webhook
from outposts_order_notifier.notify.channels.slack.doctor import check_webhook
from outposts_order_notifier.notify.channels.sns import doctor as sns_doctor
from outposts_order_notifier.notify.check import Check

MARK = "MARKER0SECRET"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:topic"
SUMMARIES = ("NotificationsSummariesDefault1234ABCD", "NotificationsSummariesRoutedublin1234ABCD")
OPS, QUEUE = f"{TOPIC}:1", f"{TOPIC}:2"


@pytest.fixture
def slack() -> Iterator[tuple[SlackReceiver, str]]:
    """A receiver that responds like Slack, and its address."""
    receiver = SlackReceiver()
    with Server(receiver) as server:
        yield receiver, server.url


class TestWebhook:
    """It is checked without posting anything."""

    def test_one_that_works_refuses_an_empty_message(self, slack: tuple[SlackReceiver, str]) -> None:
        """That proves the address, and nobody is notified."""
        receiver, origin = slack
        assert check_webhook(Webhook(f"{origin}/services/T0/B0/{MARK}")).verdict == "ok"
        assert receiver.messages == []

    @pytest.mark.parametrize("path", [f"/nowhere/{MARK}", f"/triggers/T0/0/{MARK}"])
    def test_one_that_is_gone_or_cannot_be_checked(self, slack: tuple[SlackReceiver, str], path: str) -> None:
        """Checking a workflow's webhook would start the workflow, so that is a warning."""
        check = check_webhook(Webhook(slack[1] + path))
        assert check.verdict == ("warn" if "triggers" in path else "fail")
        assert check.todo

    @pytest.mark.parametrize(
        "url", [f"http://127.0.0.1:1/services/T0/B0/{MARK}", f"http://[{MARK}", f"http://{MARK}:x/"]
    )
    def test_no_result_shows_the_address(self, url: str) -> None:
        """Even an invalid address is a secret."""
        try:
            check = check_webhook(Webhook(url))
        except ValueError as error:  # of what notify's rule does not let through, but `examine` catches all the same
            assert MARK not in str(error)  # noqa: PT017 - the rule is of its text
            return
        assert check.verdict == "fail"
        assert MARK not in repr(check)

    def test_a_redirect_is_not_followed(self) -> None:
        """Otherwise the target of the redirect would receive the address."""
        reached = list[str]()

        @Request.application
        def redirecting(request: Request) -> Response:
            reached.append(request.path)
            return redirect("/elsewhere", 307)

        with Server(redirecting) as server:
            check = check_webhook(Webhook(f"{server.url}/services/T0/B0/{MARK}"))
        assert (check.verdict, check.found) == ("fail", "Slack answered 307")
        assert reached == [f"/services/T0/B0/{MARK}"]

    def test_it_is_reached_by_the_proxy_that_all_other_checks_use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Only the proxy can resolve the name."""
        asked = list[str]()

        @Request.application
        def proxy(request: Request) -> Response:
            asked.append(request.environ["RAW_URI"])
            return Response("no_text", 400)

        with Server(proxy) as server:
            monkeypatch.setenv("http_proxy", server.url)
            monkeypatch.delenv("no_proxy", raising=False)
            monkeypatch.delenv("NO_PROXY", raising=False)
            no_redirects.opener.cache_clear()
            try:
                check = check_webhook(Webhook(f"http://hooks.invalid/services/T0/B0/{MARK}"))
            finally:
                monkeypatch.undo()
                no_redirects.opener.cache_clear()  # without the proxy, for the next test
        assert check.verdict == "ok"
        assert asked == [f"http://hooks.invalid/services/T0/B0/{MARK}"]


class TestConcurrency:
    """How many functions may run at once."""

    @pytest.mark.parametrize(
        ("limit", "polls", "verdict"),
        [
            (1_000, [30], "ok"),
            (33, [30], "ok"),
            (32, [30], "warn"),
            (10, [30], "warn"),
            (10, [], "ok"),
            (50, [None], "warn"),
        ],
    )
    def test_polls_leave_room_for_notify(self, limit: int, polls: list[int | None], verdict: str) -> None:
        """The polls of a queue and of a schedule, and two of notify; a queue without a limit may use all.

        A summary's schedule starts no function of its own.
        """
        client = boto3.client("lambda")
        stack = Stack(boto3.Session())
        stack.session = type("Session", (), {"client": staticmethod(lambda _: client)})()
        stack.outputs = {"PollFunctionName": "poll", "NotifyFunctionName": "notify"}
        stack.resources = [Resource("AWS::Scheduler::Schedule", name, name) for name in ("Plans", *SUMMARIES)]
        mappings: Any = {
            "poll": [{"ScalingConfig": {"MaximumConcurrency": each}} if each else {} for each in polls],
            "notify": [{"ScalingConfig": {"MaximumConcurrency": 2}}],
        }
        with Stubber(client) as stub:
            account: Any = {"ConcurrentExecutions": 1_000, "UnreservedConcurrentExecutions": limit}
            stub.add_response("get_account_settings", {"AccountLimit": account}, {})
            for name, found in mappings.items():
                stub.add_response("list_event_source_mappings", {"EventSourceMappings": found}, {"FunctionName": name})
            (check,) = concurrency(stack)
        assert check.verdict == verdict
        assert str(limit) in check.found
        assert bool(check.todo) == (verdict == "warn")


class TestSummaries:
    """The schedules of the weekly summary."""

    @pytest.mark.parametrize(
        ("state", "expression", "verdict", "found"),
        [
            ("ENABLED", "cron(5 8 ? * MON *)", "ok", "2 enabled: Mon 08:05, Europe/Dublin"),
            ("ENABLED", "rate(7 days)", "ok", "2 enabled: Mon 08:05, Europe/Dublin; rate(7 days), Europe/Dublin"),
            ("DISABLED", "cron(5 8 ? * MON *)", "fail", f"disabled: {SUMMARIES[1]}"),
        ],
    )
    def test_they_are_enabled_and_show_their_time(self, state: str, expression: str, verdict: str, found: str) -> None:
        """Also a time that somebody has changed."""
        schedules = ("ENABLED", "cron(5 8 ? * MON *)"), (state, expression)
        (check,) = summarized(dict(zip(SUMMARIES, schedules, strict=True)))
        assert (check.name, check.verdict, check.found) == ("weekly summary", verdict, found)
        assert bool(check.todo) == (verdict == "fail")

    def test_without_a_summary_there_is_no_check(self) -> None:
        """It is not configured."""
        assert summarized({}) == []


class TestSubscriptions:
    """Those of the topic, compared with those that the stack created."""

    def test_the_stacks_own_queue_is_not_a_recipient(self) -> None:
        """The others are counted, including those that the stack did not create."""
        own = {"Ops": OPS, "Queue": QUEUE}
        (check,) = checked(own, [(OPS, "email"), (QUEUE, "sqs"), (f"{TOPIC}:3", "sqs")])
        assert (check.verdict, check.found) == ("ok", "2 confirmed")

    @pytest.mark.parametrize("listed", [[], [("Deleted", "email")]])
    def test_a_configured_recipient_who_is_gone_fails(self, listed: list[tuple[str, str]]) -> None:
        """Anyone can unsubscribe it with the link in an e-mail; SNS lists it as deleted for some days."""
        gone, *_ = checked({"Ops": OPS, "Queue": QUEUE}, [(QUEUE, "sqs"), *listed], pending={OPS: None})
        assert (gone.verdict, gone.found) == ("fail", "unsubscribed: Ops")
        assert "emails" in gone.todo

    def test_one_that_is_not_confirmed_yet_is_not_gone(self) -> None:
        """Its ARN is only listed once it is confirmed."""
        (check,) = checked({"Ops": OPS}, [("PendingConfirmation", "email")], pending={OPS: "true"})
        assert (check.verdict, check.found) == ("fail", "unconfirmed: email-endpoint")

    @pytest.mark.parametrize(("own", "verdict"), [({"Queue": QUEUE}, "ok"), ({}, "warn")])
    def test_no_subscription_is_fine_if_a_chat_is_notified(self, own: dict[str, str], verdict: str) -> None:
        """The stack's queue is subscribed so that chats are notified."""
        (check,) = checked(own, [(arn, "sqs") for arn in own.values()])
        assert check.verdict == verdict

    def test_a_subscription_of_another_topic_is_not_looked_for(self) -> None:
        """The stack may have one for Amazon Q Developer."""
        other = TOPIC.replace("topic", "amazon-q") + ":1"
        (check,) = checked({"Q": other, "Ops": OPS}, [(OPS, "email")])
        assert check.verdict == "ok"


def summarized(schedules: dict[str, tuple[str, str]]) -> list[Check]:
    """Check a stack with a schedule of polls and those of summaries: each one's state and expression."""
    client = boto3.client("scheduler")
    stack = Stack(boto3.Session())
    stack.session = type("Session", (), {"client": staticmethod(lambda _: client)})()
    stack.resources = [Resource("AWS::Scheduler::Schedule", name, name) for name in ("PollerSchedule0", *schedules)]
    with Stubber(client) as stub:
        for name, (state, expression) in schedules.items():
            answer = {"State": state, "ScheduleExpression": expression, "ScheduleExpressionTimezone": "Europe/Dublin"}
            stub.add_response("get_schedule", answer, {"Name": name})
        return list(summaries(stack))


def checked(
    own: dict[str, str], listed: list[tuple[str, str]], pending: dict[str, str | None] | None = None
) -> list[Check]:
    """Check a stack that created subscriptions `own`, by logical id, while SNS lists some, each with its protocol.

    Args:
        own: ARNs.
        listed: ARNs, or what SNS lists instead.
        pending: What SNS returns for those that it does not list; None for not found.
    """
    sns = boto3.client("sns")
    stack = Stack(boto3.Session())
    stack.session = type("Session", (), {"client": staticmethod(lambda _: sns)})()
    function: Any = {"Environment": {"Variables": {"NOTIFICATION_TOPIC_ARN": TOPIC}}}
    stack.function = lambda output: function  # type: ignore[method-assign] # noqa: ARG005
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
        return list(sns_doctor.check(stack))
