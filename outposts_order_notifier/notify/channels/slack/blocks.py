"""Block Kit: messages as Slack shows them, within its limits. Pure.

The limits: https://docs.slack.dev/reference/block-kit/blocks. The limit of all blocks together is not documented; near
13,200 characters Slack answers msg_blocks_too_long (github.com/slackapi/bolt-js/issues/2509).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from outposts_order_notifier.domain.statuses import COLOURS
from outposts_order_notifier.domain.timestamps import from_iso8601
from outposts_order_notifier.notify.digest import BOARD, CONSOLE
from outposts_order_notifier.wording.message import CASE, Line, Message

Block = dict[str, Any]

MAX_HEADER = 150
MAX_SECTION = 3_000
MAX_LINES_TEXT = 6_000
MAX_STEPS = 2_000
MAX_CASE = 1_500
SMALL_PRINT = frozenset({"Type", "Outpost", "Account", "Region", "Order"})
MAX_FIELD = 600  # of 2,000, so that all together stay within a message


def block_kit_payload(message: Message) -> dict[str, Any]:
    """Build a message: its header, an attachment with the rest in the status's colour, and the text of notifications.

    Slack has colours only for attachments: https://docs.slack.dev/reference/messaging/attachments
    """
    body = [
        *(section(text) for text in packed(map(bullet, message.lines), MAX_LINES_TEXT)),
        *([section(steps(message.steps))] if message.steps else []),
        *([section(f"*{CASE}*\n{preformatted(message.case)}")] if message.case else []),
        *([fields(facts)] if (facts := _facts(message, small_print=False)) else []),
        *_context(message),
    ]
    return {
        "text": escape(message.headline),
        "blocks": [header(f"{message.mark.icon} {message.headline}")],
        **({"attachments": [{"color": COLOURS[message.mark.kind], "blocks": body}]} if body else {}),
    }


def _facts(message: Message, *, small_print: bool) -> dict[str, str]:
    """Return the facts with ids, which are small print, or the others."""
    facts = message.facts.items()
    return {name: escape(value) for name, value in facts if (name in SMALL_PRINT) == small_print}


def _context(message: Message) -> Iterator[Block]:
    ids = ", ".join(f"{name} {value}" for name, value in _facts(message, small_print=True).items())
    texts = [shortened(ids, MAX_FIELD)] if ids else []
    sequence = f", sequence {message.sequence}" if message.sequence else ""
    texts += [f"Observed {date(message.at)}{sequence}"] if message.at else []
    texts += links(message.audience.board_url, message.url)
    if texts:
        yield {"type": "context", "elements": [mrkdwn(text) for text in texts]}


def links(board_url: str, console_url: str) -> list[str]:
    """Return the links to the board and to the console, as far as there are any."""
    return [link(url, text) for url, text in ((board_url, BOARD), (console_url, CONSOLE)) if url]


def steps(lines: Sequence[Line]) -> str:
    """Return who acts next, as mrkdwn."""
    return "\n".join(["*Next*", *fitting(list(map(bullet, lines)), MAX_STEPS)])


def preformatted(text: str) -> str:
    """Return text as mrkdwn that people copy as a whole."""
    copied = escape(text).replace("`", "'")
    return f"```{shortened(copied, MAX_CASE)}```"


def header(text: str) -> Block:
    """Return a header of plain text."""
    return {"type": "header", "text": {"type": "plain_text", "text": shortened(escape(text), MAX_HEADER)}}


def section(text: str) -> Block:
    """Return a section of mrkdwn."""
    return {"type": "section", "text": mrkdwn(text)}


def fields(values: dict[str, str]) -> Block:
    """Return a section of two columns: names, and their values as mrkdwn, cut to fit."""
    texts = (shortened(f"*{name}*\n{value}", MAX_FIELD) for name, value in values.items())
    return {"type": "section", "fields": [mrkdwn(text) for text in texts]}


def mrkdwn(text: str) -> Block:
    """Return a text object; the text is mrkdwn, already escaped."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def escape(text: str) -> str:
    """Escape the control characters of Slack's mrkdwn, which mentions and links use."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(url: str, text: str) -> str:
    """Return a link to a URL."""
    return f"<{escape(url).replace('|', '%7C')}|{text}>"


def date(iso8601: str, form: str = "{date_short_pretty} {time}") -> str:
    """Format a time so that Slack shows it in each reader's own time zone; unchanged if it is not a time.

    https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    try:
        seconds = int(from_iso8601(iso8601).timestamp())
    except (ValueError, OverflowError):
        return escape(iso8601)
    return f"<!date^{seconds}^{form}|{escape(iso8601)}>"


def bullet(line: Line) -> str:
    """Format a line with its link, or without if it does not fit."""
    text = shortened(f"• {escape(line.text)}", MAX_SECTION)
    linked = f"{text}  {link(line.url, line.url_text)}" if line.url else text
    return linked if len(linked) <= MAX_SECTION else text


def packed(texts: Iterable[str], room: int) -> Iterator[str]:
    """Distribute lines over sections, up to a section's limit each and `room` characters in all."""
    text = ""
    for line in fitting(list(texts), room):
        if text and len(text) + 1 + len(line) > MAX_SECTION:
            yield text
            text = line
        else:
            text = f"{text}\n{line}" if text else line
    if text:
        yield text


def fitting(texts: list[str], room: int) -> list[str]:
    """Return the lines that fit into `room` characters, and how many do not."""
    for index, text in enumerate(texts):
        room -= len(text) + len("\n")
        if room < 0:
            return [*texts[:index], f"• and {len(texts) - index} more"]
    return texts


def shortened(escaped: str, length: int) -> str:
    """Cut escaped text, but not within an escape."""
    return escaped if len(escaped) <= length else re.sub("&[a-z]*$", "", escaped[: length - 1]) + "…"
