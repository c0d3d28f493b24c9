"""The check of the `notify` part of the rule that sends events to notify. Pure.

EventBridge accepts many patterns that no event ever matches: a misspelt key, a number instead of text, `exists` on an
object. So `notify` is also compared with what an event can contain (`outposts_order_notifier.cdk.notify_keys`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from outposts_order_notifier.cdk.event_pattern import OR, Problem, is_number, length_problem, problems
from outposts_order_notifier.cdk.notify_keys import Anything, Kind, Object, Value, detail
from outposts_order_notifier.cdk.spelling import ALMOST_THE_SAME, as_json, nearest
from outposts_order_notifier.notify.routes import rule_pattern

_OF_THE_API = "the API's words, and others that resemble none of them"
_IN_WORDS = {"string": "text", "number": "a number", "boolean": "true or false", "null": "null"}


def notify_problems(notify: Mapping[str, Any], path: str, *, announce_existing_orders: bool) -> Iterator[Problem]:
    """Yield the reasons why EventBridge would reject a `notify` pattern, or why no event would ever match it."""
    if not notify:
        return
    faults = [*problems(notify, path)]
    yield from faults
    if not faults:
        yield from _object(notify, path, [detail()])
        too_long = length_problem(rule_pattern(notify, announce_existing_orders=announce_existing_orders), path)
        yield from [too_long] if too_long else []


def _object(pattern: Mapping[str, Any], path: str, objects: Sequence[Object]) -> Iterator[Problem]:
    """Compare an object of a pattern with those that an event may have in its place."""
    objects = [each for each in objects if _may_be(each, pattern)] or objects
    for key, value in pattern.items():
        if key == OR:
            for index, alternative in enumerate(value):
                yield from _object(alternative, f"{path}.{key}[{index}]", objects)
            continue
        name, _, rest = key.partition(".")  # event-ruler treats a dotted key as a path
        where = f"{path}.{name}"
        wanted: Any = {rest: value} if rest else value
        kinds = [kind for each in objects for kind in each.under(name)]
        if unknown := _unknown(name, where, objects):
            yield unknown
        elif Anything() in kinds:
            continue
        elif isinstance(wanted, Mapping):
            yield from _below(wanted, where, kinds)
        else:
            yield from _values(wanted, where, kinds)
            if all(name in each.always for each in objects):
                yield from _absences(wanted, where)


def _may_be(candidate: Object, pattern: Mapping[str, Any]) -> bool:
    """Return whether an object can have the `detailType` that a pattern names, if it names one."""
    names = pattern.get("detailType")
    types = [word for kind in candidate.under("detailType") if isinstance(kind, Value) for word in kind.words]
    return not isinstance(names, list) or not types or any(isinstance(name, Mapping) or name in types for name in names)


def _unknown(key: str, path: str, objects: Sequence[Object]) -> Problem | None:
    known = list(dict.fromkeys(name for each in objects for name in (*each.members, *each.words)))
    if key in known:
        return None
    if all(each.later is None for each in objects):
        return Problem(path, "unknown key", ", ".join(known), nearest(key, known))
    almost = nearest(key, known, ALMOST_THE_SAME)
    return Problem(path, "unknown key", _OF_THE_API, almost) if almost else None


def _below(pattern: Mapping[str, Any], path: str, kinds: Sequence[Kind]) -> Iterator[Problem]:
    objects = [kind for kind in kinds if isinstance(kind, Object)]
    if objects:
        yield from _object(pattern, path, objects)
    else:
        yield Problem(path, as_json(pattern), "a list of what the value may be: events have no object here")


def _values(wanted: Sequence[Any], path: str, kinds: Sequence[Kind]) -> Iterator[Problem]:
    values = [kind for kind in kinds if isinstance(kind, Value)]
    types = {value.type for value in values}
    if types <= {"null"}:
        if not types or any(each is not None for each in wanted):
            yield Problem(path, as_json(wanted), _object_in_words(kinds))
        return
    for index, each in enumerate(wanted):
        where = f"{path}[{index}]"
        if isinstance(each, Mapping):
            yield from _match_type(each, where, types)
            yield from _part(each, where, [value for value in values if value.type == "string"])
        elif (given := _type_of(each)) not in types:
            as_text = str(each) if given == "number" and "string" in types else None
            yield Problem(where, as_json(each), f"{_types_in_words(types)}, as events have it", as_text)
        elif isinstance(each, str):
            yield from _text(each, where, [value for value in values if value.type == "string"])


def _object_in_words(kinds: Sequence[Kind]) -> str:
    keys = dict.fromkeys(key for kind in kinds if isinstance(kind, Object) for key in (*kind.words, *kind.members))
    null = ", or [null]" if Value("null") in kinds else ""
    return (
        "an object, as EventBridge compares values, and exists sees neither objects nor lists of objects; "
        f"its keys: {', '.join(keys)}{null}"
    )


def _match_type(matcher: Mapping[str, Any], path: str, types: set[str]) -> Iterator[Problem]:
    ((name, operand),) = matcher.items()
    if name == "exists":
        return
    numeric = name == "numeric" or (name == "anything-but" and _is_numeric(operand))
    if ("number" if numeric else "string") not in types:
        yield Problem(f"{path}.{name}", as_json(operand), f"what matches {_types_in_words(types)}, as events have it")


def _part(matcher: Mapping[str, Any], path: str, values: Sequence[Value]) -> Iterator[Problem]:
    """Compare a part of a text with the possible texts, if these are known."""
    ((name, operand),) = matcher.items()
    known = all(value.allowed and (value.words or value.sample) for value in values)
    if not values or not known or name not in {"prefix", "suffix", "equals-ignore-case", "cidr"}:
        return
    if not any(_may_match(name, operand, value) for value in values):
        yield Problem(f"{path}.{name}", as_json(operand), "; ".join(value.allowed for value in values if value.allowed))


def _may_match(name: str, operand: Any, value: Value) -> bool:
    ignore_case = name == "equals-ignore-case" or isinstance(operand, Mapping)
    part: str = operand["equals-ignore-case"] if isinstance(operand, Mapping) else operand
    texts = value.words
    if value.sample:
        rest = max(0, len(value.sample) - len(part))
        wholes = {"prefix": part + value.sample[len(part) :], "suffix": value.sample[:rest] + part}
        text: str = wholes.get(name, part)
        texts = (text,) if re.fullmatch(value.form or "", text) else ()
    if ignore_case:
        part, texts = part.casefold(), tuple(text.casefold() for text in texts)
    match name:
        case "prefix":
            return any(text.startswith(part) for text in texts)
        case "suffix":
            return any(text.endswith(part) for text in texts)
        case "equals-ignore-case":
            return part in texts
    return False  # an address block: no such value is an address


def _is_numeric(operand: Any) -> bool:
    return is_number(operand[0] if isinstance(operand, list) else operand)


def _absences(wanted: Sequence[Any], path: str) -> Iterator[Problem]:
    for index, each in enumerate(wanted):
        if each == {"exists": False}:
            yield Problem(f"{path}[{index}].exists", "false", "true: every event has this key")


def _text(given: str, path: str, values: Sequence[Value]) -> Iterator[Problem]:
    if any(given in value.words or (value.form and re.search(rf"^(?:{value.form})\Z", given)) for value in values):
        return
    words = list(dict.fromkeys(word for value in values for word in value.words))
    allowed = list(dict.fromkeys(value.allowed for value in values if value.allowed))
    if allowed and all(value.allowed for value in values):
        yield Problem(path, as_json(given), ", ".join(allowed), nearest(given, words))
    elif any(given in value.never for value in values):
        yield Problem(path, as_json(given), f"{', '.join(words)}; a line item's status is in changes.status")
    elif almost := nearest(given, words, ALMOST_THE_SAME):
        yield Problem(path, as_json(given), _OF_THE_API, almost)


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if is_number(value):
        return "number"
    return "string" if isinstance(value, str) else "null"


def _types_in_words(types: set[str]) -> str:
    return " or ".join(words for name, words in _IN_WORDS.items() if name in types)
