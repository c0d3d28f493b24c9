"""What the command line says of an exception: one line that names what is in the way, and what to do about it."""

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
# Codes of errors that the caller's credentials are the cause of, in the words of the services that are asked.
# Most are of https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html
OF_CREDENTIALS = frozenset(
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
# Errors of the connection whose text is botocore's own: an address, whose password `redacted` hides.
OWN_TEXT = (NoConnectionError, ProxyConnectionError, SSLError)
FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
ROOT = Path(__file__).parents[2]


def sentence_of(error: Exception) -> str:
    """Say what went wrong and what to do, without a word of what may be a secret."""
    if isinstance(error, OperatorError):
        return str(error)
    if isinstance(error, ClientError):
        of_credentials = error.response.get("Error", {}).get("Code") in OF_CREDENTIALS
        return f"{error}{'. Look at your credentials, their permissions, --region and --profile' * of_credentials}"
    if wrong := wrong_in_environment(os.environ):
        return wrong
    if isinstance(error, BotoCoreError):
        return f"{_text(error)}. {_hint(error)}"
    if isinstance(error, OSError) and error.filename:
        return str(error)
    return f"an unexpected {type(error).__name__} at {_place(error)}; {TRACEBACK_VARIABLE}=1 shows the whole of it"


def _text(error: BotoCoreError) -> str:
    if isinstance(error, NoCredentialsError):
        return "no AWS credentials were found"
    if isinstance(error, HTTPClientError) and not isinstance(error, OWN_TEXT):
        # Its text is that of a cause which may quote a header.
        return f"AWS could not be asked ({type(error.kwargs.get('error', error)).__name__})"
    return str(error).rstrip(".")


def _hint(error: BotoCoreError) -> str:
    match error:
        case NoCredentialsError():
            unread = [name for name in FILES if name in os.environ and not os.access(os.environ[name], os.R_OK)]
            also = f"; {' and '.join(unread)} cannot be read" if unread else ""
            return f"Give --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and the like{also}"
        case SSLError():
            return "Does AWS_CA_BUNDLE name the certificates of your proxy, and is your clock right?"
        case ProxyConnectionError():
            return _look_at([name for name in PROXIES if os.environ.get(name)] or ["your proxy settings"])
        case HTTPClientError() | NoConnectionError():
            return _look_at(["your network", "--region", *those_set(os.environ)])
    return "Look at your AWS configuration, credentials, --region and --profile"


def traceback_of(error: Exception) -> str:
    """Return the traceback of an error, for the person who asked for it by a variable; empty if nobody did."""
    return "".join(traceback.format_exception(error)) if os.environ.get(TRACEBACK_VARIABLE) else ""


def _look_at(names: list[str]) -> str:
    *others, last = names
    return f"Look at {', '.join(others)} and {last}" if others else f"Look at {last}"


def _place(error: Exception) -> str:
    """Name the last line of this project's own that the error passed."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if Path(f.filename).is_relative_to(ROOT) and "site-packages" not in f.filename]
    frame = (own or frames)[-1] if frames else None
    return f"{Path(frame.filename).name}:{frame.lineno}" if frame else "an unknown place"
