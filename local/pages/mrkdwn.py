"""Slack's mrkdwn as HTML, as far as the notifier uses it; everything else remains text. Pure.

The grammar: https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from datetime import UTC, datetime

from markupsafe import Markup, escape

from outposts_order_notifier.wording.words import duration

TOKEN = re.compile(
    r"```(?P<block>(?s:.+?))```|<(?P<control>[^<>]+)>|`(?P<code>[^`\n]+)`|(?<!\w)\*(?P<bold>\S(?:[^*\n]*\S)?)\*(?!\w)|(?P<line>\n)"
)
DATE = re.compile(r"!date\^(\d{1,12})\^([^|^]+)")
SCHEMES = ("https://", "http://", "mailto:")
# A message's own address in the workspace, which on a page is an anchor.
PERMALINK = re.compile(r"https://local-cloud\.slack\.com/archives/(\w+)/p(\d+)")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
NAMED_COLOURS = {"good": "#2eb886", "warning": "#daa038", "danger": "#a30200"}
NO_COLOUR = "#dddddd"


def shown(text: object, now: datetime) -> Markup:
    """Return a text object as HTML."""
    match text:
        case {"type": "mrkdwn", "text": words}:
            return html(words, now)
        case {"text": words}:
            return _text(str(words))
    return Markup()


def html(text: object, now: datetime) -> Markup:
    """Return mrkdwn as HTML, for a reader in UTC at a time."""
    source, parts, end = str(text), list[Markup](), 0
    for token in TOKEN.finditer(source):
        parts += [_text(source[end : token.start()]), _formatted(token, now)]
        end = token.end()
    return Markup().join([*parts, _text(source[end:])])


def clock(ts: str) -> str:
    """Return a message's time of day in UTC as Slack writes it, such as `7:22 PM`."""
    return f"{datetime.fromtimestamp(float(ts), UTC):%I:%M %p}".removeprefix("0")


def colour(value: object) -> str:
    """Return an attachment's colour as CSS; grey if it is none of Slack's forms."""
    named = NAMED_COLOURS.get(str(value), f"#{str(value).removeprefix('#')}")
    return named if COLOUR.fullmatch(named) else NO_COLOUR


def _formatted(token: re.Match[str], now: datetime) -> Markup:
    match token.lastgroup, token[token.lastgroup or 0]:
        case "control", control:
            return _control(control, now)
        case "block", block:
            return Markup('<code class="block">{}</code>').format(_text(block))
        case "code", code:
            return Markup("<code>{}</code>").format(_text(code))
        case "bold", bold:
            return Markup("<b>{}</b>").format(html(bold, now))
    return Markup("<br>")


def _control(control: str, now: datetime) -> Markup:
    target, _, label = control.partition("|")
    if date := DATE.match(target):
        return escape(_date(int(date[1]), date[2], _text(label), now))
    if target.startswith(SCHEMES):
        anchor = PERMALINK.match(target)
        address = f"#{anchor[1]}-p{anchor[2]}" if anchor else _text(target)
        return Markup('<a href="{}">{}</a>').format(address, _text(label or target))
    return _text(label or target)


def _date(seconds: int, form: str, fallback: Markup, now: datetime) -> str:
    try:
        when = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return fallback
    day = f"{when:%b} {when.day}, {when.year}"
    tokens = {
        "{date_short_pretty}": "Today" if when.date() == now.date() else day,
        "{date_short}": day,
        "{time}": clock(str(seconds)),
        "{ago}": f"{duration(max(0, int(now.timestamp()) - seconds))} ago",
    }
    for token, words in tokens.items():
        form = form.replace(token, words)
    return form


def _text(mrkdwn: str) -> Markup:
    """Return plain text as HTML; Slack escapes three characters."""
    return escape(mrkdwn.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
