"""Slack by webhook: an incoming one accepts Block Kit, a workflow's accepts flat variables."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from outposts_order_notifier.notify.channel import ChannelError, Posting
from outposts_order_notifier.notify.channels.slack.blocks import (
    MAX_LINES_TEXT,
    MAX_SECTION,
    block_kit_payload,
    escape,
    shortened,
)
from outposts_order_notifier.notify.channels.slack.burst import MOST_SINGLE, shared
from outposts_order_notifier.notify.channels.slack.credentials import Webhook
from outposts_order_notifier.notify.channels.slack.errors import WEBHOOK, Kind
from outposts_order_notifier.notify.channels.slack.pace import Pace
from outposts_order_notifier.notify.channels.slack.transport import (
    SERVER_ERRORS,
    TOO_MANY_REQUESTS,
    Answer,
    post,
    retry_after,
)
from outposts_order_notifier.notify.digest import by_order, digest, of_no_order, together
from outposts_order_notifier.notify.notification import Notification, OrderNotification
from outposts_order_notifier.wording.message import Message
from outposts_order_notifier.wording.words import plain

VARIABLES = ("orderId", "outpostId", "orderStatus", "orderType", "account", "region")
WORKFLOW_PATHS = ("/triggers/", "/workflows/")
MAX_WORKFLOW_LINES = 2_800  # of a section's 3,000, less the headline

# Slack's name of an error, alone or in JSON. Nothing else of an answer is shown: a proxy's may quote the URL.
ERROR_NAME = re.compile(r'(?:\{.*"error": *")?([a-z_]+)')

OK = 200
REQUEST_TIMEOUT = 408


def postings(webhook: Webhook, notifications: Sequence[Notification], pace: Pace) -> Iterator[Posting[Notification]]:
    """Give each notification its own message; many share as few messages as can name each order."""
    workflow = urlsplit(webhook.url).path.startswith(WORKFLOW_PATHS)
    if muted := [each for each in notifications if each.is_muted]:
        yield Posting(muted, lambda: None)  # a webhook has no card to update
    heard = [each for each in notifications if not each.is_muted]
    for group, message in _messages(heard, MAX_WORKFLOW_LINES if workflow else MAX_LINES_TEXT):
        payload = workflow_payload(message, variables(group)) if workflow else block_kit_payload(message)
        yield Posting(group, partial(_post, webhook, payload, pace))


def variables(group: Sequence[Notification]) -> dict[str, str]:
    """Return a workflow's variables: those of the group's only order; empty for a digest, an alarm or a summary."""
    last = group[-1]
    if isinstance(last, OrderNotification) and len(by_order(group)) == 1:
        return {name: str(last.detail[name] or "") for name in VARIABLES}
    return dict.fromkeys(VARIABLES, "")


def _messages(notifications: Sequence[Notification], room: int) -> Iterator[tuple[Sequence[Notification], Message]]:
    """Decide which notifications share a message.

    1. Few get one each.
    2. Many of few orders get one for each order.
    3. Many orders share digests, each with as many orders as there is room for their lines.
    """
    orders = by_order(notifications)
    if sum(map(len, orders)) <= MOST_SINGLE:
        yield from (([each], each.message) for each in notifications)
        return
    yield from (([each], each.message) for each in of_no_order(notifications))
    if len(orders) <= MOST_SINGLE:
        yield from ((order, together(order)) for order in orders)
        return
    for group in shared(orders, room):
        yield [each for order in group for each in order], digest(group)


def _post(webhook: Webhook, payload: dict[str, Any], pace: Pace) -> None:
    pace.wait()
    try:
        answer = post(webhook.url, payload)
    except Exception as error:  # noqa: BLE001 - urllib raises many kinds, some of which quote the address
        raise ChannelError(f"Slack was not reached: {type(error).__name__}") from None
    try:
        _check(answer)
    except ChannelError as error:
        if error.retry_after:
            pace.hold(error.retry_after)
        raise


def _check(answer: Answer) -> None:
    """Distinguish success, temporary and permanent failure.

    Slack's answers: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    """
    status, body = answer.status, answer.body.strip()
    if status == OK and body in {"ok", '{"ok":true}'}:
        return
    if status == TOO_MANY_REQUESTS:
        raise ChannelError("Slack asked to wait", retry_after=retry_after(answer.headers))
    name = found[1] if (found := ERROR_NAME.match(body)) else ""
    text = f"Slack answered {status} {name}".rstrip()
    if verdict := WEBHOOK.get(name):
        lasting = verdict.kind is Kind.LASTING
        raise ChannelError(f"{text}. {verdict.advice}" if lasting else text, permanent=lasting)
    passing = status in SERVER_ERRORS or status in {OK, REQUEST_TIMEOUT}
    raise ChannelError(text, permanent=not passing)


def workflow_payload(message: Message, variables: Mapping[str, str]) -> dict[str, str]:
    """Build a workflow webhook's payload: flat variables, the whole message in `text`."""
    shown = (*message.lines, *message.steps)
    lines = (f"• {line.text}" + (f" {line.url}" if line.url else "") for line in shown)
    case = ["", message.case] if message.case else []
    text = escape("\n".join([f"{message.mark.icon} {message.headline}", *lines, *case]))
    escaped = {name: escape(plain(value)) if value else "" for name, value in variables.items()}
    return {**escaped, "text": shortened(text, MAX_SECTION), "url": message.url}
