"""Whether a change of the events would break a published schema."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES, Schema, event_schema
from outposts_order_notifier.domain.event_types import SCHEMA_VERSION, UPDATED, DetailType
from reference.__main__ import SCHEMAS, PublishedError, files
from reference.compatibility import is_compatible
from reference.page import file_name

MAJOR = SCHEMA_VERSION.partition(".")[0]
PUBLISHED = sorted(SCHEMAS.glob(f"{MAJOR}.*/*.json"))
Break = Callable[[Schema, str], None]


def optional(definition: Schema, key: str) -> None:
    """Make a key optional."""
    definition["required"].remove(key)


def removed(definition: Schema, key: str) -> None:
    """Remove a key."""
    optional(definition, key)
    del definition["properties"][key]


def renamed(definition: Schema, key: str) -> None:
    """Rename a key."""
    definition["properties"][f"{key}New"] = definition["properties"][key]
    definition["required"].append(f"{key}New")
    removed(definition, key)


def of_another_type(definition: Schema, key: str) -> None:
    """Change a key's type."""
    definition["properties"][key] = {"type": "array", "items": {"type": "boolean"}}


def null(definition: Schema, key: str) -> None:
    """Allow null for a key."""
    definition["properties"][key] = {"anyOf": [definition["properties"][key], {"type": "null"}]}


BREAKS: list[Break] = [optional, removed, renamed, of_another_type, null]


def admits_null(rules: Schema) -> bool:
    """Return whether a value may be null."""
    return not rules.keys() - {"description"} or {"type": "null"} in rules.get("anyOf", [])


def breaks_missed(schema: Schema, how: Break, first: int = 0, step: int = 1) -> list[str]:
    """Break each key in each part of a schema, one at a time; return the changes that were not found."""
    missed = []
    parts = {"": schema, **schema["definitions"]}
    keys = [(name, definition, key) for name, definition in parts.items() for key in definition["required"]]
    for name, definition, key in keys[first::step]:
        rules = definition["properties"][key]
        if (how is null and admits_null(rules)) or (how is of_another_type and not rules.keys() - {"description"}):
            continue
        part = copy.deepcopy(definition)
        how(part, key)
        broken = {**schema, "definitions": {**schema["definitions"], name: part}} if name else part
        if is_compatible(schema, broken):
            missed.append(f"{name}.{key}")
    return missed


class TestPublished:
    """The published schemas."""

    def test_each_type_of_event_has_one(self) -> None:
        """In this version, so that the following tests leave none out."""
        today = {path.name for path in PUBLISHED if path.parent.name == SCHEMA_VERSION}
        assert today == set(map(file_name, DETAIL_TYPES))

    @pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: f"{path.parent.name}-{path.stem}")
    def test_every_event_is_valid_under_it(self, path: Path) -> None:
        """By the published schemas of all versions with the same major number."""
        today = {file_name(each): event_schema(each) for each in DETAIL_TYPES}
        assert is_compatible(json.loads(path.read_text("utf-8")), today[path.name])

    @pytest.mark.parametrize(("how", "fault"), [(of_another_type, "first number"), (null, "second number")])
    def test_generating_them_again_never_changes_one(
        self, how: Break, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """If current events do not match it, or have more keys, the error says what to do."""
        published = copy.deepcopy(event_schema(UPDATED))
        how(published["definitions"]["OrderUpdated"], "sequence")
        path = tmp_path / SCHEMA_VERSION / file_name(UPDATED)
        path.parent.mkdir()
        path.write_text(json.dumps(published))
        monkeypatch.setattr("reference.__main__.SCHEMAS", tmp_path)
        with pytest.raises(PublishedError, match=fault):
            files()


class TestIsCompatible:
    """What the check finds, and what it accepts."""

    @pytest.mark.parametrize("how", BREAKS)
    @pytest.mark.parametrize("detail_type", DETAIL_TYPES)
    def test_a_break_of_any_key_is_found(self, detail_type: DetailType[Any], how: Break, exhaustive: bool) -> None:
        """In the envelope, in `detail`, and at any depth: each of these alone.

        In `make test`, each key is broken in one way, and in types of events with the same key, in different ways.
        """
        first = (BREAKS.index(how) + DETAIL_TYPES.index(detail_type)) % len(BREAKS)
        sample = () if exhaustive else (first, len(BREAKS))
        assert breaks_missed(event_schema(detail_type), how, *sample) == []

    @pytest.mark.parametrize("detail_type", DETAIL_TYPES)
    @pytest.mark.parametrize("required", [True, False])
    def test_a_new_key_is_accepted(self, detail_type: DetailType[Any], required: bool) -> None:
        """In `detail`, and at any depth."""
        published, new = event_schema(detail_type), copy.deepcopy(event_schema(detail_type))
        for definition in new["definitions"].values():
            definition["properties"]["eta"] = {"type": "string"}
            definition["required"] += ["eta"] if required else []
        assert is_compatible(published, new)

    def test_a_new_type_of_change_is_accepted(self) -> None:
        """A later version's update may contain a change that this one does not know."""
        published, new = event_schema(UPDATED), copy.deepcopy(event_schema(UPDATED))
        definitions = new["definitions"]
        extended = copy.deepcopy(definitions["OrderMissingTold"])
        extended["properties"]["detailType"] = {"enum": ["Outposts Order Painted"]}
        definitions["PaintedTold"] = extended
        definitions["LaterChange"]["properties"]["detailType"]["not"]["enum"].append("Outposts Order Painted")
        definitions["OrderUpdated"]["properties"]["changes"]["items"]["anyOf"].append(
            {"$ref": "#/definitions/PaintedTold"}
        )
        assert is_compatible(published, new)

    def test_a_known_type_of_change_is_never_treated_as_unknown(self) -> None:
        """Otherwise a broken change would be valid as an unknown one."""
        published, new = event_schema(UPDATED), copy.deepcopy(event_schema(UPDATED))
        new["definitions"]["LaterChange"]["properties"]["detailType"]["not"]["enum"].pop()
        assert not is_compatible(published, new)

    def test_another_pattern_is_found(self) -> None:
        """A version 2 is not published as a version 1."""
        published, new = event_schema(UPDATED), copy.deepcopy(event_schema(UPDATED))
        new["definitions"]["OrderUpdated"]["properties"]["schemaVersion"]["pattern"] = r"^2\.[0-9]+$"
        assert not is_compatible(published, new)
