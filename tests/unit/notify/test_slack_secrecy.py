"""No error and no text about Slack's secrets contains them, not even in its cause."""

import traceback
from types import SimpleNamespace
from typing import Any

import pytest

from outposts_order_notifier.notify.channel import ChannelError
from outposts_order_notifier.notify.channels.slack import credentials, webhook
from outposts_order_notifier.notify.channels.slack.api import Api
from outposts_order_notifier.notify.channels.slack.credentials import BotToken, Webhook

MARKER = "MARKER0SECRET"
NO_PACE: Any = SimpleNamespace(wait=lambda: None)


def shown(error: BaseException) -> str:
    """Return everything that a log of an error with its causes contains."""
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize("secret", [Webhook(MARKER), BotToken(MARKER, "https://slack.com/api/")])
def test_a_secret_is_not_in_its_own_text(secret: object) -> None:
    """Logging the object logs no secret."""
    assert MARKER not in f"{secret!r} {secret}"


def test_an_address_that_cannot_be_called_is_not_shown() -> None:
    """Python's own error quotes it."""
    with pytest.raises(ChannelError, match="Slack was not reached: InvalidURL") as failed:
        webhook._post(Webhook(f"http://127.0.0.1:9/services/{MARKER}\x01"), {"text": "x"}, NO_PACE)
    assert MARKER not in shown(failed.value)


def test_a_token_that_cannot_be_sent_is_not_shown() -> None:
    """Python's own error quotes it."""
    api = Api(BotToken(f"xoxb-{MARKER}\nx", "http://127.0.0.1:9/api/"), NO_PACE, lambda: 60_000)
    with pytest.raises(ChannelError, match="Slack was not reached: ValueError") as failed:
        api.call("chat.postMessage", {})
    assert MARKER not in shown(failed.value)


def test_a_secret_that_is_not_json_is_not_shown() -> None:
    """The error of the parser quotes it."""
    with pytest.raises(ChannelError, match="is not JSON") as failed:
        credentials.access_of(MARKER, "slack", None)
    assert MARKER not in shown(failed.value)
