"""Checks addresses of servers."""

import ipaddress
import re
from contextlib import suppress
from urllib.parse import urlsplit

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")


def is_address(value: str) -> bool:
    """Return whether a text is an HTTP address with a valid host and, if it names one, a valid port."""
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and _is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        return False


def _is_host(host: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return True
    return bool(_NAME.fullmatch(host)) and not re.fullmatch(r"[0-9.]+", host)


def has_credentials(address: str) -> bool:
    """Return whether an address contains a user name or password."""
    return "@" in urlsplit(address).netloc
