"""The events' JSON Schemas, which pydantic generates from `outposts_order_notifier.domain.event_types`.

EventBridge's schema registry accepts draft 4 and OpenAPI 3.0, and generates code bindings from both. AWS recommends
draft 4 for validation, and OpenAPI 3.0 has no type for null, which events contain.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema-create.html
"""

from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import TypedDict

from outposts_order_notifier.domain.event_types import CHANGES, UPDATED, Common, DetailType, Meaning, PublishedChange
from outposts_order_notifier.domain.events import SOURCE

DETAIL_TYPES = (*CHANGES, UPDATED)

Schema = dict[str, Any]


def registry_name(detail_type: str) -> str:
    """Return the name of a type's schema, in the registry's form for AWS's own events: `source@DetailType`."""
    return f"{SOURCE}@{detail_type.replace(' ', '')}"


@cache
def event_schema(detail_type: DetailType[Any]) -> Schema:
    """Return the schema of a whole event of a type, as EventBridge delivers it."""
    name = detail_type.keys.__name__
    keys = {**_keys(Common), **_keys(detail_type.keys)}
    if detail_type == UPDATED:
        (meaning,) = (each for each in keys["changes"].__metadata__ if isinstance(each, Meaning))
        keys["changes"] = Annotated[list[reduce(or_, [*map(_published, CHANGES), _later_change()])], meaning]  # type: ignore[misc]
    envelope: dict[str, Any] = {
        "version": Annotated[str, Meaning("Of the envelope, which is EventBridge's own: `0`.")],
        "id": Annotated[str, Meaning("Of the delivery, by EventBridge; deduplicate by `eventId` in `detail` instead.")],
        "detail-type": Literal[str(detail_type)],
        "source": Literal[SOURCE],
        "account": Annotated[str, Meaning("The notifier's.")],
        "time": Annotated[str, Meaning("When it was observed.")],
        "region": Annotated[str, Meaning("The notifier's.")],
        "resources": Annotated[list[str], Meaning("The order's id, and the Outpost's where it is known.")],
        "detail": _typed_dict(name, keys, detail_type.keys.__doc__),
    }
    event = _typed_dict(str(detail_type), envelope, detail_type.keys.__doc__)
    generated = TypeAdapter(event).json_schema(schema_generator=_Draft4, ref_template="#/definitions/{model}")
    definitions = generated.pop("$defs")
    return {"$schema": _Draft4.schema_dialect, **generated, "definitions": definitions}


def _keys(typed_dict: type) -> dict[str, Any]:
    return get_type_hints(typed_dict, include_extras=True)


def _published(detail_type: DetailType[Any]) -> Any:
    keys = {**_keys(PublishedChange), "detailType": Literal[str(detail_type)], **_keys(detail_type.keys)}
    return _typed_dict(f"{detail_type.keys.__name__}Told", keys, detail_type.keys.__doc__)


def _later_change() -> Any:
    none_of_them: Schema = {"not": {"enum": list(map(str, CHANGES))}}
    others = Meaning("A `detail-type` that this version does not know.", **none_of_them)
    keys = {**_keys(PublishedChange), "detailType": Annotated[str, others]}
    return _typed_dict("LaterChange", keys, "A change of a type that a later version adds.")


def _typed_dict(name: str, keys: dict[str, Any], meaning: str | None) -> Any:
    created = TypedDict(name, keys)  # type: ignore[misc] # its keys are known only at run time
    created.__doc__ = meaning
    return created


class _Draft4(GenerateJsonSchema):
    schema_dialect = "http://json-schema.org/draft-04/schema#"

    def literal_schema(self, schema: Any) -> Schema:
        """Use `enum`: draft 4 has no `const`."""
        return {"enum": schema["expected"]}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        """Omit titles, which would repeat the keys."""
        return False
