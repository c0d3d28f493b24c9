"""What an `Outposts Order Updated` event can contain, as far as a `notify` pattern can match it. Pure.

The source is the event's own schema (`cdk.event_schemas`). For values that events pass through from the API (an order,
a line item, assets) it is botocore's model, and the API may add members.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeAlias

from outposts_order_notifier.cdk.configuration_schema import A_REGION, regions
from outposts_order_notifier.cdk.event_schemas import Schema, event_schema
from outposts_order_notifier.domain.event_types import UPDATED
from outposts_order_notifier.runtime import aws_data

# The API's enumerations, by the keys of events that contain their values.
_ENUMERATIONS = {
    "orderStatus": ("OrderStatus",),
    "status": ("OrderStatus", "LineItemStatus"),
    "previousStatus": ("OrderStatus", "LineItemStatus"),
    "lineItemCountsByStatus": ("LineItemStatus",),
    "orderType": ("OrderType",),
    "carrier": ("ShipmentCarrier",),
}
# The API's structures, by the keys of events that contain one unchanged.
_STRUCTURES = {
    "order": "Order",
    "lineItem": "LineItem",
    "assets": "LineItemAssetInformation",
    "previousAssets": "LineItemAssetInformation",
}
_DEFINITIONS = "#/definitions/"
_LATER_CHANGE = {"$ref": f"{_DEFINITIONS}LaterChange"}  # of a type that this version does not publish


@dataclass(frozen=True, slots=True)
class Value:
    """What EventBridge compares: text, a number, true or false, or null.

    Attributes:
        type: `string`, `number`, `boolean` or `null`.
        words: The known texts.
        never: Texts that are known values of another key.
        form: A regular expression for the possible texts.
        sample: A text of the form; a prefix or suffix is possible if the sample still has the form with it.
        allowed: The possible texts, in words; None if the API may add some.
    """

    type: str
    words: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    form: str | None = None
    sample: str | None = None
    allowed: str | None = None


@dataclass(frozen=True, slots=True)
class Object:
    """An object, or a list of such objects: EventBridge looks inside both.

    Attributes:
        members: The kinds of value of each key.
        words: Further known keys.
        later: The kinds of value of unknown keys; None if there are none.
        always: The keys that every event has.
    """

    members: Mapping[str, tuple["Kind", ...]]
    words: tuple[str, ...] = ()
    later: tuple["Kind", ...] | None = None
    always: frozenset[str] = frozenset()

    def under(self, key: str) -> tuple["Kind", ...]:
        """Return the kinds of value of a key."""
        return self.members.get(key, self.later or ())


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON value."""


Kind: TypeAlias = Value | Object | Anything


@cache
def detail() -> Object:
    """Return what the detail of an `Outposts Order Updated` event can contain."""
    definition = event_schema(UPDATED)["definitions"][UPDATED.keys.__name__]
    return replace(_object(definition, "detail"), always=frozenset(definition["required"]))


def _kinds(schema: Schema, key: str) -> tuple[Kind, ...]:
    kinds: tuple[Kind, ...]
    match schema:
        case {"$ref": reference}:
            kinds = _kinds(event_schema(UPDATED)["definitions"][reference.removeprefix(_DEFINITIONS)], key)
        case {"anyOf": several}:
            kinds = tuple(kind for each in several if each != _LATER_CHANGE for kind in _kinds(each, key))
        case {"type": "array", "items": items}:
            kinds = _kinds(items, key)
        case {"type": "object"}:
            kinds = (_object(schema, key),)
        case {"enum": [True]}:
            kinds = (Value("boolean"),)
        case {"enum": words}:
            kinds = (Value("string", words=tuple(words), allowed=", ".join(words)),)
        case {"type": "string"}:
            kinds = (_text(schema, key),)
        case {"type": str(name)}:
            kinds = (Value("number" if name == "integer" else name),)
        case _:
            kinds = (Anything(),)
    return kinds


def _object(schema: Schema, key: str) -> Object:
    further = schema.get("additionalProperties")
    if further is True:
        return _structure(_model().shape_for(_STRUCTURES[key]))
    members = {name: _kinds(member, name) for name, member in schema.get("properties", {}).items()}
    return Object(members, _words(key), _kinds(further, key)) if further else Object(members)


def _text(schema: Schema, key: str) -> Value:
    if key == "region":
        return Value("string", words=tuple(regions()), allowed=A_REGION)
    if key == "account":
        return Value(
            "string", form="[0-9]{12}", sample="0" * 12, allowed="an account id: 12 digits, in quotation marks"
        )
    if form := schema.get("pattern"):
        return Value("string", form=form, allowed=f"text of the form {form}")
    words = _words(key)
    others = _enumeration("LineItemStatus") if key == "orderStatus" else ()
    return Value("string", words=words, never=tuple(word for word in others if word not in words))


def _words(key: str) -> tuple[str, ...]:
    return tuple(word for shape in _ENUMERATIONS.get(key, ()) for word in _enumeration(shape))


@cache
def _model() -> Any:
    return aws_data.session().get_service_model("outposts")


def _enumeration(shape: str) -> tuple[str, ...]:
    return tuple(_model().shape_for(shape).enum)


def _structure(shape: Any) -> Object:
    members = {name: (*_shape(member), Value("null")) for name, member in shape.members.items()}
    return Object(members, later=(Anything(),))


def _shape(shape: Any) -> tuple[Kind, ...]:
    match shape.type_name:
        case "structure":
            return (_structure(shape),)
        case "list":
            return _shape(shape.member)
        case "string":
            return (Value("string", words=tuple(shape.enum)),)
        case "timestamp":  # ISO 8601 in events
            return (Value("string"),)
        case "integer":
            return (Value("number"),)
    return (Anything(),)
