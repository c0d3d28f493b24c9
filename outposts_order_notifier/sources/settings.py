"""The configuration keys `sources` and `organization`, as written in cdk.json and in the functions' variables. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from outposts_order_notifier.domain.places import Arn

EXTERNAL_ID = "outposts-order-notifier"  # the default of the template of the member accounts' role


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One of `sources`: the orders of one account in one region.

    Attributes:
        region: An AWS region's name.
        role_arn: The role for reading another account, None for the notifier's account.
        external_id: The external id that the role's trust policy requires, None if it requires none.
        outpost_ids: Read the orders of these Outposts only; empty for all.
    """

    region: str
    role_arn: str | None = None
    external_id: str | None = None
    outpost_ids: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, source: Mapping[str, Any]) -> Self:
        """Parse a source."""
        return cls(
            region=source["region"],
            role_arn=source.get("roleArn"),
            external_id=source.get("externalId"),
            outpost_ids=tuple(source.get("outpostIds", ())),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the source as configured, which is also an input of the poll function."""
        keys = {
            "region": self.region,
            "roleArn": self.role_arn,
            "externalId": self.external_id,
            "outpostIds": list(self.outpost_ids),
        }
        return {key: value for key, value in keys.items() if value}

    def account(self, own: str) -> str:
        """Return the source's account: its role's, or the notifier's own if it has no role."""
        return Arn.parse(self.role_arn).account if self.role_arn else own


@dataclass(frozen=True, slots=True)
class OrganizationSettings:
    """The `organization`: its active accounts, in some regions.

    Attributes:
        role_name: The name of the role for reading an account, the same in all.
        regions: AWS regions' names; at least one.
        external_id: The external id that the roles' trust policies require.
        accounts: Read these accounts only; empty for every active account.
        exclude_accounts: Read all but these accounts.
    """

    role_name: str
    regions: tuple[str, ...]
    external_id: str = EXTERNAL_ID
    accounts: tuple[str, ...] = ()
    exclude_accounts: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, organization: Mapping[str, Any]) -> Self:
        """Parse the organization."""
        return cls(
            role_name=organization["roleName"],
            regions=tuple(organization["regions"]),
            external_id=organization.get("externalId", EXTERNAL_ID),
            accounts=tuple(organization.get("accounts", ())),
            exclude_accounts=tuple(organization.get("excludeAccounts", ())),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the organization as configured, always with its external id."""
        keys = {
            "roleName": self.role_name,
            "regions": list(self.regions),
            "externalId": self.external_id,
            "accounts": list(self.accounts),
            "excludeAccounts": list(self.exclude_accounts),
        }
        return {key: value for key, value in keys.items() if value}
