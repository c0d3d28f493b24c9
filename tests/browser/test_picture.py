"""The pictures of Slack."""

import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from local.pages.slack import picture
from local.pictures import WIDTH, save

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NOW = datetime(2026, 11, 24, tzinfo=UTC)
MESSAGE = {
    "ts": "1795393380.000001",  # 2026-11-23 00:23 UTC
    "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*Order* `oo-1` &lt;is&gt; SHIPPED"}}],
}


def test_a_message_shows_its_own_time() -> None:
    """As Slack writes it for a reader in UTC."""
    html = picture([MESSAGE, {**MESSAGE, "ts": "1795438800.000002"}], NOW)
    assert [each.partition("<")[0] for each in html.split('<span class="time">')[1:]] == ["12:23 AM", "1:00 PM"]
    assert "<b>Order</b> <code>oo-1</code> &lt;is&gt; SHIPPED" in html


def test_a_picture_is_twice_as_sharp_as_the_page_and_as_high_as_its_content(browser: "Browser", tmp_path: Path) -> None:
    """It is taken with the same Chromium as everything else here."""
    target = tmp_path / "message.png"
    save(browser, picture([MESSAGE] * 10, NOW), target)
    width, height = struct.unpack(">II", target.read_bytes()[16:24])
    assert width == 2 * WIDTH
    assert 1_000 < height < 2_000
