"""An opener of URLs that follows no redirect, for the channels that post messages."""

import urllib.request
from functools import cache


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Treats a redirect as an error: the redirect's target would receive a message that is meant for another."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


@cache
def opener() -> urllib.request.OpenerDirector:
    """Return this process's opener, which raises `HTTPError` for a redirect."""
    return urllib.request.build_opener(_NoRedirects)
