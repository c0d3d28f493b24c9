"""The notify function with routes: each notifies its own channels, independently of all others."""

import io
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug import Response

from local.server import Server
from local.slack_workspace import TOKEN
from local.webhook import SECRET, WebhookReceiver
from outposts_order_notifier.notify.channel import SENT
from outposts_order_notifier.notify.channels.slack import pace
from outposts_order_notifier.notify.routes import enveloped
from outposts_order_notifier.runtime.observability import logger
from testing.aws import Slack, client_of, drain, make_queue
from testing.details import an_update
from testing.notify_world import Calls, World, deploy, put_secret
from testing.snapshots import create_snapshot_table
from tests.integration.test_notify import ALARM

DUBLIN = "/services/T00000000/B00000000/DUBLIN"


class Routes:
    """A notify function with the routes `dublin`, a channel of Slack, and `cork`, a webhook and e-mail addresses."""

    def __init__(self, world: World, webhook: WebhookReceiver, cork_mails: str, log: io.StringIO) -> None:
        self.world = world
        self.webhook = webhook
        self._cork_mails = cork_mails
        self._log = log

    def put(self, route: str, order_id: str) -> None:
        """Put an order's update into the queue as a route's rule does."""
        self.world.put(enveloped(route, json.dumps({"detail": an_update(order_id) | {"eventId": order_id}})))

    def put_default(self, order_id: str) -> None:
        """Put the same update into the queue as the default rule does."""
        self.world.put({"detail": an_update(order_id) | {"eventId": order_id}})

    def run(self) -> list[str]:
        """Run the function, and return the routes whose messages were returned to the queue."""
        return sorted(json.loads(body).get("route", "default") for body in self.world.run())

    def sent(self) -> Counter[tuple[str, str]]:
        """Count what was sent so far by channel and event, as logged."""
        lines = [json.loads(line) for line in self._log.getvalue().splitlines()]
        reports = [line for line in lines if line["message"] == SENT]
        return Counter((each["channel"], event_id) for each in reports for event_id in each["eventIds"])

    def mails_of_cork(self) -> int:
        """Count what the topic of `cork` sent since the last call."""
        return len(drain(self._cork_mails))


