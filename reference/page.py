"""docs/events.md: what each event says, when, with an example from a real run and a pattern that matches it."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from ministack.services.eventbridge import _test_event_pattern  # type: ignore[import-untyped]

from infra.event_schemas import DETAIL_TYPES, Schema, event_schema, registry_name
from lambdas.orders.event_types import (
    AMENDED,
    ASSETS,
    DISCOVERED,
    LINE_ITEM_ADDED,
    LINE_ITEM_REMOVED,
    LINE_ITEM_STATUS,
    MISSING,
    ORDER_STATUS,
    REAPPEARED,
    REPLACEMENT_LINKED,
    SCHEMA_VERSION,
    SHIPMENT,
    STALLED,
    UPDATED,
    Amendment,
    Common,
    DetailType,
    LineItemReference,
    Shipment,
    Truncated,
)
from lambdas.orders.events import SOURCE

Json = dict[str, Any]

# What to ask of `detail` in a type's example of a pattern.
ASKED: dict[DetailType[Any], Json] = {
    DISCOVERED: {"baseline": [False]},
    ORDER_STATUS: {"status": ["COMPLETED"]},
    LINE_ITEM_STATUS: {"status": ["REPLACED"]},
    SHIPMENT: {"shipment": {"trackingUrl": [{"prefix": "https://"}]}},
    ASSETS: {"assets": {"AssetId": [{"exists": True}]}},
    LINE_ITEM_ADDED: {"lineItem": {"CatalogItemId": [{"prefix": "OR-RACK"}]}},
    LINE_ITEM_REMOVED: {"orderType": ["OUTPOST"]},
    AMENDED: {"amendments": {"path": ["/OrderFulfilledDate"]}},
    REPLACEMENT_LINKED: {"previous": {"orderId": [{"prefix": "oo-"}]}},
    STALLED: {"days": [{"numeric": [">=", 1]}]},
    MISSING: {"account": ["111122223333"]},
    REAPPEARED: {"region": ["eu-west-1"]},
    UPDATED: {"changes": {"detailType": [str(LINE_ITEM_STATUS)], "status": ["REPLACED", "ERROR"]}},
}
SHARED = (Shipment, LineItemReference, Amendment, Truncated)
BEGINNING = f"""# Events

<!-- Made by `make docs` from lambdas/orders/event_types.py and a run of the real code. Edit those instead. -->

All go to the bus `{SOURCE}`, whose name and ARN also stand in Parameter Store, under
`/{SOURCE}/event-bus-name` and `/{SOURCE}/event-bus-arn`.
The envelope's `source` is `{SOURCE}`, its `resources` are the order's and the Outpost's ids, its `time` is
when it was observed.

- **To write to people**, subscribe to `{UPDATED}`: one event for each order and observation, with all its
  changes. EventBridge matches a pattern inside `changes` one change at a time.
- **To act on one kind of change**, subscribe to its own type.

