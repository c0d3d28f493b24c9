"""The generated parts of docs/events.md: each event's keys, an example from a real run, and a pattern matching it."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from ministack.services.eventbridge import _test_event_pattern  # type: ignore[import-untyped]

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES, Schema, event_schema
from outposts_order_notifier.domain import event_types as types
from outposts_order_notifier.domain.events import SOURCE
from outposts_order_notifier.domain.statuses import LINE_ITEM_STATUSES, ORDER_STATUSES
from reference.enumerations import enumerations, source_of
from reference.generated import fill

Json = dict[str, Any]

# What a type's example of a pattern matches in `detail`.
ASKED: dict[types.DetailType[Any], Json] = {
    types.DISCOVERED: {"baseline": [False]},
    types.ORDER_STATUS: {"status": ["COMPLETED"]},
    types.LINE_ITEM_STATUS: {"status": ["REPLACED"]},
    types.SHIPMENT: {"shipment": {"trackingUrl": [{"prefix": "https://"}]}},
    types.ASSETS: {"assets": {"AssetId": [{"exists": True}]}},
    types.LINE_ITEM_ADDED: {"lineItem": {"CatalogItemId": [{"prefix": "OR-RACK"}]}},
    types.LINE_ITEM_REMOVED: {"orderType": ["OUTPOST"]},
    types.AMENDED: {"amendments": {"path": ["/OrderFulfilledDate"]}},
    types.REPLACEMENT_LINKED: {"previous": {"orderId": [{"prefix": "oo-"}]}},
    types.STALLED: {"days": [{"numeric": [">=", 1]}]},
    types.OVERDUE: {"days": [{"numeric": [">=", 1]}]},
    types.MISSING: {"account": ["111122223333"]},
    types.REAPPEARED: {"region": ["eu-west-1"]},
    types.UPDATED: {"changes": {"detailType": [str(types.LINE_ITEM_STATUS)], "status": ["REPLACED", "ERROR"]}},
}
TITLES = {"Order": "Order", "LineItem": "Line item"}  # of the API's structures
SHARED = (types.Shipment, types.LineItemReference, types.Amendment, types.Truncated)


def fill_page(text: str, events: Sequence[Json]) -> str:
    """Return docs/events.md, this text, with its generated parts; some events of a run become examples."""
    parts = {
        "statuses": _statuses(),
        "enumerations": _enumerations(),
        "common": _table(_definition(types.MISSING, types.MISSING.keys)),
    }
    parts |= {"types": _types(events), "values": _shared()}
    blocks = {name: "\n".join(["\n", *lines, "\n"]) for name, lines in parts.items()}
    return fill(text, {"schemas": f"[schemas/{types.SCHEMA_VERSION}](schemas/{types.SCHEMA_VERSION})", **blocks})


def pattern_of(detail_type: types.DetailType[Any]) -> Json:
    """Return an example of a pattern that matches events of a type."""
    return {"source": [SOURCE], "detail-type": [str(detail_type)], "detail": ASKED[detail_type]}


def matches(pattern: Json, event: Json) -> bool:
    """Return whether a pattern matches an event, by the emulator's implementation of TestEventPattern."""
    _, _, body = _test_event_pattern({"EventPattern": json.dumps(pattern), "Event": json.dumps(event)})
    return bool(json.loads(body)["Result"])


def example_of(detail_type: types.DetailType[Any], events: Sequence[Json]) -> Json | None:
    """Return the first event that a type's example of a pattern matches."""
    pattern = pattern_of(detail_type)
    return next((event for event in events if matches(pattern, event)), None)


def file_name(detail_type: types.DetailType[Any]) -> str:
    """Return the file name of a type's schema and of its example."""
    return f"{detail_type.replace(' ', '')}.json"


def _statuses() -> Iterator[str]:
    for name, table in {"Order": ORDER_STATUSES, "LineItem": LINE_ITEM_STATUSES}.items():
        yield f"\n| {TITLES[name]} | Meaning | Usually next | Final | Who acts | Stalled after | Source |"
        yield "|---|---|---|---|---|---|---|"
        for row in table.values():
            after = f"`{row.next}`" if row.next else ""
            days = f"{row.stalled_after_days} days" if row.stalled_after_days else "never"
            final, source = "yes" if row.settled else "no", source_of(name, row.name)
            yield f"| `{row.name}` | {row.meaning} | {after} | {final} | {row.actor} | {days} | {source} |"


def _enumerations() -> Iterator[str]:
    yield "| Enumeration | Keys of events | In an order | Known values |"
    yield "|---|---|---|---|"
    for each in enumerations():
        keys = ", ".join(f"`{key}`" for key in each.keys)
        yield f"| {each.name} | {keys} | `{each.path}` | {', '.join(f'`{value}`' for value in each.values)} |"


def _types(events: Sequence[Json]) -> Iterator[str]:
    common = types.Common.__annotations__.keys()
    yield from (f"- [`{each}`](#{each.lower().replace(' ', '-')})" for each in DETAIL_TYPES)
    for detail_type in DETAIL_TYPES:
        definition = _definition(detail_type, detail_type.keys)
        own = {key: rules for key, rules in definition["properties"].items() if key not in common}
        yield f"\n### {detail_type}\n\n{detail_type.keys.__doc__}\n"
        schema = f"schemas/{types.SCHEMA_VERSION}/{file_name(detail_type)}"
        yield f"[Schema]({schema}). {'Further keys:' if own else 'It has no further keys.'}\n"
        yield from _table({**definition, "properties": own}) if own else ()
        yield from _example(detail_type, events)


def _example(detail_type: types.DetailType[Any], events: Sequence[Json]) -> Iterator[str]:
    if (example := example_of(detail_type, events)) is None:
        yield "\nThe run that the examples come from has none."
        return
    yield f"\n<details>\n<summary>An example and a pattern that matches it</summary>\n\n{_json(example)}\n"
    yield f"{_json(pattern_of(detail_type))}\n\n</details>"


def _shared() -> Iterator[str]:
    definitions = {name: made for each in DETAIL_TYPES for name, made in event_schema(each)["definitions"].items()}
    for shared in SHARED:
        yield f"### {shared.__name__}\n\n{shared.__doc__}\n"
        yield from _table(definitions[shared.__name__])
        yield ""


def _definition(detail_type: types.DetailType[Any], keys: type) -> Schema:
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
