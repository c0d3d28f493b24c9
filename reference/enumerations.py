"""The enumerations of the Outposts API in an order, as botocore's model has them: `make docs` updates the page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES
from reference import structures

API = "https://docs.aws.amazon.com/outposts/latest/APIReference/API_{}.html"


@dataclass(frozen=True)
class Enumeration:
    """An enumeration of the API.

    Attributes:
        name: The API's name, such as `ShipmentCarrier`.
        path: Where an order has it, such as `LineItems[].ShipmentInformation.ShipmentCarrier`.
        values: The values that the model knows.
    """

    name: str
    path: str
    values: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of events that have its values."""
        structured = [*structures.values(), *map(structures.keys_of, DETAIL_TYPES)]
        fields = [field for each in structured for field in each.fields]
        has = {field.key for field in fields for known in field.known if {*known.values} == {*self.values}}
        return tuple(sorted(has))


@cache
def enumerations() -> tuple[Enumeration, ...]:
    """Return the enumerations in an order, those of its line items included."""
    return tuple(_found(_model().shape_for("Order"), ""))


def source_of(structure: str, status: str) -> str:
    """Return where a status comes from: a link to the API's documentation, and how much that says of it.

    Args:
        structure: The API's structure, `Order` or `LineItem`.
        status: One of its statuses.
    """
    text = re.sub(r"<[^>]+>", "", str(_model().shape_for(structure).members["Status"].documentation))
    _, *deprecated = re.split(r"(?=The following status)", text)
    link = f"[AWS]({API.format(structure)})"
    if re.search(rf"\b{status} - ", text):
        return link
    is_deprecated = any(re.search(rf"\b{status}\b", each) for each in deprecated)
    return f"{link}, deprecated" if is_deprecated else f"{link}, name only"


@cache
def _model() -> Any:
    return botocore.session.get_session().get_service_model("outposts")


def _found(shape: Any, path: str) -> Iterator[Enumeration]:
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from _found(member, f"{path}.{name}" if path else name)
    elif shape.type_name == "list":
        yield from _found(shape.member, f"{path}[]")
    elif values := getattr(shape, "enum", None):
        yield Enumeration(shape.name, path, tuple(values))
