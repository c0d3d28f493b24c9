"""The check that a new schema is compatible with a published one."""

import copy
import json
from typing import Any

from jsoncompat import check_compat

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"  # here our schemas mean the same as in draft 4


def is_compatible(published: Schema, new: Schema) -> bool:
    """Return whether every event that is valid under a new schema is valid under a published one.

    Patterns are compared as texts, because jsoncompat treats all patterns as equal.
    """
    new = _with_later_changes_widened(published, new)
    return _patterns(published) <= _patterns(new) and check_compat(_text(published), _text(new), "serializer")


def _with_later_changes_widened(published: Schema, new: Schema) -> Schema:
    """Return a schema with the published range of a change's unknown type if its own is narrower, and thus compatible.

    jsoncompat does not recognise that a longer `not` allows less.
    """
    unknown = [each["definitions"].get("LaterChange", {}).get("properties", {}) for each in (published, new)]
    before, after = (each.get("detailType", {}).get("not", {}) for each in unknown)
    if not set(before.get("enum", ())) < set(after.get("enum", ())):
        return new
    widened = copy.deepcopy(new)
    widened["definitions"]["LaterChange"]["properties"]["detailType"]["not"]["enum"] = before["enum"]
    return widened


def _patterns(schema: Schema) -> set[tuple[str, str]]:
    return {
        (key, rules["pattern"])
        for definition in schema["definitions"].values()
        for key, rules in definition["properties"].items()
        if "pattern" in rules
    }


def _text(schema: Schema) -> str:
    return json.dumps({**schema, "$schema": DIALECT})
