"""The construct's properties: the `notifier` configuration with Python's names and types. Pure.

They are checked as the configuration of cdk.json is, by `Configuration.parse`, which also has the defaults.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypedDict

from outposts_order_notifier.cdk.configuration import Configuration, ConfigurationError

Days = Mapping[str, int | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The orders of one account in one region; optionally those of some Outposts only."""

    region: str
    role_arn: str | None = None
    external_id: str | None = None
    outpost_ids: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """The active accounts of the organization: all, only some, or all but some."""

    role_name: str
    regions: Sequence[str]
    external_id: str | None = None
    accounts: Sequence[str] | None = None
    exclude_accounts: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StalledAfterDays:
    """After how many days a status has lasted too long: by status, a number, "learned", or None for never."""

    order: Days | None = None
    line_item: Days | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklySummary:
    """When the weekly summary is sent: a day such as `MONDAY`, and a time such as `08:00`."""

    day: str
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """Slack's secret, by name; and a bot's channel, by name or id."""

    secret_name: str
    channel: str | None = None
    kms_key_arn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """The secret with the webhook's URL and signing key, by name."""

    secret_name: str
    kms_key_arn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Further recipients, with a pattern of their own."""

    name: str
    notify: Mapping[str, Any]
    slack: Slack | None = None
    webhook: Webhook | None = None
    emails: Sequence[str] | None = None


class Properties(TypedDict, total=False):
    """What a notifier watches and whom it notifies, as docs/configuration.md describes it."""

    sources: Sequence[Source]
    organization: Organization
    poll_every_minutes: int
    announce_existing_orders: bool
    stalled_after_days: StalledAfterDays
    names: Mapping[str, str]
    time_zone: str
    weekly_summary: WeeklySummary
    dashboard: bool
    emails: Sequence[str]
    amazon_q_developer: bool
    slack: Slack
    webhook: Webhook
    notify: Mapping[str, Any]
    routes: Sequence[Route]
    event_bus_readers: Sequence[str]
    outposts_endpoint_url: str


def configuration_of(
    properties: Mapping[str, Any], path: str, region: str, account: str | None, *, region_is_known: bool
) -> Configuration:
    """Check properties, and return the configuration that they describe.

    Args:
        properties: `Properties`; a key that these lack is refused.
        path: The construct's path, with which errors begin.
        region: The stack's region, or a CDK token for it.
        account: The stack's account; None if it is not yet known.
        region_is_known: False if the region is a token.

    Raises:
        ConfigurationError: Something in them is not allowed.
    """
    context = {_camel(name): _as_json(value) for name, value in properties.items() if value is not None}
    try:
        return Configuration.parse(context, region, account, region_is_known=region_is_known)
    except ConfigurationError as error:
        raise _of_property(error, path, {**NAMES, **{_camel(name): name for name in properties}}) from error


def _as_json(value: Any) -> Any:
    if is_dataclass(value):
        members = {_camel(each.name): getattr(value, each.name) for each in fields(value)}
        return {name: _as_json(each) for name, each in members.items() if each is not None}
    if isinstance(value, Mapping):
        return {key: _as_json(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_as_json(each) for each in value]
    return value


def _of_property(error: ConfigurationError, path: str, names: Mapping[str, str]) -> ConfigurationError:
    """Rewrite an error: below the construct's path, and with the properties' names."""
    root, _, rest = error.path.partition("notifier")
    if root:  # the stack's own
        return error
    head, notify, pattern = rest.partition(".notify")  # a pattern has the keys of events
    if notify:
        texts = (error.given, error.allowed, error.nearest)
    else:
        texts = (_renamed(error.given, names), _renamed(error.allowed, names), _renamed(error.nearest or "", names))
    return ConfigurationError(f"{path}{_renamed(head, names)}{notify}{pattern}", *texts)


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Replace the configuration's keys in a text with the properties' names."""
    return re.sub(r"\w+", lambda found: names.get(found[0], found[0]), text)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


def _names() -> Iterator[str]:
    yield from Properties.__annotations__
    for each in (Source, Organization, StalledAfterDays, WeeklySummary, Slack, Webhook, Route):
        yield from (field.name for field in fields(each))


NAMES = {_camel(name): name for name in _names()}
"""The properties' names, by the configuration's keys."""
