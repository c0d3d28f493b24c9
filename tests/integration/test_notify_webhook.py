"""The webhook channel, over HTTP."""

import io
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug import Response

from local.server import Server
from local.webhook import SECRET, WebhookReceiver
from outposts_order_notifier.notify.channels.webhook import transport
from outposts_order_notifier.runtime.observability import logger
from testing.aws import Slack
from testing.details import an_update
from testing.notify_world import Calls, World, deploy, put_secret, use_webhook

ALARM = {
    "AlarmName": "PollsFailing",
    "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:PollsFailing",
    "NewStateValue": "ALARM",
    "OldStateValue": "OK",
    "StateChangeTime": "2026-11-24T09:30:00.000+0000",
}
QUERY = "token=MARKER0QUERY"


@pytest.fixture
def receiver() -> WebhookReceiver:
    """The receiver."""
    return WebhookReceiver()


@pytest.fixture
def url(receiver: WebhookReceiver) -> Iterator[str]:
    """Its URL."""
    with Server(receiver) as server:
        yield f"{server.url}/orders?{QUERY}"


@pytest.fixture
def world(aws: None, slack: Slack, url: str, monkeypatch: pytest.MonkeyPatch) -> World:  # noqa: ARG001 - moto must be there first
    """A deployed notify function with a webhook."""
    world = deploy(slack, Calls(), monkeypatch)
    use_webhook(url, monkeypatch)
    return world


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the function logs."""
    written = io.StringIO()
    handler: Any = logger._logger.handlers[0]
    monkeypatch.setattr(handler, "stream", written)
    return written


class TestRequests:
    """What a receiver gets."""

    def test_an_order_is_its_events_detail_signed(self, world: World, receiver: WebhookReceiver) -> None:
        """The receiver rejects what is not signed with its secret."""
        world.put("oo-1")
        assert world.run() == []
        detail = an_update("oo-1") | {"eventId": "event of oo-1"}
        assert receiver.messages == [{"id": "event of oo-1", "type": "Outposts Order Updated", "content": detail}]

    def test_an_alarm_has_its_own_type(self, world: World, receiver: WebhookReceiver) -> None:
        """Its content is what CloudWatch wrote."""
        world.put(ALARM)
        assert world.run() == []
        (message,) = receiver.messages
        assert (message["type"], message["content"]) == ("Outposts Order Notifier Alarm", ALARM)

    def test_a_redelivery_is_not_posted_again(self, world: World, receiver: WebhookReceiver) -> None:
        """Delivery records each event."""
        world.put("oo-1")
        world.run()
        world.put("oo-1")
        assert world.run() == []
        assert receiver.posts == 1

    @pytest.mark.parametrize("known", ["another-secret-of-the-receiver", SECRET])
    def test_both_secrets_sign_during_a_rotation(
        self, world: World, receiver: WebhookReceiver, url: str, monkeypatch: pytest.MonkeyPatch, known: str
    ) -> None:
        """A receiver may change to the new one at any time."""
        monkeypatch.setenv("SLACK_SECRET_NAME", "slack")
        use_webhook(url, monkeypatch, signingSecret="another-secret-of-the-receiver", previousSigningSecret=SECRET)
        receiver.secret = known
        world.put("oo-1")
        assert world.run() == []
        assert len(receiver.messages) == 1


class TestFailures:
    """What a receiver rejects."""

    @pytest.mark.parametrize("status", [200, 201, 202, 204])
    def test_any_2xx_response_is_success(self, world: World, receiver: WebhookReceiver, status: int) -> None:
        """Nothing is posted again."""
        receiver.answers.append(Response(status=status))
        world.put("oo-1")
        assert world.run() == []
        assert receiver.posts == 1

    @pytest.mark.parametrize(
        ("status", "permanent"),
        [
            (301, True),
            (302, True),
            (307, True),
            (308, True),
            (400, True),
            (401, True),
            (404, True),
            (410, True),
            (408, False),
            (425, False),
            (429, False),
            (500, False),
            (503, False),
        ],
    )
    def test_only_some_errors_are_worth_a_quick_retry(
        self, world: World, receiver: WebhookReceiver, logs: io.StringIO, status: int, permanent: bool
    ) -> None:
        """After three quick attempts, a permanent error waits for 15 minutes each time."""
        receiver.answers += [Response(status=status, headers={"Location": "/elsewhere"}) for _ in range(4)]
        world.put("oo-1")
        waits = []
        for _ in range(4):
            assert len(world.run()) == 1
            waits += world.calls.visibilities
        assert waits == [15, 30, 60, 900 if permanent else 120]
        assert f"127.0.0.1 answered {status}" in logs.getvalue()
        assert receiver.posts == 4  # a redirect is not followed
        assert ("Redirects are not followed" in logs.getvalue()) is (300 <= status < 400)

    @pytest.mark.parametrize("status", [429, 503])
    def test_retry_after_is_respected(self, world: World, receiver: WebhookReceiver, status: int) -> None:
        """The message waits for as long as the receiver asked."""
        receiver.answers.append(Response(status=status, headers={"Retry-After": "40"}))
        world.put("oo-1")
        assert len(world.run()) == 1
        assert world.calls.visibilities == [40]

    @pytest.mark.parametrize(("listens", "error"), [(False, "ConnectionRefusedError"), (True, "TimeoutError")])
    def test_a_receiver_that_is_down_or_slow_is_retried(
        self, world: World, monkeypatch: pytest.MonkeyPatch, logs: io.StringIO, *, listens: bool, error: str
    ) -> None:
        """The topic's subscribers are notified nevertheless."""
        monkeypatch.setattr(transport, "TIMEOUT_SECONDS", 0.5)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1] if listens else 9
            put_secret(json.dumps({"url": f"http://127.0.0.1:{port}/orders", "signingSecret": SECRET}), "webhook")
            world.put("oo-1")
            assert len(world.run()) == 1
        assert world.calls.visibilities == [15]
        assert f"127.0.0.1 was not reached: {error}" in logs.getvalue()
        assert world.sns_published() == {"oo-1": 1}

    @pytest.mark.parametrize(
        ("secret", "text"),
        [
            ("MARKER0SECRET", "is not a JSON object"),
            ('["MARKER0SECRET"]', "is not a JSON object"),
            ('{"signingSecret": "short"}', "at least 16 characters"),
            ('{"signingSecret": "MARKER0SECRET-and-more", "previousSigningSecret": 1}', "at least 16 characters"),
            ('{"signingSecret": "MARKER0SECRET-and-more"}', "has no url"),
            (
                '{"signingSecret": "MARKER0SECRET-and-more", "url": "http://MARKER0SECRET"}',
                "should begin with https://",
            ),
        ],
    )
    def test_a_secret_that_cannot_be_used_is_reported(
        self, world: World, logs: io.StringIO, secret: str, text: str
    ) -> None:
        """Without its value."""
        put_secret(secret, "webhook")
        world.put("oo-1")
        assert len(world.run()) == 1
        assert text in logs.getvalue()
        assert "MARKER0" not in logs.getvalue()


def test_no_failure_shows_the_secret_or_the_urls_query(
    world: World, receiver: WebhookReceiver, logs: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    """For any kind of failure."""
    receiver.answers += [Response(status=404), Response(status=500), Response(status=301, headers={"Location": "x"})]
    world.put("oo-1")
    for _ in range(4):
        world.run()
    shown = logs.getvalue() + "".join(capsys.readouterr())
    assert "404" in shown
    assert SECRET not in shown
    assert "MARKER0QUERY" not in shown
    assert "/orders" not in shown
