"""Turns an exception into one line that names the problem and says what to do."""

import os
import traceback
from pathlib import Path

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    ProxyConnectionError,
    SSLError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.settings import PROXIES, those_set, wrong_in_environment

TRACEBACK_VARIABLE = "OUTPOSTS_ORDER_NOTIFIER_TRACEBACK"
# Error codes that point to the caller's credentials. Most are listed at
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html
CREDENTIAL_ERRORS = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "NotAuthorized",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
# Connection errors whose text contains only an address, in which `redacted` hides the password.
SAFE_TEXT = (NoConnectionError, ProxyConnectionError, SSLError)
FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
ROOT = Path(__file__).parents[2]


def sentence_of(error: Exception) -> str:
    """Return one line that says what went wrong and what to do, without any text that may contain a secret."""
    if isinstance(error, OperatorError):
        return str(error)
    if isinstance(error, ClientError):
        bad_credentials = error.response.get("Error", {}).get("Code") in CREDENTIAL_ERRORS
        return f"{error}{'. Check your credentials, their permissions, --region and --profile' * bad_credentials}"
    if wrong := wrong_in_environment(os.environ):
        return wrong
    if isinstance(error, BotoCoreError):
        return f"{_text(error)}. {_hint(error)}"
    if isinstance(error, OSError) and error.filename:
        return str(error)
    return f"an unexpected {type(error).__name__} at {_place(error)}; {TRACEBACK_VARIABLE}=1 shows its traceback"


def _text(error: BotoCoreError) -> str:
    if isinstance(error, NoCredentialsError):
        return "no AWS credentials were found"
    if isinstance(error, HTTPClientError) and not isinstance(error, SAFE_TEXT):
        # Its text is that of its cause, which may quote a header.
        return f"AWS could not be reached ({type(error.kwargs.get('error', error)).__name__})"
    return str(error).rstrip(".")


def _hint(error: BotoCoreError) -> str:
    match error:
        case NoCredentialsError():
            unread = [name for name in FILES if name in os.environ and not os.access(os.environ[name], os.R_OK)]
            also = f"; {' and '.join(unread)} cannot be read" if unread else ""
            return f"Pass --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY{also}"
        case SSLError():
            return "Check that AWS_CA_BUNDLE names your proxy's certificates, and that your clock is right"
        case ProxyConnectionError():
            return _check([name for name in PROXIES if os.environ.get(name)] or ["your proxy settings"])
        case HTTPClientError() | NoConnectionError():
            return _check(["your network", "--region", *those_set(os.environ)])
    return "Check your AWS configuration, credentials, --region and --profile"


def traceback_of(error: Exception) -> str:
    """Return the traceback of an error if the variable asks for it, otherwise an empty string."""
    return "".join(traceback.format_exception(error)) if os.environ.get(TRACEBACK_VARIABLE) else ""


def _check(names: list[str]) -> str:
    *others, last = names
    return f"Check {', '.join(others)} and {last}" if others else f"Check {last}"


def _place(error: Exception) -> str:
    """Return the file and line of this project in which the error was raised, or passed through last."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if Path(f.filename).is_relative_to(ROOT) and "site-packages" not in f.filename]
    frame = (own or frames)[-1] if frames else None
    return f"{Path(frame.filename).name}:{frame.lineno}" if frame else "an unknown place"
