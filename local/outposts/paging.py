"""The pages of a listing, and the tokens that connect them."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import shake_256
from typing import Any

from local.outposts.errors import ServiceError

DEFAULT_PAGE_SIZE = 100
TOKEN_LENGTH = 2048


def page(
    operation: str, request: Mapping[str, Any], items: Sequence[Mapping[str, Any]], result_key: str
) -> dict[str, Any]:
    """Return the page that a request asks for.

    A token is as long as the model allows and contains characters that a URL must escape, so that a client that
    truncates or changes tokens fails here instead of on AWS.

    Args:
        operation: The listing operation.
        request: Its input; `ValidationException` is raised if `NextToken` is not one of this listing's.
        items: Everything that the request selects, in a stable order.
        result_key: The output's member for the items.
    """
    selection = {name: value for name, value in request.items() if name not in {"NextToken", "MaxResults"}}
    listing = json.dumps([operation, selection], sort_keys=True)
    start = _start(request.get("NextToken"), listing)
    end = start + request.get("MaxResults", DEFAULT_PAGE_SIZE)
    output: dict[str, Any] = {result_key: list(items[start:end])}
    if end < len(items):
        output["NextToken"] = _token(end, listing)
    return output


def _start(token: str | None, listing: str) -> int:
    if token is None:
        return 0
    start = int(token.split("##")[0])
    if token != _token(start, listing):
        raise ServiceError("ValidationException", "NextToken is not one of this listing's.")
    return start


def _token(start: int, listing: str) -> str:
    prefix = f"{start}##"
    noise = b64encode(shake_256(f"{start} {listing}".encode()).digest(TOKEN_LENGTH))
    return prefix + noise.decode()[: TOKEN_LENGTH - len(prefix)]
