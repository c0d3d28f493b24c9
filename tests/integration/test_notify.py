"""The notify function: SNS, SQS, DynamoDB and Secrets Manager by moto, Slack over HTTP."""

import io
import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import pytest
from botocore.exceptions import ClientError

from outposts_order_notifier.notify.channel import LaterError
from outposts_order_notifier.notify.channels.slack import pace, transport
from outposts_order_notifier.notify.state import Slots
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.runtime.observability import logger
from testing.aws import Slack, client_of, drain, make_queue
from testing.details import an_update
from testing.graphs import reads
from testing.notify_world import WEBHOOK, Calls, World, deploy, put_secret

ALARM = {
    "AlarmName": "PollsFailing",
    "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:PollsFailing",
    "NewStateValue": "ALARM",
    "NewStateReason": "3 of 3",
    "StateChangeTime": "2026-11-24T09:30:00Z",
}
THROTTLED = ClientError({"Error": {"Code": "Throttling", "Message": "Rate exceeded"}}, "Publish")


@pytest.fixture
def world(aws: None, slack: Slack, monkeypatch: pytest.MonkeyPatch) -> World:  # noqa: ARG001 - moto must be there first
    """A deployed notify function; Slack's pace matters only if a test says so."""
    monkeypatch.setattr(pace, "INTERVAL_MS", 0)
    return deploy(slack, Calls(), monkeypatch)


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the function logs, as Lambda gets it."""
    written = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)
    return written


def orders_of(number: int, prefix: str = "oo-") -> list[str]:
    """Return this many order ids."""
    return [f"{prefix}{n:03}" for n in range(number)]


def slack_pace(world: World) -> pace.Pace:
    """Return the pace that all runs share."""
    return pace.Pace(Slots(client_of("dynamodb"), world.table, "slack"))


def chat_of_amazon_q(monkeypatch: pytest.MonkeyPatch) -> str:
    """Configure Amazon Q's topic, and return the queue that gets what it publishes, as a chat does."""
    chat, arn = make_queue("chat")
    sns = client_of("sns")
    topic = sns.create_topic(Name="amazon-q")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    monkeypatch.setenv("AMAZON_Q_TOPIC_ARN", topic)
    return chat


