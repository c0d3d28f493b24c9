"""What is remembered of each order's thread, in an item of the idempotency table that never expires.

An item is at most some kilobytes, and an order that was completed long ago can be replaced: its news belong into its
thread.
`id` (`thread#<channel>#<order id>`), `ts` of the card, `told` and `replaced_by` (JSON), `taken_until` (milliseconds)
while a run writes to the thread, and `unfinished_since` (seconds) while it is not known what Slack has done of what it
was asked.
"""

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from outposts_order_notifier.notify.channel import LaterError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# Longer than the few calls that a run makes for one order: a killed run's thread is free again after this.
TAKEN_MS = 60_000
MAX_TOLD = 100  # a batch's most events, so that all of a reply are remembered


@dataclass(slots=True)
class Thread:
    """An order's thread, taken by this run.

    Attributes:
        key: The item's id.
        taken_until: By which the run is known to be the one that took it.
        ts: The card's, None before there is one.
        unfinished_since: Since when, in seconds of the epoch, it is unknown what of this thread Slack has posted;
            None where all is known.
        told: The `event_id`s of the latest replies, latest last.
        replaced_by: The line items known to be replaced, and by which of which order.
    """

    key: str
    taken_until: int
    ts: str | None = None
    unfinished_since: float | None = None
    told: list[str] = field(default_factory=list)
    replaced_by: dict[str, Any] = field(default_factory=dict)


class Threads:
    """The threads' memory.

    Args:
        client: DynamoDB client.
        table_name: The idempotency table's name.
        now: Gives seconds of the epoch; replaced in tests.
    """

    def __init__(self, client: "DynamoDBClient", table_name: str, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table_name = table_name
        self._now = now

    def exists(self, channel: str, order_id: str) -> bool:
        """Whether an order has a thread, or a run was about to begin one. None is ever removed."""
        key = {"id": {"S": _key(channel, order_id)}}
        return "Item" in self._client.get_item(TableName=self._table_name, Key=key, ConsistentRead=True)

    def take(self, channel: str, order_id: str) -> Thread:
        """Take an order's thread for this run alone.

        Raises:
            LaterError: Another run has it.
        """
        now = self._now()
        taken_until = int(now * 1_000) + TAKEN_MS
        key = _key(channel, order_id)
        try:
            response = self._client.update_item(
                TableName=self._table_name,
                Key={"id": {"S": key}},
                UpdateExpression="SET taken_until = :until, unfinished_since = if_not_exists(unfinished_since, :now)",
                ConditionExpression="attribute_not_exists(taken_until) OR taken_until <= :now_ms",
                ExpressionAttributeValues={
                    ":until": {"N": str(taken_until)},
                    ":now": {"N": f"{now:.3f}"},
                    ":now_ms": {"N": str(int(now * 1_000))},
                },
                ReturnValues="ALL_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as taken:
            answer: dict[str, Any] = {**taken.response}  # its type knows no Item
            left = int(answer["Item"]["taken_until"]["N"]) / 1_000 - now
            raise LaterError("Another run writes to this order's thread", max(math.ceil(left), 1)) from None
        old = response.get("Attributes", {})
        since = old.get("unfinished_since", {}).get("N")
        return Thread(
            key,
            taken_until,
            ts=old.get("ts", {}).get("S"),
            unfinished_since=float(since) if since else None,
            told=json.loads(old.get("told", {}).get("S", "[]")),
            replaced_by=json.loads(old.get("replaced_by", {}).get("S", "{}")),
        )

    def give_back(self, thread: Thread, *, finished: bool) -> None:
        """Remember what is known of a thread, and let other runs take it.

        Args:
            thread: As it is now.
            finished: Whether it is known what Slack has done.
        """
        remove = ["taken_until", *(["unfinished_since"] if finished else []), *([] if thread.ts else ["ts"])]
        values: dict[str, Any] = {
            ":mine": {"N": str(thread.taken_until)},
            ":told": {"S": json.dumps(thread.told[-MAX_TOLD:])},
            ":replaced": {"S": json.dumps(thread.replaced_by)},
            **({":ts": {"S": thread.ts}} if thread.ts else {}),
        }
        sets = ["told = :told", "replaced_by = :replaced", *(["ts = :ts"] if thread.ts else [])]
        try:
            self._client.update_item(
                TableName=self._table_name,
                Key={"id": {"S": thread.key}},
                UpdateExpression=f"SET {', '.join(sets)} REMOVE {', '.join(remove)}",
                ConditionExpression="taken_until = :mine",
                ExpressionAttributeValues=values,
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            raise LaterError("This run took so long that another one took the thread", 1) from None


def _key(channel: str, order_id: str) -> str:
    return f"thread#{channel}#{order_id}"
