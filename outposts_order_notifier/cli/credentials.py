"""Checks the caller's credentials before the first call, so that one line reports what is wrong with them.

A library's error may quote a credential, or the output of a program that should have printed one. So an error here only
names the type of its cause, unless botocore is known to put nothing but names into its text.
"""

import getpass
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    PartialCredentialsError,
    SSOError,
    UnauthorizedSSOTokenError,
)

from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.secrecy import hide
from outposts_order_notifier.cli.settings import VISIBLE, wrong_in_environment

if TYPE_CHECKING:
    import boto3
    from botocore.credentials import Credentials

PROCESS_OUTPUT = "JSON with Version 1, AccessKeyId and SecretAccessKey"
KEYS = frozenset({"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token"})
TOKEN_FILES = ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
PARTS = {
    "access_key": ("access key id", "AWS_ACCESS_KEY_ID", "AccessKeyId"),
    "secret_key": ("secret access key", "AWS_SECRET_ACCESS_KEY", "SecretAccessKey"),
    "token": ("session token", "AWS_SESSION_TOKEN", "SessionToken"),
}


def check_credentials(session: "boto3.Session", profiles: Mapping[str, Mapping[str, Any]]) -> None:
    """Fetch the credentials, if there are any, and check that a request can contain them.

    Args:
        session: The caller's session.
        profiles: All profiles of the configuration, as a profile may refer to another one's credentials.

    Raises:
        OperatorError: They cannot be fetched or sent. Neither the text nor the cause contains any part of them.
        botocore.exceptions.ClientError: AWS refused to issue them, for example those of a role.
        botocore.exceptions.HTTPClientError: AWS could not be reached.
    """
    hide(_in_files(profiles))
    try:
        credentials = session.get_credentials()
        frozen = credentials.get_frozen_credentials() if credentials else None
    except (ClientError, HTTPClientError):
        raise
    except EOFError:
        if sys.stdin and sys.stdin.isatty():
            print(file=sys.stderr)  # noqa: T201 - ends the line of the prompt
        raise OperatorError(
            f"the profile {session.profile_name} asks for an MFA code, and there is no terminal to type it on: run the "
            "command on one, or pass the code on stdin"
        ) from None
    except Exception as error:  # noqa: BLE001 - each provider has its own errors
        raise OperatorError(_sentence(error, session.profile_name, profiles)) from None
    if credentials is None or frozen is None:
        return
    values = {part: getattr(frozen, part) for part in PARTS}
    hide(str(value) for value in values.values())
    for part, value in values.items():
        if not isinstance(value, str) and (value is not None or part != "token"):
            raise OperatorError(_not_text(part, credentials, session.profile_name))
        if value and not VISIBLE.fullmatch(value):
            raise OperatorError(
                f"{_place(part, credentials)} contains a space, a line break or another character that no "
                "credential has; set it again without it (the value is not shown here)"
            )


def mfa_code(question: str) -> str:
    """Ask for the code of an MFA device on the terminal; if there is none, read it from stdin, or raise an EOFError."""
    if sys.stdin and sys.stdin.isatty():
        return getpass.getpass(question)
    if not (line := sys.stdin.readline() if sys.stdin else ""):
        raise EOFError
    return line.strip()


def _in_files(profiles: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the secrets in the caller's files, as far as these can be read."""
    for profile in profiles.values():
        yield from (str(value) for key, value in profile.items() if key in KEYS)
    paths = [profile.get("web_identity_token_file") for profile in profiles.values()]
    for path in (*paths, *map(os.environ.get, TOKEN_FILES)):
        if path:
            with suppress(OSError):
                yield Path(path).expanduser().read_text("utf-8", "replace")


def _place(part: str, credentials: "Credentials") -> str:
    name, variable, _ = PARTS[part]
    if credentials.method == "env":
        return variable
    return f"the {name} from {credentials.method}"


def _not_text(part: str, credentials: "Credentials", profile: str) -> str:
    name, _, printed = PARTS[part]
    if credentials.method == "custom-process":
        found = f"the credential_process of the profile {profile} printed {printed}"
    else:
        found = f"{credentials.method} returned the {name} of the profile {profile}"
    return f"{found} as JSON that is not a string; put it in quotes (the value is not shown here)"


def _source_of(profile: str, profiles: Mapping[str, Mapping[str, Any]]) -> str:
    """Follow `source_profile` to the profile that has the credentials."""
    seen = {profile}
    while (source := profiles.get(profile, {}).get("source_profile", "")) in profiles and source not in seen:
        seen.add(profile := source)
    return profile


def _sentence(error: Exception, profile: str, profiles: Mapping[str, Mapping[str, Any]]) -> str:
    if wrong := wrong_in_environment(os.environ):
        return wrong
    of_process = isinstance(error, CredentialRetrievalError) and error.kwargs.get("provider") == "custom-process"
    source = _source_of(profile, profiles)
    if of_process or isinstance(error, json.JSONDecodeError):
        return (
            f"the credential_process of the profile {source} failed, or did not print JSON. Its output may contain a "
            f"secret, so it is not shown here. Run it yourself: it should print {PROCESS_OUTPUT}"
        )
    if isinstance(error, OSError) and error.filename:
        return (
            f"the credentials of the profile {profile} need {error.filename}: {error.strerror}. Check "
            "credential_process and web_identity_token_file"
        )
    if isinstance(error, BotoCoreError) and not isinstance(error, CredentialRetrievalError):
        return f"{str(error).rstrip('.')}. {_hint(error, profile)}"
    found = f"the credentials of the profile {profile} cannot be fetched ({type(error).__name__})"
    if "credential_process" in profiles.get(source, {}):
        return (
            f"{found}. Check the credential_process of the profile {source}: it should print {PROCESS_OUTPUT}, and "
            "perhaps SessionToken, all of them strings"
        )
    return f"{found}. Check the profile in your AWS configuration, and try `aws sts get-caller-identity`"


def _hint(error: BotoCoreError, profile: str) -> str:
    match error:
        case SSOError() | UnauthorizedSSOTokenError():
            return f"Run `aws sso login --profile {profile}`"
        case PartialCredentialsError():
            return "Set both, or neither"
    return f"Check the profile {profile} in your AWS configuration"
