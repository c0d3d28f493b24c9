"""The organization's accounts, from AWS Organizations."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from outposts_order_notifier.sources.names import MAX_NAME

if TYPE_CHECKING:
    from mypy_boto3_organizations.client import OrganizationsClient

PAGE_SIZE = 20  # the maximum of MaxResults


def active_accounts(client: "OrganizationsClient") -> tuple[dict[str, str], list[str]]:
    """Return the names of the organization's active accounts by id, and errors if the listing is incomplete.

    Only the management account and delegated administrators may list them:
    https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html.
    """
    accounts = dict[str, str]()
    try:
        for page in client.get_paginator("list_accounts").paginate(PaginationConfig={"PageSize": PAGE_SIZE}):
            # `Status` is the older name of `State`: one of them may be absent.
            active = [each for each in page["Accounts"] if each.get("State", each.get("Status")) == "ACTIVE"]
            accounts |= {each["Id"]: each.get("Name", "")[:MAX_NAME] for each in active}
    except (BotoCoreError, ClientError) as error:
        return accounts, [f"ListAccounts: {error}"]
    return accounts, []
