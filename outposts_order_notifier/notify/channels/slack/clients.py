"""Slack's own clients, configured so that they reveal no secret and follow no redirect."""

import logging
import urllib.request
from collections.abc import Mapping
from functools import cache

from slack_sdk.web import WebClient
from slack_sdk.webhook import WebhookClient

from outposts_order_notifier.notify.no_redirects import opener

TIMEOUT_SECONDS = 10
LONGEST_HOLD_SECONDS = 900  # Slack asks for seconds; a longer time must not silence the notifier
TOO_MANY_REQUESTS = 429
SERVER_ERRORS = range(500, 600)

# Slack's clients log the webhook's address, which is a secret, at some levels and in some errors.
SILENT = logging.Logger("silent", logging.CRITICAL + 1)  # noqa: LOG001 - outside the tree of loggers, so it has no handlers


@cache
def _follow_no_redirects() -> None:
    # Both clients use urllib's global opener and accept no other; nothing else in this process uses it.
    urllib.request.install_opener(opener())


def webhook_client(url: str) -> WebhookClient:
    """Return a client for a webhook."""
    _follow_no_redirects()
    client = WebhookClient(url, timeout=TIMEOUT_SECONDS, retry_handlers=[], logger=SILENT)
    client.proxy = None  # otherwise it builds its own opener; urllib reads the same environment variables
    return client


def web_client(token: str, url: str) -> WebClient:
    """Return a client for the Web API at a URL that ends with a slash."""
    _follow_no_redirects()
    client = WebClient(token, base_url=url, timeout=TIMEOUT_SECONDS, retry_handlers=[], logger=SILENT)
    client.proxy = None
    return client


def retry_after(headers: Mapping[str, str]) -> int:
    """Return the seconds that Slack asked to wait; 0 if it did not ask."""
    seconds = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return min(int(seconds), LONGEST_HOLD_SECONDS) if seconds.isdecimal() else 0
