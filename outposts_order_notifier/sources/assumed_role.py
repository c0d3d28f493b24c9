"""Clients that read other accounts, each by a role there.

Ten thousand accounts pass through one function, so what is kept is small: a role's credentials, shared by its regions,
in a bounded number. All clients come of one botocore session, as its loader's parsed models take most time and memory.
"""

import threading
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any, cast

import boto3
import botocore.session
from botocore.credentials import DeferredRefreshableCredentials

from outposts_order_notifier.runtime.client_config import brief

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_outposts.client import OutpostsClient
    from mypy_boto3_sts.client import STSClient

ROLES = 4_096  # some 3 KB each
# Every region that AWS has added since is an opt-in one, so this list is complete:
# https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
ENABLED_BY_DEFAULT = frozenset(
    {
        *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
        *("ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"),
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
    }
)
ALWAYS_ACTIVE = "us-east-1"  # no account can switch STS off there
SESSION_NAME = "outposts-order-notifier"  # the other account's CloudTrail names the reader by it
_LOCK = threading.Lock()  # a botocore session is not for several threads


def outposts_client(role_arn: str, external_id: str | None, region: str, config: "Config") -> "OutpostsClient":
    """Make a client for a region, whose credentials are the role's and renew themselves in time."""
    with _LOCK:
        session = _session()
        # botocore has no public way to give a session credentials that renew themselves. A client keeps its own.
        sts = sts_region(role_arn, region, own_region=_home().region_name)
        session._credentials = _credentials(role_arn, external_id, sts)  # type: ignore[attr-defined] # noqa: SLF001
        return cast("OutpostsClient", session.create_client("outposts", region_name=region, config=config))


def sts_region(role_arn: str, region: str, own_region: str | None) -> str:
    """Choose the region whose STS endpoint can assume a source's role.

    A regional endpoint's credentials are valid in every region. The endpoint of a region that is enabled by default
    serves a role of any account; that of an opt-in region only if the caller's account and the role's have both
    enabled it. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html

    The notifier's own region comes first, so that a role is assumed once for all its regions.

    Args:
        role_arn: The role; only the partition `aws` has opt-in regions.
        region: The source's region.
        own_region: The notifier's region, None if a command line has none.
    """
    if own_region == region or not role_arn.startswith("arn:aws:"):
        return own_region or region
    return next((each for each in (own_region, region) if each in ENABLED_BY_DEFAULT), ALWAYS_ACTIVE)


@lru_cache(maxsize=ROLES)
def _credentials(role_arn: str, external_id: str | None, region: str) -> DeferredRefreshableCredentials:
    assume = partial(_assume, _sts(region), role_arn, external_id)
    return DeferredRefreshableCredentials(assume, method="assume-role")


def _assume(sts: "STSClient", role_arn: str, external_id: str | None) -> dict[str, Any]:
    """Assume the role: botocore asks when credentials are first needed, and 15 minutes before they end."""
    request: Any = {"RoleArn": role_arn, "RoleSessionName": SESSION_NAME}
    if external_id:
        request["ExternalId"] = external_id
    given = sts.assume_role(**request)["Credentials"]
    return {
        "access_key": given["AccessKeyId"],
        "secret_key": given["SecretAccessKey"],
        "token": given["SessionToken"],
        "expiry_time": given["Expiration"].isoformat(),
    }


@cache
def _sts(region: str) -> "STSClient":
    return boto3.client("sts", region_name=region, config=brief(2))  # botocore's endpoint is the region's own


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.Session()
    loader = _home()._session.get_component("data_loader")  # noqa: SLF001 - as above
    session.register_component("data_loader", loader)
    return session


def _home() -> boto3.Session:
    """Return boto3's default session, which has loaded what all clients share."""
    if boto3.DEFAULT_SESSION is None:
        boto3.setup_default_session()
    return cast("boto3.Session", boto3.DEFAULT_SESSION)
