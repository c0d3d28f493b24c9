"""What is sent to Amazon Q Developer in chat applications."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError
from hypothesis import assume, given
from jsonschema import Draft202012Validator

from outposts_order_notifier.domain.diff import diff
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.notify.channel import ChannelError
from outposts_order_notifier.notify.channels.amazon_q.channel import AmazonQ
from outposts_order_notifier.notify.channels.amazon_q.text import custom_notification
from outposts_order_notifier.notify.notification import (
    Notification,
    OrderNotification,
    SummaryNotification,
    order_notification,
)
from outposts_order_notifier.wording.message import Audience, Line, Message, order_message
from testing.details import ORDER_ID, an_order, an_update, detail_of
from testing.strategies import orders
from testing.topics import Topic, alarm_of

TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}}
# https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html, with our limits
SCHEMA = Draft202012Validator(
    {
        "type": "object",
        "required": ["version", "source", "content"],
        "additionalProperties": False,
        "properties": {
            "version": {"const": "1.0"},
            "source": {"const": "custom"},
            "id": {"type": "string"},
            "content": {
                "type": "object",
                "required": ["description"],
                "additionalProperties": False,
                "properties": {
                    "textType": {"const": "client-markdown"},
                    "title": {"type": "string", "minLength": 1, "maxLength": 250},
                    "description": {"type": "string", "minLength": 1, "maxLength": 3_100},
                    "nextSteps": TEXTS,
                    "keywords": {**TEXTS, "maxItems": 10},
                },
            },
            "metadata": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"threadId": {"type": "string", "minLength": 1}, "summary": {"type": "string"}},
            },
        },
    }
)


def notification_of(detail: dict[str, Any]) -> dict[str, Any]:
    """Return the notification of an update, once the schema accepts it."""
    notification = custom_notification(order_notification(detail))
    SCHEMA.validate(notification)
    return notification


class TestCustomNotification:
    """A custom notification."""

    def test_has_headline_changes_facts_and_link(self) -> None:
        """Title, description and next step are complete; the order is the thread."""
        notification = notification_of(an_update())
        content = notification["content"]
        assert content["title"] == "✅ op-0123456789abcdef0: order completed, 1 item installed"
        assert content["description"].startswith("• Order: in progress → completed after 12 days\n")
        assert f"*Region:* eu-west-1\n*Order:* {ORDER_ID}\n*Observed:* 24 Nov 2026, 09:30 UTC" in content["description"]
        assert content["keywords"] == ["COMPLETED", "INSTALLED", "op-0123456789abcdef0"]
        assert notification["metadata"]["threadId"] == ORDER_ID
        assert notification["id"] == an_update()["eventId"]

    def test_an_order_results_in_this(self) -> None:
        """Nothing else is sent, and each text is exactly this."""
        headline = "✅ op-0123456789abcdef0: order completed, 1 item installed"
        url = "https://eu-west-1.console.aws.amazon.com/outposts/home?region=eu-west-1#Orders"
        assert notification_of(an_update()) == {
            "version": "1.0",
            "source": "custom",
            "id": an_update()["eventId"],
            "content": {
                "textType": "client-markdown",
                "title": headline,
                "description": (
                    "• Order: in progress → completed after 12 days\n"
                    "• Line item ooi-1: being built → installed after 12 days\n"
                    "\n"
                    "*Status:* completed\n"
                    "*Line items:* 1 installed\n"
                    "*Outpost:* op-0123456789abcdef0\n"
                    "*Account:* 111122223333\n"
                    "*Region:* eu-west-1\n"
                    f"*Order:* {ORDER_ID}\n"
                    "*Observed:* 24 Nov 2026, 09:30 UTC"
                ),
                "nextSteps": [f"See it in the AWS console: {url}"],
                "keywords": ["COMPLETED", "INSTALLED", "op-0123456789abcdef0"],
            },
            "metadata": {"threadId": ORDER_ID, "summary": headline},
        }

    def test_links_to_the_board_if_there_is_one(self) -> None:
        """Before the console; who acts next comes first."""
        detail = detail_of(an_order(), an_order(item="ERROR"))
        steps = custom_notification(order_notification(detail, Audience(board_url="https://x/#board")))["content"]
        assert [step.partition(" http")[0] for step in steps["nextSteps"]] == [
            "You: contact AWS Support",
            "See all orders on the board:",
            "See it in the AWS console:",
        ]
        assert "Text for your case with AWS Support, to copy and paste:\nAWS Outposts order oo-" in steps["description"]

    def test_what_goes_into_a_case_is_set_off_from_what_changed(self) -> None:
        """An empty line is before it; the time of the observation is in the readers' zone."""
        detail = detail_of(an_order(), an_order(item="ERROR"))
        notification = order_notification(detail, Audience(ZoneInfo("Asia/Tokyo")))
        description = custom_notification(notification)["content"]["description"]
        changed, case, facts = description.split("\n\n")
        assert changed == "• Line item ooi-1: being built → in error after 12 days"
        assert case == f"Text for your case with AWS Support, to copy and paste:\n{notification.message.case}"
        assert facts.endswith("*Observed:* 24 Nov 2026, 18:30 JST")

    def test_an_alarm_results_in_this(self) -> None:
        """It has no words about orders, and no time that is unknown."""
        message = Message("Polls & <more> is on", (Line("Since ten", "https://y"),), {}, "https://x")
        assert custom_notification(alarm_of(message, "Polls & <more>")) == {
            "version": "1.0",
            "source": "custom",
            "id": "e",
            "content": {
                "textType": "client-markdown",
                "title": "❔ Polls &amp; &lt;more&gt; is on",
                "description": "• Since ten https://y",
                "nextSteps": ["See it in the AWS console: https://x"],
                "keywords": ["Outposts order notifier"],
            },
            "metadata": {
                "threadId": "Outposts order notifier: Polls &amp; &lt;more&gt;",
                "summary": "❔ Polls &amp; &lt;more&gt; is on",
            },
        }

    def test_summaries_share_a_thread(self) -> None:
        """One a week, with the time that they are of."""
        message = Message("Weekly summary: no orders", (), {}, "", at="2026-11-30T08:00:00Z")
        notification = custom_notification(SummaryNotification("weekly", message))
        SCHEMA.validate(notification)
        assert notification["content"]["keywords"] == ["Outposts orders"]
        assert notification["content"]["description"] == "*Observed:* 30 Nov 2026, 08:00 UTC"
        assert notification["content"]["nextSteps"] == []
        assert notification["metadata"]["threadId"] == "Outposts orders: weekly summary"

    @pytest.mark.parametrize(
        ("length", "shown"), [(247, "x" * 247), (248, "x" * 248), (249, f"{'x' * 247}…"), (900, f"{'x' * 247}…")]
    )
    def test_a_title_has_up_to_250_characters(self, length: int, shown: str) -> None:
        """A longer one ends in an ellipsis, as does the summary."""
        notification = custom_notification(alarm_of(Message("x" * length, (), {}, "u")))
        assert notification["content"]["title"] == notification["metadata"]["summary"] == f"❔ {shown}"

    @pytest.mark.parametrize(("length", "last"), [(996, "x" * 996), (997, "and 2 more lines")])
    def test_a_description_has_up_to_3000_characters_with_its_line_ends(self, length: int, last: str) -> None:
        """The line that ends at the limit stays; one more character omits it, with the empty line below it."""
        lines = (Line("x" * 998), Line("x" * 997), Line("x" * length))
        description = custom_notification(alarm_of(Message("Text", lines, {}, "u")))["content"]["description"]
        assert description.splitlines()[2].removeprefix("• ") == last

    def test_text_keeps_its_quotes_and_shows_a_link_as_text(self) -> None:
        """Only what a chat would interpret is escaped."""
        message = Message("Text", (Line('say "hi" to [us](https://x)'),), {}, "u")
        content = custom_notification(alarm_of(message))["content"]
        assert content["description"] == '• say "hi" to [us] (https://x)'

    def test_keywords_are_ten_distinct_ones(self) -> None:
        """The order's status is the first; what has no status adds none."""
        changes = [{"detailType": "Outposts Line Item Status Change", "status": f"S{n}"} for n in (1, *range(12))]
        detail = an_update() | {"orderStatus": "A", "changes": [{"detailType": "x"}, *changes]}
        notification = custom_notification(OrderNotification(detail, order_message(an_update())))
        assert notification["content"]["keywords"] == ["A", "S1", "S0", *(f"S{n}" for n in range(2, 9))]

    def test_an_alarm_and_its_end_share_a_thread(self) -> None:
        """Firing and clearing belong together."""
        alarms = [alarm_of(Message(f"Polls is {state}", (), {}, "https://x")) for state in ("on", "over")]
        threads = {custom_notification(alarm)["metadata"]["threadId"] for alarm in alarms}
        assert threads == {"Outposts order notifier: Polls"}

    def test_text_from_outside_cannot_mention_or_link(self) -> None:
        """Neither Slack's nor Teams' forms of mentions and links remain."""
        external = "<!channel> <@U1> [click](https://evil.example) <at>all</at>"
        shown = json.dumps(custom_notification(alarm_of(Message(external, (Line(external),), {"x": external}, "u"))))
        assert not any(mark in shown for mark in ("<", "]("))

    @given(old=orders, new=orders)
    def test_any_change_fits_the_schema(self, old: Order, new: Order) -> None:
        """Any order that the API's model allows results in a valid notification of limited length."""
        assume(diff(old, new))
        notification_of(detail_of(old, new))
        notification_of(detail_of(None, new))

    def test_too_many_lines_are_counted(self) -> None:
        """What does not fit is counted."""
        message = Message("Text", (Line("x" * 300),) * 20, {}, "https://x")
        assert custom_notification(alarm_of(message))["content"]["description"].endswith("and 12 more lines")


