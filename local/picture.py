"""Makes the pictures of Slack from what the notifier really sent to the local cloud, by webhook and as a bot.

`make pictures`.
"""

import contextlib
import re
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import boto3

from local.browser import headless
from local.cloud import DEFAULT_NOTIFIER, SECRET_NAME, LocalCloud, Options, local_cloud
from local.emulator import choose_port
from local.errors import LocalCloudError
from local.scenarios import PlayedStep, load_scenarios
from outposts_order_notifier.wording.words import duration

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Json = dict[str, Any]

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
WIDTH = 860
SCENARIO = "A rack order"
NEWS = "SHIPPED"
ARRIVAL_SECONDS = 120
BOT: Json = {**DEFAULT_NOTIFIER, "slack": {"secretName": SECRET_NAME, "channel": "#outposts"}}

MESSAGE = """<div class="message {kind}"><div class="face">O</div><div>
<div class="who"><b>Outposts orders</b><span class="app">APP</span><span class="time">{time}</span></div>
{blocks}
</div></div>"""


def main() -> None:
    """Play a scenario against the local cloud, a second for a day, and draw what the notifier sent."""
    try:
        with headless() as browser:
            save(browser, page(_played(DEFAULT_NOTIFIER, _message)), PICTURES / "slack-message.png")
            save(browser, page(_played(BOT, _thread)), PICTURES / "slack-card.png")
    except LocalCloudError as error:
        sys.exit(f"error: {error}")


def _message(cloud: LocalCloud) -> list[Json]:
    """Return the webhook's message that reports the change, with the time at which Slack would say that it came."""
    now = str(time.time())
    return [{**message, "ts": now} for message in cloud.slack.messages if NEWS in message["text"]][:1]


def _thread(cloud: LocalCloud) -> list[Json]:
    """Give the bot's card and its last two replies, once the thread reports the change."""
    (channel,) = cloud.slack.workspace.channels
    for card in channel.cards:
        replies = channel.replies(card["ts"])
        if replies and NEWS in replies[-1]["text"]:
            return [card, *replies[-2:]]
    return []


def _played(notifier: Json, find: Callable[[LocalCloud], list[Json]]) -> list[Json]:
    """Play the scenario until what is looked for is there."""
    scenario = next(scenario for scenario in load_scenarios() if scenario.title.startswith(SCENARIO))
    with local_cloud(Options(port=choose_port(None), notifier=notifier), print) as cloud:
        client, function = boto3.client("lambda"), cloud.outputs["PollFunctionName"]

        def poll(_: PlayedStep) -> None:
            client.invoke(FunctionName=function, Payload=b"{}")

        def play() -> None:
            with contextlib.suppress(Exception):  # what is left of it when the picture is taken
                scenario.play(boto3.Session().client("outposts"), time.sleep, poll)

        threading.Thread(target=play, daemon=True).start()
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while time.monotonic() < deadline:
            if found := find(cloud):
                return found
            time.sleep(1)
    raise LocalCloudError(f"no Slack message reported {NEWS}")


def page(messages: list[Json]) -> str:
    """Show messages, each with the `ts` that Slack gave it, as Slack does: HTML. Replies stand below the first."""
    shown = [
        MESSAGE.format(
            kind="reply" if index else "",
            time=_time(float(message["ts"])),
            blocks="\n".join(map(_block, message["blocks"])),
        )
        for index, message in enumerate(messages)
    ]
    template = Template((PICTURES / "slack.html").read_text(encoding="utf-8"))
    return template.substitute(messages="\n".join(shown))


def _block(block: Json) -> str:
    match block:
        case {"type": "header", "text": {"text": text}}:
            return f'<div class="header">{text}</div>'
        case {"type": "section", "text": {"text": text}}:
            return f'<div class="section">{_mrkdwn(text)}</div>'
        case {"type": "section", "fields": fields}:
            cells = "".join(f"<div>{_mrkdwn(field['text'])}</div>" for field in fields)
            return f'<div class="fields">{cells}</div>'
        case {"type": "context", "elements": elements}:
            spans = "".join(f"<span>{_mrkdwn(element['text'])}</span>" for element in elements)
            return f'<div class="context">{spans}</div>'
    raise LocalCloudError(f"the picture does not know blocks of type {block['type']} yet")


def _mrkdwn(text: str) -> str:
    """Turn mrkdwn into HTML; Slack asks for the same three characters to be escaped as HTML does."""
    dated = re.sub(r"<!date\^(\d+)\^([^|]+)\|[^>]*>", lambda match: _date(int(match[1]), match[2]), text)
    linked = re.sub(r"<([^|>]+)\|([^>]+)>", r'<a href="\1">\2</a>', dated)
    bold = re.sub(r"\*([^*\n]+)\*", r"<b>\1</b>", linked)
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", bold).replace("\n", "<br>")


def _date(seconds: int, form: str) -> str:
    """Write a time as Slack does for a reader in UTC."""
    when = datetime.fromtimestamp(seconds, UTC)
    ago = f"{duration(int(time.time()) - seconds)} ago"
    day = f"{when:%b} {when.day}, {when.year}"
    tokens = {"{date_short_pretty}": "Today", "{date_short}": day, "{time}": _time(seconds), "{ago}": ago}
    for token, words in tokens.items():
        form = form.replace(token, words)
    return form


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%I:%M %p}".removeprefix("0")


def save(browser: "Browser", html: str, target: Path) -> None:
    """Picture a page in its whole height."""
    shown = browser.new_page(viewport={"width": WIDTH, "height": 100}, device_scale_factor=2)
    shown.set_content(html)
    shown.screenshot(path=target, full_page=True)
    shown.close()


if __name__ == "__main__":
    main()
