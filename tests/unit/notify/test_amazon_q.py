"""What Amazon Q Developer in chat applications is sent."""

import json
from typing import Any

from hypothesis import assume, given
from jsonschema import Draft202012Validator

from lambdas.notify.amazon_q import custom_notification
from lambdas.notify.channel import Notice
from lambdas.notify.message import Line, Message, order_message
from lambdas.orders.diff import diff
from lambdas.orders.order import Order
from tests.strategies import orders
from tests.unit.notify.details import ORDER_ID, an_update, detail_of

TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}}
# https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html, with the lengths that we keep
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
    """Give the notification of an update, after the schema judged it."""
    notification = custom_notification(Notice(detail["eventId"], order_message(detail), {}, detail))
    SCHEMA.validate(notification)
    return notification


class TestCustomNotification:
    """A custom notification."""

    def test_is_news_changes_facts_and_link(self) -> None:
        """Title, description and next step say it all; the order is the thread."""
        notification = notification_of(an_update())
        content = notification["content"]
        assert content["title"] == f"Order {ORDER_ID} for Outpost op-0123456789abcdef0 is COMPLETED"
        assert content["description"].startswith("• Order: IN_PROGRESS → COMPLETED after 12 days\n")
        assert "*Region:* eu-west-1\n*Observed:* 2026-11-24T09:30:00Z" in content["description"]
        assert content["keywords"] == ["COMPLETED", "INSTALLED", "op-0123456789abcdef0"]
        assert notification["metadata"]["threadId"] == ORDER_ID
        assert notification["id"] == an_update()["eventId"]

    def test_an_alarm_and_its_end_share_a_thread(self) -> None:
        """What began and is over belongs together."""
        notices = [Notice("e", Message(f"Polls is {state}", (), {}, "https://x"), {}) for state in ("on", "over")]
        assert {custom_notification(notice)["metadata"]["threadId"] for notice in notices} == {"Polls"}

    def test_text_from_outside_mentions_and_links_nothing(self) -> None:
        """Neither Slack's nor Teams' forms of mentions and links survive."""
        evil = "<!channel> <@U1> [click](https://evil.example) <at>all</at>"
        shown = json.dumps(custom_notification(Notice("e", Message(evil, (Line(evil),), {"x": evil}, "u"), {})))
        assert not any(mark in shown for mark in ("<", "]("))

    @given(old=orders, new=orders)
    def test_any_change_fits_the_schema(self, old: Order, new: Order) -> None:
        """Whatever the API's model allows makes a notification that is right and not too long."""
        assume(diff(old, new))
        notification_of(detail_of(old, new))
        notification_of(detail_of(None, new))

    def test_too_many_lines_are_counted(self) -> None:
        """What does not fit is counted."""
        message = Message("News", (Line("x" * 300),) * 20, {}, "https://x")
        assert custom_notification(Notice("e", message, {}))["content"]["description"].endswith("and 12 more lines")
