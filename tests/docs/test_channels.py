"""docs/add-a-channel.md and docs/messages.md name what exists."""

import re

from outposts_order_notifier.notify.channel import NOT_SENT, SENT
from outposts_order_notifier.notify.channels import registry, webhook
from tests.docs.pages import DOCS

ROOT = DOCS.parent
PAGE = (DOCS / "add-a-channel.md").read_text("utf-8")


def test_each_file_of_the_webhook_exists() -> None:
    """The list is what a new channel requires."""
    _, _, listed = PAGE.partition("## The files of the webhook")
    paths = [
        path
        for path in re.findall(r"`([\w./-]+)`", listed)
        if "/" in path or path in {"mkdocs.yml", "README.md", "CHANGELOG.md"}
    ]
    assert [path for path in paths if not (ROOT / path).exists()] == []
    modules = {path.name for path in (ROOT / "outposts_order_notifier/notify/channels/webhook").glob("*.py")}
    assert modules == {name for name in re.findall(r"`(\w+\.py)`", listed) if name in modules}


def test_each_channel_has_the_required_modules() -> None:
    """A misspelt module name would silently leave the channel without that part."""
    assert webhook in registry.CHANNELS
    for name in ("settings", "infrastructure", "channel"):
        assert len(list(registry.parts(name))) == len(registry.CHANNELS)
    assert all(f"`{name}.py`" in PAGE for name in ("settings", "infrastructure", "channel", "doctor"))


def test_messages_has_each_channel() -> None:
    """Under the key that enables it."""
    page = (DOCS / "messages.md").read_text("utf-8")
    assert {each.KEY for each in registry.parts("settings") if f"`{each.KEY}`" not in page} == set()


def test_the_log_lines_are_documented() -> None:
    """People search for them, and `test-notification` reads them."""
    page = (DOCS / "messages.md").read_text("utf-8")
    assert f"`{SENT}`" in page
    assert f"`{NOT_SENT}`" in page
