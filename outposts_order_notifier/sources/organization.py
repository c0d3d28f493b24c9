"""The configured organization, and the sources of its accounts."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from outposts_order_notifier.domain.places import Arn
from outposts_order_notifier.sources.settings import OrganizationSettings, SourceSettings


@dataclass(frozen=True, slots=True)
class Organization:
    """The accounts and regions to read, with a role of the same name in each account.

    Attributes:
        partition: `aws`, `aws-us-gov` or `aws-cn`.
        settings: The configured organization.
        watched: Accounts and regions that are configured as `sources`, as an order belongs to one source only.
    """

    partition: str
    settings: OrganizationSettings
    watched: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def load(cls, organization: str, sources: str, function_arn: str) -> Self:
        """Parse a function's variables `ORGANIZATION` and `SOURCES`, as documented in docs/configuration.md.

        The function's ARN contains the partition and the notifier's account.
        """
        function = Arn.parse(function_arn)
        configured = [SourceSettings.from_json(source) for source in json.loads(sources)]
        return cls(
            partition=function.partition,
            settings=OrganizationSettings.from_json(json.loads(organization)),
            watched=frozenset((source.account(function.account), source.region) for source in configured),
        )

    def sources(self, account: str) -> list[dict[str, str]]:
        """Return an account's sources as inputs of the poll function; none if the account is not to be read."""
        settings = self.settings
        if account in settings.exclude_accounts or (settings.accounts and account not in settings.accounts):
            return []
        role_arn = f"arn:{self.partition}:iam::{account}:role/{settings.role_name}"
        return [
            {"region": region, "roleArn": role_arn, "externalId": settings.external_id}
            for region in settings.regions
            if (account, region) not in self.watched
        ]

    def select_source(self, request: Mapping[str, Any]) -> dict[str, str] | None:
        """Return the source that an input of the poll function selects by role and region, or None.

        The input may omit the external id, but not contain another one.
        """
        match = re.fullmatch(r"arn:[^:]+:iam::([0-9]{12}):.+", str(request.get("roleArn")))
        if not match or request.get("region") is None or request.get("outpostIds"):
            return None
        given = {name: request[name] for name in ("region", "roleArn", "externalId") if request.get(name) is not None}
        return next((source for source in self.sources(match[1]) if given.items() <= source.items()), None)
