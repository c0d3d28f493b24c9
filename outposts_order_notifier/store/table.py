"""The DynamoDB table of snapshots and of the states of sources.

Its items:

- An order's items: see `outposts_order_notifier.store.items`. The index `BySource` holds only the attributes needed to
  choose which orders to read, so that choosing does not read the snapshots.
- A source's item: `id` (`source#<name>`), `baselineAt`, `baselineLeft`, `polledAt`, `vanishedAfter`, `resumeAt`,
  `owed`, `failed` and `durationsCounted`; see `SourceState`.
- A source's names: `id` (`names#<account>/<region>`), `names` and `denied` (JSON) and `at`; see `StoredNames`.
- How long orders' statuses lasted, of all sources: `id` (`durations#1`), `version` and `orders` (compressed JSON, the
  orders that have ended); see `outposts_order_notifier.domain.durations`.
- A damaged item that was set aside: unchanged, under `set-aside#<its id>#<its version>`, and not in the index.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from outposts_order_notifier.domain.annotations import Annotations
from outposts_order_notifier.domain.durations import Durations, Ended
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.runtime.responses import parse_responses
from outposts_order_notifier.store.items import (
    ANNOTATABLE_FORMAT,
    DURATIONS,
    FORMAT,
    Item,
    annotations_item,
    durations_item,
    durations_of,
    is_torn,
    items_of,
    part_ids,
    replaces_of,
    snapshot_of,
)
from outposts_order_notifier.store.records import Known, Loaded, SourceState, StoredNames
from outposts_order_notifier.store.responses import parse_items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

INDEX_NAME = "BySource"
INDEX_ATTRIBUTES = ("version", "outpostId", "settled", "missing", "summary", "pending", "replaces")
BATCH_GET_ITEMS = 100  # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
QUERY_ITEMS = 2_000  # a full page of 1 MB needs 20 MB of memory once parsed
ATTEMPTS = 5
MAX_IDS_BYTES = 50_000  # of `owed` and of `failed` each, so that a source's item stays below 400 KB
LOST_RACES = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


class SnapshotTable:
    """Reads and writes snapshots. Every write of a snapshot is atomic and conditional on the previous version."""

    def __init__(self, client: "DynamoDBClient", name: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep
        for operation in ("Query", "Scan", "BatchGetItem"):  # those whose responses have many items
            parse_responses(client, operation, parse_items)

    def known(self, account: str, region: str) -> dict[str, Known]:
        """Return the index entries of an account and region, by order id. Eventually consistent."""
        pages: Any = self._client.get_paginator("query").paginate(
            TableName=self._name,
            IndexName=INDEX_NAME,
            KeyConditionExpression="#source = :source",
            ExpressionAttributeNames={"#source": "source"},
            ExpressionAttributeValues={":source": {"S": f"{account}/{region}"}},
            PaginationConfig={"PageSize": QUERY_ITEMS},
        )
        known = dict[str, Known]()
        for page in pages:
            # Taken out of the page, whose memory the next one can then use.
            known |= {item["id"]["S"]: known_of(item) for item in page.pop("Items")}
        return known

    def known_of_all_sources(self) -> Iterator[tuple[str, str, Known]]:
        """Yield the source (`<account>/<region>`), id and index entry of every order. Eventually consistent."""
        for page in self._client.get_paginator("scan").paginate(TableName=self._name, IndexName=INDEX_NAME):
            for item in page["Items"]:
                yield item["source"]["S"], item["id"]["S"], known_of(item)

    def load(self, order_ids: Iterable[str]) -> Loaded:
        """Return snapshots to be updated: like `read`, but set aside damaged items, which the next write replaces."""
        return self._read(order_ids, self._set_aside)

    def read(self, order_ids: Iterable[str]) -> Loaded:
        """Return the snapshots of orders that have one. Strongly consistent; writes nothing."""
        return self._read(order_ids, lambda *_: None)

    def _read(self, order_ids: Iterable[str], on_damage: Callable[[Item, Mapping[str, Item]], None]) -> Loaded:
        items, parts, errors = self._get_whole(list(order_ids))
        snapshots = dict[str, Snapshot]()
        for order_id in items.keys() - errors.keys():
            try:
                snapshot = snapshot_of(items[order_id], parts)
                if snapshot.damage:
                    on_damage(items[order_id], parts)
                snapshots[order_id] = snapshot
            except Exception as error:  # noqa: BLE001 - one order's must not stop the others
                errors[order_id] = f"{type(error).__name__}: {error}"
        return Loaded(snapshots, errors)

    def _get_whole(self, order_ids: list[str]) -> tuple[dict[str, Item], dict[str, Item], dict[str, str]]:
        """Return orders' items, their parts, and errors, by id; get them again if another run stored in between."""
        items, parts, errors = dict[str, Item](), dict[str, Item](), dict[str, str]()
        torn = order_ids
        for _ in range(ATTEMPTS):
            found, failed = self._get(torn)
            items |= found
            owners = {
                part_id: order_id for order_id in torn if order_id in items for part_id in part_ids(items[order_id])
            }
            found_parts, failed_parts = self._get(owners)
            parts |= found_parts
            errors |= failed | {owners[part_id]: error for part_id, error in failed_parts.items()}
            torn = [each for each in torn if each in items and each not in errors and is_torn(items[each], parts)]
            if not torn:
                break
        return items, parts, errors

    def _get(self, ids: Iterable[str]) -> tuple[dict[str, Item], dict[str, str]]:
        """Get items in batches; return those found, and why others could not be read, both by id."""
        found, errors, rest = dict[str, Item](), dict[str, str](), iter(ids)
        while batch := list(islice(rest, BATCH_GET_ITEMS)):
            try:
                found |= {item["id"]["S"]: item for item in self._batch_get([{"id": {"S": each}} for each in batch])}
            except (BotoCoreError, ClientError, TimeoutError) as error:
                errors |= dict.fromkeys(batch, f"BatchGetItem: {error}")
        return found, errors

    def _batch_get(self, keys: Sequence[Mapping[str, Any]]) -> Iterator[Item]:
        """Yield up to 100 items; raise TimeoutError if DynamoDB leaves all unprocessed `ATTEMPTS` times in a row."""
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

    def _set_aside(self, item: Item, parts: Mapping[str, Item]) -> None:
        version = item.get("version", {}).get("N", "0")
        for each in [item, *(parts[name] for name in part_ids(item) if name in parts)]:
            kept = {name: value for name, value in each.items() if name != "source"}
            kept["id"] = {"S": f"set-aside#{each['id']['S']}#{version}"}
            self._client.put_item(TableName=self._name, Item=kept)

    def save(self, snapshot: Snapshot) -> bool:
        """Write a snapshot and its pending events in one conditional write.

        Return False if another run stored a version meanwhile, or somebody changed the annotations: then nothing was
        written, and the next run decides.

        Raises:
            SnapshotTooLargeError: The snapshot is too large for one transaction.
        """
        item, *parts = items_of(snapshot)
        unchanged, revision = _annotations_unchanged(snapshot.annotations)
        put: Any = {
            "TableName": self._name,
            "Item": item,
            "ConditionExpression": f"(attribute_not_exists(version) OR version = :loaded) AND {unchanged}",
            "ExpressionAttributeValues": {":loaded": {"N": str(snapshot.version - 1)}, **revision},
        }
        if not parts:
            return self._won(lambda: self._client.put_item(**put))
        puts = [put, *({"TableName": self._name, "Item": part} for part in parts)]
        return self._won(lambda: self._client.transact_write_items(TransactItems=[{"Put": each} for each in puts]))

    def annotate(self, order_id: str, annotations: Annotations) -> bool:
        """Store an order's annotations, and nothing else of it.

        Return False if somebody else changed them since they were loaded: then nothing was written.
        """
        unchanged, revision = _annotations_unchanged(annotations)
        values = {f":{name}": value for name, value in annotations_item(annotations).items()}
        formats = {":format": {"N": str(FORMAT)}, ":annotatable": {"N": str(ANNOTATABLE_FORMAT)}}
        return self._won(
            lambda: self._client.update_item(
                TableName=self._name,
                Key={"id": {"S": order_id}},
                UpdateExpression="SET annotations = :annotations, annotated = :annotated, #format = :format",
                ConditionExpression=f"#format BETWEEN :annotatable AND :format AND {unchanged}",
                ExpressionAttributeNames={"#format": "format"},
                ExpressionAttributeValues={**values, **formats, **revision},
            )
        )

    def clear_pending(self, order_id: str, version: int) -> bool:
        """Clear the pending events of a snapshot after they were published.

        Return False if another run stored a version meanwhile, which publishes the events again, with the same ids.
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
        """Perform a conditional write; return False if another run's write came first."""
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
        """Return the state of a source."""
        response = self._client.get_item(TableName=self._name, Key={"id": {"S": f"source#{name}"}}, ConsistentRead=True)
        item = response.get("Item", {})
        return SourceState(
            baseline_at=item.get("baselineAt", {}).get("S"),
            baseline_left=frozenset(item.get("baselineLeft", {}).get("SS", [])),
            polled_at=item.get("polledAt", {}).get("S"),
            resume_at=item.get("resumeAt", {}).get("S", ""),
            owed=frozenset(item.get("owed", {}).get("SS", [])),
            failed=frozenset(item.get("failed", {}).get("SS", [])),
            vanished_after=item.get("vanishedAfter", {}).get("S"),
            durations_counted="durationsCounted" in item,
        )

    def begin_baseline(self, name: str, state: SourceState) -> SourceState:
        """Store what a source's first poll listed, before it reads any order.

        Return the stored state: the given one, or that of a concurrent first poll that came before.
        """
        values = {"baselineAt": {"S": state.baseline_at}, "baselineLeft": _ids(state.baseline_left)}
        begun = self._won(lambda: self._update_source(name, values, "attribute_not_exists(baselineAt)"))
        return state if begun else self.source_state(name)

    def save_source_state(self, name: str, state: SourceState) -> None:
        """Store a source's state. Times that are None keep their stored values, which another run may have written."""
        values: dict[str, Any] = {
            "resumeAt": {"S": state.resume_at} if state.resume_at else None,
            "owed": _ids(_fitting(state.owed)),
            "failed": _ids(_fitting(state.failed)),
        }
        if state.baseline_at:
            values |= {"baselineAt": {"S": state.baseline_at}, "baselineLeft": _ids(state.baseline_left)}
        if state.polled_at:
            values["polledAt"] = {"S": state.polled_at}
        if state.vanished_after:
            values["vanishedAfter"] = {"S": state.vanished_after}
        if state.durations_counted:
            values["durationsCounted"] = {"BOOL": True}
        self._update_source(name, values)

    def names(self, source: str) -> StoredNames:
        """Return the names that were last looked up for a source."""
        response = self._client.get_item(TableName=self._name, Key={"id": {"S": f"names#{source}"}})
        item = response.get("Item")
        if not item:
            return StoredNames()
        return StoredNames(json.loads(item["names"]["S"]), item["at"]["S"], tuple(json.loads(item["denied"]["S"])))

    def names_of(self, sources: Iterable[str]) -> dict[str, str]:
        """Return the names of several sources, by id; without those that cannot be read."""
        items, _ = self._get(f"names#{source}" for source in sorted(sources))
        return {each: name for item in items.values() for each, name in json.loads(item["names"]["S"]).items()}

    def save_names(self, source: str, names: StoredNames) -> None:
        """Store what was looked up for a source; of concurrent runs, the last one's."""
        texts = {"names": json.dumps(names.names), "at": names.at or "", "denied": json.dumps(names.denied)}
        item = {name: {"S": text} for name, text in {"id": f"names#{source}", **texts}.items()}
        self._client.put_item(TableName=self._name, Item=item)

    def durations(self) -> Durations:
        """Return the orders whose durations were counted; none if they cannot be read, as nothing depends on them."""
        items, _ = self._get([DURATIONS])
        return durations_of(items.get(DURATIONS))[0]

    def durations_and_names(self, source: str) -> tuple[Durations, dict[str, str]]:
        """Return the orders whose durations were counted, and the names of a source, in one call."""
        items = {item["id"]["S"]: item for item in self._batch_get([_key(DURATIONS), _key(f"names#{source}")])}
        names = items.get(f"names#{source}")
        return durations_of(items.get(DURATIONS))[0], json.loads(names["names"]["S"]) if names else {}

    def count_durations(self, ended: Collection[Ended]) -> str:
        """Count orders that have ended: each once, however often, and by how many runs at once, it is given.

        Returns:
            What is wrong with the stored durations, which were set aside, so that counting begins again; empty if they
            are intact.

        Raises:
            TimeoutError: Other runs' writes came first, `ATTEMPTS` times in a row.
        """
        for attempt in range(ATTEMPTS):
            item = next(self._batch_get([_key(DURATIONS)]), None)
            known, damage = durations_of(item)
            if item and damage:
                self._set_aside(item, {})
            counted = known.counting(ended)
            if counted == known or self._save_durations(
                counted, int(item.get("version", {}).get("N", 0)) if item else 0
            ):
                return damage
            self._sleep(random.uniform(0, 0.1 * 2**attempt))  # noqa: S311 - jitter, not a secret
        raise TimeoutError(f"other runs stored durations {ATTEMPTS} times in a row")

    def _save_durations(self, counted: Durations, loaded: int) -> bool:
        return self._won(
            lambda: self._client.put_item(
                TableName=self._name,
                Item=durations_item(counted, loaded + 1),
                ConditionExpression="attribute_not_exists(version) OR version = :loaded",
                ExpressionAttributeValues={":loaded": {"N": str(loaded)}},
            )
        )

    def _update_source(self, name: str, values: Mapping[str, Any], condition: str = "") -> None:
        """Set attributes of a source's item; remove those without a value."""
        sets = ", ".join(f"#{key} = :{key}" for key, value in values.items() if value)
        removes = ", ".join(f"#{key}" for key, value in values.items() if not value)
        update = " ".join(f"{action} {what}" for action, what in {"SET": sets, "REMOVE": removes}.items() if what)
        request: Any = {"UpdateExpression": update, "ExpressionAttributeNames": {f"#{key}": key for key in values}}
        if sets:
            request["ExpressionAttributeValues"] = {f":{key}": value for key, value in values.items() if value}
        if condition:
            request["ConditionExpression"] = condition
        self._client.update_item(TableName=self._name, Key={"id": {"S": f"source#{name}"}}, **request)