@pytest.fixture
def routes(aws: None, slack: Slack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Routes]:  # noqa: ARG001
    """The function, whose default route is a topic and Slack."""
    monkeypatch.setattr(pace, "INTERVAL_MS", 0)
    log = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", log)
    world = deploy(slack, Calls(), monkeypatch)
    topic = client_of("sns").create_topic(Name="cork")["TopicArn"]
    mails, arn = make_queue("cork-mails")
    client_of("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    webhook = WebhookReceiver()
    with Server(webhook) as server:
        put_secret(json.dumps({"webhookUrl": slack.origin + DUBLIN}), "dublin")
        put_secret(json.dumps({"url": server.url, "signingSecret": SECRET}), "cork")
        configured = {
            "dublin": {"SLACK_SECRET_NAME": "dublin"},
            "cork": {"WEBHOOK_SECRET_NAME": "cork", "NOTIFICATION_TOPIC_ARN": topic},
        }
        monkeypatch.setenv("ROUTES", json.dumps(configured))
        yield Routes(world, webhook, mails, log)


DEFAULT = {("sns", "oo-1"): 1, ("slack", "oo-1"): 1}


class TestRecipients:
    """Who is notified."""

    def test_a_route_notifies_only_its_own_channels(self, routes: Routes) -> None:
        """The default route's are not notified of what only a route's pattern matches, nor the other way round."""
        routes.put("dublin", "oo-1")
        routes.put("cork", "oo-2")
        assert routes.run() == []
        assert routes.sent() == {("dublin/slack", "oo-1"): 1, ("cork/webhook", "oo-2"): 1, ("cork/sns", "oo-2"): 1}
        assert routes.world.slack_posted(["oo-1", "oo-2"]) == {"oo-1": 1}
        assert (routes.webhook.accepted, routes.mails_of_cork()) == (["oo-2"], 1)
        assert routes.world.sns_published() == {}

    def test_each_route_that_matches_an_event_notifies_of_it_once(self, routes: Routes) -> None:
        """In one batch or in several; repeated deliveries notify nobody again."""
        routes.put_default("oo-1")
        routes.put("dublin", "oo-1")
        routes.put("dublin", "oo-1")
        assert routes.run() == []
        assert routes.sent() == {**DEFAULT, ("dublin/slack", "oo-1"): 1}
        routes.put("cork", "oo-1")
        routes.put("dublin", "oo-1")
        routes.put_default("oo-1")
        assert routes.run() == []
        of_cork = {("cork/webhook", "oo-1"): 1, ("cork/sns", "oo-1"): 1}
        assert routes.sent() == {**DEFAULT, ("dublin/slack", "oo-1"): 1, **of_cork}

    def test_alarms_go_to_the_default_route_only(self, routes: Routes) -> None:
        """CloudWatch's messages have no envelope."""
        routes.world.put(ALARM)
        assert routes.run() == []
        assert [channel for channel, _ in routes.sent()] == ["slack"]
        assert routes.webhook.posts == 0

    def test_a_route_that_was_removed_notifies_nobody(self, routes: Routes) -> None:
        """Its last messages are neither retried, nor sent to others."""
        routes.put("galway", "oo-1")
        routes.put("dublin", "oo-2")
        assert routes.run() == []
        assert routes.sent() == {("dublin/slack", "oo-2"): 1}

    def test_a_muted_order_is_muted_for_each_route(self, routes: Routes) -> None:
        """Only what a bot shows of it is updated."""
        detail = an_update("oo-1") | {"eventId": "oo-1", "mutedUntil": "2026-12-01T00:00:00Z"}
        routes.world.put(enveloped("cork", json.dumps({"detail": detail})))
        assert routes.run() == []
        assert (routes.sent(), routes.webhook.posts, routes.mails_of_cork()) == ({}, 0, 0)

    def test_a_bot_posts_to_each_routes_channel(self, routes: Routes, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each channel has the order's thread; routes that share one post there once."""
        table = "routes-snapshots"
        create_snapshot_table(client_of("dynamodb"), table)
        workspace = routes.world.slack.receiver.workspace
        dublin, all_sites = workspace.add("dublin"), workspace.add("all")
        put_secret(json.dumps({"botToken": TOKEN}), "bot")
        monkeypatch.setenv("SLACK_SECRET_NAME", "bot")
        monkeypatch.setenv("SLACK_CHANNEL", "all")
        monkeypatch.setenv("SNAPSHOT_TABLE_NAME", table)
        bot: dict[str, Any] = {"SLACK_SECRET_NAME": "bot"}
        of = {"dublin": {**bot, "SLACK_CHANNEL": "dublin"}, "copy": {**bot, "SLACK_CHANNEL": "dublin"}}
        monkeypatch.setenv("ROUTES", json.dumps(of))
        routes.put_default("oo-1")
        routes.put("dublin", "oo-1")
        assert routes.run() == []
        shown = len(dublin.messages)
        assert shown == len(all_sites.messages) > 0
        routes.put("copy", "oo-1")
        assert routes.run() == []
        assert len(dublin.messages) == shown


class TestFailures:
    """A route that fails."""

    def test_only_its_own_message_is_retried(self, routes: Routes) -> None:
        """The other routes are notified of the same event, at once and only once."""
        routes.world.slack_answers(status=500, times=2, path=DUBLIN)
        for route in ("dublin", "cork"):
            routes.put(route, "oo-1")
        routes.put_default("oo-1")
        assert routes.run() == ["dublin"]
        others = {**DEFAULT, ("cork/webhook", "oo-1"): 1, ("cork/sns", "oo-1"): 1}
        assert routes.sent() == others
        assert routes.run() == ["dublin"]
        assert routes.run() == []
        assert routes.sent() == {**others, ("dublin/slack", "oo-1"): 1}

    def test_its_other_channels_are_notified_once(self, routes: Routes) -> None:
        """Within a route, channels are as independent as those of the default route."""
        routes.webhook.answers[:] = [Response(status=500)]
        routes.put("cork", "oo-1")
        assert routes.run() == ["cork"]
        assert routes.run() == []
        assert routes.sent() == {("cork/webhook", "oo-1"): 1, ("cork/sns", "oo-1"): 1}

    def test_a_secret_that_is_missing_stops_no_other_route(self, routes: Routes) -> None:
        """As a route is configured by somebody else."""
        client_of("secretsmanager").delete_secret(SecretId="dublin", ForceDeleteWithoutRecovery=True)
        routes.put("dublin", "oo-1")
        routes.put_default("oo-1")
        assert routes.run() == ["dublin"]
        assert routes.sent() == DEFAULT

    def test_slack_holds_back_only_the_credentials_that_it_throttles(self, routes: Routes) -> None:
        """A webhook's limit is not that of another one."""
        routes.world.slack_answers(status=429, headers={"Retry-After": "600"}, path=DUBLIN)
        routes.put("dublin", "oo-1")
        assert routes.run() == ["dublin"]
        assert routes.world.calls.visibilities == [600]
        routes.put_default("oo-1")
        assert routes.run() == ["dublin"]
        assert routes.sent() == DEFAULT

    def test_routes_with_the_same_secret_share_slacks_pace(
        self, routes: Routes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """They share its limits."""
        monkeypatch.setenv("ROUTES", json.dumps({"dublin": {"SLACK_SECRET_NAME": "slack"}}))
        routes.put_default("oo-1")
        routes.put("dublin", "oo-1")
        assert routes.run() == []
        ids = [item["id"]["S"] for item in client_of("dynamodb").scan(TableName=routes.world.table)["Items"]]
        assert [name for name in ids if name.startswith("pace#")] == ["pace#slack"]
