"""The organization's accounts, from AWS Organizations."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_organizations.client import OrganizationsClient

PAGE_SIZE = 20  # ListAccounts' MaxResults goes up to here


def active_accounts(client: "OrganizationsClient") -> Iterator[str]:
    """List the active accounts of the organization, page by page.

    Only the management account and delegated administrators may:
    https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html.

    Raises:
        botocore.exceptions.ClientError: The API refused.
    """
    for page in client.get_paginator("list_accounts").paginate(PaginationConfig={"PageSize": PAGE_SIZE}):
        for account in page["Accounts"]:
            # `Status` is the older name of `State`: one of them may be absent.
            if account.get("State", account.get("Status")) == "ACTIVE":
                yield account["Id"]
