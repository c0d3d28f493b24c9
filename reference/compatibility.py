"""Whether a schema may stand in for a published one."""

import copy
import json
from typing import Any

from jsoncompat import check_compat

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"  # in which our schemas mean the same as in draft 4


def is_compatible(published: Schema, new: Schema) -> bool:
    """Whether every event that is valid under a new schema is valid under a published one.

    Patterns are compared as texts, as jsoncompat takes any for any.
    """
    new = copy.deepcopy(new)
    _widen_later_changes(published, new)
    return _patterns(published) <= _patterns(new) and check_compat(_text(published), _text(new), "serializer")


def _widen_later_changes(published: Schema, new: Schema) -> None:
    """Let a change's unknown type be all that it was, if it has become less: what is narrower would do as well.

    jsoncompat does not see that a longer `not` allows less.
    """
    unknown = [each["definitions"].get("LaterChange", {}).get("properties", {}) for each in (published, new)]
    before, after = (each.get("detailType", {}).get("not", {}) for each in unknown)
    if set(before.get("enum", ())) < set(after.get("enum", ())):
        after["enum"] = before["enum"]


def _patterns(schema: Schema) -> set[tuple[str, str]]:
    return {
        (key, rules["pattern"])
        for definition in schema["definitions"].values()
        for key, rules in definition["properties"].items()
        if "pattern" in rules
    }


def _text(schema: Schema) -> str:
    return json.dumps({**schema, "$schema": DIALECT})
