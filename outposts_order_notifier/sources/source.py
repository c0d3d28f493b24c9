"""The configured sources, and which of them an input of the poll function selects."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from outposts_order_notifier.sources.organization import Organization
from outposts_order_notifier.sources.settings import SourceSettings

INPUT_KEYS = frozenset({"region", "roleArn", "externalId", "outpostIds", "orderIds", "accountName"})
NOT_OF_A_SOURCE = frozenset({"orderIds", "accountName"})  # inputs that select none


@dataclass(frozen=True, slots=True)
class Source:
    """The orders of one account (12 digits) in one region.

    `SourceSettings` explains the other attributes.
    """

    account: str
    region: str
    role_arn: str | None = None
    external_id: str | None = None
    outpost_ids: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """`<account>/<region>`."""
        return f"{self.account}/{self.region}"

    @property
    def name(self) -> str:
        """`<account>/<region>`, followed by the Outposts if it is limited to some."""
        return "/".join([self.place, *([",".join(self.outpost_ids)] if self.outpost_ids else [])])


def sources_from(text: str, own_account: str) -> list[Source]:
    """Parse the `SOURCES` variable: a JSON list of `sources` as documented in docs/configuration.md."""
    return [_source(source, own_account) for source in json.loads(text)]


def _source(source: dict[str, Any], own_account: str) -> Source:
    settings = SourceSettings.from_json(source)
    outpost_ids = tuple(sorted(settings.outpost_ids))
    return Source(settings.account(own_account), settings.region, settings.role_arn, settings.external_id, outpost_ids)


def select_source(request: Any, sources: Iterable[Source], organization: Organization | None = None) -> Source:
    """Return the configured source that an input selects. No other source is ever read.

    An input is a whole source, as sent by schedules, rules and the planner, or as much of it as identifies it. A source
    of the organization needs region and role.

    Raises:
        ValueError: The input has an unknown key, or selects no source or several.
    """
    if not isinstance(request, dict) or not all(map(_is_allowed, request.items())):
        raise ValueError(
            f"the input is {request!r}; allowed: an object of strings; outpostIds and orderIds are lists of strings"
        )
    if unknown := request.keys() - INPUT_KEYS:
        raise ValueError(f"unknown input {sorted(unknown)}; allowed: {sorted(INPUT_KEYS)}, all optional")
    sources = list(sources)
    given = {key: value for key, value in request.items() if value is not None and key not in NOT_OF_A_SOURCE}
    if "outpostIds" in given:
        given["outpostIds"] = sorted(given["outpostIds"])
    matching = [source for source in sources if {"outpostIds": [], **given} == _keys(source)] or [
        source for source in sources if given.items() <= _keys(source).items()
    ]
    if len(matching) == 1:
        return matching[0]
    if organization and not matching and (found := organization.select_source(request)):
        return _source(found, own_account="")  # its account is in its role's ARN
    configured = ", ".join(f"{source.name} ({source.role_arn or 'no role'})" for source in sources)
    if organization:
        settings = organization.settings
        configured += f", the organization's accounts in {', '.join(settings.regions)} (role {settings.role_name})"
    if matching:
        raise ValueError(f"several sources match: add region, roleArn or outpostIds; configured: {configured}")
    raise ValueError(f"no configured source matches the input; configured: {configured}")


def _is_allowed(member: tuple[str, Any]) -> bool:
    name, value = member
    if name == "outpostIds":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return name not in {"region", "roleArn", "externalId", "accountName"} or value is None or isinstance(value, str)


def _keys(source: Source) -> dict[str, Any]:
    """Return the whole input that selects a source."""
    keys = {"region": source.region, "roleArn": source.role_arn, "externalId": source.external_id}
    return {name: value for name, value in keys.items() if value is not None} | {"outpostIds": list(source.outpost_ids)}
