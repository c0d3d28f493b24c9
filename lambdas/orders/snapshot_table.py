"""The DynamoDB table that holds a snapshot for each order and the state of each source.

An order's items are those of `lambdas.orders.snapshot_item`; the index `BySource` carries only what choosing the
orders to read needs, so that choosing does not read the snapshots.
A source's item: `id` (`source#<name>`), `baselineAt`, `baselineLeft`, `polledAt`.
An item that was set aside: the damaged item as it was, under `set-aside#<its id>#<its version>`, out of the index.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.orders.snapshot import Snapshot
from lambdas.orders.snapshot_item import Item, is_torn, items_of, part_ids, snapshot_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

INDEX_NAME = "BySource"
INDEX_ATTRIBUTES = ("version", "outpostId", "settled", "missing", "summary", "pending")
BATCH_GET_ITEMS = 100  # BatchGetItem's limit
QUERY_ITEMS = 2_000  # a whole page of 1 MB, parsed, takes 20 MB
ATTEMPTS = 5
LOST_RACES = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


@dataclass(frozen=True, slots=True)
class Known:
    """What the index knows of an order: enough to choose whether to read it.

    Attributes:
        summary: Digest of its ListOrders summary at the last read, empty where it was not listed.
        settled: Whether nothing more was expected to happen to it.
        pending: Number of events not yet known to be published.
        version: The snapshot's version.
        missing: Whether it was told that ListOrders no longer names it.
        outpost_id: Its Outpost, empty where it names none.
    """

    summary: bytes
    settled: bool
    pending: int
    version: int = 0
    missing: bool = False
    outpost_id: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of loading the snapshots of some orders: those there are, and why some could not be loaded."""

    snapshots: dict[str, Snapshot]
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of a source between polls.

    Attributes:
        baseline_at: When its first complete listing began, ISO 8601; None before.
        baseline_left: Orders that this listing named and that are not known to be stored yet.
        polled_at: When its last complete listing began, ISO 8601; None before.
    """

    baseline_at: str | None = None
    baseline_left: frozenset[str] = frozenset()
    polled_at: str | None = None


class SnapshotTable:
    """Reads and writes snapshots. Every write of a snapshot is atomic and conditional on the version it follows.

    Args:
        client: DynamoDB client.
        name: The table's name.
        sleep: Waits that many seconds; replaced in tests.
    """

    def __init__(self, client: "DynamoDBClient", name: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep

    def known(self, account: str, region: str) -> dict[str, Known]:
        """Say what is known of each order of an account and region, by order id. Eventually consistent."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            IndexName=INDEX_NAME,
            KeyConditionExpression="#source = :source",
            ExpressionAttributeNames={"#source": "source"},
            ExpressionAttributeValues={":source": {"S": f"{account}/{region}"}},
            PaginationConfig={"PageSize": QUERY_ITEMS},
        )
        return {item["id"]["S"]: _known(item) for page in pages for item in page["Items"]}

    def load(self, order_ids: Iterable[str]) -> Loaded:
        """Load the snapshots of some orders, strongly consistent; an order without one is left out.

        A damaged one is set aside first, as its order's next write takes its place.
        """
        items, parts, errors = dict[str, Item](), dict[str, Item](), dict[str, str]()
        torn = list(order_ids)
        for _ in range(ATTEMPTS):
            items |= self._get(torn, errors)
            wanted = {name: order_id for order_id in torn if order_id in items for name in part_ids(items[order_id])}
            failed = dict[str, str]()
            parts |= self._get(wanted, failed)
            errors.update({wanted[name]: error for name, error in failed.items()})
            got = [order_id for order_id in torn if order_id in items and order_id not in errors]
            torn = [order_id for order_id in got if is_torn(items[order_id], parts)]
            if not torn:
                break
        snapshots = dict[str, Snapshot]()
        for order_id in items.keys() - errors.keys():
            try:
                snapshots[order_id] = self._whole(items[order_id], parts)
            except Exception as error:  # noqa: BLE001 - one order's must not stop the others
                errors[order_id] = f"{type(error).__name__}: {error}"
        return Loaded(snapshots, errors)

    def _get(self, ids: Iterable[str], errors: dict[str, str]) -> dict[str, Item]:
        """Get items by id, each batch by itself; adds why some could not be got to `errors`."""
        found, rest = dict[str, Item](), iter(ids)
        while batch := list(islice(rest, BATCH_GET_ITEMS)):
            try:
                found |= {item["id"]["S"]: item for item in self._batch_get([{"id": {"S": each}} for each in batch])}
            except (BotoCoreError, ClientError, TimeoutError) as error:
                errors.update(dict.fromkeys(batch, f"BatchGetItem: {error}"))
        return found

    def _batch_get(self, keys: Sequence[Mapping[str, Any]]) -> Iterator[Item]:
        """Get at most 100 items; waits longer each time that DynamoDB leaves all of them unprocessed."""
        attempt = 0
        while keys:
            response = self._client.batch_get_item(RequestItems={self._name: {"Keys": keys, "ConsistentRead": True}})
            yield from response["Responses"].get(self._name, [])
            unprocessed = response["UnprocessedKeys"].get(self._name)
            left = unprocessed["Keys"] if unprocessed else []
            attempt = attempt + 1 if len(left) == len(keys) else 0
            if attempt == ATTEMPTS:
                raise TimeoutError(f"DynamoDB left {len(left)} keys unprocessed {ATTEMPTS} times in a row")
            if left:
                self._sleep(random.uniform(0, 0.1 * 2**attempt))  # noqa: S311 - jitter, not a secret
            keys = left

    def _whole(self, item: Item, parts: Mapping[str, Item]) -> Snapshot:
        snapshot = snapshot_of(item, parts)
        if snapshot.damage:
            for each in [item, *(parts[name] for name in part_ids(item) if name in parts)]:
                kept = {name: value for name, value in each.items() if name != "source"}
                kept["id"] = {"S": f"set-aside#{each['id']['S']}#{snapshot.version}"}
                self._client.put_item(TableName=self._name, Item=kept)
        return snapshot

    def save(self, snapshot: Snapshot) -> bool:
        """Write a snapshot and its pending events in one conditional write.

        Returns:
            False where another run stored meanwhile: then nothing was written, and the next run decides.

        Raises:
            SnapshotTooLargeError: It is too large for any one write.
        """
        item, *parts = items_of(snapshot)
        put: Any = {
            "TableName": self._name,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(version) OR version = :loaded",
            "ExpressionAttributeValues": {":loaded": {"N": str(snapshot.version - 1)}},
        }
        if not parts:
            return self._won(lambda: self._client.put_item(**put))
        puts = [put, *({"TableName": self._name, "Item": part} for part in parts)]
        return self._won(lambda: self._client.transact_write_items(TransactItems=[{"Put": each} for each in puts]))

    def clear_pending(self, order_id: str, version: int) -> bool:
        """Forget the pending events of a snapshot after they were published.

        Returns:
            False where another run stored meanwhile: that run publishes them again, under the same ids.
        """
        return self._won(
            lambda: self._client.update_item(
                TableName=self._name,
                Key={"id": {"S": order_id}},
                UpdateExpression="SET pending = :none REMOVE events",
                ConditionExpression="version = :version",
                ExpressionAttributeValues={":none": {"N": "0"}, ":version": {"N": str(version)}},
            )
        )

    def _won(self, write: Callable[[], object]) -> bool:
        """Make a conditional write, and say whether no other run's came first."""
        exceptions = self._client.exceptions
        try:
            write()
        except (exceptions.ConditionalCheckFailedException, exceptions.TransactionConflictException):
            return False
        except exceptions.TransactionCanceledException as error:
            reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
            if LOST_RACES.isdisjoint(reasons):
                raise
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

    def begin_baseline(self, name: str, state: SourceState) -> SourceState:
        """Remember what a source's first poll listed, before any of it is read.

        Returns:
            What is remembered: the given state, or another first poll's that came before.
        """
        put = partial(self._client.put_item, TableName=self._name, Item=_source_item(name, state))
        return (
            state if self._won(lambda: put(ConditionExpression="attribute_not_exists(id)")) else self.source_state(name)
        )

    def save_source_state(self, name: str, state: SourceState) -> None:
        """Remember a source's state."""
        self._client.put_item(TableName=self._name, Item=_source_item(name, state))


def _source_item(name: str, state: SourceState) -> Item:
    texts = {"id": f"source#{name}", "baselineAt": state.baseline_at, "polledAt": state.polled_at}
    item: Item = {key: {"S": text} for key, text in texts.items() if text}
    if state.baseline_left:
        item["baselineLeft"] = {"SS": sorted(state.baseline_left)}
    return item


def _known(item: Item) -> Known:
    """Read an entry of the index; what a damaged or an older one lacks makes its order be read."""
    return Known(
        summary=item.get("summary", {}).get("B", b""),
        settled=item.get("settled", {}).get("BOOL", False),
        pending=int(item.get("pending", {}).get("N", 0)),
        version=int(item.get("version", {}).get("N", 0)),
        missing=item.get("missing", {}).get("BOOL", False),
        outpost_id=item.get("outpostId", {}).get("S", ""),
    )
