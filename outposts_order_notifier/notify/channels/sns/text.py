"""What the topic's subscribers get: an e-mail, JSON for machines, and attributes for filter policies. Pure."""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any

from outposts_order_notifier.domain.order import canonical_json
from outposts_order_notifier.notify.notification import OrderNotification, SummaryNotification
from outposts_order_notifier.wording.headline import headline, line_item_statuses, names_of, order_statuses
from outposts_order_notifier.wording.message import CASE, Line, Message
from outposts_order_notifier.wording.words import moment, plain

# SNS' limits and characters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
MAX_SUBJECT = 99  # "less than 100 characters long"
MAX_MESSAGE_BYTES = 262_144
MAX_TEXT_LINES = 100
MAX_TEXT_BYTES = 20_000
ATTRIBUTE_BYTES = 16_384  # attributes count too; statuses and types are few and short

# The protocols whose messages people read. Without TLS, `http` is for mailboxes such as the local cloud's.
TEXT_PROTOCOLS = ("email", "http")
ATTRIBUTES = ("orderStatus", "orderType", "orderId", "outpostId", "account", "region")


def publication(notification: OrderNotification) -> dict[str, Any]:
    """Build Publish's arguments except the topic: Subject, Message, MessageStructure, MessageAttributes."""
    detail, message = notification.detail, notification.message
    return {
        "Subject": subject(detail),
        "Message": _within_limit(message, detail),
        "MessageStructure": "json",
        "MessageAttributes": attributes(detail),
    }


def summary_publication(summary: SummaryNotification) -> dict[str, Any]:
    """Build Publish's arguments except the topic for a summary, which has no attributes."""
    message = summary.message
    people = dict.fromkeys(TEXT_PROTOCOLS, text(message)) | {"sms": f"{message.headline}."}
    return {
        "Subject": _ascii(message.headline),
        "Message": json.dumps({"default": canonical_json(summary.content), **people}, ensure_ascii=False),
        "MessageStructure": "json",
    }


def subject(detail: Mapping[str, Any]) -> str:
    """Return a subject of fewer than 100 ASCII characters: the headline, with letters of ASCII for similar ones.

    A name of which no letter remains, such as a Japanese one, gives way to the id.
    """
    names = {key: written for key, name in names_of(detail).items() if _is_readable(written := _ascii(name))}
    texts = (_ascii(headline({**detail, "names": names}, longest=longest)) for longest in range(MAX_SUBJECT, 80, -1))
    return next((each for each in texts if len(each) <= MAX_SUBJECT), _ascii(headline(detail))[:MAX_SUBJECT])


def _ascii(words: str) -> str:
    letters = unicodedata.normalize("NFKD", words)
    return "".join(each if each.isascii() else "?" for each in letters if not unicodedata.combining(each))


def _is_readable(written: str) -> bool:
    return any(map(str.isalnum, written))


def text(message: Message) -> str:
    """Return the e-mail: headline, what changed, who acts next, the order's facts, and a link."""
    lines = _listed(message.lines[:MAX_TEXT_LINES])
    sizes = accumulate(len(line.encode()) for line in lines)
    shown = [line for line, size in zip(lines, sizes, strict=True) if size <= MAX_TEXT_BYTES]
    if more := len(message.lines) - len(shown):
        shown.append(f"- and {more} more")
    facts = [
        f"{name + ':':<12}{value}"
        for name, value in {**message.facts, "Observed": moment(message.at, message.audience.zone)}.items()
    ]
    steps = ["", "Next:", *_listed(message.steps)] if message.steps else []
    case = ["", CASE, "", message.case] if message.case else []
    board = [f"All orders on the board: {message.audience.board_url}"] if message.audience.board_url else []
    console = [f"Orders in the AWS console: {message.url}"] if message.url else []
    end = ["", *facts, "", *board, *console]
    return "\n".join([f"{message.headline}.", "", *shown, *steps, *case, *end])


def _listed(lines: Iterable[Line]) -> list[str]:
    return [f"- {line.text}" + (f"\n  {line.url}" if line.url else "") for line in lines]


def attributes(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Build the message attributes that subscriptions' filter policies can use; attributes without a value are omitted.

    So are empty arrays: SNS accepts no empty attribute, and does not document empty arrays. Filter policies see no
    difference: `exists` matches only a value that is not empty
    (https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html).
    """
    arrays = {
        "changeTypes": {change["detailType"] for change in detail["changes"]},
        "statuses": {plain(status) for change in detail["changes"] for status in _entered(change) if status},
    }
    strings = {name: plain(detail[name]) for name in ATTRIBUTES if detail[name]}
    return {
        name: {"DataType": "String.Array", "StringValue": json.dumps(sorted(values))}
        for name, values in arrays.items()
        if values
    } | {name: {"DataType": "String", "StringValue": value} for name, value in strings.items()}


def _entered(change: Mapping[str, Any]) -> list[Any]:
    return [*order_statuses(change), *line_item_statuses(change)]


def _within_limit(message: Message, detail: Mapping[str, Any]) -> str:
    """Return the message for each protocol; changes beyond the limit are omitted from the JSON, and counted there.

    SNS sends the default to protocols without their own entry, so the JSON is there once for all machines.
    """
    people = dict.fromkeys(TEXT_PROTOCOLS, text(message)) | {"sms": f"{message.headline}."}
    kept = len(detail["changes"])
    while True:
        omitted = detail.get("changesOmitted", 0) + len(detail["changes"]) - kept
        machine = {**detail, "changes": detail["changes"][:kept], **({"changesOmitted": omitted} if omitted else {})}
        written = json.dumps({"default": canonical_json(machine), **people}, ensure_ascii=False)
        if len(written.encode()) + ATTRIBUTE_BYTES <= MAX_MESSAGE_BYTES or not kept:
            return written
        kept //= 2
