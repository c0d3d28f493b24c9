"""Creates clients for other accounts, each with a role's credentials.

Thousands of accounts pass through one function, so it caches little: a bounded number of roles' credentials, which a
role's regions share.
"""

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, cast

from botocore.credentials import DeferredRefreshableCredentials

from outposts_order_notifier.runtime import clients, private_interfaces

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_outposts.client import OutpostsClient
    from mypy_boto3_sts.client import STSClient

ROLES = 4_096  # about 3 KB each
# Every region that AWS has added since is an opt-in region, so this list is complete:
# https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
ENABLED_BY_DEFAULT = frozenset(
    {
        *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
        *("ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"),
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
    }
)
ALWAYS_ACTIVE = "us-east-1"  # no account can disable STS there
SESSION_NAME = "outposts-order-notifier"  # identifies the notifier in the other account's CloudTrail


def outposts_client(role_arn: str, external_id: str | None, region: str, config: "Config") -> "OutpostsClient":
    """Return an Outposts client of a region, with the role's credentials, which renew themselves."""
    sts = sts_region(role_arn, region, own_region=private_interfaces.default_session().region_name)
    credentials = _credentials(role_arn, external_id, sts)
    return cast("OutpostsClient", private_interfaces.renewing_client("outposts", region, credentials, config))


def sts_region(role_arn: str, region: str, own_region: str | None) -> str:
    """Return the region whose STS endpoint can assume a source's role.

    The credentials of any regional endpoint are valid in every region. The endpoint of a region that is enabled by
    default serves roles of any account. That of an opt-in region, which only the partition `aws` has, requires that the
    caller's account and the role's have both enabled it.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html

    The notifier's region, None if a command line has none, has precedence: a role is assumed once for all its regions.
    """
    if own_region == region or not role_arn.startswith("arn:aws:"):
        return own_region or region
    return next((each for each in (own_region, region) if each in ENABLED_BY_DEFAULT), ALWAYS_ACTIVE)


@lru_cache(maxsize=ROLES)
def _credentials(role_arn: str, external_id: str | None, region: str) -> DeferredRefreshableCredentials:
    assume = partial(_assume, clients.sts(region), role_arn, external_id)
    return DeferredRefreshableCredentials(assume, method="assume-role")


def _assume(sts: "STSClient", role_arn: str, external_id: str | None) -> dict[str, Any]:
    """Assume the role. botocore calls this when the credentials are first needed, and 15 minutes before they expire."""
    request: Any = {"RoleArn": role_arn, "RoleSessionName": SESSION_NAME}
    if external_id:
        request["ExternalId"] = external_id
    credentials = sts.assume_role(**request)["Credentials"]
    return {
        "access_key": credentials["AccessKeyId"],
        "secret_key": credentials["SecretAccessKey"],
        "token": credentials["SessionToken"],
        "expiry_time": credentials["Expiration"].isoformat(),
    }
