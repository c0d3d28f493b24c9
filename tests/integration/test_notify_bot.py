"""The notify function as a Slack bot: AWS by moto, Slack's Web API over HTTP."""

import io
import json
import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from slack_sdk.web import WebClient
from werkzeug import Request, Response

from local.server import Server
from local.slack_workspace import TOKEN, Channel
from outposts_order_notifier.domain.annotations import NONE, Annotations, Expected, Mute, Note
from outposts_order_notifier.domain.durations import Ended, Key
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.snapshot import Snapshot, StatusEntry
from outposts_order_notifier.notify import no_redirects, secrets, state
from outposts_order_notifier.notify.channels.slack import api, pace
from outposts_order_notifier.notify.channels.slack.bot import reply_payload
from outposts_order_notifier.notify.notification import order_notification
from outposts_order_notifier.runtime.observability import logger
from outposts_order_notifier.store.items import DURATIONS
from outposts_order_notifier.store.table import SnapshotTable
from testing.aws import Slack, client_of
from testing.details import an_order, detail_of
from testing.lambda_context import Context
from testing.notify_world import Calls, KilledError, World, deploy, put_secret
from testing.stopping_points import StoppingPoints

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ORDER = "oo-0123456789abcdef0"
ALARM = {
    "AlarmName": "PollsFailing",
    "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:PollsFailing",
    "NewStateValue": "ALARM",
    "StateChangeTime": "2026-11-24T09:30:00Z",
}


class Bot:
    """A notify function whose secret contains a bot's token, and the channel that the bot is in."""

    def __init__(self, world: World, channel: Channel, table: str) -> None:
        self.world = world
        self.workspace = world.slack.receiver.workspace
        self.channel = channel
        self._snapshots = SnapshotTable(client_of("dynamodb"), table)
        self._versions: dict[str, int] = {}

    def observe(self, old: Order | None, new: Order, sequence: int, **keys: Any) -> None:
        """Store an order as poll does, and put its update into the queue."""
        self.store(new, sequence)
        self.put(old, new, sequence, **keys)

    def store(self, order: Order, sequence: int = 1, annotations: Annotations = NONE) -> None:
        """Store an order as it was last read, and what people have added."""
        history = {"": (StatusEntry(order["Status"], "2026-11-12T09:30:00Z"),)}
        name = order["OrderId"]
        self._versions[name] = version = self._versions.get(name, 0) + 1
        snapshot = Snapshot("111122223333/eu-west-1", order, version, sequence, history, annotations=annotations)
        assert self._snapshots.save(replace(snapshot))

    def end_orders(self) -> None:
        """Store as many orders that have ended as make it usual to be in progress for 30 to 60 days."""
        key = Key("OUTPOST", "item", "order", "IN_PROGRESS")
        days = [10, 20, 30, 40, 60]
        at = "2026-11-12T09:30:00Z"
        ended = [Ended(f"oo-{each}", at, "OUTPOST", "item", {key: each * 86_400}) for each in days]
        assert self._snapshots.count_durations(ended) == ""

    def put(self, old: Order | None, new: Order, sequence: int, **keys: Any) -> None:
        """Put an order's update into the queue."""
        event_id = f"event {sequence} of {new['OrderId']}"
        self.world.put({"detail": detail_of(old, new, sequence=sequence, eventId=event_id, **keys)})

    @property
    def card(self) -> dict[str, Any]:
        """The only card."""
        (card,) = self.channel.cards
        return card

    @property
    def replies(self) -> list[dict[str, Any]]:
        """The replies in the only card's thread."""
        return self.channel.replies(self.card["ts"])

    def memory(self) -> list[dict[str, Any]]:
        """Return what is stored about threads."""
        items = client_of("dynamodb").scan(TableName=self.world.table)["Items"]
        return [item for item in items if item["id"]["S"].startswith("thread#")]

    def let_the_deadline_pass(self) -> None:
        """Advance the clock for runs that were killed."""
        self.world.let_the_deadline_pass()
        dynamodb = client_of("dynamodb")
        for item in self.memory():
            if "taken_until" in item:
                dynamodb.put_item(TableName=self.world.table, Item=item | {"taken_until": {"N": "1"}})

    def killed_and_tried_again(self, n: int | None, *, after: bool) -> int | None:
        """Run until killed at the nth call, then until nothing is returned; return how many calls a whole run made."""
        calls = self.world.run_until_killed(n, after=after)
        for _ in range(3):
            self.let_the_deadline_pass()
            back = self.world.run()
        assert back == []
        return calls


