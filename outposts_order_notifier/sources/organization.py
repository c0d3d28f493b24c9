"""The organization that the configuration names (contract, part 1), and the sources that its accounts make."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from outposts_order_notifier.domain.places import Arn


def account_of(source: Mapping[str, Any], own_account: str) -> str:
    """Give the account that a configured source lives in: its role's, without one the notifier's own."""
    return Arn.parse(source["roleArn"]).account if "roleArn" in source else own_account


@dataclass(frozen=True, slots=True)
class Organization:
    """Which accounts and regions are watched, by a role of the same name in each account.

    Attributes:
        partition: `aws`, `aws-us-gov` or `aws-cn`.
        role_name: The role's name.
        external_id: What the roles' trust policies ask for.
        regions: Names of AWS regions.
        accounts: The accounts to watch; empty for every active one.
        exclude_accounts: Accounts to leave out.
        watched: Accounts and regions that are sources of their own: an order belongs to one source only.
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
        """Read the functions' variables.

        Args:
            organization: The `ORGANIZATION` variable, JSON: the contract's `organization`, with its external id.
            sources: The `SOURCES` variable, a JSON list of the contract's sources.
            function_arn: Names the partition and the notifier's own account.
        """
        told = json.loads(organization)
        function = Arn.parse(function_arn)
        return cls(
            partition=function.partition,
            role_name=told["roleName"],
            external_id=told["externalId"],
            regions=tuple(told["regions"]),
            accounts=tuple(told.get("accounts", ())),
            exclude_accounts=frozenset(told.get("excludeAccounts", ())),
            watched=frozenset(
                (account_of(source, function.account), source["region"]) for source in json.loads(sources)
            ),
        )

    def sources(self, account: str) -> list[dict[str, str]]:
        """Give an account's sources, as poll takes them; none where the account is not to be watched."""
        if account in self.exclude_accounts or (self.accounts and account not in self.accounts):
            return []
        return [
            {"region": region, "roleArn": self._role_arn(account), "externalId": self.external_id}
            for region in self.regions
            if (account, region) not in self.watched
        ]

    def source_meant(self, request: Mapping[str, Any]) -> dict[str, str] | None:
        """Find the source that poll's input means by its role and region; None where it is none of the organization's.

        The input may leave the external id out, and can say no other.
        """
        match = re.fullmatch(r"arn:[^:]+:iam::([0-9]{12}):.+", str(request.get("roleArn")))
        if not match or request.get("region") is None or request.get("outpostIds"):
            return None
        told = {name: request[name] for name in ("region", "roleArn", "externalId") if request.get(name) is not None}
        return next((source for source in self.sources(match[1]) if told.items() <= source.items()), None)

    def _role_arn(self, account: str) -> str:
        return f"arn:{self.partition}:iam::{account}:role/{self.role_name}"
