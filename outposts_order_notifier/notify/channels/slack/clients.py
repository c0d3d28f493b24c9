"""Slack's own client of its Web API, configured so that it reveals no secret and follows no redirect."""

import logging
import urllib.request

from slack_sdk.web import WebClient

from outposts_order_notifier.notify.channels.slack.transport import TIMEOUT_SECONDS
from outposts_order_notifier.notify.no_redirects import opener

# Slack's client logs what it sends at some levels.
SILENT = logging.Logger("silent", logging.CRITICAL + 1)  # noqa: LOG001 - outside the tree of loggers, so it has no handlers


def web_client(token: str, url: str) -> WebClient:
    """Return a client for the Web API at a URL that ends with a slash."""
    # The client uses urllib's global opener and accepts no other; nothing else in this process uses it.
    urllib.request.install_opener(opener())
    client = WebClient(token, base_url=url, timeout=TIMEOUT_SECONDS, retry_handlers=[], logger=SILENT)
    client.proxy = None  # otherwise it builds its own opener; urllib reads the same environment variables
    return client