class SlowSlack(Context):
    """A function with two minutes, in which each message waits 5 seconds for its turn and each call takes 10."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.left = 120_000
        call = WebClient.api_call
        monkeypatch.setattr(pace.Pace, "wait", lambda _: self._use(5_000))
        monkeypatch.setattr(WebClient, "api_call", lambda *args, **keys: self._use(10_000, lambda: call(*args, **keys)))

    def _use(self, milliseconds: int, call: Callable[[], Any] = lambda: None) -> Any:
        self.left -= milliseconds
        if self.left <= 0:
            raise KilledError
        return call()

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]
        """Return the milliseconds until Lambda ends the function."""
        return self.left


@pytest.fixture
def bot(table: str, slack: Slack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bot]:
    """A deployed bot in a channel; Slack's pace matters only if a test says so."""
    world = deploy(slack, Calls(), monkeypatch)
    monkeypatch.setenv("SLACK_CHANNEL", "#outposts")
    monkeypatch.setenv("SNAPSHOT_TABLE_NAME", table)
    monkeypatch.setattr(pace, "INTERVAL_MS", 0)
    put_secret(json.dumps({"botToken": TOKEN}))
    yield Bot(world, slack.receiver.workspace.add("#outposts"), table)
    api._client.cache_clear()
    api._channel_ids.clear()
    api._permalinks.clear()


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the function logs, as Lambda receives it."""
    written = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)
    return written


def text_of(message: dict[str, Any]) -> str:
    """Return all that a message shows."""
    return json.dumps([message["blocks"], message.get("attachments", [])], ensure_ascii=False)


class TestThread:
    """One thread for each order."""

    def test_an_orders_first_message_is_its_card_and_the_change_is_a_reply(self, bot: Bot) -> None:
        """The card shows the order's state, the reply what changed; the topic is published to as usual."""
        bot.observe(an_order(), an_order(status="COMPLETED", item="INSTALLED"), 3)
        assert bot.world.run() == []
        assert bot.card["text"] == "op-0123456789abcdef0: order completed, 1 item"
        assert f"Order {ORDER}, account" in text_of(bot.card)
        assert bot.card["metadata"]["event_payload"] == {"order_id": ORDER}
        (reply,) = bot.replies
        assert "in progress → completed after 12 days" in text_of(reply)
        assert bot.world.sns_published() == {ORDER: 1}

    def test_the_card_shows_how_long_a_status_usually_lasts(self, bot: Bot) -> None:
        """From orders that have ended, which a run reads once for all its orders; the reply does not show it."""
        bot.end_orders()
        for name in ("oo-a", "oo-b"):
            order = an_order(name) | {"OrderType": "OUTPOST"}
            bot.observe(order, order | {"PaymentTerm": "NO_UPFRONT"}, 2)
        assert bot.world.run() == []
        assert all("; usually 30 to 60 days, from 5 orders" in text_of(card) for card in bot.channel.cards)
        assert bot.world.calls.made.count("BatchGetItem") == 2 + 1
        replies = [reply for card in bot.channel.cards for reply in bot.channel.replies(card["ts"])]
        assert len(replies) == 2
        assert "usually" not in "".join(map(text_of, replies))

    def test_without_it_the_card_shows_the_rest(self, bot: Bot) -> None:
        """Damaged durations do not stop a message."""
        damaged: Any = {"id": {"S": DURATIONS}, "version": {"N": "1"}, "orders": {"B": b"garbage"}}
        client_of("dynamodb").put_item(TableName="snapshots", Item=damaged)
        bot.observe(an_order(), an_order(item="SHIPPED"), 2)
        assert bot.world.run() == []
        assert "1 shipped" in text_of(bot.card)

    def test_the_card_is_updated_in_its_place(self, bot: Bot) -> None:
        """Each observation changes the card and adds a reply; there is never a second card."""
        for sequence, item in enumerate(["BUILDING", "SHIPPED", "DELIVERED"]):
            bot.observe(an_order(item="PREPARING"), an_order(item=item), sequence)
            assert bot.world.run() == []
        assert bot.card["updates"] == 2
        assert "1 delivered" in text_of(bot.card)
        assert len(bot.replies) == 3

    def test_a_late_event_does_not_make_the_card_older(self, bot: Bot) -> None:
        """The card always shows the snapshot; the late reply has its time and sequence."""
        bot.observe(an_order(), an_order(status="COMPLETED"), 9)
        bot.world.run()
        bot.put(an_order(status="PREPARING"), an_order(), 5, observedAt="2026-11-01T00:00:00Z")
        bot.world.run()
        assert bot.card["text"].endswith(": order completed, 1 item")
        assert "sequence 5" in text_of(bot.replies[1])
        assert "2026-11-01T00:00:00Z" in text_of(bot.replies[1])

    def test_each_order_has_a_separate_thread(self, bot: Bot) -> None:
        """Orders in one batch are distinguished."""
        for name in ("oo-1", "oo-2"):
            bot.observe(None, an_order(name), 1)
        assert bot.world.run() == []
        cards = bot.channel.cards
        assert [card["metadata"]["event_payload"]["order_id"] for card in cards] == ["oo-1", "oo-2"]
        assert all(f"Order oo-{n}, account" in text_of(card) for n, card in enumerate(cards, start=1))
        assert all(bot.channel.replies(card["ts"]) == [] for card in bot.channel.cards)

    def test_observations_of_one_batch_share_a_reply(self, bot: Bot) -> None:
        """A flood updates a card once, and one reply reports all of it, in sequence."""
        bot.put(an_order(item="SHIPPED"), an_order(item="DELIVERED"), 2)
        bot.put(an_order(item="BUILDING"), an_order(item="SHIPPED"), 1)
        bot.store(an_order(item="DELIVERED"), 2)
        assert bot.world.run() == []
        (reply,) = bot.replies
        assert text_of(reply).index("being built → shipped") < text_of(reply).index("shipped → delivered")
        assert bot.world.recorded() == 4  # each event, in each channel

    def test_important_changes_are_shown_in_the_channel_too(self, bot: Bot) -> None:
        """Changing a card notifies nobody: an order's own status, ERROR and REPLACED are broadcast, unless new."""
        bot.observe(an_order(), an_order(item="SHIPPED"), 1)
        bot.world.run()
        bot.observe(an_order(item="SHIPPED"), an_order(item="DELIVERED"), 2)
        bot.world.run()
        bot.observe(an_order(item="DELIVERED"), an_order(item="ERROR"), 3)
        bot.world.run()
        bot.observe(an_order(item="ERROR"), an_order(item="ERROR", status="ERROR"), 4)
        bot.world.run()
        assert [bool(reply.get("reply_broadcast")) for reply in bot.replies] == [False, False, True, True]

    @pytest.mark.parametrize(
        ("change", "loud"),
        [
            ({"detailType": "Outposts Order Status Change", "status": "COMPLETED"}, True),
            ({"detailType": "Outposts Order Stalled", "status": "PREPARING", "since": "2026-10-01T00:00:00Z"}, True),
            ({"detailType": "Outposts Order Missing"}, True),
            ({"detailType": "Outposts Order Overdue", "expectedAt": "2026-12-01"}, True),
            ({"detailType": "Outposts Line Item Status Change", "status": "ERROR"}, True),
            ({"detailType": "Outposts Line Item Status Change", "status": "REPLACED"}, True),
            ({"detailType": "Outposts Line Item Status Change", "status": "SHIPPED"}, False),
            ({"detailType": "Outposts Order Reappeared"}, False),
            ({"detailType": "Outposts Line Item Added", "lineItem": {}}, False),
        ],
    )
    def test_what_is_broadcast(self, change: dict[str, Any], *, loud: bool) -> None:
        """The order's own status, a stalled or missing order, and a line item in error or replaced; nothing else."""
        whole = {"eventId": "e", "lineItemId": "ooi-1", "previousStatus": "BUILDING", **change}
        detail = detail_of(an_order(), an_order(item="SHIPPED")) | {
            "changes": [{"secondsInPreviousStatus": 1, "days": 50, "thresholdDays": 45, **whole}]
        }
        notification = order_notification(detail)
        assert ("reply_broadcast" in reply_payload([notification], loud=True)) is loud
        assert "reply_broadcast" not in reply_payload([notification], loud=False)

    def test_replacements_that_events_reported_stay_on_the_card(self, bot: Bot) -> None:
        """The order itself does not name what replaces its line items, so the thread remembers it."""
        linked: dict[str, Any] = {"detailType": "Outposts Replacement Linked", "eventId": "e"}
        linked["previous"] = {"orderId": ORDER, "lineItemId": "ooi-1"}
        linked["replacement"] = {"orderId": "oo-2", "lineItemId": "ooi-2"}
        bot.observe(an_order(), an_order(item="REPLACED"), 1, changes=[linked])
        bot.world.run()
        bot.observe(an_order(), an_order(status="COMPLETED", item="REPLACED"), 2)
        bot.world.run()
        assert "ooi-1 is replaced by ooi-2 of order oo-2" in text_of(bot.card)

    def test_an_alarm_is_posted_in_the_channel(self, bot: Bot) -> None:
        """It belongs to no order, so it has no thread."""
        bot.world.put(ALARM)
        assert bot.world.run() == []
        assert bot.card["text"] == "Outposts order notifier: PollsFailing is firing"

    def test_a_snapshot_that_cannot_be_read_does_not_stop_the_reply(self, bot: Bot) -> None:
        """A first card then shows the event; an existing one stays the same; the reply is posted."""
        bot.put(an_order(), an_order(item="SHIPPED"), 1)
        assert bot.world.run() == []
        assert "1 shipped" in text_of(bot.card)
        bot.put(an_order(), an_order(item="DELIVERED"), 2)
        assert bot.world.run() == []
        assert len(bot.replies) == 2
        assert "updates" not in bot.card
        bot.observe(an_order(), an_order(item="DELIVERED"), 3)
        bot.world.run()
        assert "1 of" not in text_of(bot.card)
        assert "OR-RACKM5A" in text_of(bot.card)

    def test_duplicates_and_redeliveries_are_sent_once(self, bot: Bot) -> None:
        """The same event twice in a batch and again later is one reply, and updates the card once."""
        for _ in range(2):
            bot.put(None, an_order(), 1)
        bot.store(an_order())
        bot.world.run()
        bot.put(None, an_order(), 1)
        assert bot.world.run() == []
        assert "updates" not in bot.card
        assert bot.replies == []

    def test_a_new_orders_card_is_not_repeated_by_a_reply(self, bot: Bot) -> None:
        """The card shows what was ordered; what was observed after that is a reply, and the discovery is never one."""
        bot.put(None, an_order(), 1)
        bot.observe(an_order(), an_order(item="ERROR"), 2)
        assert bot.world.run() == []
        (reply,) = bot.replies
        assert "New order" not in text_of(reply)
        assert "reply_broadcast" not in reply
        assert "contact AWS Support" in text_of(bot.card)
        bot.put(None, an_order(), 1)
        assert bot.world.run() == []
        assert len(bot.replies) == 1