class TestPublications:
    """What is sent to the topic."""

    def test_each_notification_is_published_separately(self) -> None:
        """An order's and an alarm's, each at the time of sending and not earlier."""
        topic = Topic()
        notifications: list[Notification] = [
            order_notification(an_update()),
            alarm_of(Message("Text", (), {}, "u")),
        ]
        postings = list(AmazonQ(topic.client, "arn").postings(notifications, lambda: 0))
        assert ([posting.notifications for posting in postings], topic.published) == (
            [[notifications[0]], [notifications[1]]],
            [],
        )
        for posting in postings:
            posting.send()
        assert [arguments["TopicArn"] for arguments in topic.published] == ["arn", "arn"]
        assert [sorted(arguments) for arguments in topic.published] == [["Message", "TopicArn"]] * 2
        assert [json.loads(arguments["Message"]) for arguments in topic.published] == [
            custom_notification(notification) for notification in notifications
        ]

    def test_an_error_of_sns_is_a_channels_error(self) -> None:
        """Its text names SNS and the reason."""
        error = ClientError({"Error": {"Code": "NotFound", "Message": "no topic"}}, "Publish")
        posting, *_ = AmazonQ(Topic(error).client, "arn").postings([order_notification(an_update())], lambda: 0)
        with pytest.raises(ChannelError, match=r"^SNS: .*NotFound.*no topic$"):
            posting.send()
