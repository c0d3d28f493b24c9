"""The constraints of a service's model on a request."""

import re
from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator

from local.outposts.errors import ServiceError


def check(given: dict[str, Any], shape: Shape) -> None:
    """Check a value against its shape and constraints; the error lists every fault, its value and what is allowed."""
    report = ParamValidator().validate(given, shape)
    if report.has_errors():
        raise ServiceError("ValidationException", report.generate_report())
    # botocore leaves maxima, enums and patterns to the service to check.
    faults = list(_faults("", given, shape))
    if faults:
        count = f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected"
        raise ServiceError("ValidationException", f"{count}: {'; '.join(faults)}")


def _faults(path: str, value: Any, shape: Shape) -> Iterator[str]:
    for constraint in _broken(value, shape):
        yield f"Value {value!r} at {path!r} failed to satisfy constraint: {constraint}"
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            yield from _faults(f"{path}.{name}".lstrip("."), member, shape.members[name])
    elif isinstance(shape, ListShape):
        for place, item in enumerate(value, start=1):
            yield from _faults(f"{path}.{place}.member", item, shape.member)
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from _faults(f"{path}.{key}.key", key, shape.key)
            yield from _faults(f"{path}.{key}.value", item, shape.value)


def _broken(value: Any, shape: Shape) -> Iterator[str]:
    limits = shape.metadata
    maximum = limits.get("max")
    if maximum is not None and isinstance(value, str | list | dict) and len(value) > maximum:
        yield f"Member must have length less than or equal to {maximum}"
    if maximum is not None and isinstance(value, int | float) and value > maximum:
        yield f"Member must have value less than or equal to {maximum}"
    if "enum" in limits and value not in limits["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
    if "pattern" in limits and not re.fullmatch(limits["pattern"], value, re.ASCII):
        yield f"Member must satisfy regular expression pattern: {limits['pattern']}"