class TestMuted:
    """An order that somebody has muted."""

    UNTIL = "2026-12-24T00:00:00Z"

    def test_its_card_is_updated_without_a_reply(self, bot: Bot) -> None:
        """The card is always current; an error has a reply nevertheless."""
        bot.observe(None, an_order(), 1)
        assert bot.world.run() == []
        bot.observe(an_order(), an_order(item="SHIPPED"), 2, mutedUntil=self.UNTIL)
        assert bot.world.run() == []
        assert "1 shipped" in text_of(bot.card)
        assert bot.replies == []
        bot.observe(an_order(item="SHIPPED"), an_order(item="ERROR"), 3, mutedUntil=self.UNTIL)
        assert bot.world.run() == []
        (reply,) = bot.replies
        assert "1 item in error" in reply["text"]

    def test_it_gets_no_card_if_it_has_none(self, bot: Bot) -> None:
        """A new card would notify people."""
        bot.observe(an_order(), an_order(item="SHIPPED"), 2, mutedUntil=self.UNTIL)
        assert bot.world.run() == []
        assert bot.channel.cards == []
        assert bot.world.sns_published() == {}

    def test_its_card_shows_what_people_have_added(self, bot: Bot) -> None:
        """The mute, the expected day, and the latest notes, with who entered them."""
        jane = "arn:aws:iam::111122223333:user/jane"
        added = Annotations(
            mute=Mute(self.UNTIL, "site <closed>", jane, self.UNTIL),
            expected=Expected("2026-12-01", "2026-12-02T00:00:00Z", jane, self.UNTIL),
        ).with_note(Note("The carrier has called", jane, self.UNTIL))
        bot.store(an_order(), annotations=added)
        bot.put(an_order(item="PREPARING"), an_order(), 1)
        assert bot.world.run() == []
        shown = text_of(bot.card)
        assert "🔕 Muted until 24 Dec 2026: site &lt;closed&gt; (jane)" in shown
        assert "📅 Expected on 1 Dec 2026 (jane)" in shown
        assert "🗒️ The carrier has called (jane, <!date^" in shown


