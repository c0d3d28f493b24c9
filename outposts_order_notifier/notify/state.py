"""The state of notify: what the table `Idempotency` holds, and the only code that reads or writes it.

Every item has the key `id`, a string; `expiration` (seconds of the epoch) is the table's time-to-live attribute.

| `id` | One for each | Further attributes | Expires |
|---|---|---|---|
| `told#<MD5 of [eventId, channel]>` | event and channel | Powertools' own: `status` (`INPROGRESS` while a run has \
claimed it, `COMPLETED` once it is sent), `in_progress_expiration` (milliseconds), `data` | 30 days after the claim |
| `pace#<service>` | service with a rate limit: `slack`, or `slack#<secret>` for another secret \
of a route | `free_from` (milliseconds): when the next message may be sent | never |
| `thread#<channel id>#<order id>` | order's Slack thread | `ts` of its card, `told` (JSON: latest event ids), \
`replaced_by` (JSON), `taken_until` (milliseconds) while a run writes to it, `unfinished_since` (seconds) while \
it is unknown what Slack has posted | never |
| `thread#<channel id>#digest` | Slack channel of a bot | The same attributes, for the channel's digests | never |

A thread is kept for good since an order that was completed long ago can still be replaced, and that belongs in its
thread. An item is a few kilobytes at most. Versions before this one wrote the same items.
"""

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyItemAlreadyExistsError

from outposts_order_notifier.notify.channel import LaterError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# Longer than a dead letter is kept (14 days): a redrive must not notify a channel again.
REMEMBERED_SECONDS = 30 * 86_400
# Longer than the few calls that a run makes for one order: a killed run's thread is free again after this.
TAKEN_MS = 60_000
MAX_POSTED = 100  # the most events of a batch, so that all of a reply are recorded


class SentNotifications:
    """Which channel has sent which event.

    It uses Powertools' idempotency store directly, not its decorator, since a message that covers many events must be
    recorded under each of them.
    """

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._store = _store(client, table_name)

    def claim(self, channel: str, event_id: str, remaining_ms: int) -> bool:
        """Claim an event for this run until the function's deadline.

        Returns:
            Whether it still has to be sent.

        Raises:
            LaterError: Another run has claimed it.
        """
        try:
            self._store.save_inprogress(_sent_key(channel, event_id), remaining_ms)
        except IdempotencyItemAlreadyExistsError as known:
            record = known.old_data_record
            if record is not None and record.status == "COMPLETED":
                return False
            until = (record and record.in_progress_expiry_timestamp) or 0
            left = math.ceil(int(until) / 1_000 - time.time()) + 1
            raise LaterError("Another run is sending it", max(left, 1)) from None
        return True

    def record(self, channel: str, event_id: str) -> None:
        """Record that an event was sent."""
        self._store.save_success(_sent_key(channel, event_id), {})

    def release(self, channel: str, event_id: str, error: Exception) -> None:
        """Release the claim of an event that was not sent."""
        self._store.delete_record(_sent_key(channel, event_id), error)


@lru_cache(maxsize=1)
def _store(client: "DynamoDBClient", table_name: str) -> DynamoDBPersistenceLayer:
    """Return Powertools' store, the same for all runs of a process.

    Each store that is created with a client adds a header to all later requests of that client: with a store for each
    run, a function would become slower for as long as it is warm.
    """
    store = DynamoDBPersistenceLayer(table_name, boto3_client=client)
    store.configure(
        IdempotencyConfig(event_key_jmespath="[eventId, channel]", expires_after_seconds=REMEMBERED_SECONDS),
        key_prefix="told",
    )
    return store


def _sent_key(channel: str, event_id: str) -> dict[str, Any]:
    return {"eventId": event_id, "channel": channel}


