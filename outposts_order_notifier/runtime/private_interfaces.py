"""The only uses of private interfaces of boto3 and botocore, which have no public ones for these purposes.

- A session whose credentials renew themselves: https://github.com/boto/boto3/issues/443
- Sessions that share the parsed models of services, which take most of a client's time and memory. So all clients with
  renewing credentials share one session, which has the loader of boto3's default session.
- A session that asks for an MFA device's code in another way than with `getpass`:
  https://github.com/boto/botocore/blob/develop/botocore/credentials.py, `AssumeRoleProvider(prompter=...)`
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import boto3
import botocore.session

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.credentials import RefreshableCredentials


def renewing_client(service: str, region: str, credentials: "RefreshableCredentials", config: "Config") -> Any:
    """Return a client of a region that renews its credentials. Not thread-safe."""
    session = _session()
    session._credentials = credentials  # type: ignore[attr-defined] # noqa: SLF001
    return session.create_client(service, region_name=region, config=config)


def default_session() -> boto3.Session:
    """Return boto3's default session; create it if there is none."""
    if boto3.DEFAULT_SESSION is None:
        boto3.setup_default_session()
    return cast("boto3.Session", boto3.DEFAULT_SESSION)


def prompt_for_mfa_codes(session: botocore.session.Session, prompt: Callable[[str], str]) -> None:
    """Let a session call a function, with a question, when a profile's role needs the code of an MFA device."""
    session.get_component("credential_provider").get_provider("assume-role")._prompter = prompt  # noqa: SLF001


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.Session()
    session.register_component("data_loader", default_session()._session.get_component("data_loader"))  # noqa: SLF001
    return session
