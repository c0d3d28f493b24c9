"""DynamoDB's responses as items. Pure."""

import json
from binascii import a2b_base64
from typing import Any


def parse_items(body: bytes) -> dict[str, Any]:
    """Return the response of a Query, Scan or BatchGetItem, as botocore's parser does for items without nested values.

    The JSON has each attribute's value under its type already; only binary ones (`B`) are converted.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
    """
    response: dict[str, Any] = json.loads(body)
    for items in (response.get("Items", []), *response.get("Responses", {}).values()):
        for item in items:
            for value in item.values():
                if "B" in value:
                    value["B"] = a2b_base64(value["B"])
    return response
