"""Posts a request, and judges the answer."""

import time
import urllib.request
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.error import HTTPError

from outposts_order_notifier.notify.channel import ChannelError
from outposts_order_notifier.notify.channels.webhook.credentials import Target
from outposts_order_notifier.notify.channels.webhook.request import Request
from outposts_order_notifier.notify.no_redirects import opener

TIMEOUT_SECONDS = 7  # to connect, and again for the answer
LONGEST_WAIT_SECONDS = 900  # a receiver that asks for more does not delay its notifications further
REDIRECTS = range(300, 400)
RETRIED = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS, *range(500, 600)})


def post(target: Target, request: Request) -> None:
    """Post a request; any 2xx counts as received.

    Raises:
        ChannelError: The receiver refused it or could not be reached. The text shows only the receiver's host.
    """
    posted = urllib.request.Request(target.url, request.body, dict(request.headers), method="POST")  # noqa: S310 - `is_url` held
    try:
        with opener().open(posted, timeout=TIMEOUT_SECONDS):
            return
    except HTTPError as answer:
        with answer:
            failure = _failure(target.host, answer.code, answer.headers.get("Retry-After", ""))
    except Exception as error:  # noqa: BLE001 - urllib raises many kinds, some of which quote the URL
        reason = getattr(error, "reason", None)  # urllib's own error hides the cause
        kind = type(reason if isinstance(reason, Exception) else error).__name__
        failure = ChannelError(f"{target.host} was not reached: {kind}")
    raise failure  # outside the handler: what it was built from, which may quote the URL, is not its context


def _failure(host: str, status: int, retry_after: str) -> ChannelError:
    text = f"{host} answered {status}"
    if status in REDIRECTS:
        advice = "Redirects are not followed: put the URL that the receiver redirects to into the secret"
        return ChannelError(f"{text}. {advice}", permanent=True)
    if status in RETRIED:
        return ChannelError(text, retry_after=_seconds(retry_after))
    return ChannelError(text, permanent=True)


def _seconds(retry_after: str) -> int:
    """Return the seconds of a Retry-After header, which is a number or a date; 0 if it is neither."""
    try:
        seconds = (
            int(retry_after)
            if retry_after.isdecimal()
            else parsedate_to_datetime(retry_after).timestamp() - time.time()
        )
    except (ValueError, OverflowError):
        return 0
    return min(max(round(seconds), 0), LONGEST_WAIT_SECONDS)