class TestBursts:
    """News of more than five orders at once."""

    def test_the_channel_gets_one_digest(self, bot: Bot) -> None:
        """14 orders, 7 of which have cards, are one message in the channel; the known ones have quiet replies."""
        known, new = [[f"oo-{kind}{n}" for n in range(7)] for kind in ("known", "new")]
        for name in known:
            bot.observe(None, an_order(name), 1)
            assert bot.world.run() == []
        assert len(bot.channel.cards) == 7
        for name in known:
            bot.observe(an_order(name), an_order(name, "ERROR"), 2)
        for name in new:
            bot.observe(None, an_order(name), 1)
        assert bot.world.run() == []
        *cards, digest = bot.channel.cards
        assert len(cards) == 7
        assert all(name in text_of(digest) for name in known + new)
        replies = [reply for card in cards for reply in bot.channel.replies(card["ts"])]
        assert len(replies) == 7
        assert all("reply_broadcast" not in reply for reply in replies)
        assert all("in error" in text_of(card) for card in cards)

    def test_an_order_without_a_card_gets_it_with_its_next_observation(self, bot: Bot) -> None:
        """Its reply is not a repetition: the digest had other changes."""
        names = [f"oo-{n}" for n in range(6)]
        for name in names:
            bot.observe(None, an_order(name), 1)
        assert bot.world.run() == []
        bot.observe(an_order("oo-0"), an_order("oo-0", item="SHIPPED"), 2)
        assert bot.world.run() == []
        digest, card = bot.channel.cards
        assert digest["text"].startswith("6 Outposts orders")
        assert "Order oo-0, account" in text_of(card)
        assert len(bot.channel.replies(card["ts"])) == 1

    def test_orders_with_a_card_wait_for_a_digest_that_slack_refuses(self, bot: Bot) -> None:
        """Their replies are not shown in the channel, so the digest has to be."""
        names = [f"oo-{n}" for n in range(6)]
        for name in names:
            bot.observe(None, an_order(name), 1)
            bot.world.run()
        for name in names:
            bot.observe(an_order(name), an_order(name, "ERROR"), 2)
        bot.world.slack_answers(path="/api/chat.postMessage", status=500)
        assert len(bot.world.run()) == 6
        assert len(bot.channel.cards) == 6
        assert bot.world.run() == []
        assert bot.channel.cards[-1]["text"].startswith("6 Outposts orders: 6 orders in error")

    @pytest.mark.parametrize("after", [False, True], ids=["before it takes effect", "its answer lost"])
    def test_killed_at_any_call_the_digest_is_posted_once(
        self, bot: Bot, stopping_points: StoppingPoints, *, after: bool
    ) -> None:
        """Killed at each call: each order is named by one digest, and those with a card have one reply."""

        def kill(n: int | None) -> int | None:
            known, *new = [f"oo-{n}-{number}" for number in range(6)]
            bot.observe(None, an_order(known), 1)
            assert bot.world.run() == []
            bot.observe(an_order(known), an_order(known, item="SHIPPED"), 2)
            for name in new:
                bot.observe(None, an_order(name), 1)
            calls = bot.killed_and_tried_again(n, after=after)
            texts = [text_of(card) for card in bot.channel.cards]
            digests = [text for text in texts if "Outposts orders:" in text]
            assert all(sum(f"({name})" in text for text in digests) <= 1 for name in (known, *new))
            assert all(any(name in text for text in texts) for name in new)
            (card,) = [card for card in bot.channel.cards if f"Order {known}, account" in text_of(card)]
            assert len(bot.channel.replies(card["ts"])) == 1
            return calls

        stopping_points.kill_at_each(kill, more_than=14)


def replacing(order_id: str, previous_order_id: str, *, item: str = "PREPARING") -> Order:
    """Return an order whose line item replaces that of another."""
    return an_order(order_id, item=item, PreviousOrderId=previous_order_id, PreviousLineItemId="ooi-1")


def discover_replacement(bot: Bot, order_id: str, previous_order_id: str) -> None:
    """Let poll discover an order that replaces another's line item."""
    order = replacing(order_id, previous_order_id)
    detail = detail_of(None, order)
    linked: dict[str, Any] = {"detailType": "Outposts Replacement Linked", "eventId": f"link {order_id}"}
    linked["previous"] = {"orderId": previous_order_id, "lineItemId": "ooi-1"}
    linked["replacement"] = {"orderId": order_id, "lineItemId": "ooi-1"}
    bot.observe(None, order, 1, changes=[*detail["changes"], linked])