class Slots:
    """The time from which a service with a rate limit accepts the next message, shared by all concurrent runs."""

    def __init__(self, client: "DynamoDBClient", table_name: str, service: str) -> None:
        self._client = client
        self._table_name = table_name
        self.key = {"id": {"S": f"pace#{service}"}}

    def take(self, slot: int, until: int) -> int | None:
        """Reserve the time up to `until`, in milliseconds of the epoch, if it is free from `slot` on.

        Returns:
            None, or when it will be free if it is not.
        """
        try:
            self._client.update_item(
                TableName=self._table_name,
                Key=self.key,
                UpdateExpression="SET free_from = :until",
                ConditionExpression="attribute_not_exists(free_from) OR free_from <= :slot",
                ExpressionAttributeValues={":slot": {"N": str(slot)}, ":until": {"N": str(until)}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as taken:
            response: dict[str, Any] = {**taken.response}  # its type lacks Item
            return int(response["Item"]["free_from"]["N"])
        return None


@dataclass(slots=True)
class Thread:
    """An order's Slack thread, taken by this run.

    Attributes:
        key: The item's id.
        taken_until: Identifies the run that took it.
        ts: The card's; None before there is a card.
        unfinished_since: Since when, in seconds of the epoch, it is unknown what Slack has posted in this thread; None
            if all is known.
        posted: The `event_id`s of the latest replies, latest last.
        replaced_by: The line items known to be replaced, and by which line item of which order.
    """

    key: str
    taken_until: int
    ts: str | None = None
    unfinished_since: float | None = None
    posted: list[str] = field(default_factory=list)
    replaced_by: dict[str, Any] = field(default_factory=dict)


class Threads:
    """The threads of all orders."""

    def __init__(self, client: "DynamoDBClient", table_name: str, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table_name = table_name
        self._now = now

    def exists(self, channel: str, order_id: str) -> bool:
        """Return whether an order has a thread, or a run was about to start one."""
        return self._item(channel, order_id) is not None

    def card(self, channel: str, order_id: str) -> str | None:
        """Return the `ts` of an order's card; None if it has none."""
        ts: str | None = (self._item(channel, order_id) or {}).get("ts", {}).get("S")
        return ts

    def _item(self, channel: str, order_id: str) -> Mapping[str, Any] | None:
        key = {"id": {"S": _thread_key(channel, order_id)}}
        return self._client.get_item(TableName=self._table_name, Key=key, ConsistentRead=True).get("Item")

    def take(self, channel: str, order_id: str) -> Thread:
        """Take an order's thread for this run alone.

        Raises:
            LaterError: Another run has it.
        """
        now = self._now()
        taken_until = int(now * 1_000) + TAKEN_MS
        key = _thread_key(channel, order_id)
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
            answer: dict[str, Any] = {**taken.response}  # its type lacks Item
            left = int(answer["Item"]["taken_until"]["N"]) / 1_000 - now
            raise LaterError("Another run is writing to this order's thread", max(math.ceil(left), 1)) from None
        old = response.get("Attributes", {})
        since = old.get("unfinished_since", {}).get("N")
        return Thread(
            key,
            taken_until,
            ts=old.get("ts", {}).get("S"),
            unfinished_since=float(since) if since else None,
            posted=json.loads(old.get("told", {}).get("S", "[]")),
            replaced_by=json.loads(old.get("replaced_by", {}).get("S", "{}")),
        )

    def give_back(self, thread: Thread, *, finished: bool) -> None:
        """Store a thread and release it; `finished` says whether it is known what Slack has posted."""
        remove = ["taken_until", *(["unfinished_since"] if finished else []), *([] if thread.ts else ["ts"])]
        values: dict[str, Any] = {
            ":mine": {"N": str(thread.taken_until)},
            ":told": {"S": json.dumps(thread.posted[-MAX_POSTED:])},
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
            raise LaterError("This run took too long, and another one has the thread", 1) from None


def _thread_key(channel: str, order_id: str) -> str:
    return f"thread#{channel}#{order_id}"
