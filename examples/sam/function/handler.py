"""Receives events about replaced and failed hardware."""

import json
from typing import Any


def handler(event: dict[str, Any], _: object) -> None:
    """Act on an event, once for each `eventId`: EventBridge may deliver an event twice."""
    detail = event["detail"]
    entry = {key: detail.get(key) for key in ("eventId", "orderId", "lineItemId", "status", "previousStatus")}
    print(json.dumps(entry))  # noqa: T201 - a function's output is its log
