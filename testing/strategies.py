"""Orders as botocore's model allows them, and beyond: unknown statuses, missing members, unknown members."""

from random import Random
from typing import Any

import botocore.session
from botocore.model import ListShape, Shape, StringShape, StructureShape
from hypothesis import strategies as st

ORDER_SHAPE = botocore.session.get_session().get_service_model("outposts").shape_for("Order")
ORDER_ID = "oo-0123456789abcdef0"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
plain_json = st.recursive(
    st.booleans() | st.integers(-3, 3) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=3,
)
unknown_members = st.dictionaries(st.sampled_from(["Incoterms", "Eta", "a/b~c"]), plain_json, max_size=1)


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Return values of a shape as an order contains them: times as ISO 8601 text."""
    if isinstance(shape, StructureShape):
        known = st.fixed_dictionaries({}, optional={name: values(member) for name, member in shape.members.items()})
        return st.builds(lambda members, others: {**others, **members}, known, unknown_members)
    if isinstance(shape, ListShape):
        return st.lists(values(shape.member), max_size=4)
    if isinstance(shape, StringShape):
        named = {"LineItemId": ["ooi-a", "ooi-b", "ooi-c", ""]}.get(shape.name, [*shape.enum[:4], "NEVER_SEEN"])
        return st.sampled_from(named) | texts
    if shape.type_name == "integer":
        return st.integers(0, 3)
    return st.sampled_from(["2026-01-01T00:00:00Z", "2026-06-01T12:30:00Z"])


def shuffled(value: Any, chance: Random) -> Any:
    """Return a value with the members of each list inside, at any depth, in another order."""
    if isinstance(value, dict):
        return {name: shuffled(member, chance) for name, member in value.items()}
    if isinstance(value, list):
        members = [shuffled(member, chance) for member in value]
        return chance.sample(members, len(members))
    return value


orders = values(ORDER_SHAPE).map(lambda order: {**order, "OrderId": ORDER_ID})
