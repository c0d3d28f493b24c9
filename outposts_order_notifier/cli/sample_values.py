"""Values that a person gives to keys of a sample event, checked by the types of events. Pure."""

import copy
import json
import types
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any, Literal, NoReturn, NotRequired, Union, get_args, get_origin, get_type_hints

from outposts_order_notifier.cli.errors import OperatorError, nearest_of
from outposts_order_notifier.domain.event_types import Common, DetailType, Meaning

Json = dict[str, Any]

ALWAYS_TRUE = "test"  # the key that marks a sample
WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false", type(None): "null"}


def with_values(detail_type: DetailType[Any], detail: Json, settings: Sequence[str]) -> Json:
    """Return a detail with other values.

    Args:
        detail_type: The event's type.
        detail: The event's detail.
        settings: Such as `status=ERROR` or, for a key of a value that is an object, `shipment.carrier=DHL`. A value is
            JSON where the key's type allows it, and text otherwise.

    Raises:
        OperatorError: A key does not exist, or a value is not of its type.
    """
    changed = copy.deepcopy(detail)
    for setting in settings:
        path, separator, text = setting.partition("=")
        if not separator or not path:
            raise OperatorError(f"--set {setting}: write it as KEY=VALUE, such as --set status=ERROR")
        hint, holder = _place(detail_type, changed, path.split("."), f"--set {setting}")
        holder[path.rpartition(".")[2]] = _value(text, hint, f"--set {setting}")
    return changed


def unknown_values(detail_type: DetailType[Any], detail: Json) -> Iterator[str]:
    """Yield a sentence for each value that no version of the API is known to return; events may contain them."""
    for key, hint in _keys(detail_type).items():
        known = [value for meaning in _meanings(hint) for each in meaning.known for value in each.values]
        if known and isinstance(value := detail.get(key), str) and value not in known:
            yield f"{key} {value} is not a value that this version knows{nearest_of(value, known)}"


def _keys(detail_type: DetailType[Any]) -> dict[str, Any]:
    hints = (get_type_hints(each, include_extras=True) for each in (Common, detail_type.keys))
    return {key: hint for each in hints for key, hint in each.items() if key != ALWAYS_TRUE}


def _place(detail_type: DetailType[Any], detail: Json, path: Sequence[str], option: str) -> tuple[Any, Json]:
    """Return the type of what a path names, and the object that holds it."""
    if path[0] == ALWAYS_TRUE:
        raise OperatorError(f"{option}: {ALWAYS_TRUE} is always true in what `trigger` sends")
    known, holder, name = _keys(detail_type), detail, str(detail_type)
    for number, key in enumerate(path, start=1):
        if known and key not in known:
            raise OperatorError(
                f"{option}: {name} has no {key}{nearest_of(key, known)} Its keys are {', '.join(known)}"
            )
        hint = known.get(key, Any)
        if number == len(path):
            return hint, holder
        name = key
        if not isinstance(inside := holder.get(key), dict):
            raise OperatorError(f"{option}: {key} is no object in this sample; set all of it, as JSON")
        known = {
            inner: kind for each in _options(hint) if _is_structure(each) for inner, kind in _members(each).items()
        }
        holder = inside
    raise AssertionError(path)  # it has a key at least


def _value(text: str, hint: Any, option: str) -> Any:
    for value in _readings(text):
        if accepts(value, hint):
            _check_limits(value, hint, option)
            return value
    raise OperatorError(f"{option}: it must be {_allowed(hint)}")


def _readings(text: str) -> Iterator[Any]:
    """Yield what a text may mean: the JSON that it is, then the text itself."""
    with suppress(ValueError):
        yield json.loads(text, parse_constant=_refuse)
    yield text


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _check_limits(value: Any, hint: Any, option: str) -> None:
    for meaning in _meanings(hint):
        if "minimum" in meaning.keywords and isinstance(value, int | float) and value < meaning.keywords["minimum"]:
            raise OperatorError(f"{option}: it must be {meaning.keywords['minimum']} or more")


def accepts(value: Any, hint: Any) -> bool:
    """Return whether a JSON value is of a type; objects may have further keys, as later versions may add some."""
    return any(_accepts(value, option) for option in _options(hint))


def _accepts(value: Any, option: Any) -> bool:
    origin, arguments = get_origin(option), get_args(option)
    if option is Any:
        return True
    if origin is Literal:
        return any(value is each or (value == each and type(value) is type(each)) for each in arguments)
    if _is_structure(option):
        return isinstance(value, dict) and _fits(value, option)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return isinstance(value, dict) and all(accepts(each, arguments[1]) for each in value.values())
    if origin is not None:
        return isinstance(value, list) and all(accepts(each, arguments[0]) for each in value)
    numbers = (int, float) if option is float else option
    return isinstance(value, numbers) and (option is bool or not isinstance(value, bool))


def _fits(value: Json, structure: Any) -> bool:
    members = _members(structure)
    return structure.__required_keys__ <= value.keys() and all(
        accepts(each, members[key]) for key, each in value.items() if key in members
    )


def _options(hint: Any) -> Iterator[Any]:
    """Yield the alternatives of a type, without annotations."""
    if get_origin(hint) in {Annotated, NotRequired}:
        yield from _options(get_args(hint)[0])
    elif get_origin(hint) in {Union, types.UnionType}:
        for each in get_args(hint):
            yield from _options(each)
    else:
        yield hint


def _meanings(hint: Any) -> Iterator[Meaning]:
    if get_origin(hint) is NotRequired:
        yield from _meanings(get_args(hint)[0])
    yield from (each for each in getattr(hint, "__metadata__", ()) if isinstance(each, Meaning))


def _is_structure(option: Any) -> bool:
    return hasattr(option, "__required_keys__")


def _members(structure: Any) -> dict[str, Any]:
    return get_type_hints(structure, include_extras=True)


def _allowed(hint: Any) -> str:
    names = [*dict.fromkeys(map(_word, _options(hint)))]
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _word(option: Any) -> str:
    origin, arguments = get_origin(option), get_args(option)
    if origin is Literal:
        return json.dumps(arguments[0])
    if _is_structure(option):
        return f"an object with {', '.join(_members(option))}"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "an object"
    return WORDS.get(option, "a list")
