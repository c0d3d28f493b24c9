"""Makes the README's picture of a Slack message from one that the notifier really sent to the local cloud.

`make pictures`; needs Chromium.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from string import Template
from typing import Any

import boto3

from local.cloud import LocalCloud, Options, local_cloud
from local.emulator import choose_port
from local.errors import LocalCloudError
from local.scenarios import PlayedStep, load_scenarios

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 860, 380
SCENARIO = "A rack order"
NEWS = "SHIPPED"
ARRIVAL_SECONDS = 60


def main() -> None:
    """Play a scenario against the local cloud, a second for a day, and picture one of its messages."""
    try:
        with local_cloud(Options(port=choose_port(None)), print) as cloud:
            _picture(page(_played(cloud)), PICTURES / "slack-message.png")
    except LocalCloudError as error:
        sys.exit(f"error: {error}")


def _played(cloud: LocalCloud) -> dict[str, Any]:
    def poll(_: PlayedStep) -> None:
        boto3.client("lambda").invoke(FunctionName=cloud.outputs["PollFunctionName"], Payload=b"{}")

    scenario = next(scenario for scenario in load_scenarios() if scenario.title.startswith(SCENARIO))
    scenario.play(boto3.client("outposts"), time.sleep, poll)
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while time.monotonic() < deadline:
        for message in cloud.slack.messages:
            if NEWS in message["text"]:
                return message
        time.sleep(1)
    raise LocalCloudError(f"no Slack message told of {NEWS}")


def page(message: dict[str, Any]) -> str:
    """Show an incoming webhook's payload as Slack does: HTML."""
    template = Template((PICTURES / "slack-message.html").read_text(encoding="utf-8"))
    return template.substitute(blocks="\n".join(map(_block, message["blocks"])))


def _block(block: dict[str, Any]) -> str:
    match block:
        case {"type": "header", "text": {"text": text}}:
            return f'<div class="header">{text}</div>'
        case {"type": "section", "text": {"text": text}}:
            return f'<div class="section">{_mrkdwn(text)}</div>'
        case {"type": "section", "fields": fields}:
            cells = "".join(f"<div>{_mrkdwn(field['text'])}</div>" for field in fields)
            return f'<div class="fields">{cells}</div>'
        case {"type": "context", "elements": elements}:
            return f'<div class="context">{" ".join(_mrkdwn(element["text"]) for element in elements)}</div>'
    raise LocalCloudError(f"the picture does not know blocks of type {block['type']} yet")


def _mrkdwn(text: str) -> str:
    """Turn mrkdwn into HTML; Slack asks for the same three characters to be escaped as HTML does."""
    linked = re.sub(r"<([^|>]+)\|([^>]+)>", r'<a href="\1">\2</a>', text)
    return re.sub(r"\*([^*\n]+)\*", r"<b>\1</b>", linked).replace("\n", "<br>")


def _picture(html: str, target: Path) -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise LocalCloudError(f"Chromium is not installed; looked for {', '.join(BROWSERS)}")
    options = ["--headless", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
    options += ["--force-device-scale-factor=2", f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={target}"]
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
