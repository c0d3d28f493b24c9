"""Each key that the configuration's schema allows is read."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from outposts_order_notifier.cdk.configuration import Configuration
from outposts_order_notifier.cdk.configuration_schema import schema
from testing.synthesis import FULL, REGION

# Values other than the defaults for each key. `accounts` and `excludeAccounts` exclude each other.
EVERY: dict[str, Any] = {**FULL, "announceExistingOrders": True, "amazonQDeveloper": True}
EVERY["organization"] = {**FULL["organization"], "externalId": "another"}
EVERY["webhook"] = {
    "secretName": "outposts/webhook",
    "kmsKeyArn": f"arn:aws:kms:{REGION}:111122223333:key/mrk-{'0' * 32}",
}
EVERY["slack"] = {**FULL["slack"], "kmsKeyArn": f"arn:aws:kms:{REGION}:111122223333:key/mrk-{'0' * 32}"}
EVERY["routes"] = [
    {
        "name": "dublin",
        "notify": {"outpostId": ["op-0123456789abcdef0"]},
        **{key: EVERY[key] for key in ("slack", "webhook", "emails")},
    }
]
EVERY["names"] = {"op-0123456789abcdef0": "Dublin plant"}
EVERY["timeZone"] = "Europe/Dublin"
EVERY["dashboard"] = False
EVERY["weeklySummary"] = {"day": "MONDAY", "time": "08:00"}
SOME_ACCOUNTS: dict[str, Any] = {
    "organization": {"roleName": "OutpostsReader", "regions": [REGION], "accounts": ["210987654321"]}
}
REQUIRED = {
    *("organization.roleName", "organization.regions", "sources.region", "slack.secretName", "webhook.secretName"),
    *("weeklySummary.day", "weeklySummary.time"),
    *("routes.name", "routes.notify", "routes.slack.secretName", "routes.webhook.secretName"),
}
# Keys that can only be omitted together: an external id without a role is rejected.
PARTNERS = {"sources.roleArn": "externalId"}
Path = tuple[str, ...]


def keys_of(rules: dict[str, Any], path: Path = ()) -> Iterator[Path]:
    """Yield the path of each key that the schema names; statuses and event patterns are values."""
    for key, below in rules.get("properties", {}).items():
        if path[:1] in {("notify",), ("stalledAfterDays",)} and len(path) > 1:
            continue
        yield (*path, key)
        if key != "notify":
            yield from keys_of(below.get("items", below), (*path, key))


KEYS = [path for path in keys_of(schema()) if path[0] != "stalledAfterDays" or len(path) <= 2]


def without(configuration: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return the configuration without a key, in each member of a list."""
    copied = copy.deepcopy(configuration)
    holders: list[dict[str, Any]] = [copied]
    for key in path[:-1]:
        below = [holder[key] for holder in holders if key in holder]
        holders = [each for value in below for each in (value if isinstance(value, list) else [value])]
    assert any(path[-1] in holder for holder in holders), f"this test needs a value of {'.'.join(path)}"
    for holder in holders:
        holder.pop(path[-1], None)
        holder.pop(PARTNERS.get(".".join(path), ""), None)
    return copied


def an_example_with(path: Path) -> dict[str, Any]:
    """Return a configuration that has this key."""
    return SOME_ACCOUNTS if path == ("organization", "accounts") else EVERY


@pytest.mark.parametrize("path", [path for path in KEYS if ".".join(path) not in REQUIRED], ids=".".join)
def test_a_key_changes_what_is_configured(path: Path) -> None:
    """A key that is allowed and never read would be ignored silently."""
    configured = an_example_with(path)
    if path == ("sources", "outpostIds"):  # without them, two sources would watch the same
        configured = {"sources": [{"region": REGION, "outpostIds": ["op-0123456789abcdef0"]}]}
    if path == ("sources", "roleArn"):
        configured = {"sources": [{"region": REGION, "roleArn": FULL["sources"][2]["roleArn"]}]}
    assert Configuration.parse(configured, REGION) != Configuration.parse(without(configured, path), REGION)
