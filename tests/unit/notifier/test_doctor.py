"""What `doctor` finds out about Slack's webhook, against the receiver that answers as Slack does."""

from collections.abc import Iterator

import pytest

from local.server import Server
from local.slack import SlackReceiver
from notifier.doctor import _webhook

MARK = "MARKER0SECRET"


@pytest.fixture
def slack() -> Iterator[tuple[SlackReceiver, str]]:
    """A receiver, and its address."""
    receiver = SlackReceiver()
    with Server(receiver) as server:
        yield receiver, server.url


class TestWebhook:
    """It is asked without posting anything."""

    def test_one_that_works_refuses_an_empty_message(self, slack: tuple[SlackReceiver, str]) -> None:
        """That proves the address, and nobody is written to."""
        receiver, origin = slack
        assert _webhook(f"{origin}/services/T0/B0/{MARK}", frozenset({origin})).verdict == "ok"
        assert receiver.messages == []

    @pytest.mark.parametrize("path", [f"/nowhere/{MARK}", f"/triggers/T0/0/{MARK}"])
    def test_one_that_is_gone_or_cannot_be_tried_is_told(self, slack: tuple[SlackReceiver, str], path: str) -> None:
        """A workflow's would start the workflow: that is a warning."""
        check = _webhook(slack[1] + path, frozenset({slack[1]}))
        assert check.verdict == ("warn" if "triggers" in path else "fail")
        assert check.todo

    @pytest.mark.parametrize(
        "url", [f"http://127.0.0.1:1/services/T0/B0/{MARK}", f"https://elsewhere.example/{MARK}", f"http://[{MARK}"]
    )
    def test_no_answer_tells_the_address(self, url: str) -> None:
        """Whatever is wrong with it, it is a secret."""
        check = _webhook(url, frozenset({"http://127.0.0.1:1"}))
        assert check.verdict == "fail"
        assert MARK not in repr(check)
