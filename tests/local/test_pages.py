"""The pages of the local cloud show what was received, and nothing that was received acts on them."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
import urllib3
from slack_sdk.web import WebClient

from local.demo import keep
from local.mailbox import Mail, Mailbox
from local.pages.mailbox import mailbox_page
from local.pages.slack import slack_page
from local.server import Server
from local.slack import SlackReceiver
from local.slack_workspace import TOKEN, Channel

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
WEBHOOK = "/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"


def mrkdwn(text: str) -> dict[str, Any]:
    """Return a text object."""
    return {"type": "mrkdwn", "text": text}


def section(text: str) -> dict[str, Any]:
    """Return a section of one text."""
    return {"type": "section", "text": mrkdwn(text)}


def every_place(text: str) -> dict[str, Any]:
    """Return a message with a text in each place that may have one."""
    plain = {"type": "plain_text", "text": text}
    blocks = [
        {"type": "header", "text": plain},
        section(text),
        section(f"*{text}* `{text}` <https://example.com/{text}|{text}> <javascript:{text}|x> <!date^1^{text}|{text}>"),
        {"type": "section", "fields": [mrkdwn(text), plain]},
        {"type": "context", "elements": [mrkdwn(text), {"type": "image", "image_url": text, "alt_text": text}]},
        {"type": text},
    ]
    return {"blocks": blocks, "attachments": [{"color": text, "blocks": blocks}, {"text": text}, {"fallback": text}]}


def of(*messages: dict[str, Any]) -> str:
    """Return the page of a channel with messages, a second apart."""
    by_ts = {f"{second}.000000": message for second, message in enumerate(messages, 1_795_393_380)}
    return slack_page([Channel("C1", "outposts", messages={ts: {"ts": ts, **by_ts[ts]} for ts in by_ts})], NOW)


def words(html: str) -> str:
    """Return a page's text, without mark-up."""
    return " ".join(re.sub("<[^>]*>", " ", html.partition("<body>")[2]).split())


class TestSlack:
    """The page of the channels."""

    def test_a_message_is_shown_with_all_its_parts(self) -> None:
        """Header, sections, fields, context; links, bold and code; times as a reader in UTC has them."""
        html = of(
            {
                "text": "for notifications only",
                "blocks": [
                    {"type": "header", "text": {"type": "plain_text", "text": "Plant &amp; more: 4 * 2 *racks* 🚚"}},
                    section("*Order* `oo-1` &lt;is&gt; 4 * 2 *\n<https://example.com/?a=1&amp;b=2|Track it>"),
                    {"type": "divider"},
                    {"type": "section", "fields": [mrkdwn("*Type*\nOUTPOST"), mrkdwn("*Region*\nus-east-1")]},
                    {
                        "type": "context",
                        "elements": [mrkdwn("Observed <!date^1795509000^{date_short_pretty} {time}|x>")],
                    },
                ],
            }
        )
        assert '<h3 class="header">Plant &amp; more: 4 * 2 *racks* 🚚</h3>' in html
        assert "<b>Order</b> <code>oo-1</code> &lt;is&gt; 4 * 2 *<br>" in html
        assert '<a href="https://example.com/?a=1&amp;b=2">Track it</a>' in html
        assert "<b>Type</b><br>OUTPOST" in html
        assert "Observed Today 8:30 AM" in html
        assert '<span class="time">12:23 AM</span>' in html
        assert "for notifications only" not in html

    def test_what_people_copy_is_a_block_of_its_own(self) -> None:
        """With its line ends, and without mark-up in it."""
        html = of({"blocks": [section("*Copy*\n```one *two*\n`three````")]})
        assert '<b>Copy</b><br><code class="block">one *two*\n`three</code>' in html

    @pytest.mark.parametrize(
        ("colour", "shown"),
        [("#1a7f37", "#1a7f37"), ("1a7f37", "#1a7f37"), ("danger", "#a30200"), ("red;x", "#dddddd"), (None, "#dddddd")],
    )
    def test_an_attachment_has_its_colour(self, colour: object, shown: str) -> None:
        """Below the message's own blocks; what is no colour of Slack's is grey."""
        html = of({"text": "above", "attachments": [{"color": colour, "blocks": [section("within")]}]})
        assert re.search(f'above.*<div class="attachment" style="border-color:{shown}">.*within', html, re.DOTALL)

    def test_a_thread_is_below_its_first_message_and_the_newest_thread_comes_first(self) -> None:
        """A reply to an old message brings its thread to the top, and an update is marked."""
        parent = {"thread_ts": "1795393380.000000"}
        shown = words(
            of(
                {"text": "old card", "updates": 1},
                {"text": "first reply"} | parent,
                {"text": "another card"},
                {"text": "second reply", "reply_broadcast": True} | parent,
            )
        )
        texts = ("old card", "first reply", "second reply", "another card")
        assert sorted(texts, key=shown.index) == list(texts)
        assert shown.count("(edited)") == 1
        assert shown.count("also sent to the channel") == 1

    def test_a_messages_own_address_leads_to_it_on_the_page(self) -> None:
        """As a link in Slack leads to the message there."""
        link = "https://local-cloud.slack.com/archives/C1/p1795393380000000?thread_ts=1795393380.000000&cid=C1"
        html = of({"text": "card"}, {"text": f"<{link}|the order>"})
        (target,) = re.findall('<a href="#([^"]+)">the order</a>', html)
        assert f'id="{target}"' in html

    @pytest.mark.parametrize(
        "text", [SCRIPT, IMAGE, f"&lt;{SCRIPT}", "<javascript:alert(1)|x>", "<|>", "<!date^9^", "*"]
    )
    def test_nothing_in_a_message_becomes_markup(self, text: str) -> None:
        """In whichever place it is: the page has the elements and attributes of one with harmless texts."""
        check_mark_up(of(every_place(text), {"text": text}), like=of(every_place("x")))

    def test_a_time_beyond_the_calendar_is_shown_as_its_fallback(self) -> None:
        """As Slack does with what it cannot format."""
        assert '<p class="section">later</p>' in of({"blocks": [section("<!date^999999999999^{time}|later>")]})


