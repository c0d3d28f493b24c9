"""Redacts credentials in everything that the commands print.

No message of ours contains a credential, but AWS, a proxy or a library may quote one. AWS's response to a wrong
signature, for example, contains the session token.
"""

import os
import re
from collections.abc import Iterable

VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
)
ADDRESSES = re.compile(
    r"AWS_ENDPOINT_URL(_\w+)?|AWS_EC2_METADATA_SERVICE_ENDPOINT|AWS_CONTAINER_CREDENTIALS_FULL_URI"
    r"|(?i:(https?|all)_proxy)"
)
MIN_LENGTH = 16  # of an access key id; anything shorter, such as the `test` of local clouds, may be an ordinary word
HIDDEN = "[hidden]"
_PATTERNS = (
    (re.compile(r"[^/?#\s\"'@]+:[^/?#\s\"'@]*@"), f"{HIDDEN}@"),  # user and password in a URL
    (re.compile(r"\bx(?:ox[a-z]|app)-[\w.-]+"), HIDDEN),  # tokens of Slack
    (re.compile(r"(//hooks\.slack[\w-]*\.com)/[^\s\"']*"), rf"\1/{HIDDEN}"),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}"), HIDDEN),  # access key ids
    (re.compile(r"(?i)(x-amz-security-token[=:]\s*)[^\s&,;]+"), rf"\1{HIDDEN}"),
)
_VISIBLE = re.compile(r"[!-~]+")
_known = set[str]()
_addresses = set[str]()


def hide(values: Iterable[str | None]) -> None:
    """Redact these values from now on."""
    for value in filter(None, values):
        # A library may escape or replace other characters, so each part is searched for separately.
        _known.update(part for part in _VISIBLE.findall(value) if len(part) >= MIN_LENGTH)


def hide_paths(addresses: Iterable[str]) -> None:
    """From now on, show only scheme, host and port of these addresses: a path or query may contain a token."""
    _addresses.update(addresses)


def redacted(text: str) -> str:
    """Return a text in which everything that is, or looks like, a credential is hidden."""
    hide(os.environ.get(name) for name in VARIABLES)
    for address in _addresses.union(value for name, value in os.environ.items() if ADDRESSES.fullmatch(name)):
        text = _without_path(text, address)
    for value in sorted(_known, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def _without_path(text: str, address: str) -> str:
    """Cut an address that has a path or query to its host and port, wherever the text contains it."""
    rest = address.split("://", 1)[-1]
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    host, path = authority.rpartition("@")[2], rest.removeprefix(authority)
    if not host or len(path) < 2:  # noqa: PLR2004 - a path of `/` alone
        return text
    # The configured path may contain a space or a quote, in contrast to the path of a request.
    found = rf"(?i)(?<![\w-])({re.escape(host)})(?:{re.escape(path)}|[/?#])[^\s\"']*"
    return re.sub(found, r"\1", text)