def _annotations_unchanged(annotations: Annotations) -> tuple[str, Item]:
    """Return the condition that nobody has changed annotations since they were loaded, and its values."""
    if not annotations.revision:
        return "attribute_not_exists(annotated)", {}
    return "annotated = :revision", {":revision": {"N": str(annotations.revision)}}


def _key(name: str) -> dict[str, Any]:
    return {"id": {"S": name}}


def _ids(order_ids: Collection[str]) -> dict[str, Any] | None:
    return {"SS": sorted(order_ids)} if order_ids else None


def _fitting(order_ids: Iterable[str]) -> list[str]:
    sizes = accumulate(len(order_id.encode()) for order_id in order_ids)
    return [order_id for order_id, size in zip(order_ids, sizes, strict=True) if size <= MAX_IDS_BYTES]


def known_of(item: Item) -> Known:
    """Return an index entry; if attributes are missing, their defaults cause the order to be read."""
    return Known(
        summary=item.get("summary", {}).get("B", b""),
        settled=item.get("settled", {}).get("BOOL", False),
        pending=int(item.get("pending", {}).get("N", 0)),
        version=int(item.get("version", {}).get("N", 0)),
        missing=item.get("missing", {}).get("BOOL", False),
        outpost_id=sys.intern(item.get("outpostId", {}).get("S", "")),  # thousands of orders share a few
        replaces=replaces_of(item) if "replaces" in item else (),
    )