class TestMailbox:
    """The page of the e-mails."""

    def test_the_newest_is_first_and_each_is_readable(self) -> None:
        """Each has its subject, time and text; addresses in the text are links."""
        mails = [
            Mail("Ordered", "It is so:\n  https://example.com/a?b=1&c=2", "2026-11-24T09:30:00.000Z"),
            Mail("Shipped", "It left.", "no time"),
        ]
        html = mailbox_page(mails)
        shown = words(html)
        assert re.search(r"Shipped no time.*Ordered 24 Nov 2026, 09:30 UTC.*It left\..*It is so:", shown)
        assert '<a href="https://example.com/a?b=1&amp;c=2"' in html
        for target in re.findall(r'<a href="#([^"]+)"', html):
            assert f'id="{target}"' in html

    @pytest.mark.parametrize("text", [SCRIPT, IMAGE, "javascript:alert(1)", "&lt;b&gt;"])
    def test_nothing_in_an_e_mail_becomes_markup(self, text: str) -> None:
        """Neither in its subject, nor in its text or time."""
        check_mark_up(mailbox_page([Mail(text, text, text)]), like=mailbox_page([Mail("x", "x", "x")]))


class TestServed:
    """The pages over HTTP."""

    def test_slack_shows_webhooks_messages_and_a_bots_channels(self) -> None:
        """As they are now: an updated card shows its newest content."""
        receiver = SlackReceiver()
        receiver.workspace.add("#outposts")
        with Server(receiver) as server:
            assert "No messages yet." in words(page_of(server))
            client = WebClient(TOKEN, base_url=f"{server.url}/api/")
            ts = client.chat_postMessage(channel="#outposts", text="card")["ts"]
            client.chat_update(channel="C000000000", ts=ts, text="card, newer")
            for text in ("one", "two"):
                urllib3.request("POST", server.url + WEBHOOK, json={"text": text})
            shown = words(page_of(server))
        assert re.search("Webhook.*two.*one.*#outposts.*card, newer", shown)

    def test_the_mailbox_shows_what_a_topic_sent(self) -> None:
        """With the time that SNS wrote."""
        posted = {"Type": "Notification", "Message": "It is so.", "Timestamp": "2026-11-24T09:30:00.000Z"}
        with Server(Mailbox()) as server:
            assert "No e-mails yet." in words(page_of(server))
            urllib3.request("POST", server.url, json=posted)
            shown = words(page_of(server))
        assert "AWS Notification Message 24 Nov 2026, 09:30 UTC It is so." in shown


def test_kept_pages_are_files_that_do_not_reload(tmp_path: Path) -> None:
    """They show a demo that is over; a page that is served reloads itself instead."""
    made = {"Slack": slack_page([], NOW), "E-mails": mailbox_page([])}
    addresses = keep(made, tmp_path / "new" / "folder")
    for name, address in addresses.items():
        assert Path(url2pathname(urlsplit(address).path)).read_text("utf-8") == made[name]
        assert 'http-equiv="refresh"' not in made[name]


def page_of(server: Server) -> str:
    """Return the page that a server shows, whose response says that it loads nothing and which reloads itself."""
    answer = urllib3.request("GET", server.url)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    html = answer.data.decode()
    assert re.findall('<meta http-equiv="refresh" content="(.*?)">', html) == ["5"]
    assert html.startswith('<!doctype html>\n<html lang="en">')
    assert re.search("<title>.+</title>", html)
    return html


class MarkUp(HTMLParser):
    """The elements and attributes of a page, as a browser finds them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names = set[str]()
        self.targets = set[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.names |= {tag} | {name for name, _ in attrs}
        self.targets |= {str(value) for name, value in attrs if name in {"href", "src"}}


def check_mark_up(html: str, like: str) -> None:
    """Check that a page has no other elements and attributes than another page, and no link to a script."""
    found = MarkUp(html)
    assert found.names <= MarkUp(like).names
    assert [each for each in found.targets if not each.startswith(("https://example.com/", "#"))] == []
