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

from lambdas.orders.client_config import brief

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_outposts.client import OutpostsClient
    from mypy_boto3_sts.client import STSClient

ROLES = 4_096  # some 3 KB each
SESSION_NAME = "outposts-order-notifier"  # the other account's CloudTrail names the reader by it
_LOCK = threading.Lock()  # a botocore session is not for several threads


def outposts_client(role_arn: str, external_id: str | None, region: str, config: "Config") -> "OutpostsClient":
    """Make a client for a region, whose credentials are the role's and renew themselves in time."""
    with _LOCK:
        session = _session()
        # botocore has no public way to give a session credentials that renew themselves. A client keeps its own.
        session._credentials = _credentials(role_arn, external_id)  # type: ignore[attr-defined] # noqa: SLF001
        return cast("OutpostsClient", session.create_client("outposts", region_name=region, config=config))


@lru_cache(maxsize=ROLES)
def _credentials(role_arn: str, external_id: str | None) -> DeferredRefreshableCredentials:
    assume = partial(_assume, _sts(), role_arn, external_id)
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
def _sts() -> "STSClient":
    return boto3.client("sts", config=brief(2))  # botocore's endpoint is the region's own


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.Session()
    # boto3's default session has loaded what all clients share.
    home = boto3.DEFAULT_SESSION or boto3.Session()
    session.register_component("data_loader", home._session.get_component("data_loader"))  # noqa: SLF001 - as above
    return session
