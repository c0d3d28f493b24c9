"""Slack by webhook: an incoming one takes Block Kit, a workflow's takes flat variables."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.webhook import WebhookResponse

from outposts_order_notifier.notify.channel import ChannelError, Notice, Posting
from outposts_order_notifier.notify.channels.slack.blocks import (
    MAX_LINES_TEXT,
    MAX_SECTION,
    block_kit_payload,
    bullet,
    escape,
    shortened,
)
from outposts_order_notifier.notify.channels.slack.clients import (
    SERVER_ERRORS,
    TOO_MANY_REQUESTS,
    retry_after,
    webhook_client,
)
from outposts_order_notifier.notify.channels.slack.credentials import Webhook
from outposts_order_notifier.notify.channels.slack.errors import WEBHOOK, Kind
from outposts_order_notifier.notify.digest import by_order, digest, digest_lines, together
from outposts_order_notifier.notify.pace import Pace
from outposts_order_notifier.wording.message import Message
from outposts_order_notifier.wording.words import plain

WORKFLOW_PATHS = ("/triggers/", "/workflows/")
MAX_WORKFLOW_LINES = 2_800  # of a section's 3,000, less the headline
MOST_SINGLE = 5  # more in one batch share messages

# Slack's name of an error, alone or in JSON. Nothing else of an answer is told: a proxy's may quote the address.
ERROR_NAME = re.compile(r'(?:\{.*"error": *")?([a-z_]+)')

OK = 200
REQUEST_TIMEOUT = 408


def postings(webhook: Webhook, notices: Sequence[Notice], pace: Pace) -> Iterator[Posting]:
    """Give each notice a message of its own; many share as few messages as can name each order."""
    workflow = urlsplit(webhook.url).path.startswith(WORKFLOW_PATHS)
    for group, message in _messages(notices, MAX_WORKFLOW_LINES if workflow else MAX_LINES_TEXT):
        one = len({notice.variables.get("orderId") for notice in group}) == 1
        variables = group[-1].variables if one else dict.fromkeys(group[0].variables, "")
        payload = workflow_payload(message, variables) if workflow else block_kit_payload(message)
        yield Posting(group, partial(_post, webhook, payload, pace))


def _messages(notices: Sequence[Notice], room: int) -> Iterator[tuple[list[Notice], Message]]:
    """Decide which notices share a message.

    1. Few have one each.
    2. Many of few orders have one for each order.
    3. Many orders share digests, as many orders in each as the room for their lines takes.
    """
    orders = by_order(notices)
    if sum(map(len, orders)) <= MOST_SINGLE:
        yield from (([notice], notice.message) for notice in notices)
        return
    yield from (([notice], notice.message) for notice in notices if notice.detail is None)
    if len(orders) <= MOST_SINGLE:
        yield from ((order, together(order)) for order in orders)
        return
    shared: list[list[Notice]] = []
    left = room
    for order in orders:
        needed = sum(len(bullet(line)) + len("\n") for line in digest_lines(order))
        if shared and needed > left:
            yield _digested(shared)
            shared, left = [], room
        shared.append(order)
        left -= needed
    yield _digested(shared)


def _digested(orders: list[list[Notice]]) -> tuple[list[Notice], Message]:
    return [notice for order in orders for notice in order], digest(orders)


def _post(webhook: Webhook, payload: dict[str, Any], pace: Pace) -> None:
    pace.wait()
    try:
        response = webhook_client(webhook.url).send_dict(payload)
    except Exception as error:  # noqa: BLE001 - urllib raises many kinds, some of which quote the address
        raise ChannelError(f"Slack was not reached: {type(error).__name__}") from None
    try:
        _check(response)
    except ChannelError as error:
        if error.retry_after:
            pace.hold(error.retry_after)
        raise


def _check(response: WebhookResponse) -> None:
    """Tell success from failure, and a passing failure from one that lasts.

    Slack's answers: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    """
    status, body = response.status_code, response.body.strip()
    if status == OK and body in {"ok", '{"ok":true}'}:
        return
    if status == TOO_MANY_REQUESTS:
        raise ChannelError("Slack asked to wait", retry_after=retry_after(response.headers))
    name = found[1] if (found := ERROR_NAME.match(body)) else ""
    text = f"Slack answered {status} {name}".rstrip()
    if verdict := WEBHOOK.get(name):
        lasting = verdict.kind is Kind.LASTING
        raise ChannelError(f"{text}. {verdict.advice}" if lasting else text, permanent=lasting)
    passing = status in SERVER_ERRORS or status in {OK, REQUEST_TIMEOUT}
    raise ChannelError(text, permanent=not passing)


def workflow_payload(message: Message, variables: Mapping[str, str]) -> dict[str, str]:
    """Build a workflow webhook's payload: flat variables, the whole message in `text`."""
    lines = (f"• {line.text}" + (f" {line.url}" if line.url else "") for line in message.lines)
    text = escape("\n".join([message.headline, *lines]))
    escaped = {name: escape(plain(value)) if value else "" for name, value in variables.items()}
    return {**escaped, "text": shortened(text, MAX_SECTION), "url": message.url}
