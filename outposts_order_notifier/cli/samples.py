"""Sample notifications, marked as tests."""

import time
import uuid
from typing import Any

from outposts_order_notifier.domain.event_types import (
    AMENDED,
    ASSETS,
    DISCOVERED,
    LINE_ITEM_ADDED,
    LINE_ITEM_REMOVED,
    LINE_ITEM_STATUS,
    MISSING,
    ORDER_STATUS,
    OVERDUE,
    REAPPEARED,
    REPLACEMENT_LINKED,
    SHIPMENT,
    STALLED,
    Change,
    LineItemHardware,
    LineItemReference,
    Shipment,
)
from outposts_order_notifier.domain.events import Observation, events_of
from outposts_order_notifier.domain.order import Order

ORDER_ID = "oo-00000000000000000"
OTHER_ORDER_ID = "oo-00000000000000001"
LINE_ITEM_ID = "ooi-00000000000000000"
OTHER_LINE_ITEM_ID = "ooi-00000000000000001"
ALARM = "alarm"
DAY = 86_400

_ITEM = {"LineItemId": LINE_ITEM_ID, "CatalogItemId": "OR-RACKM5A", "Quantity": 1, "Status": "SHIPPED"}
_ORDER: Order = {
    "OrderId": ORDER_ID,
    "OutpostId": "op-00000000000000000",
    "OrderType": "OUTPOST",
    "Status": "IN_PROGRESS",
    "LineItems": [_ITEM],
}
_ASSET = {"AssetId": "0000000000", "MacAddressList": ["00:00:00:00:00:00"]}
_SHIPMENT: Shipment = {
    "carrier": "DHL",
    "trackingNumber": "0000000000",
    "trackingUrl": "https://www.dhl.com/global-en/home/tracking.html?tracking-id=0000000000",
}
_HARDWARE: LineItemHardware = {"lineItemId": LINE_ITEM_ID, "catalogItemId": "OR-RACKM5A", "quantity": 1}
_REPLACED: LineItemReference = {"orderId": ORDER_ID, "lineItemId": LINE_ITEM_ID}
_REPLACEMENT: LineItemReference = {"orderId": OTHER_ORDER_ID, "lineItemId": OTHER_LINE_ITEM_ID}

# A change of each type, by a name that is easy to type.
CHANGES: dict[str, Change] = {
    "discovered": DISCOVERED.change({"order": {**_ORDER, "OrderSubmissionDate": "2026-01-01T00:00:00Z"}}),
    "order-status": ORDER_STATUS.change(
        {"status": "IN_PROGRESS", "previousStatus": "PREPARING", "secondsInPreviousStatus": 12 * DAY},
    ),
    "line-item-status": LINE_ITEM_STATUS.change(
        {
            "lineItemId": LINE_ITEM_ID,
            "catalogItemId": "OR-RACKM5A",
            "quantity": 1,
            "status": "SHIPPED",
            "previousStatus": "BUILDING",
            "secondsInPreviousStatus": 30 * DAY,
        },
    ),
    "shipment": SHIPMENT.change({**_HARDWARE, "shipment": _SHIPMENT, "previousShipment": None}),
    "assets": ASSETS.change({**_HARDWARE, "assets": [_ASSET], "previousAssets": None}),
    "line-item-added": LINE_ITEM_ADDED.change({"lineItemId": LINE_ITEM_ID, "lineItem": _ITEM}),
    "line-item-removed": LINE_ITEM_REMOVED.change({"lineItemId": LINE_ITEM_ID, "lineItem": _ITEM}),
    "amended": AMENDED.change(
        {"amendments": [{"path": "/PaymentTerm", "value": "THREE_YEARS", "previousValue": "ONE_YEAR"}]}
    ),
    "replacement-linked": REPLACEMENT_LINKED.change({"previous": _REPLACED, "replacement": _REPLACEMENT}),
    "stalled": STALLED.change(
        {
            "lineItemId": LINE_ITEM_ID,
            "status": "SHIPPED",
            "since": "2026-01-01T00:00:00Z",
            "days": 15,
            "thresholdDays": 14,
        },
    ),
    "overdue": OVERDUE.change({"expectedAt": "2026-01-01", "days": 1}),
    "missing": MISSING.change({}),
    "reappeared": REAPPEARED.change({}),
}
NAMES = (*CHANGES, ALARM)


def sample(name: str, account: str, region: str, now: str) -> dict[str, Any]:
    """Return a new sample message, by its name in `NAMES`, as the notify function receives it from its queue."""
    if name == ALARM:
        alarm = "TEST: OutpostsOrderNotifier-PollFailures"
        return {
            "AlarmName": alarm,
            "AlarmDescription": "A sample alarm. Nothing is wrong.",
            "AlarmArn": f"arn:aws:cloudwatch:{region}:{account}:alarm:{alarm}",
            "NewStateValue": "ALARM",
            "NewStateReason": "Someone ran `test-notification`.",
            "StateChangeTime": now,
        }
    detail = events_of(_ORDER, [CHANGES[name]], Observation(account, region, now), after_sequence=0)[-1].detail
    return {"detail": {**detail, "eventId": str(uuid.uuid4()), "test": True}}


def batch_of(body: str) -> dict[str, Any]:
    """Return a message's body as Lambda passes it to a function from SQS."""
    record = {
        "messageId": "test-notification",
        "receiptHandle": "none",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": str(int(time.time() * 1_000))},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
    return {"Records": [record]}
