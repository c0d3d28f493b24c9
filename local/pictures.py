"""Take the documentation's pictures from real runs: Slack's messages, the board, and the demo's terminal.

`make pictures` runs this. Slack's pictures show what the notifier really sent to the local cloud, by webhook and as a
bot. The board shows the scenarios' orders at a moment at which much is going on, the terminal the end of a whole demo.
"""

import contextlib
import os
import re
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Literal

import boto3
from rich.console import Console

from local import demo
from local.browser import headless
from local.cloud import DEFAULT_NOTIFIER, SECRET_NAME, LocalCloud, local_cloud
from local.emulator import choose_port
from local.errors import LocalCloudError
from local.lives import lives_today
from local.scenarios import PlayedStep, load_scenarios
from local.svg import svg_of
from local.view import live
from outposts_order_notifier.board.render import page as board_page
from outposts_order_notifier.wording.words import duration
from testing.boards import NOW, SOURCE, board_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Json = dict[str, Any]

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
WIDTH = 860
SCENARIO, STATUS = "rack", "shipped"  # whose message is shown
ARRIVAL_SECONDS = 120
BOT: Json = {**DEFAULT_NOTIFIER, "slack": {"secretName": SECRET_NAME, "channel": "#outposts"}}
MESSAGE = """<div class="message {kind}"><div class="face">O</div><div>
<div class="who"><b>Outposts orders</b><span class="app">APP</span><span class="time">{time}</span></div>
{blocks}
</div></div>"""

WINDOWS: dict[str, tuple[Literal["light", "dark"], Any]] = {
    "board": ("light", {"width": 1280, "height": 1_000}),
    "board-phone": ("dark", {"width": 375, "height": 1_060}),
}

COLUMNS, LINES, SECONDS_PER_DAY = 120, 40, 1.5


def main() -> None:
    """Take all pictures."""
    try:
        with headless() as browser:
            save(browser, page(_played(DEFAULT_NOTIFIER, _message)), PICTURES / "slack-message.png")
            save(browser, page(_played(BOT, _thread)), PICTURES / "slack-card.png")
            _board(browser)
        _terminal()
    except LocalCloudError as error:
        sys.exit(f"error: {error}")


def _message(cloud: LocalCloud) -> list[Json]:
    """Return the webhook's message that reports the status, with the `ts` that Slack would give it."""
    now = str(time.time())
    return [{**message, "ts": now} for message in cloud.slack.messages if STATUS in message["text"]][:1]


def _thread(cloud: LocalCloud) -> list[Json]:
    """Return the bot's card and its last two replies, once the thread reports the status."""
    (channel,) = cloud.slack.workspace.channels
    for card in channel.cards:
        replies = channel.replies(card["ts"])
        if replies and STATUS in replies[-1]["text"]:
            return [card, *replies[-2:]]
    return []


def _played(notifier: Json, find: Callable[[LocalCloud], list[Json]]) -> list[Json]:
    """Play the scenario, a second for a day, until the wanted messages have arrived."""
    (scenario,) = (scenario for scenario in load_scenarios() if scenario.name == SCENARIO)
    with local_cloud(print, choose_port(None), notifier) as cloud:
        client, function = boto3.client("lambda"), cloud.outputs["PollFunctionName"]

        def poll(_: PlayedStep) -> None:
            client.invoke(FunctionName=function, Payload=b"{}")

        def play() -> None:
            with contextlib.suppress(Exception):  # the rest fails once the picture is taken
                scenario.play(boto3.Session().client("outposts"), time.sleep, poll)

        threading.Thread(target=play, daemon=True).start()
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while time.monotonic() < deadline:
            if found := find(cloud):
                return found
            time.sleep(1)
    raise LocalCloudError(f"no Slack message reported {STATUS}")


def page(messages: list[Json]) -> str:
    """Return HTML that shows messages, each with its `ts`, as Slack does; those after the first are its replies."""
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
    raise LocalCloudError(f"the picture cannot show blocks of type {block['type']} yet")


def _mrkdwn(text: str) -> str:
    """Convert mrkdwn to HTML; both escape the same three characters in the same way."""
    dated = re.sub(r"<!date\^(\d+)\^([^|]+)\|[^>]*>", lambda match: _date(int(match[1]), match[2]), text)
    linked = re.sub(r"<([^|>]+)\|([^>]+)>", r'<a href="\1">\2</a>', dated)
    bold = re.sub(r"\*([^*\n]+)\*", r"<b>\1</b>", linked)
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", bold).replace("\n", "<br>")


def _date(seconds: int, form: str) -> str:
    """Format a time as Slack does for a reader in UTC."""
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
    """Save a picture of a page at its full height."""
    shown = browser.new_page(viewport={"width": WIDTH, "height": 100}, device_scale_factor=2)
    shown.set_content(html)
    shown.screenshot(path=target, full_page=True)
    shown.close()


def _board(browser: "Browser") -> None:
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "local")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "local")
    html = board_page(board_of(*lives_today(NOW, SOURCE)))
    for name, (theme, size) in WINDOWS.items():
        shown = browser.new_context(color_scheme=theme, viewport=size, device_scale_factor=2).new_page()
        shown.set_content(html)
        shown.screenshot(path=PICTURES / f"{name}.png")


def _terminal() -> None:
    """Run the demo as `make demo` does, and save what it shows at its last step."""
    story = demo.run(SECONDS_PER_DAY, Console(highlight=False))
    (PICTURES / "demo.svg").write_text(svg_of(live(story, LINES), "make demo", COLUMNS, LINES), encoding="utf-8")


if __name__ == "__main__":
    main()
