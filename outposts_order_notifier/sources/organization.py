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
        role_name: The role's name.
        external_id: The external id that the roles' trust policies require.
        regions: AWS regions' names.
        accounts: The accounts to read; empty for every active account.
        exclude_accounts: The accounts not to read.
        watched: Accounts and regions that are configured as `sources`, as an order belongs to one source only.
    """

    partition: str
    role_name: str
    external_id: str
    regions: tuple[str, ...]
    accounts: tuple[str, ...] = ()
    exclude_accounts: frozenset[str] = frozenset()
    watched: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def load(cls, organization: str, sources: str, function_arn: str) -> Self:
        """Parse a function's variables.

        Args:
            organization: The `ORGANIZATION` variable: JSON of `organization`, as documented in docs/configuration.md,
                always with its external id.
            sources: The `SOURCES` variable: a JSON list of `sources`, as documented there.
            function_arn: The function's ARN, for the partition and the notifier's account.
        """
        settings = OrganizationSettings.from_json(json.loads(organization))
        function = Arn.parse(function_arn)
        configured = [SourceSettings.from_json(source) for source in json.loads(sources)]
        return cls(
            partition=function.partition,
            role_name=settings.role_name,
            external_id=settings.external_id,
            regions=settings.regions,
            accounts=settings.accounts,
            exclude_accounts=frozenset(settings.exclude_accounts),
            watched=frozenset((source.account(function.account), source.region) for source in configured),
        )

    def sources(self, account: str) -> list[dict[str, str]]:
        """Return an account's sources as inputs of the poll function; none if the account is not to be read."""
        if account in self.exclude_accounts or (self.accounts and account not in self.accounts):
            return []
        return [
            {"region": region, "roleArn": self._role_arn(account), "externalId": self.external_id}
            for region in self.regions
            if (account, region) not in self.watched
        ]

    def source_meant(self, request: Mapping[str, Any]) -> dict[str, str] | None:
        """Return the source that an input of the poll function selects by role and region, or None.

        The input may omit the external id, but not contain another one.
        """
        match = re.fullmatch(r"arn:[^:]+:iam::([0-9]{12}):.+", str(request.get("roleArn")))
        if not match or request.get("region") is None or request.get("outpostIds"):
            return None
        given = {name: request[name] for name in ("region", "roleArn", "externalId") if request.get(name) is not None}
        return next((source for source in self.sources(match[1]) if given.items() <= source.items()), None)

    def _role_arn(self, account: str) -> str:
        return f"arn:{self.partition}:iam::{account}:role/{self.role_name}"