class TestSending:
    """What people receive."""

    def test_an_order_is_sent_to_the_topic_and_to_slack(self, world: World) -> None:
        """One event results in one publication that filter policies match and one Slack message."""
        world.put("oo-1")
        assert world.run() == []
        assert world.sns_published() == {"oo-1": 1}
        assert world.slack_posted(["oo-1"]) == {"oo-1": 1}
        assert json.loads(world.published[0]["Message"])["eventId"] == "event of oo-1"

    def test_the_calls_of_a_warm_function_cost_no_more_than_those_of_a_cold_one(self, world: World) -> None:
        """Each of Powertools' stores makes every later request of its client longer, so there may only be one."""
        headers: list[int] = []
        clients.dynamodb().meta.events.register_last(
            "request-created",
            lambda request, **_: headers.append(len(request.headers.get_all("User-Agent"))),
        )
        for order in ("oo-1", "oo-2", "oo-3"):
            world.put(order)
            assert world.run() == []
        assert len(headers) >= 3
        assert len(set(headers)) == 1

    def test_times_are_in_the_configured_time_zone(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Slack alone shows each reader's own."""
        chat = chat_of_amazon_q(monkeypatch)
        monkeypatch.setenv("TIME_ZONE", "Asia/Kathmandu")
        world.put("oo-1")
        assert world.run() == []
        (notification,) = drain(chat)
        assert notification["content"]["description"].endswith("*Observed:* 24 Nov 2026, 15:15 UTC+05:45")
        assert "<!date^1795512600^" in json.dumps(world.slack.receiver.messages)

    def test_a_workflow_gets_variables(self, world: World) -> None:
        """A workflow's webhook is recognized by its path."""
        put_secret(json.dumps({"webhookUrl": world.slack.origin + "/triggers/T1/2/abc\n"}))
        world.put("oo-1")
        world.run()
        (message,) = world.slack.receiver.messages
        assert message.keys() == {
            *("text", "orderId", "outpostId", "orderStatus", "orderType", "account", "region", "url")
        }

    def test_an_alarm_is_only_sent_to_slack(self, world: World) -> None:
        """The topic's subscribers already have it."""
        world.put(ALARM)
        assert world.run() == []
        assert world.slack.receiver.messages[0]["text"] == "Outposts order notifier: PollsFailing is firing"
        assert world.sns_published() == {}

    def test_an_alarm_that_was_only_created_is_ignored(self, world: World) -> None:
        """A new alarm turns OK at once, which does not mean that a problem has ended."""
        world.put({**ALARM, "NewStateValue": "OK", "OldStateValue": "INSUFFICIENT_DATA"})
        assert world.run() == []
        assert world.slack.receiver.messages == []
        world.put({**ALARM, "NewStateValue": "OK", "OldStateValue": "ALARM"})
        assert world.run() == []
        assert world.slack.receiver.messages[0]["text"] == "Outposts order notifier: PollsFailing has cleared"

    def test_amazon_q_developer_has_a_dedicated_topic(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each order and each alarm is a custom notification, once, regardless of the other channels."""
        chat = chat_of_amazon_q(monkeypatch)
        world.put("oo-1", ALARM)
        world.slack_answers(status=500, times=2)
        assert len(world.run()) == 2
        assert world.run() == []
        threads = [notification["metadata"]["threadId"] for notification in drain(chat)]
        assert sorted(threads) == ["Outposts order notifier: PollsFailing", "oo-1"]

    def test_amazon_q_developer_alone_receives_alarms_too(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without Slack: the topic's subscribers already have alarms, but a chat of Amazon Q does not."""
        chat = chat_of_amazon_q(monkeypatch)
        monkeypatch.delenv("SLACK_SECRET_NAME")
        world.put(ALARM)
        assert world.run() == []
        (notification,) = drain(chat)
        assert notification["content"]["title"] == "❌ Outposts order notifier: PollsFailing is firing"
        assert world.sns_published() == {}

    def test_without_slack_the_topic_is_published_to(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Slack is optional."""
        monkeypatch.delenv("SLACK_SECRET_NAME")
        world.put("oo-1", ALARM)
        assert world.run() == []
        assert (world.sns_published(), world.slack.receiver.messages) == ({"oo-1": 1}, [])

    def test_duplicates_and_redeliveries_are_sent_once(self, world: World) -> None:
        """The same event twice in a batch, and again later in another order among others, is one message."""
        world.put("oo-1", "oo-1", "oo-2")
        world.run()
        world.put("oo-2", "oo-3", "oo-1")
        assert world.run() == []
        assert world.sns_published() == {"oo-1": 1, "oo-2": 1, "oo-3": 1}
        assert world.slack_posted(["oo-1", "oo-2", "oo-3"]) == {"oo-1": 1, "oo-2": 1, "oo-3": 1}

    def test_keys_of_a_newer_version_are_harmless(self, world: World) -> None:
        """Keys that a later version adds are ignored."""
        world.put({"detail": an_update("oo-1") | {"mood": {"x": 1}}, "version": "9"})
        assert world.run() == []


class TestFailures:
    """A channel that fails."""

    @pytest.mark.parametrize(
        ("answer", "wait"),
        [
            ({"status": 429, "headers": {"Retry-After": "30"}, "body": "rate_limited"}, 30),
            ({"status": 429, "headers": {"Retry-After": "soon"}}, 15),
            ({"status": 429, "headers": {"Retry-After": "31536000"}}, 900),
            ({"status": 200, "body": ""}, 15),
            ({"status": 500, "body": "rollup_error"}, 15),
            ({"status": 200, "body": '{"ok":false,"error":"invalid_auth"}'}, 15),
            ({"status": 404, "body": "no_service"}, 15),
            ({"status": 410, "body": "channel_is_archived"}, 15),
        ],
    )
    def test_only_the_message_that_slack_refuses_is_returned(
        self, world: World, answer: dict[str, Any], wait: int
    ) -> None:
        """It waits as long as Slack asks, or with back-off; then Slack is notified once, and the topic not again."""
        world.put("oo-1")
        world.run()
        world.put("oo-1", "oo-2")
        world.slack_answers(**answer)
        (body,) = world.run()
        assert json.loads(body)["detail"]["orderId"] == "oo-2"
        assert world.calls.visibilities == [wait]
        client_of("dynamodb").delete_item(TableName="notify-state", Key={"id": {"S": "pace#slack"}})
        assert world.run() == []
        assert world.sns_published() == {"oo-1": 1, "oo-2": 1}
        assert world.slack_posted(["oo-1", "oo-2"]) == {"oo-1": 1, "oo-2": 1}

    def test_waits_double_from_15_seconds_up_to_15_minutes(self, world: World) -> None:
        """A channel that stays down is tried less and less often."""
        world.put("oo-1")
        world.slack_answers(status=500, times=9)
        waits = []
        for _ in range(9):
            world.run()
            waits += world.calls.visibilities
        assert waits == [15, 30, 60, 120, 240, 480, 900, 900, 900]

    def test_a_lasting_error_is_tried_every_15_minutes_after_three_quick_attempts(self, world: World) -> None:
        """What somebody must fix takes longer; SQS only excludes from a queue's age what was received three times."""
        world.put("oo-1")
        world.slack_answers(status=404, body="no_service", times=5)
        waits = []
        for _ in range(5):
            world.run()
            waits += world.calls.visibilities
        assert waits == [15, 30, 60, 900, 900]

    @pytest.mark.parametrize(
        ("status", "body", "advice"),
        [
            (403, "invalid_token", "create one, and put its address into the secret"),
            (404, "channel_not_found", "The webhook's channel no longer exists"),
            (410, "channel_is_archived", "Unarchive the webhook's channel"),
            (403, "action_prohibited", "ask its administrators"),
            (403, "posting_to_general_channel_denied", "general channel"),
            (403, "team_disabled", "no longer active"),
            (400, "user_not_found", "no longer exists: create a webhook for a channel"),
            (400, "invalid_payload", "please report it"),
        ],
    )
    def test_an_error_of_a_webhook_says_what_to_do(
        self, world: World, logs: io.StringIO, status: int, body: str, advice: str
    ) -> None:
        """By Slack's name of the error; it soon waits with the longest back-off."""
        world.put("oo-1")
        world.slack_answers(status=status, body=body, times=4)
        for _ in range(4):
            world.run()
        assert world.calls.visibilities == [900]
        assert f"Slack answered {status} {body}. " in logs.getvalue()
        assert advice in logs.getvalue()

    def test_slack_that_does_not_answer_in_time_is_notified_later(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A silent Slack counts as unreachable: only the message is returned, and is sent once Slack responds."""
        monkeypatch.setattr(transport, "TIMEOUT_SECONDS", 0.2)
        world.slack_answers(status=200, body="ok", afterSeconds=1)
        world.put("oo-1")
        assert len(world.run()) == 1
        assert world.calls.visibilities == [15]
        assert world.run() == []
        assert (world.sns_published(), world.slack_posted(["oo-1"])) == ({"oo-1": 1}, {"oo-1": 1})

    def test_an_error_of_sns_does_not_stop_slack(self, world: World) -> None:
        """Slack is notified once, now; the topic later."""
        world.calls.fail["Publish"] = THROTTLED
        world.put("oo-1")
        assert len(world.run()) == 1
        assert world.slack_posted(["oo-1"]) == {"oo-1": 1}
        world.calls.fail.clear()
        assert world.run() == []
        assert (world.sns_published(), world.slack_posted(["oo-1"])) == ({"oo-1": 1}, {"oo-1": 1})

    @pytest.mark.parametrize(
        "secret",
        [
            "https://hooks.slack.com/services/MARKER0SECRET",
            "[]",
            '{"webhookURL": "https://hooks.slack.com/services/MARKER0SECRET"}',
            '{"webhookUrl": "https://evil.example/MARKER0SECRET"}',
            '{"webhookUrl": "https://[MARKER0SECRET"}',
            '{"webhookUrl": "http://hooks.slack.com/services/MARKER0SECRET"}',
        ],
    )
    def test_a_secret_that_cannot_be_used_is_logged_and_waited_out(
        self, world: World, secret: str, logs: io.StringIO
    ) -> None:
        """The topic is notified, and Slack once the secret is fixed; the secret's value is never shown."""
        put_secret(secret)
        world.put("oo-1")
        assert len(world.run()) == 1
        assert world.calls.visibilities == [15]
        assert "MARKER0SECRET" not in logs.getvalue()
        assert "the secret slack" in logs.getvalue() or "the webhookUrl in slack" in logs.getvalue()
        assert world.sns_published() == {"oo-1": 1}

    def test_a_missing_secret_is_waited_for(self, world: World) -> None:
        """It may be created soon."""
        client_of("secretsmanager").delete_secret(SecretId="slack", ForceDeleteWithoutRecovery=True)
        world.put("oo-1")
        assert len(world.run()) == 1
        assert (world.calls.visibilities, world.sns_published()) == ([15], {"oo-1": 1})

    def test_an_error_of_the_table_notifies_nobody(self, world: World) -> None:
        """Without a record nothing is sent, because it could be sent twenty times."""
        world.calls.fail["PutItem"] = THROTTLED
        world.put("oo-1")
        assert len(world.run()) == 1
        assert (world.sns_published(), world.slack.receiver.messages) == ({}, [])

    def test_what_is_sent_but_not_recorded_is_sent_again(self, world: World) -> None:
        """At least once, if the response could not be recorded; not before the deadline of this run."""
        world.calls.fail["UpdateItem"] = THROTTLED
        world.put("oo-1")
        assert len(world.run()) == 1
        world.calls.fail.clear()
        assert len(world.run()) == 1
        world.let_the_deadline_pass()
        assert world.run() == []
        assert world.sns_published() == {"oo-1": 2}

    def test_a_claim_or_a_message_that_cannot_be_released_times_out(self, world: World) -> None:
        """Neither an error of the table nor one of the queue stops the run."""
        world.calls.fail |= dict.fromkeys(["Publish", "DeleteItem", "ChangeMessageVisibility"], THROTTLED)
        world.put("oo-1")
        assert len(world.run()) == 1
        world.calls.fail.clear()
        world.let_the_deadline_pass()
        assert world.run() == []

    @pytest.mark.parametrize("body", ["no JSON", "[]", '"x"', "{}", '{"detail": {}}', '{"AlarmName": "x"}'])
    def test_only_what_cannot_be_read_is_returned(self, world: World, body: str, logs: io.StringIO) -> None:
        """The log says so, and the others in its batch are sent."""
        world.put("oo-1", body, "oo-2")
        assert world.run() == [body]
        assert world.sns_published() == {"oo-1": 1, "oo-2": 1}
        assert "cannot be read" in logs.getvalue()


class TestMemory:
    """What a channel has sent is recorded for 30 days."""

    @pytest.mark.parametrize(("days", "again"), [(29, 0), (31, 1)])
    def test_a_repeated_event_is_sent_again_only_after_30_days(self, world: World, days: int, again: int) -> None:
        """A dead letter is kept for 14 days, and an archived event can be replayed: neither causes a second message."""
        world.put("oo-1")
        world.run()
        world.let_days_pass(days)
        world.put("oo-1")
        assert world.run() == []
        assert (world.sns_published(), world.slack_posted(["oo-1"])) == ({"oo-1": 1 + again}, {"oo-1": 1 + again})


class TestDeadlines:
    """A run that was killed, and one that is running out of time."""

    def test_a_run_under_way_is_waited_for_until_its_deadline(self, world: World) -> None:
        """A redelivery before the deadline is returned and counts as neither sent nor failed; a later one is sent."""
        world.put("oo-1")
        assert world.run_until_killed(2, after=False) is None
        assert len(world.run()) == 1
        assert 0 < world.calls.visibilities[0] <= 61
        sent_early = world.sns_published()["oo-1"] + world.slack_posted(["oo-1"])["oo-1"]
        assert sent_early <= 1
        world.let_the_deadline_pass()
        assert world.run() == []
        assert (world.sns_published()["oo-1"], world.slack_posted(["oo-1"])["oo-1"]) == (1, 1)

    def test_a_run_with_little_time_left_sends_nothing_more(self, world: World) -> None:
        """The rest is returned in time, instead of being cut off between sending and recording."""
        world.put("oo-1")
        assert len(world.run(remaining=10_000)) == 1
        assert world.calls.visibilities == [1]
        assert (world.sns_published(), world.slack.receiver.messages) == ({}, [])
        assert world.run() == []


class TestFloods:
    """Many orders at once."""

    def test_many_orders_share_as_few_slack_messages_as_possible(self, world: World) -> None:
        """Each order is named with its headline and link, the topic gets each event, and nothing is sent again."""
        orders = orders_of(100, "oo-0123456789abcd")
        world.put(*orders, ALARM)
        assert world.run() == []
        alarm, *digests = world.slack.receiver.messages
        assert alarm["text"].startswith("Outposts order notifier")
        assert len(digests) == 4
        assert world.slack_posted(orders) == dict.fromkeys(orders, 1)
        assert json.dumps(digests).count("|Open in the AWS console>") == 100
        assert world.sns_published() == dict.fromkeys(orders, 1)
        world.put(*orders[:7])
        assert world.run() == []
        assert len(world.slack.receiver.messages) == 5

    def test_many_updates_of_few_orders_are_one_message_each(self, world: World) -> None:
        """Six updates of one order are not six orders: all are in that order's only message."""
        for sequence in range(6):
            world.put({"detail": an_update("oo-1") | {"eventId": f"e{sequence}", "sequence": sequence}})
        assert world.run() == []
        (message,) = world.slack.receiver.messages
        assert message["text"].endswith(": order completed, 1 item installed")
        assert json.dumps(message, ensure_ascii=False).count("in progress → completed after 12 days") == 6
        assert world.sns_published() == {"oo-1": 6}

    def test_a_workflow_gets_digests_too(self, world: World) -> None:
        """Their texts name each order, within a section's length."""
        put_secret(json.dumps({"webhookUrl": world.slack.origin + "/workflows/T1/2/abc"}))
        orders = orders_of(30)
        world.put(*orders)
        assert world.run() == []
        assert world.slack_posted(orders) == dict.fromkeys(orders, 1)
        assert all(len(message["text"]) <= 3_000 for message in world.slack.receiver.messages)

    def test_a_failed_digest_returns_all_its_members(self, world: World) -> None:
        """All of them, and no others, are sent by the next run."""
        orders = orders_of(6)
        world.put(*orders)
        world.slack_answers(status=500)
        assert len(world.run()) == 6
        assert world.run() == []
        assert world.slack_posted(orders) == dict.fromkeys(orders, 1)
        assert world.sns_published() == dict.fromkeys(orders, 1)

    def test_five_orders_are_sent_one_by_one(self, world: World) -> None:
        """Only a flood becomes a digest; orders that Slack already received are not part of it."""
        world.put(*orders_of(5))
        world.run()
        world.put(*orders_of(10))
        world.run()
        assert len(world.slack.receiver.messages) == 10


class TestPace:
    """One Slack message a second, from all runs together."""

    @pytest.fixture
    def slots(self, world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[], float]:
        """Reserve a second while the clock is stopped, and return how long that run would sleep."""
        slept: list[float] = []
        monkeypatch.setattr(pace, "INTERVAL_MS", 1_000)
        monkeypatch.setattr("outposts_order_notifier.notify.channels.slack.pace.time.sleep", slept.append)
        monkeypatch.setattr(pace, "_now", lambda: 1_000_000)
        shared = slack_pace(world)
        take, one_at_a_time = Slots.take, Lock()

        def atomic(*arguments: Any) -> int | None:
            """Update as DynamoDB does: moto checks and writes in two steps, between which another thread may run."""
            with one_at_a_time:
                return take(*arguments)

        monkeypatch.setattr(Slots, "take", atomic)

        def reserve() -> float:
            shared.wait()
            return slept[-1]

        return reserve

    def test_concurrent_runs_reserve_different_seconds(self, slots: Callable[[], float]) -> None:
        """However they interleave, no second is assigned twice, and none is skipped."""
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda _: slots(), range(5)))
        assert slots() == 5
        with pytest.raises(LaterError) as later:
            slots()
        assert later.value.retry_after == 6

    def test_slacks_retry_after_holds_all_runs(self, world: World, slots: Callable[[], float]) -> None:
        """Messages in the meantime are returned for as long, without a call of Slack."""
        slack_pace(world).hold(30)
        world.put("oo-1")
        assert len(world.run()) == 1
        assert world.calls.visibilities == [30]
        assert "Slack" not in world.calls.made
        with pytest.raises(LaterError):
            slots()

    def test_waiting_is_not_an_error(self, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        """Only what failed counts as failure."""
        slack_pace(world).hold(30)
        world.put("oo-1")
        world.run()
        (metrics,) = [line for line in capsys.readouterr().out.splitlines() if "_aws" in line]
        assert "NotificationFailures" not in json.loads(metrics)

    def test_the_log_has_what_was_sent_and_what_failed(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        """The dashboard's graph reads it there."""
        world.put("oo-1")
        world.slack_answers(status=500, times=1)
        with caplog.at_level("INFO"):
            world.run()
            world.run()
        lines = [vars(each) for each in caplog.records]
        read = [(line["channel"], found) for line in lines if (found := reads("Notifications", line))]
        assert sorted(read[:2]) == [("slack", {"sent": 0, "failed": 1}), ("sns", {"sent": 1, "failed": 0})]
        assert read[2:] == [("slack", {"sent": 1, "failed": 0})]

    def test_the_wait_is_measured_when_a_message_is_returned(
        self, world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The alarm fires although SQS excludes from its own metric what was received several times."""
        world.put("oo-1")
        world.slack_answers(status=500, times=9)
        later = time.time() + 1_000
        monkeypatch.setattr("outposts_order_notifier.notify.handler.time.time", lambda: later)
        assert len(world.run()) == 1
        (metrics,) = [line for line in capsys.readouterr().out.splitlines() if "_aws" in line]
        (delay,) = json.loads(metrics)["NotificationDelay"]
        assert 990 <= delay <= 1_010


class TestSecrecy:
    """The webhook's address is a secret."""

    @pytest.mark.parametrize(
        "answer",
        [
            {"status": 404, "body": f"Not found: {WEBHOOK}"},
            {"status": 500, "body": WEBHOOK},
            {"status": 200, "body": f'{{"ok": false, "url": "{WEBHOOK}"}}'},
            {"status": 429, "headers": {"Retry-After": "30"}, "body": WEBHOOK},
            {"status": 302, "headers": {"Location": f"http://127.0.0.1:1{WEBHOOK}"}},
            None,
        ],
    )
    def test_no_failure_of_slack_reveals_it(
        self,
        world: World,
        answer: dict[str, Any] | None,
        logs: io.StringIO,
        caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """Whatever Slack responds, and if it does not, neither logs nor metrics nor the topic contain the address."""
        with caplog.at_level(logging.DEBUG), caplog.at_level(logging.WARNING, "botocore"):
            if answer is None:
                put_secret(json.dumps({"webhookUrl": f"{world.slack.origin}/services/MARKER0SECRET\x01"}))
            else:
                world.slack_answers(**answer)
            world.put("oo-1")
            (back,) = world.run()
        world.sns_published()
        output = capsys.readouterr()
        everything = logs.getvalue() + caplog.text + output.out + output.err + back + json.dumps(world.published)
        assert "MARKER0SECRET" not in everything
        assert "Notification not sent" in everything