Statuses, carriers and order types are the API's own words, also those that no one has seen yet: expect any text.
`order`, `lineItem`, `assets` and the values in `amendments` are what the
[API](https://docs.aws.amazon.com/outposts/latest/APIReference/API_Order.html) gives, unknown members included.

An event is never larger than 200 KB. One that would be is told in several: a discovery then carries the order without
its line items, and a `{LINE_ITEM_ADDED}` follows for each. Any value of the API's that alone is too large is
[Truncated](#truncated), also deep inside an order.

## Twice, and out of order

EventBridge delivers at least once, and in no order.

- **Deduplicate by `eventId`.** It stays the same at every retry, redelivery and replay; the envelope's `id` does not.
- **Sort by `sequence`.** It counts an order's events 1, 2, 3 … without gaps. Who keeps an order's state keeps the last
  `sequence` beside it and drops what is not greater. Who must see each event waits for the next number.
- **A gap that stays** means that a stored snapshot was damaged from outside. The `{DISCOVERED}` after it
  tells the whole order anew.

## Schemas

Each type has a JSON Schema (draft 4) of the whole event: in [schemas/{SCHEMA_VERSION}](schemas/{SCHEMA_VERSION}),
and in the EventBridge schema registry `{SOURCE}` where the stack's region has one.
The registry makes code bindings of it:

```sh
aws schemas put-code-binding --registry-name {SOURCE} --language TypeScript3 \\
  --schema-name {registry_name(UPDATED)}
```

`schemaVersion` keeps these rules, and tests hold them:

- **While the first number stays, things are only added**: keys, types of event, types of change inside `changes`.
  Ignore what you do not know. An event of a later 1.x is valid under the schemas of every earlier 1.x.
- **The second number grows with each addition.** A published schema never changes, but for its descriptions.
- **The first number grows** when a key goes, gets another name or another type, or may be absent or null where it never
  was.
"""


def page(events: Sequence[Json]) -> str:
    """Write the page.

    Args:
        events: Of a run, to take examples from.
    """
    return "\n".join([BEGINNING, *_common(), *_types(events), *_shared()])


def pattern_of(detail_type: DetailType[Any]) -> Json:
    """Give the example of a pattern that wants events of a type."""
    return {"source": [SOURCE], "detail-type": [str(detail_type)], "detail": ASKED[detail_type]}


def matches(pattern: Json, event: Json) -> bool:
    """Whether EventBridge's TestEventPattern, as the local cloud's emulator plays it, says that a pattern matches."""
    _, _, body = _test_event_pattern({"EventPattern": json.dumps(pattern), "Event": json.dumps(event)})
    return bool(json.loads(body)["Result"])


def file_name(detail_type: DetailType[Any]) -> str:
    """Name the file of a type's schema."""
    return f"{detail_type.replace(' ', '')}.json"


def _common() -> Iterator[str]:
    yield "## Every `detail`\n"
    yield from _table(_definition(MISSING, MISSING.keys))


def _types(events: Sequence[Json]) -> Iterator[str]:
    common = Common.__annotations__.keys()
    yield "\n## Types\n"
    yield from (f"- [`{each}`](#{each.lower().replace(' ', '-')})" for each in DETAIL_TYPES)
    for detail_type in DETAIL_TYPES:
        definition = _definition(detail_type, detail_type.keys)
        own = {key: rules for key, rules in definition["properties"].items() if key not in common}
        yield f"\n### {detail_type}\n\n{detail_type.keys.__doc__}\n"
        schema = f"schemas/{SCHEMA_VERSION}/{file_name(detail_type)}"
        yield f"[Schema]({schema}). {'Its own keys:' if own else 'It has no keys of its own.'}\n"
        yield from _table({**definition, "properties": own}) if own else ()
        yield from _example(detail_type, events)


def _example(detail_type: DetailType[Any], events: Sequence[Json]) -> Iterator[str]:
    pattern = pattern_of(detail_type)
    example = next((event for event in events if matches(pattern, event)), None)
    if example is None:
        yield "\nThe run that this page is made from has none."
        return
    yield f"\n<details>\n<summary>An example, and a pattern that matches it</summary>\n\n{_json(example)}\n"
    yield f"{_json(pattern)}\n\n</details>"


def _shared() -> Iterator[str]:
    yield "\n## What values are made of"
    definitions = {name: made for each in DETAIL_TYPES for name, made in event_schema(each)["definitions"].items()}
    for shared in SHARED:
        yield f"\n### {shared.__name__}\n\n{shared.__doc__}\n"
        yield from _table(definitions[shared.__name__])
    yield ""


def _definition(detail_type: DetailType[Any], keys: type) -> Schema:
    definition: Schema = event_schema(detail_type)["definitions"][keys.__name__]
    return definition


def _table(definition: Schema) -> Iterator[str]:
    yield "| Key | Value | Meaning |"
    yield "|---|---|---|"
    for key, rules in definition["properties"].items():
        absent = "" if key in definition["required"] else ", or absent"
        yield f"| `{key}` | {_kind(rules)}{absent} | {rules['description']} |"


def _kind(rules: Schema) -> str:
    if kinds := rules.get("anyOf"):
        *most, last = sorted(map(_kind, kinds), key="null".__eq__)
        return f"{', '.join(most)} or {last}"
    if reference := rules.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if items := rules.get("items"):
        return "list of changes" if "anyOf" in items else f"list of {_kind(items)}"
    return "`true`" if rules.get("enum") == [True] else KINDS[rules.get("type", "any")]


KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "object": "object",
    "any": "anything",
}


def _json(value: Json) -> str:
    return f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```"
