"""The webhook's request, URL and retries."""

import hashlib
import hmac
import inspect
import json
import re
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from local import webhook
from outposts_order_notifier.notify.channel import ChannelError
from outposts_order_notifier.notify.channels.webhook import transport
from outposts_order_notifier.notify.channels.webhook.credentials import Target, is_url, target_of
from outposts_order_notifier.notify.channels.webhook.request import request
from outposts_order_notifier.notify.notification import order_notification
from testing.details import an_update

PAGE = Path(__file__).parents[3] / "docs" / "webhook.md"
KEYS = (b"current-signing-secret", b"previous-signing-secret")
NOW = 1_795_000_000


class TestRequest:
    """The headers and the body."""

    def test_is_signed_with_each_key(self) -> None:
        """The timestamp is part of what is signed, so that an old request cannot be replayed as a new one."""
        sent = request(order_notification(an_update()), KEYS, NOW)
        signed = f"{NOW}.".encode() + sent.body
        digests = [hmac.new(key, signed, hashlib.sha256).hexdigest() for key in KEYS]
        assert sent.headers["Outposts-Signature"] == ",".join(f"sha256={digest}" for digest in digests)
        assert sent.headers["Outposts-Timestamp"] == str(NOW)

    def test_no_event_id_breaks_a_header(self) -> None:
        """Anybody who may put events on the bus can choose it."""
        sent = request(order_notification(an_update() | {"eventId": "a\r\nX-Evil: \N{SNOWMAN}"}), KEYS, NOW)
        assert sent.headers["Outposts-Event-Id"] == "a%0D%0AX-Evil: %E2%98%83"

    @pytest.mark.parametrize(
        ("secret", "shift", "body", "authentic"),
        [
            (KEYS[0].decode(), 0, b"", True),
            (KEYS[1].decode(), 0, b"", True),
            (KEYS[0].decode(), 299, b"", True),
            (KEYS[0].decode(), 301, b"", False),
            (KEYS[0].decode(), -301, b"", False),
            ("another-signing-secret", 0, b"", False),
            (KEYS[0].decode(), 0, b" ", False),
        ],
    )
    def test_the_documented_code_verifies_it(self, secret: str, shift: int, body: bytes, authentic: bool) -> None:
        """What is older than five minutes, changed, or signed with another key is rejected."""
        sent = request(order_notification(an_update()), KEYS, NOW)
        assert webhook.is_authentic(secret, sent.headers, sent.body + body, NOW + shift) is authentic

    @pytest.mark.parametrize("headers", [{}, {"Outposts-Timestamp": "x"}, {"Outposts-Timestamp": str(NOW)}])
    def test_the_documented_code_rejects_what_is_not_signed(self, headers: dict[str, str]) -> None:
        """Without raising an error."""
        assert not webhook.is_authentic("secret", headers, b"{}", NOW)

    def test_the_page_shows_the_code_that_is_tested(self) -> None:
        """Word for word."""
        (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
        assert inspect.getsource(webhook.is_authentic) in code


class TestUrl:
    """A webhook's URL."""

    @pytest.mark.parametrize(
        "url",
        [
            "https://example.com",
            "https://example.com/a?b=c",
            "https://example.com:8443/x",
            "http://127.0.0.1:1/",
            "http://localhost/x",
        ],
    )
    def test_is_https_or_this_machine(self, url: str) -> None:
        """The local cloud's receiver has no certificate."""
        assert is_url(url)

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "example.com",
            "ftp://example.com",
            "http://example.com",
            "http://127.0.0.1.example.com/",
            "https://",
            "https:///x",
            "https://user:password@example.com",
            "https://example.com/#x",
            "https://example.com/a b",
            "https://example.com:0/",
            "https://example.com:99999/",
            "https://ex\N{LATIN SMALL LETTER A WITH DIAERESIS}mple.com",
            f"https://example.com/{'x' * 2_000}",
            "https://example.com\n",
            "http://localhost@example.com/",
            "https://example.com\\@x/",
        ],
    )
    def test_is_nothing_else(self, url: str) -> None:
        """The error does not repeat what may be a secret."""
        assert not is_url(url)
        with pytest.raises(ChannelError, match=r"^the url in s should begin with https://, [^@]*$") as raised:
            target_of(json.dumps({"url": url, "signingSecret": "x" * 16}), "s")
        assert raised.value.permanent

    def test_is_not_shown(self) -> None:
        """Its path or query may contain a token."""
        target = Target("https://example.com/TOKEN?TOKEN", (b"TOKEN",))
        assert "TOKEN" not in repr(target)
        assert target.host == "example.com"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", 0),
        ("40", 40),
        ("0", 0),
        ("901", 900),
        ("-1", 0),
        ("soon", 0),
        ("1.5", 0),
        (formatdate(NOW + 60, usegmt=True), 60),
        (formatdate(NOW - 60, usegmt=True), 0),
        (formatdate(NOW + 86_400, usegmt=True), 900),
        ("\N{SUPERSCRIPT TWO}", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to 15 minutes: no receiver delays its notifications for longer."""
    monkeypatch.setattr(time, "time", lambda: float(NOW))
    assert transport._seconds(header) == seconds
