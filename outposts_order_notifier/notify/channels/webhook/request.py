"""The request for a notification: its body, and the headers that identify and sign it. Pure."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from outposts_order_notifier.domain.event_types import UPDATED
from outposts_order_notifier.notify.notification import (
    AlarmNotification,
    Notification,
    OrderNotification,
    SummaryNotification,
)

ALARM = "Outposts Order Notifier Alarm"
SUMMARY = "Outposts Orders Summary"
EVENT_ID, EVENT_TYPE = "Outposts-Event-Id", "Outposts-Event-Type"
TIMESTAMP, SIGNATURE = "Outposts-Timestamp", "Outposts-Signature"


@dataclass(frozen=True, slots=True)
class Request:
    """A request: its body, UTF-8 JSON, and its headers."""

    body: bytes
    headers: Mapping[str, str]


def request(notification: Notification, keys: Sequence[bytes], timestamp: int) -> Request:
    """Build the request.

    Args:
        notification: What to send: an observation's `detail`, an alarm as CloudWatch wrote it, or a summary.
        keys: To sign with, at least one; each adds a signature.
        timestamp: Seconds of the epoch at which it is sent.
    """
    match notification:
        case OrderNotification(detail=content):
            event_type = str(UPDATED)
        case AlarmNotification(alarm=content):
            event_type = ALARM
        case SummaryNotification(content=content):
            event_type = SUMMARY
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Request(
        body,
        {
            "Content-Type": "application/json",
            "User-Agent": "outposts-order-notifier",
            EVENT_ID: quote(notification.event_id, safe=" !#$&'()*+,/:;=?@"),
            EVENT_TYPE: event_type,
            TIMESTAMP: str(timestamp),
            SIGNATURE: ",".join(f"sha256={signature(key, timestamp, body)}" for key in keys),
        },
    )


def signature(key: bytes, timestamp: int, body: bytes) -> str:
    """Return the HMAC-SHA256 of `<timestamp>.<body>` in hexadecimal, as Stripe computes it.

    https://docs.stripe.com/webhooks/signature
    """
    return hmac.new(key, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
