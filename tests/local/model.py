"""Hypothesis strategies for everything that botocore's model of Outposts allows."""

import re
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import strategies as st

MODEL = botocore.session.get_session().get_service_model("outposts")
MANY = 3


def inputs(operation: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return the requests that an operation allows."""
    shape = MODEL.operation_model(operation).input_shape
    return values(shape) if shape else st.just({})


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Return the values that a shape allows, of modest size."""
    limits = shape.metadata
    least = limits.get("min", 0)
    match shape:
        case StructureShape():
            members = {name: values(member) for name, member in shape.members.items()}
            required = {name: members.pop(name) for name in shape.required_members}
            return st.fixed_dictionaries(required, optional=members)
        case ListShape():
            most = min(max(MANY, least), limits.get("max", MANY + least))
            return st.lists(values(shape.member), min_size=max(1, least), max_size=most)
        case MapShape():
            return st.dictionaries(values(shape.key), values(shape.value), min_size=1, max_size=MANY)
        case _:
            return _scalars(shape)


def _scalars(shape: Shape) -> st.SearchStrategy[Any]:
    limits = shape.metadata
    numbers = (limits.get("min", 0), limits.get("max", 2**31 - 1))
    match shape.type_name:
        case "string":
            return _texts(limits)
        case "integer":
            return st.integers(*numbers)
        case "float" | "double":
            return st.floats(*numbers)
        case "boolean":
            return st.booleans()
    raise NotImplementedError(shape.type_name)


def _texts(limits: dict[str, Any]) -> st.SearchStrategy[str]:
    if "enum" in limits:
        return st.sampled_from(limits["enum"])
    least, most = limits.get("min", 0), limits.get("max", 1000)
    if "pattern" not in limits:
        return st.text(min_size=least, max_size=most)
    texts = st.from_regex(re.compile(limits["pattern"], re.ASCII), fullmatch=True)
    return texts.filter(lambda text: least <= len(text) <= most)
