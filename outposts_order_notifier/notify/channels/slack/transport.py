"""Posts a message to a webhook, and what the answers of webhooks and of the Web API have in common.

Slack's SDK is not used here: loading it, with asyncio, makes a cold start longer, and a webhook needs one POST only.
"""

import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError

from outposts_order_notifier.notify.no_redirects import opener

TIMEOUT_SECONDS = 10
LONGEST_HOLD_SECONDS = 900  # Slack asks for seconds; a longer time must not silence the notifier
TOO_MANY_REQUESTS = 429
SERVER_ERRORS = range(500, 600)
HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "outposts-order-notifier"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of Slack, of any status. The body may quote what was sent."""

    status: int
    headers: Mapping[str, str]
    body: str


def post(url: str, payload: Mapping[str, Any]) -> Answer:
    """Post JSON to a webhook, whose URL `access_of` has accepted; a redirect is an answer, and not followed.

    Raises:
        Exception: No answer came. urllib raises many kinds, some of which quote the URL, which is a secret.
    """
    request = urllib.request.Request(url, json.dumps(payload).encode(), HEADERS, method="POST")  # noqa: S310 - see above
    try:
        response = opener().open(request, timeout=TIMEOUT_SECONDS)
    except HTTPError as refused:
        response = refused
    with response:
        return Answer(response.status, response.headers, response.read().decode(errors="replace"))


def retry_after(headers: Mapping[str, str]) -> int:
    """Return the seconds that Slack asked to wait; 0 if it did not ask."""
    seconds = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return min(int(seconds), LONGEST_HOLD_SECONDS) if seconds.isdecimal() else 0
