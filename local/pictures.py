"""Take the documentation's pictures from real runs: Slack's messages, the board, and the demo's terminal.

`make pictures` runs this. Slack's pictures show what the notifier really sent to the local cloud, by webhook and as a
bot. The board shows the scenarios' orders at a moment at which much is going on, the terminal the end of a whole demo.
The packaged Chromium has no emoji font, and takes the machine's.
"""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import boto3
from rich.console import Console

from local import demo
from local.browser import headless
from local.cloud import DEFAULT_NOTIFIER, SECRET_NAME, LocalCloud, local_cloud
from local.emulator import choose_port
from local.errors import LocalCloudError
from local.lives import lives_today
from local.pages.slack import picture
from local.scenarios import PlayedStep, load_scenarios
from local.svg import svg_of
from local.view import live
from outposts_order_notifier.board.render import page as board_page
from testing.boards import NOW, SOURCE, board_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Json = dict[str, Any]

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
WIDTH = 860
SCENARIO, STATUS = "rack", "shipped"  # whose message is shown
ARRIVAL_SECONDS = 120
BOT: Json = {**DEFAULT_NOTIFIER, "slack": {"secretName": SECRET_NAME, "channel": "#outposts"}}
WINDOWS: dict[str, tuple[Literal["light", "dark"], Any]] = {
    "board": ("light", {"width": 1280, "height": 1_000}),
    "board-phone": ("dark", {"width": 375, "height": 1_060}),
}

COLUMNS, LINES, SECONDS_PER_DAY = 120, 40, 1.5


def main() -> None:
    """Take all pictures."""
    try:
        with headless() as browser:
            for name, notifier, find in ("slack-message", DEFAULT_NOTIFIER, _message), ("slack-card", BOT, _thread):
                thread = _played(notifier, find)
                save(browser, picture(thread, datetime.now(UTC)), PICTURES / f"{name}.png")
            _board(browser)
        _terminal()
    except LocalCloudError as error:
        sys.exit(f"error: {error}")


def _message(cloud: LocalCloud) -> list[Json]:
    """Return the webhook's message that reports the status."""
    messages = [message for channel in cloud.slack.channels for message in channel.messages.values()]
    return [message for message in messages if STATUS in message["text"]][:1]


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
