"""Slack's own clients, made so that they tell no secret and go nowhere else than they were told."""

import logging
import urllib.request
from collections.abc import Mapping
from functools import cache

from slack_sdk.web import WebClient
from slack_sdk.webhook import WebhookClient

TIMEOUT_SECONDS = 10
LONGEST_HOLD_SECONDS = 900  # Slack asks for seconds; what asks for more must not mute it
TOO_MANY_REQUESTS = 429
SERVER_ERRORS = range(500, 600)

# Slack's clients log the webhook's address, which is a secret, at some levels and in some errors.
SILENT = logging.Logger("silent", logging.CRITICAL + 1)  # noqa: LOG001 - of no tree, so no handler hears it


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Takes a redirect for the error that it is: Slack redirects nowhere, and whoever does would get the message."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


@cache
def _follow_no_redirects() -> None:
    # Both clients use urllib's opener and take no other; nothing else in this process uses it.
    urllib.request.install_opener(urllib.request.build_opener(_NoRedirects))


def webhook_client(url: str) -> WebhookClient:
    """Make a client of a webhook."""
    _follow_no_redirects()
    client = WebhookClient(url, timeout=TIMEOUT_SECONDS, retry_handlers=[], logger=SILENT)
    client.proxy = None  # else it makes an opener of its own; urllib heeds the same environment variables
    return client


def web_client(token: str, url: str) -> WebClient:
    """Make a client of the Web API at an address that ends with a slash."""
    _follow_no_redirects()
    client = WebClient(token, base_url=url, timeout=TIMEOUT_SECONDS, retry_handlers=[], logger=SILENT)
    client.proxy = None
    return client


def retry_after(headers: Mapping[str, str]) -> int:
    """Give the seconds that Slack asked to wait, 0 where it did not say."""
    seconds = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return min(int(seconds), LONGEST_HOLD_SECONDS) if seconds.isdecimal() else 0
