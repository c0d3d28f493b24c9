"""Slack's messages as HTML, for the local cloud's page and for the documentation's pictures. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from local.pages.template import render
from local.slack_workspace import Channel

Json = dict[str, Any]


def slack_page(channels: Iterable[Channel], now: datetime, *, live: bool = False) -> str:
    """Return the page of some channels: the threads with the newest messages first, each in its own order."""
    shown = [(channel, threads(channel)) for channel in channels]
    return render("slack.html.j2", channels=shown, now=now, live=live)


def picture(thread: list[Json], now: datetime) -> str:
    """Return a page of nothing but a message and its replies, each with its `ts`."""
    return render("picture.html.j2", thread=thread, now=now)


def threads(channel: Channel) -> list[list[Json]]:
    """Return a channel's threads, the most recently continued first; a message without replies is a thread too."""
    by_ts: dict[str, list[Json]] = {}
    for message in list(channel.messages.values()):  # a copy: messages may arrive meanwhile
        by_ts.setdefault(message.get("thread_ts") or message["ts"], []).append(message)
    return sorted(by_ts.values(), key=lambda thread: float(thread[-1]["ts"]), reverse=True)
