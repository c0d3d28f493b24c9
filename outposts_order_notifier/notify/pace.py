"""Slack's pace, about one message a second and channel, kept by all concurrent runs together.

https://docs.slack.dev/apis/web-api/rate-limits
"""

import math
import time
from typing import TYPE_CHECKING, Any

from outposts_order_notifier.notify.channel import LaterError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

KEY = {"id": {"S": "pace#slack"}}
INTERVAL_MS = 1_000
LONGEST_WAIT_MS = 5_000


class Pace:
    """The time from which Slack may be sent the next message, in an item of the idempotency table."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def wait(self) -> None:
        """Reserve the next free second, and sleep until it comes.

        Raises:
            LaterError: It comes too late to wait for it here.
        """
        now = slot = _now()
        while slot - now <= LONGEST_WAIT_MS:
            taken_until = self._take(slot, slot + INTERVAL_MS)
            if taken_until is None:
                time.sleep((slot - now) / 1_000)
                return
            slot = taken_until
        raise LaterError("Slack's next free second is too far away", math.ceil((slot - now) / 1_000))

    def hold(self, seconds: int) -> None:
        """Let nobody send for so long, as Slack asked to."""
        until = _now() + seconds * 1_000
        self._take(until, until)

    def _take(self, slot: int, until: int) -> int | None:
        """Take the time up to `until` if it is free from `slot` on; gives from when it is free where it is not."""
        try:
            self._client.update_item(
                TableName=self._table_name,
                Key=KEY,
                UpdateExpression="SET free_from = :until",
                ConditionExpression="attribute_not_exists(free_from) OR free_from <= :slot",
                ExpressionAttributeValues={":slot": {"N": str(slot)}, ":until": {"N": str(until)}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as taken:
            response: dict[str, Any] = {**taken.response}  # its type knows no Item
            return int(response["Item"]["free_from"]["N"])
        return None


def _now() -> int:
    return int(time.time() * 1_000)
