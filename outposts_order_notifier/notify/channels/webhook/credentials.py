"""The secret: the receiver's URL and the signing keys. Pure."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from outposts_order_notifier.notify.channel import ChannelError

# Without TLS only on the same machine, for the local cloud's receiver.
URL = r"(https://|http://(127\.0\.0\.1|localhost)[:/])[!-.0-;=?A-~]+(/[!-~]*)?"
MAX_URL = 2_000
MIN_KEY = 16  # characters


@dataclass(frozen=True, slots=True)
class Target:
    """Where to post, and the keys to sign with.

    Attributes:
        url: The receiver's URL. Its path and query may contain a token.
        keys: The current key, and the previous one during a rotation.
    """

    url: str = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)

    @property
    def host(self) -> str:
        """The part of the URL that logs and errors may show."""
        return urlsplit(self.url).hostname or ""


def is_url(url: str) -> bool:
    """Return whether a URL is one to post to: of https, with a host and without a user name or password."""
    try:
        parts = urlsplit(url)
        return bool(
            len(url) <= MAX_URL
            and re.fullmatch(URL, url)
            and parts.hostname
            and "@" not in parts.netloc
            and not parts.fragment
            and parts.port != 0
        )
    except ValueError:
        return False


def target_of(text: str | bytes, secret_name: str) -> Target:
    """Read the secret: `{"url": …, "signingSecret": …, "previousSigningSecret"?: …}`.

    Raises:
        ChannelError: It cannot be used. Neither the text nor the cause shows the value.
    """
    try:
        secret = json.loads(text)
    except ValueError:
        secret = None
    if not isinstance(secret, dict):
        raise _unusable(f'the secret {secret_name} is not a JSON object; it should be {{"url": …, "signingSecret": …}}')
    keys = [secret[name] for name in ("signingSecret", "previousSigningSecret") if name in secret]
    if "signingSecret" not in secret or not all(isinstance(key, str) and len(key) >= MIN_KEY for key in keys):
        raise _unusable(f"the signingSecret in {secret_name} should be a text of at least {MIN_KEY} characters")
    url = secret.get("url")
    if not isinstance(url, str):
        raise _unusable(f"the secret {secret_name} has no url")
    if not is_url(url):
        raise _unusable(
            f"the url in {secret_name} should begin with https://, have at most {MAX_URL:,} characters, and contain no "
            "user name, password or fragment"
        )
    return Target(url, tuple(key.encode() for key in keys))


def _unusable(text: str) -> ChannelError:
    return ChannelError(text, permanent=True)
