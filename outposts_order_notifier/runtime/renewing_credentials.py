"""Creates clients whose credentials renew themselves: the only use of private interfaces of boto3 and botocore.

Neither has a public way to give a session such credentials (https://github.com/boto/boto3/issues/443), nor to share the
parsed models of services between sessions. Models take most of a client's time and memory, so all these clients share
one session with the loader of boto3's default session.
"""

import threading
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import boto3
import botocore.session

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.credentials import RefreshableCredentials

_LOCK = threading.Lock()  # a botocore session is not thread-safe


def client(service: str, region: str, credentials: "RefreshableCredentials", config: "Config") -> Any:
    """Return a client of a region that keeps these credentials."""
    with _LOCK:
        session = _session()
        session._credentials = credentials  # type: ignore[attr-defined] # noqa: SLF001
        return session.create_client(service, region_name=region, config=config)


def default_session() -> boto3.Session:
    """Return boto3's default session; create it if there is none."""
    if boto3.DEFAULT_SESSION is None:
        boto3.setup_default_session()
    return cast("boto3.Session", boto3.DEFAULT_SESSION)


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.Session()
    session.register_component("data_loader", default_session()._session.get_component("data_loader"))  # noqa: SLF001
    return session
