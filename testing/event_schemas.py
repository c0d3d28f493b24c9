"""Check events against their schemas, and for other keys: later versions may add keys, this code does not."""

import copy
import json
from collections.abc import Mapping
from typing import Any

from jsonschema_rs import Draft4Validator

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES, Schema, event_schema

Json = dict[str, Any]


def closed(schema: Schema) -> Schema:
    """Close a schema to keys that it does not name, and to unknown types of changes."""
    schema = copy.deepcopy(schema)
    for definition in schema["definitions"].values():
        definition["additionalProperties"] = False
    if later := schema["definitions"].get("LaterChange"):
        later["not"] = {}
    return schema


_CLOSED = {str(each): Draft4Validator(closed(event_schema(each))) for each in DETAIL_TYPES}


def check_event(event: Json) -> None:
    """Check a whole event, as delivered by EventBridge.

    Raises:
        AssertionError: It does not match its type's schema; the text says where.
    """
    detail_type = event["detail-type"]
    assert detail_type in _CLOSED, f"{detail_type!r} is not a detail-type in domain/event_types.py"
    errors = [
        f"{'/'.join(map(str, error.instance_path))}: {error.message[:500]}"
        for error in _CLOSED[detail_type].iter_errors(event)
    ]
    assert not errors, f"{detail_type} is against its schema: {errors}"


def check_entry(entry: Mapping[str, Any]) -> None:
    """Check an event on its way to PutEvents."""
    check_event(
        {
            "version": "0",
            "id": "EventBridge's",
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "account": "the notifier's",
            "time": entry["Time"].isoformat(),
            "region": "the notifier's",
            "resources": entry["Resources"],
            "detail": json.loads(entry["Detail"]),
        }
    )
