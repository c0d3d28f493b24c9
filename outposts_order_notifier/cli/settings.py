"""Finds invalid AWS settings in the environment or a profile."""

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from outposts_order_notifier.cli.secrecy import redacted
from outposts_order_notifier.runtime.address import is_address

VISIBLE = re.compile(r"[!-~]+")  # the characters of a credential, as a header accepts no others
REGION = re.compile(r"(?![0-9]+\Z)(?!-)[A-Za-z0-9-]{1,63}(?<!-)")  # a label of a host name
ENDPOINT = "AWS_ENDPOINT_URL"
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy")
CONTAINER_HOSTS = frozenset({"localhost", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"})


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting.

    Attributes:
        variable: The environment variable, which takes precedence.
        key: The key in a profile of the configuration file; None if there is none.
        accepts: Returns whether a value is valid.
        wanted: Describes valid values, after "it should be".
        secret: Whether the value must not be shown.
    """

    variable: str
    key: str | None
    accepts: Callable[[str], bool]
    wanted: str
    secret: bool = False


def _one_of(*allowed: str) -> tuple[Callable[[str], bool], str]:
    *others, last = allowed
    return (lambda value: value.lower() in allowed), f"{', '.join(others)} or {last}"


def _number(least: int) -> tuple[Callable[[str], bool], str]:
    def accepts(value: str) -> bool:
        try:
            return int(value) >= least
        except ValueError:
            return False

    return accepts, f"a whole number from {least}"


def _is_proxy(value: str) -> bool:
    return is_address(value if "://" in value else f"http://{value}")


def _is_file(value: str) -> bool:
    path = Path(value).expanduser()
    return path.is_file() and os.access(path, os.R_OK)


def _is_in_future(value: str) -> bool:
    with suppress(ValueError):
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) > datetime.now(UTC)
    return False


def _is_one_line(value: str) -> bool:
    return "\r" not in value and "\n" not in value


def _is_container(value: str) -> bool:
    host = urlsplit(value).hostname or "" if is_address(value) else ""
    return host in CONTAINER_HOSTS or host.startswith("127.")


_ADDRESS = (is_address, "an address with a scheme, such as https://example.com:443")
_FILE = (_is_file, "a file that you can read")
_CONTAINERS = "an address on this machine or on 169.254.170.2, with a scheme"
_CHECKSUMS = _one_of("when_supported", "when_required")

# Settings that botocore checks, or fails at without a clear message:
# https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
SETTINGS = (
    Setting(ENDPOINT, "endpoint_url", *_ADDRESS),
    Setting("AWS_MAX_ATTEMPTS", "max_attempts", *_number(1)),
    Setting("AWS_RETRY_MODE", "retry_mode", *_one_of("legacy", "standard", "adaptive")),
    Setting(
        "AWS_DEFAULTS_MODE",
        "defaults_mode",
        *_one_of("legacy", "auto", "standard", "in-region", "cross-region", "mobile"),
    ),
    Setting("AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints", *_one_of("legacy", "regional")),
    Setting("AWS_ACCOUNT_ID_ENDPOINT_MODE", "account_id_endpoint_mode", *_one_of("preferred", "disabled", "required")),
    Setting("AWS_REQUEST_CHECKSUM_CALCULATION", "request_checksum_calculation", *_CHECKSUMS),
    Setting("AWS_RESPONSE_CHECKSUM_VALIDATION", "response_checksum_validation", *_CHECKSUMS),
    Setting("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", "request_min_compression_size_bytes", *_number(0)),
    Setting("AWS_ENDPOINT_DISCOVERY_ENABLED", "endpoint_discovery_enabled", *_one_of("true", "false", "auto")),
    Setting("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout", *_number(0)),
    Setting("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts", *_number(0)),
    Setting("AWS_CSM_PORT", "csm_port", *_number(0)),
    Setting("AWS_CA_BUNDLE", "ca_bundle", *_FILE),
    Setting("REQUESTS_CA_BUNDLE", None, *_FILE),
    Setting("AWS_EC2_METADATA_SERVICE_ENDPOINT", None, *_ADDRESS),
    Setting("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", None, *_one_of("ipv4", "ipv6")),
    Setting(
        "AWS_CREDENTIAL_EXPIRATION",
        None,
        _is_in_future,
        "a time in the future, such as 2030-01-31T09:30:00Z: get new credentials",
    ),
    Setting("AWS_WEB_IDENTITY_TOKEN_FILE", None, *_FILE),
    Setting("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", None, *_FILE),
    Setting("AWS_CONTAINER_AUTHORIZATION_TOKEN", None, _is_one_line, "a token on one line", secret=True),
    Setting("AWS_CONTAINER_CREDENTIALS_FULL_URI", None, _is_container, _CONTAINERS, secret=True),
    *(Setting(name, None, _is_proxy, "the address of a proxy, such as http://proxy:3128") for name in PROXIES),
)


def wrong_in_profile(profile: Mapping[str, object], name: str, environment: Mapping[str, str]) -> str | None:
    """Return what is wrong with a profile's settings, or None. A setting that a variable overrides is not checked."""
    for setting in SETTINGS:
        value = profile.get(setting.key or "")
        if isinstance(value, str) and setting.variable not in environment and not setting.accepts(value):
            return f"{setting.key} of the profile {name} {_fault(setting, value)}"
    return None


def wrong_in_environment(environment: Mapping[str, str]) -> str | None:
    """Return what is wrong with the variables, or None.

    This is only called after a call has failed, because a command may not need a variable that is invalid.
    """
    others = (Setting(each, None, *_ADDRESS) for each in sorted(environment) if each.startswith(f"{ENDPOINT}_"))
    for setting in (*SETTINGS, *others):
        value = environment.get(setting.variable)
        if value and not setting.accepts(value):
            return f"{setting.variable} {_fault(setting, value)}"
    return None


def _fault(setting: Setting, value: str) -> str:
    shown = "is not valid" if setting.secret else f'is "{redacted(value)}"'
    return f"{shown}; it should be {setting.wanted}"


def those_set(environment: Mapping[str, str]) -> list[str]:
    """Return the names of the variables that are set and determine how AWS is reached."""
    endpoints = sorted(name for name in environment if name.startswith(ENDPOINT))
    return [*endpoints, *(name for name in PROXIES if environment.get(name))]
