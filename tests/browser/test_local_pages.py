"""The pages of the local cloud in a real Chromium."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.mailbox import Mail
from local.pages.mailbox import mailbox_page
from local.pages.slack import slack_page
from local.slack_workspace import Channel
from outposts_order_notifier.notify.channels.slack.blocks import block_kit_payload
from outposts_order_notifier.notify.channels.sns.text import subject, text
from outposts_order_notifier.wording.message import order_message
from testing.details import an_update
from tests.browser.conftest import violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
WINDOWS = pytest.mark.parametrize("width", [1280, 375], ids=["desktop", "phone"])


def slack() -> str:
    """Return a page with a coloured message, and a thread with a very long word."""
    update = block_kit_payload(order_message(an_update("oo-1")))
    coloured = {"text": "Coloured", "attachments": [{"color": "#1a7f37", "blocks": update["blocks"]}]}
    messages = {
        "1795393380.000001": {"ts": "1795393380.000001", "updates": 1, **update},
        "1795393381.000002": {"ts": "1795393381.000002", "thread_ts": "1795393380.000001", "text": "x" * 500},
        "1795393382.000003": {"ts": "1795393382.000003", **coloured},
    }
    return slack_page([Channel("C1", "outposts", messages=messages)], NOW)


def mailbox() -> str:
    """Return a page with an e-mail, and one with a very long word."""
    detail = an_update("oo-1")
    mails = [Mail(subject(detail), text(order_message(detail)), "2026-11-24T09:30:00.000Z"), Mail("x" * 100, "x" * 500)]
    return mailbox_page(mails)


@WINDOWS
@pytest.mark.parametrize("page", [slack, mailbox])
def test_a_page_is_accessible_and_never_scrolls_sideways(
    open_page: Callable[..., "Page"], tmp_path: Path, page: Callable[[], str], width: int
) -> None:
    """Contrast, headings, landmarks and the rest; nothing is loaded, and no policy is violated."""
    file = tmp_path / "page.html"
    file.write_text(page(), encoding="utf-8")
    shown = open_page("about:blank", viewport={"width": width, "height": 800})
    requested, console = list[str](), list[str]()
    shown.on("request", lambda request: requested.append(request.url))
    shown.on("console", lambda message: console.append(message.text))
    shown.goto(file.as_uri())
    assert shown.evaluate("document.documentElement.scrollWidth") == width
    assert (requested, console) == ([file.as_uri()], [])
    assert violations(open_page(file.as_uri(), viewport={"width": width, "height": 800}, bypass_csp=True)) == []
