"""What poll may watch: the sources that the configuration names, and which of them an input means."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from outposts_order_notifier.sources.organization import Organization, account_of

INPUT_KEYS = frozenset({"region", "roleArn", "externalId", "outpostIds", "orderIds"})


@dataclass(frozen=True, slots=True)
class Source:
    """The orders of one account in one region.

    Attributes:
        account: 12 digits.
        region: An AWS region's name.
        role_arn: The role to read another account with, None for the notifier's own account.
        external_id: What that role's trust policy asks for, None where it asks for nothing.
        outpost_ids: Only these Outposts' orders; empty for all.
    """

    account: str
    region: str
    role_arn: str | None = None
    external_id: str | None = None
    outpost_ids: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`<account>/<region>`, followed by its Outposts where it is limited to some."""
        return "/".join([self.account, self.region, *([",".join(self.outpost_ids)] if self.outpost_ids else [])])


def sources_from(text: str, own_account: str) -> list[Source]:
    """Read the `SOURCES` variable: a JSON list of the contract's `{region, roleArn?, externalId?, outpostIds?}`."""
    return [_source(source, own_account) for source in json.loads(text)]


def _source(source: dict[str, Any], own_account: str) -> Source:
    return Source(
        account=account_of(source, own_account),
        region=source["region"],
        role_arn=source.get("roleArn"),
        external_id=source.get("externalId"),
        outpost_ids=tuple(sorted(source.get("outpostIds", ()))),
    )


def source_meant(request: Any, sources: Iterable[Source], organization: Organization | None = None) -> Source:
    """Find the one configured source that poll's input means. Only what is configured is ever read.

    Args:
        request: Poll's input: a whole source, as schedules, rules and the planner give it, or as much of one as tells
            it apart; of an organization's, region and role.
        sources: The configured sources.
        organization: The configured organization.

    Raises:
        ValueError: An unknown key; or no configured source, or several, match.
    """
    if not isinstance(request, dict) or not all(map(_is_allowed, request.items())):
        raise ValueError(f"the input is {request!r}; it is an object of texts, outpostIds and orderIds lists of texts")
    if unknown := request.keys() - INPUT_KEYS:
        raise ValueError(f"unknown input {sorted(unknown)}; poll takes {sorted(INPUT_KEYS)}, all optional")
    sources = list(sources)
    matching = [source for source in sources if _names(source, request)] or [
        source for source in sources if _matches(source, request)
    ]
    if len(matching) == 1:
        return matching[0]
    if organization and not matching and (found := organization.source_meant(request)):
        return _source(found, own_account="")  # it has a role, which tells the account
    configured = ", ".join(f"{source.name} by {source.role_arn or 'its own role'}" for source in sources)
    if organization:
        configured += f", the organization's accounts by {organization.role_name} in {', '.join(organization.regions)}"
    if matching:
        raise ValueError(f"several sources match: say region, roleArn or outpostIds; configured: {configured}")
    raise ValueError(f"no configured source matches the input; configured: {configured}")


def _is_allowed(member: tuple[str, Any]) -> bool:
    name, value = member
    if name == "outpostIds":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return name not in {"region", "roleArn", "externalId"} or value is None or isinstance(value, str)


def _names(source: Source, request: dict[str, Any]) -> bool:
    """Whether the input is this source whole: what it leaves out, the source does not have."""
    return (
        request.get("region") == source.region
        and request.get("roleArn") == source.role_arn
        and request.get("externalId") == source.external_id
        and tuple(sorted(request.get("outpostIds", ()))) == source.outpost_ids
    )


def _matches(source: Source, request: dict[str, Any]) -> bool:
    return (
        request.get("region") in {None, source.region}
        and request.get("roleArn") in {None, source.role_arn}
        and request.get("externalId") in {None, source.external_id}
        and ("outpostIds" not in request or tuple(sorted(request["outpostIds"])) == source.outpost_ids)
    )
