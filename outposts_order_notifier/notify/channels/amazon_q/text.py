"""Custom notifications of Amazon Q Developer in chat applications (formerly AWS Chatbot). Pure.

The schema: https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
"""

import html
from collections.abc import Mapping
from typing import Any

from outposts_order_notifier.notify.notification import (
    AlarmNotification,
    Notification,
    OrderNotification,
    SummaryNotification,
)
from outposts_order_notifier.wording.message import CASE, Line
from outposts_order_notifier.wording.words import moment, plain

# AWS documents no lengths; chats show no more than these.
MAX_TITLE = 250
MAX_DESCRIPTION = 3_000
MAX_KEYWORDS = 10


def custom_notification(notification: Notification) -> dict[str, Any]:
    """Build the custom notification. Its thread is the order's id, or the alarm's name."""
    message = notification.message
    match notification:
        case OrderNotification(detail=detail):
            keywords, thread = _keywords(detail), str(detail["orderId"])
        case AlarmNotification(alarm=alarm):
            keywords = ["Outposts order notifier"]
            thread = _markdown(f"Outposts order notifier: {plain(alarm['AlarmName'])}")
        case SummaryNotification():
            keywords, thread = ["Outposts orders"], "Outposts orders: weekly summary"
    headline = _shortened(_markdown(f"{message.mark.icon} {message.headline}"), MAX_TITLE)
    facts = [f"*{name}:* {_markdown(value)}" for name, value in message.facts.items()]
    observed = [f"*Observed:* {moment(message.at, message.audience.zone)}"] if message.at else []
    case = ["", CASE, *map(_markdown, message.case.splitlines())] if message.case else []
    console = [f"See it in the AWS console: {message.url}"] if message.url else []
    board = [f"See all orders on the board: {message.audience.board_url}"] if message.audience.board_url else []
    return {
        "version": "1.0",
        "source": "custom",
        "id": notification.event_id,
        "content": {
            "textType": "client-markdown",
            "title": headline,
            "description": _description([*map(_line, message.lines), *case, "", *facts, *observed]),
            "nextSteps": [*map(_step, message.steps), *board, *console],
            "keywords": keywords,
        },
        "metadata": {"threadId": thread, "summary": headline},
    }


def _keywords(detail: Mapping[str, Any]) -> list[str]:
    found = [detail["orderStatus"], *(change.get("status") for change in detail["changes"]), detail["outpostId"]]
    return list(dict.fromkeys(_markdown(plain(each)) for each in found if each))[:MAX_KEYWORDS]


def _line(line: Line) -> str:
    # A bare URL is a link in every chat; other forms of links differ.
    return f"• {_markdown(line.text)}" + (f" {line.url}" if line.url else "")


def _step(step: Line) -> str:
    return f"{_markdown(step.text)} {step.url}"


def _description(lines: list[str]) -> str:
    """Join the lines that fit, and say how many do not."""
    room = MAX_DESCRIPTION
    for index, line in enumerate(lines):
        room -= len(line) + len("\n")
        if room < 0:
            return "\n".join([*lines[:index], f"and {len(lines) - index} more lines"])
    return "\n".join(lines).strip()


def _markdown(text: str) -> str:
    """Escape what Slack and Teams interpret as mentions, mark-up or links."""
    return html.escape(text, quote=False).replace("](", "] (")


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