class TestReplacements:
    """The old order's thread, whose events may all be posted before its replacement is seen."""

    def test_the_old_orders_thread_and_card_name_the_replacement(self, bot: Bot) -> None:
        """Its line item was REPLACED before its replacement was known; one reply reports it despite redeliveries."""
        bot.observe(an_order("oo-a"), an_order("oo-a", item="REPLACED"), 2)
        bot.world.run()
        for _ in range(2):
            discover_replacement(bot, "oo-b", "oo-a")
            assert bot.world.run() == []
        old, new = bot.channel.cards
        there = {card["ts"]: card["ts"].replace(".", "") for card in (old, new)}
        to_new, to_old = (f"/archives/{bot.channel.id}/p{there[card['ts']]}|Its thread>)" for card in (new, old))
        assert "ooi-1 is replaced by ooi-1 of order oo-b (<https://" in text_of(old)
        assert to_new in text_of(old)
        assert "ooi-1 replaces ooi-1 of order oo-a (<https://" in text_of(new)
        assert to_old in text_of(new)
        _, reply = bot.channel.replies(old["ts"])
        assert reply["text"] == "op-0123456789abcdef0: 1 line item of order oo-a replaced by order oo-b"
        assert "Line item ooi-1 in order oo-a: replaced by line item ooi-1 in order oo-b" in text_of(reply)
        assert to_new.removesuffix(")") in text_of(reply)
        assert "reply_broadcast" not in reply
        assert bot.channel.replies(new["ts"]) == []

    def test_an_address_that_slack_does_not_return_is_left_out(self, bot: Bot, logs: io.StringIO) -> None:
        """The cards name the orders nevertheless."""
        bot.observe(an_order("oo-a"), an_order("oo-a", item="REPLACED"), 2)
        bot.world.run()
        bot.world.slack_answers(path="/api/chat.getPermalink", status=500)
        discover_replacement(bot, "oo-b", "oo-a")
        assert bot.world.run() == []
        assert "address is not known" in logs.getvalue()
        assert "ooi-1 replaces ooi-1 of order oo-a" in text_of(bot.channel.cards[1])

    def test_an_order_without_a_thread_gets_none(self, bot: Bot) -> None:
        """One that nobody was notified of is not reported."""
        bot.store(an_order("oo-a", item="REPLACED"))
        discover_replacement(bot, "oo-b", "oo-a")
        assert bot.world.run() == []
        assert "Order oo-b, account" in text_of(bot.card)
        assert len(bot.memory()) == 1

    def test_what_the_old_orders_own_event_reported_is_not_reported_again(self, bot: Bot) -> None:
        """Both orders report a link if both are seen in one poll."""
        detail = detail_of(an_order("oo-a"), an_order("oo-a", item="REPLACED"))
        changes = [change | {"replacedBy": {"orderId": "oo-b", "lineItemId": "ooi-1"}} for change in detail["changes"]]
        bot.observe(an_order("oo-a"), an_order("oo-a", item="REPLACED"), 2, changes=changes)
        bot.world.run()
        discover_replacement(bot, "oo-b", "oo-a")
        assert bot.world.run() == []
        assert len(bot.channel.replies(bot.channel.cards[0]["ts"])) == 1

    def test_a_card_follows_the_chain_of_replacements(self, bot: Bot) -> None:
        """What replaced a line item was itself replaced later, which no event of the first order reports."""
        bot.observe(an_order("oo-a"), an_order("oo-a", item="REPLACED"), 2)
        bot.world.run()
        for new, old in (("oo-b", "oo-a"), ("oo-c", "oo-b")):
            discover_replacement(bot, new, old)
            assert bot.world.run() == []
        _, second, _ = bot.channel.cards
        assert "is replaced by ooi-1 of order oo-c" in text_of(second)
        bot.observe(an_order("oo-a", item="REPLACED"), an_order("oo-a", "COMPLETED", item="REPLACED"), 3)
        assert bot.world.run() == []
        first = bot.channel.cards[0]
        assert re.search(
            r"is replaced by ooi-1 of order oo-b \(\S+ thread>\), now by ooi-1 of order oo-c", text_of(first)
        )
        assert len(bot.channel.replies(first["ts"])) == 3

    def test_only_an_order_with_a_replaced_line_item_queries_the_links(self, bot: Bot) -> None:
        """It is a query over all orders next to it."""
        bot.observe(an_order(), an_order(item="SHIPPED"), 1)
        bot.world.run()
        assert "Query" not in bot.world.calls.made
        bot.observe(an_order(), an_order(item="REPLACED"), 2)
        bot.world.run()
        assert bot.world.calls.made.count("Query") == 1

    def test_links_that_cannot_be_read_do_not_stop_the_reply(self, bot: Bot, logs: io.StringIO) -> None:
        """The card then shows what events reported."""
        bot.world.calls.fail["Query"] = ClientError({"Error": {"Code": "Throttled"}}, "Query")
        bot.observe(an_order("oo-a"), an_order("oo-a", item="REPLACED"), 2)
        discover_replacement(bot, "oo-b", "oo-a")
        assert bot.world.run() == []
        assert "replacements are not up to date" in logs.getvalue()
        assert "ooi-1 is replaced by ooi-1 of order oo-b" in text_of(bot.channel.cards[0])

    @pytest.mark.parametrize("after", [False, True], ids=["before it takes effect", "its answer lost"])
    def test_killed_at_any_call_both_orders_are_posted_once(
        self, bot: Bot, stopping_points: StoppingPoints, *, after: bool
    ) -> None:
        """Killed at each call: one reply in each thread, and each card names the other order."""

        def kill(n: int | None) -> int | None:
            old, new = f"oo-a{n}", f"oo-b{n}"
            bot.observe(an_order(old), an_order(old, item="REPLACED"), 2)
            assert bot.world.run() == []
            discover_replacement(bot, new, old)
            calls = bot.killed_and_tried_again(n, after=after)
            old_card, new_card = bot.channel.cards[-2:]
            assert f"ooi-1 is replaced by ooi-1 of order {new}" in text_of(old_card)
            assert f"ooi-1 replaces ooi-1 of order {old}" in text_of(new_card)
            assert [len(bot.channel.replies(card["ts"])) for card in (old_card, new_card)] == [2, 0]
            return calls

        stopping_points.kill_at_each(kill, more_than=14)
        assert all(item.keys() == {"id", "ts", "told", "replaced_by"} for item in bot.memory())


