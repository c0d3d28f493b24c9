"""The last line of defence against a credential on the terminal.

No message is made of a credential in the first place. But AWS, a proxy or a library may quote one: AWS's answer to a
wrong signature holds the session token, for example. So all that the commands print passes through `redacted`.
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
LEAST_LENGTH = 16  # of AWS's shortest, an access key's id; `test` of a local cloud is also a word
HIDDEN = "[hidden]"
_PATTERNS = (
    (re.compile(r"[^/?#\s\"'@]+:[^/?#\s\"'@]*@"), f"{HIDDEN}@"),  # user and password of an address
    (re.compile(r"\bx(?:ox[a-z]|app)-[\w.-]+"), HIDDEN),  # Slack's tokens
    (re.compile(r"(//hooks\.slack[\w-]*\.com)/[^\s\"']*"), rf"\1/{HIDDEN}"),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}"), HIDDEN),  # ids of access keys
    (re.compile(r"(?i)(x-amz-security-token[=:]\s*)[^\s&,;]+"), rf"\1{HIDDEN}"),
)
_VISIBLE = re.compile(r"[!-~]+")
_known = set[str]()
_addresses = set[str]()


def hide(values: Iterable[str | None]) -> None:
    """Never print these values from now on."""
    for value in filter(None, values):
        # A library may have escaped or replaced what is not visible, so each part is looked for by itself.
        _known.update(part for part in _VISIBLE.findall(value) if len(part) >= LEAST_LENGTH)


def hide_paths(addresses: Iterable[str]) -> None:
    """From now on, print only the scheme, host and port of these addresses: a path or query may hold a token."""
    _addresses.update(addresses)


def redacted(text: str) -> str:
    """Replace every credential that is known, or looks like one."""
    hide(os.environ.get(name) for name in VARIABLES)
    for address in _addresses.union(value for name, value in os.environ.items() if ADDRESSES.fullmatch(name)):
        text = _without_path(text, address)
    for value in sorted(_known, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def _without_path(text: str, address: str) -> str:
    """Cut an address to its host and port wherever it stands; one without a path changes nothing."""
    rest = address.split("://", 1)[-1]
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    host, path = authority.rpartition("@")[2], rest.removeprefix(authority)
    if not host or len(path) < 2:  # noqa: PLR2004 - a path of `/` alone
        return text
    # The path as it was given may hold a space or a quote; what a call makes of it does not.
    found = rf"(?i)(?<![\w-])({re.escape(host)})(?:{re.escape(path)}|[/?#])[^\s\"']*"
    return re.sub(found, r"\1", text)
