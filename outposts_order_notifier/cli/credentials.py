"""The caller's credentials: fetched before the first call, so that what is wrong with them is said in one line.

A library's error may quote a credential, or what a program printed that should have printed one. So the errors here are
made of the cause's kind alone, unless botocore is known to build its text of names only.
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
    """Fetch the credentials as the first call would, and see that they can be sent; nothing if there are none.

    Args:
        session: Whose credentials.
        profiles: All profiles of the configuration: one may take its credentials from another.

    Raises:
        OperatorError: They cannot be fetched or sent. Neither the text nor its cause holds a part of them.
        botocore.exceptions.ClientError: AWS refused to give them, as of a role.
        botocore.exceptions.HTTPClientError: AWS was not reached.
    """
    hide(_in_files(profiles))
    try:
        credentials = session.get_credentials()
        frozen = credentials.get_frozen_credentials() if credentials else None
    except (ClientError, HTTPClientError):
        raise
    except EOFError:
        if sys.stdin and sys.stdin.isatty():
            print(file=sys.stderr)  # noqa: T201 - ends the line of the question
        raise OperatorError(
            f"the profile {session.profile_name} asks for an MFA code, and there is no terminal to type it on: run the "
            "command on one, or give the code on stdin"
        ) from None
    except Exception as error:  # noqa: BLE001 - each provider has its own
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
                f"{_place(part, credentials)} holds a space, a line end or another character that no credential has; "
                "set it again without (it is not shown here)"
            )


def mfa_code(question: str) -> str:
    """Ask for the code of an MFA device on the terminal; without one, read it from stdin and ask nothing.

    Raises:
        EOFError: There is neither a terminal nor a code.
    """
    if sys.stdin and sys.stdin.isatty():
        return getpass.getpass(question)
    if not (line := sys.stdin.readline() if sys.stdin else ""):
        raise EOFError
    return line.strip()


def _in_files(profiles: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Return what the caller's files hold that must not be shown, as far as it can be read."""
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
    return f"the {name} that {credentials.method} gave"


def _not_text(part: str, credentials: "Credentials", profile: str) -> str:
    name, _, printed = PARTS[part]
    if credentials.method == "custom-process":
        found = f"the credential_process of the profile {profile} printed {printed}"
    else:
        found = f"{credentials.method} gave the {name} of the profile {profile}"
    return f"{found} as JSON that is not a string; print it in quotes (it is not shown here)"


def _source_of(profile: str, profiles: Mapping[str, Mapping[str, Any]]) -> str:
    """Follow `source_profile` to the profile that a profile's credentials come from in the end."""
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
            f"the credential_process of the profile {source} failed, or printed no JSON. What it printed is not "
            f"shown, as it may hold a secret: run it by itself; it should print {PROCESS_OUTPUT}"
        )
    if isinstance(error, OSError) and error.filename:
        return (
            f"the credentials of the profile {profile} need {error.filename}: {error.strerror}. Look at "
            "credential_process or web_identity_token_file"
        )
    if isinstance(error, BotoCoreError) and not isinstance(error, CredentialRetrievalError):
        return f"{str(error).rstrip('.')}. {_hint(error, profile)}"
    found = f"the credentials of the profile {profile} cannot be fetched ({type(error).__name__})"
    if "credential_process" in profiles.get(source, {}):
        return (
            f"{found}. Look at the credential_process of the profile {source}: it should print {PROCESS_OUTPUT}, both "
            "strings, as is SessionToken"
        )
    return f"{found}. Look at the profile in your AWS configuration, and try `aws sts get-caller-identity`"


def _hint(error: BotoCoreError, profile: str) -> str:
    match error:
        case SSOError() | UnauthorizedSSOTokenError():
            return f"Run `aws sso login --profile {profile}`"
        case PartialCredentialsError():
            return "Set both, or neither"
    return f"Look at the profile {profile} in your AWS configuration"
