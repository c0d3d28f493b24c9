"""A stand-in for Outposts, DynamoDB and EventBridge that uses little processor time, as the pollers are measured.

It runs in a separate process. Responses that do not depend on the run are built in advance. Conditions are assumed to
hold, as there is one writer. Calls and DynamoDB's units are counted:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

import base64
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks import orders
from benchmarks.orders import Order
from outposts_order_notifier.store.items import Item
from outposts_order_notifier.store.table import INDEX_ATTRIBUTES, QUERY_ITEMS

LIST_PAGE = 1_000
READ_UNIT, WRITE_UNIT = 4_096, 1_024
JSON, AWS_JSON = {"content-type": "application/json"}, {"content-type": "application/x-amz-json-1.0"}

Answer = tuple[int, dict[str, str], bytes]


class Cloud:
    """The services behind one poller. `calls` and `units` count since the last reset, by operation.

    Args:
        count: The number of orders.
        items: The table after earlier runs.
        indexed: Whether the table has the index `BySource`, which costs write units.
    """

    def __init__(self, count: int, items: Iterable[Item], *, indexed: bool) -> None:
        after = [orders.order(number, after=orders.changed(number)) for number in range(count)]
        self._bodies = {order["OrderId"]: json.dumps({"Order": order}).encode() for order in after}
        self._pages = list(_list_pages([orders.summary(order) for order in after]))
        self._base = {item["id"]["S"]: item for item in items}
        self._indexed = indexed
        self._query_pages = list(self._make_query_pages()) if indexed else []
        self.reset()

    def reset(self) -> None:
        """Restore the state before the measured run."""
        self._table = dict(self._base)
        self.calls: Counter[str] = Counter()
        self.units: dict[str, float] = defaultdict(float)

    def answer(self, operation: str, url: str, body: bytes) -> Answer:
        """Answer a call."""
        self.calls[operation] += 1
        if operation == "GetOrder":
            return 200, JSON, self._bodies[url.rpartition("/")[2]]
        if operation == "ListOrders":
            return 200, JSON, self._pages[int(parse_qs(urlsplit(url).query).get("NextToken", ["0"])[0])]
        asked = json.loads(body)
        answer: Any
        if operation == "PutEvents":
            answer = {"FailedEntryCount": 0, "Entries": [{"EventId": "e"} for _ in asked["Entries"]]}
        else:
            answer = getattr(self, f"_{operation}")(asked)
        return 200, AWS_JSON, answer if isinstance(answer, bytes) else _json(answer)

    def _GetItem(self, asked: Order) -> Order:  # noqa: N802 - the API's name
        item = self._table.get(asked["Key"]["id"]["S"])
        self._read("GetItem", item, consistent=asked.get("ConsistentRead", False))
        return {"Item": item} if item else {}

    def _BatchGetItem(self, asked: Order) -> Order:  # noqa: N802 - the API's name
        ((table, wanted),) = asked["RequestItems"].items()
        found = [self._table.get(key["id"]["S"]) for key in wanted["Keys"]]
        for item in found:
            self._read("BatchGetItem", item, consistent=wanted.get("ConsistentRead", False))
        return {"Responses": {table: [item for item in found if item]}, "UnprocessedKeys": {}}

    def _PutItem(self, asked: Order) -> Order:  # noqa: N802 - the API's name
        return self._write("PutItem", asked["Item"])

    def _UpdateItem(self, asked: Order) -> Order:  # noqa: N802 - the API's name
        """Apply this project's updates: one clears the pending events, the other sets attributes of the source."""
        old = self._table[asked["Key"]["id"]["S"]]
        if names := asked.get("ExpressionAttributeNames"):
            given = asked["ExpressionAttributeValues"]
            new = old | {name: given[f":{name}"] for name in names.values() if f":{name}" in given}
        else:
            new = {name: value for name, value in old.items() if name != "events"} | {"pending": {"N": "0"}}
        return self._write("UpdateItem", new)

    def _Query(self, asked: Order) -> bytes:  # noqa: N802 - the API's name
        if asked["Limit"] != QUERY_ITEMS:
            raise ValueError(f"the prepared pages have {QUERY_ITEMS} items, not {asked['Limit']}")
        page = int(asked.get("ExclusiveStartKey", {}).get("page", {}).get("N", 0))
        size, body = self._query_pages[page]
        self.units["Query read"] += max(1, math.ceil(size / READ_UNIT)) / 2
        return body

    def _read(self, operation: str, item: Item | None, *, consistent: bool) -> None:
        units = max(1, math.ceil(size_of(item or {}) / READ_UNIT))
        self.units[f"{operation} read"] += units if consistent else units / 2

    def _write(self, operation: str, new: Item) -> Order:
        old = self._table.get(new["id"]["S"], {})
        self._table[new["id"]["S"]] = new
        self.units[f"{operation} write"] += math.ceil(max(size_of(new), size_of(old)) / WRITE_UNIT)
        if self._indexed and "source" in new and (entry := _entry(new)) != _entry(old):
            self.units[f"{operation} write"] += math.ceil(size_of(entry) / WRITE_UNIT)
        return {}

    def _make_query_pages(self) -> Iterable[tuple[int, bytes]]:
        """Yield each page's size and body; a full one is followed by another, even an empty one, as in DynamoDB."""
        entries = sorted((_entry(item) for item in self._base.values() if "source" in item), key=lambda e: e["id"]["S"])
        for number, start in enumerate(range(0, len(entries) + 1, QUERY_ITEMS), start=1):
            page = entries[start : start + QUERY_ITEMS]
            more = {"LastEvaluatedKey": {"page": {"N": str(number)}}} if len(page) == QUERY_ITEMS else {}
            yield sum(map(size_of, page)), _json({"Items": page, "Count": len(page), **more})


def size_of(item: Item) -> int:
    """Return an item's size in bytes, as DynamoDB counts it.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode()) + _size_of_value(value) for name, value in item.items())


def _size_of_value(value: Order) -> int:
    ((kind, content),) = value.items()
    text = str(content)
    if kind == "S":
        return len(text.encode())
    if kind == "N":
        return math.ceil(len(text.strip("-0.")) / 2) + 1
    if kind == "B":
        return len(text) * 3 // 4 - text.count("=")
    return 1  # BOOL and NULL; no poller here writes other types


def _entry(item: Item) -> Item:
    return {name: item[name] for name in ("id", "source", *INDEX_ATTRIBUTES) if name in item}


def on_the_wire(item: Item) -> Item:
    """Return an item with its binary values as in DynamoDB's JSON."""
    return {
        name: {"B": base64.b64encode(value["B"]).decode()} if "B" in value else value for name, value in item.items()
    }


def _list_pages(summaries: list[Order]) -> Iterable[bytes]:
    for number, start in enumerate(range(0, len(summaries), LIST_PAGE), start=1):
        more = {"NextToken": str(number)} if start + LIST_PAGE < len(summaries) else {}
        yield _json({"Orders": summaries[start : start + LIST_PAGE], **more})


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