class TestLostAnswers:
    """Slack did what was requested, and the response was lost."""

    @pytest.mark.parametrize(
        "answer", [{"status": 503}, {"status": 200, "body": '{"ok": false, "error": "fatal_error"}'}, {"status": 302}]
    )
    def test_a_lost_answer_causes_no_second_card(self, bot: Bot, answer: dict[str, Any]) -> None:
        """The next run finds the card by its metadata, and continues there."""
        bot.observe(None, an_order(), 1)
        bot.world.slack_answers(path="/api/chat.postMessage", taken=True, **answer)
        assert len(bot.world.run()) == 1
        assert bot.world.run() == []
        assert (len(bot.channel.cards), len(bot.replies)) == (1, 0)

    def test_a_lost_reply_that_version_0_1_0_posted_is_found(self, bot: Bot) -> None:
        """Its metadata listed the events as strings, which Slack's types do not allow."""
        bot.observe(None, an_order(), 1)
        assert bot.world.run() == []
        bot.observe(an_order(), an_order(item="SHIPPED"), 2)
        bot.observe(an_order(item="SHIPPED"), an_order(item="DELIVERED"), 3)
        bot.world.slack_answers(path="/api/chat.update", status=503)
        assert len(bot.world.run()) == 2
        metadata = {"event_type": "outposts_order_update", "event_payload": {"event_ids": [f"event 2 of {ORDER}"]}}
        ts = f"{int(time.time())}.999999"
        bot.channel.messages[ts] = {"ts": ts, "thread_ts": bot.card["ts"], "metadata": metadata}
        assert bot.world.run() == []
        old, new = bot.replies
        assert old["ts"] == ts
        assert new["metadata"]["event_payload"] == {"events": [{"id": f"event 3 of {ORDER}"}]}

    def test_a_card_is_found_behind_pages_of_others(self, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
        """Even in a busy channel."""
        monkeypatch.setattr(api, "PAGE", 2)
        bot.observe(None, an_order(), 1)
        bot.world.slack_answers(path="/api/chat.postMessage", taken=True, status=503)
        bot.world.run()
        for name in ("oo-1", "oo-2", "oo-3"):
            bot.observe(None, an_order(name), 1)
        bot.world.run()
        assert bot.world.run() == []
        assert len(bot.channel.cards) == 4

    @pytest.mark.parametrize("after", [False, True], ids=["before it takes effect", "its answer lost"])
    @pytest.mark.parametrize("known", [False, True], ids=["new order", "known order"])
    def test_killed_at_any_call_nothing_is_lost_or_posted_twice(
        self, bot: Bot, stopping_points: StoppingPoints, *, known: bool, after: bool
    ) -> None:
        """Killed at each call: one card, one reply for each observation, regardless of retries."""

        def kill(n: int | None) -> int | None:
            name = f"oo-{n}"
            if known:
                bot.observe(None, an_order(name), 1)
                assert bot.world.run() == []
            bot.observe(an_order(name), an_order(name, item="SHIPPED"), 2)
            calls = bot.killed_and_tried_again(n, after=after)
            (card,) = [card for card in bot.channel.cards if f"Order {name}, account" in text_of(card)]
            assert len(bot.channel.replies(card["ts"])) == 1
            assert "1 shipped" in text_of(card)
            return calls

        bot.observe(None, an_order("oo-first"), 1)
        assert bot.world.run() == []  # what it reads once for the process is read here
        stopping_points.kill_at_each(kill, more_than=8)
        assert all(item.keys() == {"id", "ts", "told", "replaced_by"} for item in bot.memory())

    def test_a_thread_that_another_run_writes_to_is_waited_for(self, bot: Bot) -> None:
        """Two runs at once create one card: the second one's turn comes later, and it sends Slack nothing."""
        taken = state.Threads(client_of("dynamodb"), bot.world.table)
        thread = taken.take(bot.channel.id, ORDER)
        bot.observe(None, an_order(), 1)
        assert len(bot.world.run()) == 1
        assert 50 <= bot.world.calls.visibilities[0] <= 61
        assert bot.channel.messages == {}
        taken.give_back(thread, finished=True)
        assert bot.world.run() == []
        assert len(bot.channel.cards) == 1


def recreate(bot: Bot, change: str) -> Channel:
    """Archive or delete the bot's channel or remove the bot, and give its name to another channel."""
    bot.channel.archived, bot.channel.joined = change == "archived", change != "left"
    if change == "deleted":
        bot.workspace.channels.remove(bot.channel)
    after = Channel("C123456789", bot.channel.name)
    bot.channel.name = "outposts-old"
    bot.workspace.channels.append(after)
    return after


class TestErrors:
    """Slack returns an error."""

    def test_a_deleted_card_is_posted_again(self, bot: Bot) -> None:
        """The thread continues under the new one, even if the response is lost."""
        bot.observe(None, an_order(), 1)
        bot.world.run()
        bot.workspace.delete(bot.channel, bot.card["ts"])
        bot.observe(an_order(), an_order(item="SHIPPED"), 2)
        bot.world.slack_answers(path="/api/chat.postMessage", taken=True, status=503)
        assert len(bot.world.run()) == 1
        assert bot.world.run() == []
        assert len(bot.replies) == 1
        bot.observe(an_order(item="SHIPPED"), an_order(item="DELIVERED"), 3)
        assert bot.world.run() == []
        assert (len(bot.replies), bot.card["updates"]) == (2, 2)

    def test_a_card_deleted_between_update_and_reply_is_posted_again(self, bot: Bot) -> None:
        """The reply is returned, and finds its thread under a new card."""
        bot.observe(None, an_order(), 1)
        bot.world.run()
        bot.observe(an_order(), an_order(item="SHIPPED"), 2)
        gone = json.dumps({"ok": False, "error": "thread_not_found"})
        bot.world.slack_answers(path="/api/chat.postMessage", status=200, body=gone)
        assert len(bot.world.run()) == 1
        bot.workspace.delete(bot.channel, bot.channel.cards[0]["ts"])
        assert bot.world.run() == []
        assert len(bot.replies) == 1

    @pytest.mark.parametrize(
        ("error", "advice"),
        [
            ("invalid_auth", "put its bot token into the secret"),
            ("token_revoked", "Install the app again"),
            ("missing_scope", "docs/slack.md"),
            ("not_in_channel", "/invite"),
            ("channel_not_found", "notifier.slack.channel"),
            ("is_archived", "Unarchive the channel"),
            ("restricted_action", "ask its administrators"),
            ("msg_blocks_too_long", "please report it"),
        ],
    )
    def test_a_lasting_error_says_what_to_do(self, bot: Bot, error: str, advice: str, logs: io.StringIO) -> None:
        """The message is returned, the log names it, and the topic is notified in the meantime."""
        bot.observe(an_order(), an_order(item="INSTALLED"), 1)
        bot.world.slack_answers(path="/api/chat.postMessage", body=json.dumps({"ok": False, "error": error}))
        assert len(bot.world.run()) == 1
        assert bot.world.calls.visibilities == [15]
        assert error in logs.getvalue()
        assert advice in logs.getvalue()
        assert bot.world.run() == []
        assert len(bot.replies) == 1

    def test_replies_are_posted_if_cards_cannot_be_edited(self, bot: Bot, logs: io.StringIO) -> None:
        """A workspace's policy may close a message's editing: the card stays the same, and the reply is posted."""
        bot.observe(None, an_order(), 1)
        bot.world.run()
        bot.workspace.edit_window_closed = True
        bot.observe(an_order(), an_order(item="ERROR"), 2)
        assert bot.world.run() == []
        assert "1 being built" in text_of(bot.card)
        assert "in error" in text_of(bot.replies[0])
        assert logs.getvalue().count("edit_window_closed. Ask the workspace") == 1

    @pytest.mark.parametrize(
        ("error", "posted"),
        [
            ("invalid_blocks", True),
            ("msg_too_long", True),
            ("token_revoked", False),
            ("not_in_channel", False),
            ("missing_scope", False),
            ("restricted_action", False),
            ("fatal_error", False),
        ],
    )
    def test_only_an_error_of_the_card_itself_leaves_it(self, bot: Bot, error: str, *, posted: bool) -> None:
        """An error of token, channel or scope, and what may have been done, affects the reply too: both wait."""
        bot.observe(None, an_order(), 1)
        bot.world.run()
        bot.observe(an_order(), an_order(item="ERROR"), 2)
        bot.world.slack_answers(path="/api/chat.update", body=json.dumps({"ok": False, "error": error}))
        assert (bot.world.run() == []) is posted
        assert len(bot.replies) == posted
        bot.world.run()
        assert len(bot.replies) == 1

    def test_an_archived_channel_is_reported_as_such(self, bot: Bot, logs: io.StringIO) -> None:
        """Slack itself rejects a message to a channel configured by its id."""
        bot.observe(None, an_order(), 1)
        bot.world.run()
        bot.channel.archived = True
        bot.observe(None, an_order(), 2)
        assert len(bot.world.run()) == 1
        assert "is_archived. Unarchive the channel" in logs.getvalue()

    @pytest.mark.parametrize("known", [False, True], ids=["new order", "known order"])
    @pytest.mark.parametrize("change", ["archived", "left", "deleted"])
    def test_a_channel_created_again_under_the_same_name_is_found(self, bot: Bot, change: str, *, known: bool) -> None:
        """A warm function asks for the id again, and posts card and reply in the channel that has the name now."""
        bot.observe(None, an_order("oo-a" if not known else ORDER), 1)
        assert bot.world.run() == []
        after = recreate(bot, change)
        bot.observe(an_order(), an_order(item="SHIPPED"), 2)
        bot.world.put(ALARM)
        assert bot.world.run() == []
        assert bot.world.calls.made.count("users.conversations") == 1
        assert [card["text"] for card in after.cards] == [
            "Outposts order notifier: PollsFailing is firing",
            "op-0123456789abcdef0: order in progress, 1 item",
        ]
        assert f"Order {ORDER}, account" in text_of(after.cards[1])
        assert len(after.replies(after.cards[1]["ts"])) == 1
        bot.observe(an_order(item="SHIPPED"), an_order(item="DELIVERED"), 3)
        assert bot.world.run() == []
        assert "users.conversations" not in bot.world.calls.made

    def test_a_lost_channel_is_looked_up_once_in_a_run(self, bot: Bot, logs: io.StringIO) -> None:
        """However many messages meet it; then the error is about the cached channel."""
        bot.observe(None, an_order(), 1)
        bot.world.run()
        bot.channel.archived = True
        for name in ("oo-1", "oo-2", "oo-3"):
            bot.observe(None, an_order(name), 1)
        assert len(bot.world.run()) == 3
        assert bot.world.calls.made.count("users.conversations") == 1
        assert bot.world.calls.made.count("chat.postMessage") == 3
        assert bot.world.calls.visibilities == [15] * 3
        assert logs.getvalue().count("is_archived. Unarchive the channel") == 3
        bot.channel.archived = False
        assert bot.world.run() == []

    def test_a_lost_channel_is_looked_up_soon_again_if_slack_is_down(self, bot: Bot) -> None:
        """The look-up fails for now, and so does the message, with the short back-off."""
        bot.observe(None, an_order(), 1)
        bot.world.run()
        after = recreate(bot, "archived")
        bot.observe(None, an_order("oo-1"), 1)
        bot.world.slack_answers(path="/api/users.conversations", status=503)
        assert len(bot.world.run()) == 1
        assert bot.world.calls.visibilities == [15]
        assert bot.world.run() == []
        assert len(after.cards) == 1

    def test_a_channel_configured_by_its_id_is_never_looked_up(
        self, bot: Bot, monkeypatch: pytest.MonkeyPatch, logs: io.StringIO
    ) -> None:
        """An id always identifies the same channel."""
        monkeypatch.setenv("SLACK_CHANNEL", bot.channel.id)
        recreate(bot, "archived")
        bot.observe(None, an_order(), 1)
        assert len(bot.world.run()) == 1
        assert "users.conversations" not in bot.world.calls.made
        assert "is_archived. Unarchive the channel" in logs.getvalue()

    def test_a_channel_that_the_app_is_not_in_is_reported_as_such(self, bot: Bot, logs: io.StringIO) -> None:
        """A name is looked for among the channels that the app was invited to, at every run until it is found."""
        bot.channel.joined = False
        bot.observe(None, an_order(), 1)
        assert len(bot.world.run()) == 1
        assert "no channel #outposts that the app is in" in logs.getvalue()
        bot.channel.joined = True
        assert bot.world.run() == []

    @pytest.mark.parametrize(
        ("answer", "wait"),
        [
            ({"status": 429, "headers": {"Retry-After": "30"}, "body": '{"ok": false, "error": "ratelimited"}'}, 30),
            ({"status": 429, "headers": {"Retry-After": "31536000"}, "body": "{}"}, 900),
            ({"status": 500, "body": "oops"}, 15),
            ({"status": 200, "body": "<html>"}, 15),
            ({"status": 200, "body": '{"ok": false, "error": "new_error"}'}, 15),
        ],
    )
    @pytest.mark.parametrize("path", ["/api/chat.postMessage", "/api/chat.update"])
    def test_a_temporary_error_is_waited_out(self, bot: Bot, path: str, answer: dict[str, Any], wait: int) -> None:
        """As long as Slack asks, or with back-off; then everything is posted once."""
        bot.observe(None, an_order(), 1)
        bot.world.run()
        bot.observe(an_order(), an_order(item="SHIPPED"), 2)
        bot.world.slack_answers(path=path, **answer)
        assert len(bot.world.run()) == 1
        assert bot.world.calls.visibilities == [wait]
        client_of("dynamodb").delete_item(TableName=bot.world.table, Key={"id": {"S": "pace#slack"}})
        assert bot.world.run() == []
        assert len(bot.replies) == 1

    def test_a_slow_slack_does_not_get_a_run_killed(self, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
        """No call starts without enough time for it: the rest is returned, and posted later."""
        names = [f"oo-{n}" for n in range(5)]
        for name in names:
            bot.observe(None, an_order(name), 1)
        bot.world.run()
        for card in bot.channel.cards:
            bot.workspace.delete(bot.channel, card["ts"])  # an update, a card and a reply each
        for name in names:
            bot.observe(an_order(name), an_order(name, item="SHIPPED"), 2)
        clock = SlowSlack(monkeypatch)
        runs = 0
        while bot.world.run(context=clock):
            assert set(bot.world.calls.visibilities) == {1}
            clock.left, runs = 120_000, runs + 1
        assert runs == 2
        assert [len(bot.channel.replies(card["ts"])) for card in bot.channel.cards] == [1] * 5

    def test_every_message_uses_a_second_of_slacks_pace(self, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
        """Card and reply are two messages."""
        slept: list[float] = []
        monkeypatch.setattr(pace, "INTERVAL_MS", 1_000)
        monkeypatch.setattr(pace, "_now", lambda: 1_000_000)
        monkeypatch.setattr("outposts_order_notifier.notify.channels.slack.pace.time.sleep", slept.append)
        bot.observe(an_order(), an_order(item="SHIPPED"), 1)
        bot.world.run()
        assert slept == [0, 1]

    def test_a_bot_without_a_channel_says_so(
        self, bot: Bot, monkeypatch: pytest.MonkeyPatch, logs: io.StringIO
    ) -> None:
        """Only a webhook implies its channel."""
        monkeypatch.delenv("SLACK_CHANNEL")
        bot.put(None, an_order(), 1)
        assert len(bot.world.run()) == 1
        assert "configure notifier.slack.channel" in logs.getvalue()


class TestSecrecy:
    """The token is a secret, and is only sent to Slack."""

    @pytest.mark.parametrize(
        "answer",
        [
            {"status": 200, "body": json.dumps({"ok": False, "error": f"bad token {TOKEN}"})},
            {"status": 500, "body": TOKEN},
            {"status": 200, "body": TOKEN},
            {"status": 429, "headers": {"Retry-After": "30"}, "body": TOKEN},
            {"status": 200, "body": "{}", "afterSeconds": 1},
        ],
    )
    def test_no_failure_of_slack_reveals_it(  # noqa: PLR0913, PLR0917 - each is used
        self,
        bot: Bot,
        answer: dict[str, Any],
        logs: io.StringIO,
        caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Whatever Slack responds, and if it does not, neither logs nor metrics nor the topic contain it."""
        monkeypatch.setattr("outposts_order_notifier.notify.channels.slack.clients.TIMEOUT_SECONDS", 0.5)
        bot.observe(None, an_order(), 1)
        bot.world.slack_answers(path="/api/chat.postMessage", **answer)
        with caplog.at_level(logging.DEBUG), caplog.at_level(logging.WARNING, "botocore"):
            (back,) = bot.world.run()
        output = capsys.readouterr()
        everything = logs.getvalue() + caplog.text + output.out + output.err + back
        assert TOKEN not in everything
        assert "Notification not sent" in everything

    @pytest.mark.parametrize(
        ("secret", "error"),
        [
            ({"botToken": "xoxp-MARKER0SECRET"}, "should begin with xoxb-"),
            *(
                ({"botToken": f"xoxb-MARKER0{character}SECRET"}, "should begin with xoxb-")
                for character in ("\n", " ", "é", "\u00a0", "\x7f")
            ),
            ({"botToken": "xoxb-MARKER0SECRET", "domain": "evil.example"}, "slack.com or slack-gov.com"),
            ({"bottoken": "xoxb-MARKER0SECRET"}, "neither webhookUrl nor botToken"),
        ],
    )
    def test_a_secret_that_cannot_be_used_is_reported_without_its_value(
        self, bot: Bot, secret: dict[str, str], error: str, logs: io.StringIO
    ) -> None:
        """The log names the key and the problem."""
        put_secret(json.dumps(secret))
        bot.put(None, an_order(), 1)
        assert len(bot.world.run()) == 1
        assert error in logs.getvalue()
        assert "MARKER0" not in logs.getvalue()

    @pytest.mark.parametrize(
        ("status", "proxy"),
        [*((status, "") for status in (301, 302, 303, 307, 308)), (302, "http://127.0.0.1:9")],
        ids=[*map(str, (301, 302, 303, 307, 308)), "302 and a proxy that this host bypasses"],
    )
    @pytest.mark.parametrize(
        "path",
        ["/services/T1/B1/x", "/api/users.conversations", "/api/chat.postMessage"],
        ids=["webhook", "bot that reads", "bot that writes"],
    )
    def test_no_redirect_is_followed(
        self, bot: Bot, monkeypatch: pytest.MonkeyPatch, path: str, status: int, proxy: str
    ) -> None:
        """Another host gets no request, so neither token nor message; the message counts as not delivered."""
        first_in_its_process(monkeypatch)
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        webhook = {"webhookUrl": bot.world.slack.origin + path}
        put_secret(json.dumps({"botToken": TOKEN} if path.startswith("/api/") else webhook))
        bot.observe(None, an_order(), 1)
        elsewhere = OtherHost()
        with Server(elsewhere) as other:
            bot.world.slack_answers(path=path, status=status, headers={"Location": f"{other.url}{path}"}, body="")
            assert len(bot.world.run()) == 1
        assert elsewhere.requests == []
        assert bot.world.slack.receiver.messages == []
        assert bot.world.calls.visibilities == [15]
        assert bot.world.run() == []
        assert bot.world.slack.receiver.messages != []


class OtherHost:
    """Another host, which would accept any message and responds like Slack."""

    def __init__(self) -> None:
        self.requests: list[str] = []

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Respond to one HTTP request."""
        request = Request(environ)
        self.requests.append(f"{request.method} {request.path} {request.headers} {request.get_data()!r}")
        hooked = request.path.startswith("/services/")
        text = "ok" if hooked else json.dumps({"ok": True, "ts": "1.000001", "channels": []})
        return Response(text)(environ, start_response)


def first_in_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what a client of Slack did for the whole process, so that only the next one's own guard can help."""
    monkeypatch.setattr("urllib.request._opener", None)
    no_redirects.opener.cache_clear()
    api._client.cache_clear()
    api._channel_ids.clear()
    secrets.forget()


def test_killed_is_not_an_ordinary_error() -> None:
    """The exception that ends a process in tests passes every error handler, as a real end does."""
    assert not issubclass(KilledError, Exception)
