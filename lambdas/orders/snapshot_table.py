"""The DynamoDB table that holds a snapshot for each order and the state of each source.

An order's item: `id` (the order id), `source`, `version`, `settled`, `summary`, `pending` (the number of pending
events), `format`, and two compressed JSON texts: `snapshot` and `events`. The index `BySource` carries only what
choosing the orders to read needs, so that choosing does not read the snapshots.
A source's item: `id` (`source#<name>`), `baselineAt`, `baselineLeft`, `polledAt`.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lambdas.orders.events import Event
from lambdas.orders.order import canonical_json, is_settled
from lambdas.orders.snapshot import Snapshot

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

INDEX_NAME = "BySource"
FORMAT = "1"
BATCH_GET_ITEMS = 100  # BatchGetItem's limit


@dataclass(frozen=True, slots=True)
class Known:
    """What the index knows of an order: enough to choose whether to read it.

    Attributes:
        summary: Digest of its ListOrders summary at the last read.
        settled: Whether nothing more was expected to happen to it.
        pending: Number of events not yet known to be published.
    """

    summary: bytes
    settled: bool
    pending: int


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of a source between polls.

    Attributes:
        baseline_at: When its first poll was complete, ISO 8601; None before.
        baseline_left: Orders that its first poll listed but could not read.
        polled_at: When its last complete listing began, ISO 8601; None before.
    """

    baseline_at: str | None = None
    baseline_left: frozenset[str] = frozenset()
    polled_at: str | None = None


class SnapshotTable:
    """Reads and writes snapshots. Every write of a snapshot is atomic and conditional on the version it follows."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def known(self, account: str, region: str) -> dict[str, Known]:
        """Say what is known of each order of an account and region, by order id. Eventually consistent."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            IndexName=INDEX_NAME,
            KeyConditionExpression="#source = :source",
            ExpressionAttributeNames={"#source": "source"},
            ExpressionAttributeValues={":source": {"S": f"{account}/{region}"}},
        )
        return {
            item["id"]["S"]: Known(item["summary"]["B"], item["settled"]["BOOL"], int(item["pending"]["N"]))
            for page in pages
            for item in page["Items"]
        }

    def load(self, order_ids: Iterable[str]) -> dict[str, Snapshot]:
        """Load the snapshots of at most 100 orders, strongly consistent; an order without one is left out."""
        keys = [{"id": {"S": order_id}} for order_id in order_ids]
        return {snapshot.order_id: snapshot for snapshot in map(_snapshot, self._batch_get(keys))}

    def _batch_get(self, keys: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        while keys:
            response = self._client.batch_get_item(RequestItems={self._name: {"Keys": keys, "ConsistentRead": True}})
            yield from response["Responses"].get(self._name, [])
            left = response["UnprocessedKeys"].get(self._name)
            keys = left["Keys"] if left else []

    def save(self, snapshot: Snapshot) -> bool:
        """Write a snapshot and its pending events in one conditional write.

        Returns:
            False where another run stored meanwhile: then nothing was written, and the next run decides.
        """
        try:
            self._client.put_item(
                TableName=self._name,
                Item=_item(snapshot),
                ConditionExpression="attribute_not_exists(id) OR version = :loaded",
                ExpressionAttributeValues={":loaded": {"N": str(snapshot.version - 1)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def clear_pending(self, order_id: str, version: int) -> bool:
        """Forget the pending events of a snapshot after they were published.

        Returns:
            False where another run stored meanwhile: that run publishes them again, under the same ids.
        """
        try:
            self._client.update_item(
                TableName=self._name,
                Key={"id": {"S": order_id}},
                UpdateExpression="SET pending = :none REMOVE events",
                ConditionExpression="version = :version",
                ExpressionAttributeValues={":none": {"N": "0"}, ":version": {"N": str(version)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def source_state(self, name: str) -> SourceState:
        """Load what is remembered of a source."""
        response = self._client.get_item(TableName=self._name, Key={"id": {"S": f"source#{name}"}}, ConsistentRead=True)
        item = response.get("Item", {})
        return SourceState(
            baseline_at=item.get("baselineAt", {}).get("S"),
            baseline_left=frozenset(item.get("baselineLeft", {}).get("SS", [])),
            polled_at=item.get("polledAt", {}).get("S"),
        )

    def save_source_state(self, name: str, state: SourceState) -> None:
        """Remember a source's state."""
        texts = {"id": f"source#{name}", "baselineAt": state.baseline_at, "polledAt": state.polled_at}
        item: dict[str, Any] = {key: {"S": text} for key, text in texts.items() if text}
        if state.baseline_left:
            item["baselineLeft"] = {"SS": sorted(state.baseline_left)}
        self._client.put_item(TableName=self._name, Item=item)


def _item(snapshot: Snapshot) -> dict[str, Any]:
    body = {"order": snapshot.order, "sequence": snapshot.sequence, "since": snapshot.since}
    item = {
        "id": {"S": snapshot.order_id},
        "source": {"S": snapshot.source},
        "format": {"N": FORMAT},
        "version": {"N": str(snapshot.version)},
        "settled": {"BOOL": is_settled(snapshot.order)},
        "summary": {"B": snapshot.summary},
        "pending": {"N": str(len(snapshot.pending))},
        "snapshot": {"B": _packed(body)},
    }
    if snapshot.pending:
        item["events"] = {"B": _packed([asdict(event) for event in snapshot.pending])}
    return item


def _snapshot(item: dict[str, Any]) -> Snapshot:
    events = _unpacked(item["events"]["B"]) if "events" in item else []
    return Snapshot(
        source=item["source"]["S"],
        version=int(item["version"]["N"]),
        pending=tuple(Event(**event) for event in events),
        summary=item["summary"]["B"],
        **_unpacked(item["snapshot"]["B"]),
    )


def _packed(value: object) -> bytes:
    return zlib.compress(canonical_json(value).encode())


def _unpacked(data: bytes) -> Any:
    return json.loads(zlib.decompress(data))
