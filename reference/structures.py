"""The structures of events, read from their schemas, from which the types for subscribers are generated."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES, Schema, event_schema
from outposts_order_notifier.domain import event_types as types

ENUMERATIONS = (types.ORDER_TYPE, types.ORDER_STATUS_NAME, types.LINE_ITEM_STATUS_NAME, types.CARRIER)
VALUES = (types.Truncated, types.LineItemReference, types.Shipment, types.Amendment)
LATER_CHANGE = "LaterChange"
CHANGES = f"Change | {LATER_CHANGE}"
PUBLISHED_SUFFIX, SUFFIX = "Told", "Entry"  # of a change inside `changes`: in the schemas, and in the types


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a structure: its JSON Schema, whether it is always there, and the open enumerations of its values."""

    key: str
    rules: Schema
    required: bool
    known: tuple[types.Known, ...] = ()

    @property
    def meaning(self) -> str:
        """Its description; empty if the schema has none."""
        return str(self.rules.get("description", ""))


@dataclass(frozen=True, slots=True)
class Structure:
    """A JSON object: its own keys, and the names of the structures whose keys it has too."""

    name: str
    meaning: str
    fields: tuple[Field, ...]
    bases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Language:
    """How a language writes types.

    Attributes:
        names: The names of JSON Schema's simple types, and of `any`.
        quoted: Writes a literal.
        listed: Writes the list of a type.
        mapped: Writes a map from texts to a type.
        opened: Writes the type of texts of which some are known, from the names of their enumerations.
    """

    names: Mapping[str, str]
    quoted: Callable[[object], str]
    listed: Callable[[str], str]
    mapped: Callable[[str], str]
    opened: Callable[[Sequence[str]], str]

    def type_of(self, field: Field) -> str:
        """Return the type of a field's values."""
        return self._written(field.rules, [each.name for each in field.known])

    def _written(self, rules: Schema, known: Sequence[str] = ()) -> str:
        if kinds := rules.get("anyOf"):
            return " | ".join(dict.fromkeys(self._written(kind, known) for kind in kinds))
        if reference := rules.get("$ref"):
            return str(reference.rpartition("/")[2])
        if values := rules.get("enum"):
            return " | ".join(map(self.quoted, values))
        return self._of_type(rules, known)

    def _of_type(self, rules: Schema, known: Sequence[str]) -> str:
        match rules.get("type", "any"):
            case "array":
                items = rules["items"]
                return self.listed(CHANGES if "anyOf" in items else self._written(items))
            case "object":
                members = rules["additionalProperties"]
                return self.mapped(self.names["any"] if members is True else self._written(members))
            case "string" if known:
                return self.opened(known)
            case name:
                return self.names[name]


def values() -> Iterator[Structure]:
    """Yield the structures that several types of event contain, and the keys of every `detail`."""
    definitions = {name: made for each in DETAIL_TYPES for name, made in event_schema(each)["definitions"].items()}
    for value in VALUES:
        yield _structure(value.__name__, value, definitions[value.__name__])
    yield _structure("Common", types.Common, _detail(types.MISSING))


def keys_of(detail_type: types.DetailType[Any]) -> Structure:
    """Return a type's own keys, in addition to those of every `detail`."""
    keys, common = detail_type.keys, types.Common.__annotations__.keys()
    return _structure(keys.__name__, keys, _detail(detail_type), without=common)


def detail_of(detail_type: types.DetailType[Any]) -> Structure:
    """Return the `detail` of a type's events."""
    keys = keys_of(detail_type)
    return Structure(f"{keys.name}Detail", keys.meaning, (), ("Common", keys.name) if keys.fields else ("Common",))


def entry_of(detail_type: types.DetailType[Any]) -> Structure:
    """Return the form in which `changes` has a change of a type."""
    keys = keys_of(detail_type)
    definition = event_schema(types.UPDATED)["definitions"][f"{keys.name}{PUBLISHED_SUFFIX}"]
    own = _structure(keys.name, types.PublishedChange, definition, only=types.PublishedChange.__annotations__.keys())
    return Structure(f"{keys.name}{SUFFIX}", keys.meaning, own.fields, (keys.name,) if keys.fields else ())


def later_change() -> Structure:
    """Return the form of a change that a later version adds."""
    return _structure(LATER_CHANGE, None, event_schema(types.UPDATED)["definitions"][LATER_CHANGE])


def envelope() -> Structure:
    """Return the keys that EventBridge adds to each event, without `detail-type` and `detail`."""
    schema = {**event_schema(types.MISSING), "description": "The envelope in which EventBridge delivers an event."}
    return _structure("Envelope", None, schema, without={"detail-type", "detail"})


def event_of(detail_type: types.DetailType[Any]) -> Structure:
    """Return a type's whole event, as EventBridge delivers it."""
    keys, schema = keys_of(detail_type), event_schema(detail_type)["properties"]
    detail = {"$ref": f"#/definitions/{keys.name}Detail"}
    fields = (Field("detail-type", schema["detail-type"], required=True), Field("detail", detail, required=True))
    return Structure(f"{keys.name}Event", keys.meaning, fields, ("Envelope",))


def known_values() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the known values of each open enumeration, by the names of a whole structure and of its key."""
    shared = {each.name: each for each in values()}
    common = shared.pop("Common").fields
    keys = {detail_type.keys.__name__: keys_of(detail_type).fields for detail_type in DETAIL_TYPES}
    whole = {name: each.fields for name, each in shared.items()}
    whole |= {f"{name}Detail": (*common, *fields) for name, fields in keys.items()}
    whole |= {f"{each.keys.__name__}{SUFFIX}": keys[each.keys.__name__] for each in types.CHANGES}
    return {
        (name, field.key): tuple(dict.fromkeys(value for known in field.known for value in known.values))
        for name, fields in whole.items()
        for field in fields
        if field.known
    }


def _detail(detail_type: types.DetailType[Any]) -> Schema:
    definition: Schema = event_schema(detail_type)["definitions"][detail_type.keys.__name__]
    return definition


def _structure(name: str, source: type | None, definition: Schema, *, without: Any = (), only: Any = None) -> Structure:
    known = _known(source) if source else {}
    fields = (
        Field(key, rules, key in definition["required"], known.get(key, ()))
        for key, rules in definition["properties"].items()
        if key not in without and (only is None or key in only)
    )
    meaning = source.__doc__ if source else definition["description"]
    return Structure(name, str(meaning), tuple(fields))


@cache
def _known(typed_dict: type) -> dict[str, tuple[types.Known, ...]]:
    """Return the open enumerations of a class's keys, which the schemas leave out as they accept any text."""
    return {key: _meaning(hint).known for key, hint in get_type_hints(typed_dict, include_extras=True).items()}


def _meaning(hint: Any) -> types.Meaning:
    inner = hint if hasattr(hint, "__metadata__") else get_args(hint)[0]  # NotRequired[Annotated[…]]
    (meaning,) = (each for each in inner.__metadata__ if isinstance(each, types.Meaning))
    return meaning
