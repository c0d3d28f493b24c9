"""Hears of replaced and failed hardware."""

import json
from typing import Any


def handler(event: dict[str, Any], _: object) -> None:
    """Do what is to be done, once an `eventId`: EventBridge may deliver an event twice."""
    detail = event["detail"]
    told = {key: detail.get(key) for key in ("eventId", "orderId", "lineItemId", "status", "previousStatus")}
    print(json.dumps(told))  # noqa: T201 - a function's output is its log
