"""The module `outposts_order_notifier.events`: the events as TypedDicts, for subscribers in Python."""

import json
import textwrap
from collections.abc import Iterator

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES
from outposts_order_notifier.domain.event_types import CHANGES, SCHEMA_VERSION, UPDATED
from outposts_order_notifier.domain.events import SOURCE
from reference import structures
from reference.structures import Field, Language, Structure

MAJOR = SCHEMA_VERSION.partition(".")[0]
WIDTH = 120
BREAK = "\n"

HEADER = f'''"""The events as types, for subscribers. `make docs` generates this file from their schemas.

It needs nothing but the standard library and imports nothing else, so it can be copied too. A handler begins with
`is_outposts_event`; after that, a comparison of `event["detail-type"]` is enough for mypy and Pyright to know the keys
of `event["detail"]`. An enumeration is open: it accepts any text, and names the values that this version knows.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NotRequired, TypeAlias, TypedDict, TypeGuard

if TYPE_CHECKING:
    from typing_extensions import TypeIs

SOURCE: Final = "{SOURCE}"
SCHEMA_VERSION: Final = "{SCHEMA_VERSION}"
'''


def _quoted(value: object) -> str:
    return f"Literal[{json.dumps(value)}]" if isinstance(value, str) else f"Literal[{value}]"


PYTHON = Language(
    names={
        "string": "str",
        "integer": "int",
        "number": "float",
        "boolean": "bool",
        "null": "None",
        "any": "Any",
    },
    quoted=_quoted,
    listed=lambda kind: f"list[{kind}]",
    mapped=lambda kind: f"dict[str, {kind}]",
    opened=lambda names: " | ".join([*names, "str"]),
)


def module() -> str:
    """Return the module's text."""
    return "\n".join([HEADER, *_definitions(), _guards()])


def _guards() -> str:
    types = "\n".join(f'        "{each}",' for each in DETAIL_TYPES)
    return f'''
DETAIL_TYPES: Final = frozenset(
    {{
{types}
    }}
)
CHANGES: Final = DETAIL_TYPES - {{"{UPDATED}"}}


def is_outposts_event(event: Mapping[str, Any]) -> TypeGuard[OutpostsEvent]:
    """Return whether these types describe an event: its source, its type, and the first number of its version."""
    return (
        event.get("source") == SOURCE
        and event.get("detail-type") in DETAIL_TYPES
        and str(event["detail"].get("schemaVersion")).startswith("{MAJOR}.")
    )


def is_known_change(change: Change | LaterChange) -> "TypeIs[Change]":
    """Return whether this version knows the type of one of `changes`."""
    return change["detailType"] in CHANGES


def is_truncated(value: object) -> "TypeIs[Truncated]":
    """Return whether a value was too large for an event, so that its placeholder is there instead."""
    return isinstance(value, Mapping) and value.get("truncated") is True and "sha256" in value
'''


def _definitions() -> Iterator[str]:
    for enumeration in structures.ENUMERATIONS:
        yield f"{enumeration.name}: TypeAlias = Literal["
        yield from (f'    "{value}",' for value in enumeration.values)
        yield "]"
    keys = [structures.keys_of(each) for each in CHANGES]
    yield from _classes([*structures.values(), *(each for each in keys if each.fields)])
    entries = [structures.entry_of(each) for each in CHANGES]
    yield from _classes([*entries, structures.later_change()])
    yield from _union("Change", entries)
    details = [structures.detail_of(each) for each in DETAIL_TYPES]
    events = [structures.event_of(each) for each in DETAIL_TYPES]
    yield from _classes([structures.keys_of(UPDATED), *details, structures.envelope()])
    for detail_type, event in zip(DETAIL_TYPES, events, strict=True):
        # A class's keys are identifiers, so the hyphen needs the other syntax.
        arguments = f'"_{event.name}", {{"detail-type": Literal["{detail_type}"]}}'
        line = f"_{event.name} = TypedDict({arguments})"
        yield f"\n\n{line if len(line) <= WIDTH else line.replace(arguments, f'{BREAK}    {arguments}{BREAK}')}"
        detail = Field("detail", event.fields[-1].rules, required=True)
        yield from _class(Structure(event.name, event.meaning, (detail,), (f"_{event.name}", *event.bases)))
    yield from _union("OutpostsEvent", events)


def _classes(all_of_them: list[Structure]) -> Iterator[str]:
    for each in all_of_them:
        yield from _class(each)


def _class(structure: Structure) -> Iterator[str]:
    bases = ", ".join(structure.bases or ("TypedDict",))
    yield f'\n\nclass {structure.name}({bases}):\n    """{structure.meaning}"""'
    if structure.fields:
        yield ""
    for field in structure.fields:
        kind = PYTHON.type_of(field)
        yield f"    {field.key}: {kind if field.required else f'NotRequired[{kind}]'}"
        if field.meaning:
            yield textwrap.indent(_docstring(field.meaning), "    ")


def _docstring(text: str) -> str:
    if len(line := f'"""{text}"""') <= WIDTH - 4:
        return line
    return "\n".join([*textwrap.wrap(f'"""{text}', WIDTH - 4), '"""'])


def _union(name: str, members: list[Structure]) -> Iterator[str]:
    yield f"\n\n{name}: TypeAlias = ("
    yield f"    {members[0].name}"
    yield from (f"    | {each.name}" for each in members[1:])
    yield ")"
