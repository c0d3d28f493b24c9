"""Makes the pictures of Slack from what the notifier really sent to the local cloud, by webhook and as a bot.

`make pictures`; needs Chromium.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any

import boto3

from lambdas.orders.words import duration
from local.cloud import DEFAULT_NOTIFIER, SECRET_NAME, LocalCloud, Options, local_cloud
from local.emulator import choose_port
from local.errors import LocalCloudError
from local.scenarios import PlayedStep, load_scenarios

Json = dict[str, Any]

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH = 860
SCENARIO = "A rack order"
NEWS = "SHIPPED"
ARRIVAL_SECONDS = 120
BOT: Json = {**DEFAULT_NOTIFIER, "slack": {"secretName": SECRET_NAME, "channel": "#outposts"}}

MESSAGE = """<div class="message {kind}"><div class="face">O</div><div>
<div class="who"><b>Outposts orders</b><span class="app">APP</span><span class="time">9:41 AM</span></div>
{blocks}
</div></div>"""


def main() -> None:
    """Play a scenario against the local cloud, a second for a day, and picture what it made the notifier tell."""
    try:
        message = _played(DEFAULT_NOTIFIER, _message)
        _picture(page(message), PICTURES / "slack-message.png", height=380)
        _picture(page(_played(BOT, _thread)), PICTURES / "slack-card.png", height=860)
    except LocalCloudError as error:
        sys.exit(f"error: {error}")


def _message(cloud: LocalCloud) -> list[Json]:
    """Give the webhook's message that tells the news."""
    return [message for message in cloud.slack.messages if NEWS in message["text"]][:1]


def _thread(cloud: LocalCloud) -> list[Json]:
    """Give the bot's card and its last two replies, once the thread tells the news."""
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
    raise LocalCloudError(f"no Slack message told of {NEWS}")


def page(messages: list[Json]) -> str:
    """Show messages as Slack does, replies below the first: HTML."""
    shown = [
        MESSAGE.format(kind="reply" if index else "", blocks="\n".join(map(_block, message["blocks"])))
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
    tokens = {"{date_short_pretty}": "Today at", "{date_short}": day, "{time}": f"{when:%I:%M %p}", "{ago}": ago}
    for token, words in tokens.items():
        form = form.replace(token, words)
    return form


def _picture(html: str, target: Path, height: int) -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise LocalCloudError(f"Chromium is not installed; looked for {', '.join(BROWSERS)}")
    options = ["--headless", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
    options += ["--force-device-scale-factor=2", f"--window-size={WIDTH},{height}", f"--screenshot={target}"]
    options += ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses to serve root
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "message.html")
        source.write_text(html, encoding="utf-8")
        command = [browser, *options, f"--user-data-dir={folder}", source.as_uri()]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - ours
    if result.returncode or not target.exists():
        raise LocalCloudError(f"Chromium made no picture: {result.stderr[-500:]}")


if __name__ == "__main__":
    main()
