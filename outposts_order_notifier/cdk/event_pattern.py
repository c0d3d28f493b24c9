"""EventBridge's event patterns: what PutRule accepts and what it rejects. Pure.

The grammar is that of AWS's event-ruler, https://github.com/aws/event-ruler. If EventBridge's guide is stricter
(numbers, combinations of `$or`), the guide applies. testing/event_patterns.json contains the verdicts of both.
"""

import ipaddress
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from outposts_order_notifier.cdk.spelling import as_json, nearest
from outposts_order_notifier.cdk.wildcards import MAX_COMPLEXITY, complexity

MAX_CHARACTERS = 2_048  # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html: sections on `$or`, numeric
MAX_COMBINATIONS = 1_000
MAX_NUMBER = 5_000_000_000
MAX_DIGITS = 15
MAX_DECIMALS = 6

OR = "$or"
# Keys that event-ruler forbids inside `$or`, to distinguish them from fields of the same name: its match types and
# comparisons, and names reserved for later use.
RESERVED = frozenset(
    {"exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr"}
    | {"=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case", "ip-address-in-range"}
    | {"ip-address-not-in-range", "date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"}
)

PATTERN = "an EventBridge pattern: a list of what a value may be, or an object of such lists"
NUMBER = f"a number from -{MAX_NUMBER:,} to {MAX_NUMBER:,}, of {MAX_DIGITS} digits and {MAX_DECIMALS} decimals at most"
COMPARISONS = 'one or two comparisons, such as ["=", 5] or [">", 0, "<=", 5]'
ANYTHING_BUT = "text, a number, a list of texts or of numbers, or one of prefix, suffix, equals-ignore-case, wildcard"
WILDCARD = "text without two * in a row, in which a * or another \\ follows each \\"
CIDR = "an address block such as 10.0.0.0/8 or 2001:db8::/32, of more than one address"

# Looser than real addresses: event-ruler checks these forms before it parses an address.
_BLOCK = re.compile(r"([0-9]+(?:\.[0-9]+){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*)/([0-9]{1,3})", re.ASCII)
_WILDCARD = re.compile(r"(?:[^*\\]|\\[*\\]|\*(?!\*))*", re.DOTALL)


class Problem(NamedTuple):
    """What is wrong with a pattern: the arguments of a `ConfigurationError`."""

    path: str
    given: str
    allowed: str
    nearest: str | None = None


def text_of(pattern: Mapping[str, Any]) -> str:
    """Return a pattern as PutRule receives it: in ASCII, with JSON's escapes, which count as characters."""
    return json.dumps(pattern, separators=(",", ":"))


def problems(pattern: Any, path: str) -> Iterator[Problem]:
    """Yield the reasons why EventBridge would reject a pattern at a path of the configuration.

    The pattern may be a part of a rule's pattern, so its length is not checked.
    """
    faults = [*_object(pattern, path, inside_or=False)]
    yield from faults
    if not faults and (number := combinations(pattern)) > MAX_COMBINATIONS:
        yield Problem(path, f"{number:,} combinations by $or", f"{MAX_COMBINATIONS:,}, EventBridge's limit of a rule")
    if not faults:
        yield from _complexity(pattern, path)


def length_problem(pattern: Mapping[str, Any], path: str) -> Problem | None:
    """Return a problem if a rule's whole pattern is too long for EventBridge."""
    if (length := len(text_of(pattern))) <= MAX_CHARACTERS:
        return None
    return Problem(
        path,
        f"makes a rule's pattern of {length:,} characters",
        f"{MAX_CHARACTERS:,} for the whole pattern, EventBridge's quota of an event pattern's size",
    )


def combinations(pattern: Mapping[str, Any]) -> int:
    """Count a pattern's combinations as EventBridge's guide does: the lengths of all its `$or`, multiplied."""
    number = 1
    for key, value in pattern.items():
        if key == OR:
            number *= len(value) * math.prod(map(combinations, value))
        elif isinstance(value, Mapping):
            number *= combinations(value)
    return number


def wildcards(pattern: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Yield each wildcard of a valid pattern with the path of its key; `$or` is not part of the path."""
    for key, value in pattern.items():
        if isinstance(value, Mapping):
            yield from wildcards(value, f"{path}.{key}")
        elif key == OR:
            yield from (found for alternative in value for found in wildcards(alternative, path))
        else:
            yield from ((f"{path}.{key}", text) for each in value for text in _wildcards_of(each))


def _wildcards_of(matcher: Any) -> list[str]:
    match matcher:
        case {"wildcard": str(text)} | {"anything-but": {"wildcard": str(text)}}:
            return [text]
        case {"anything-but": {"wildcard": texts}}:
            return list(texts)
    return []


def _complexity(pattern: Mapping[str, Any], path: str) -> Iterator[Problem]:
    by_key: dict[str, list[str]] = {}
    for key, wildcard in wildcards(pattern, path):
        by_key.setdefault(key, []).append(wildcard)
    for key, texts in by_key.items():
        if (measured := complexity(texts)) > MAX_COMPLEXITY:
            yield Problem(
                key,
                f"wildcards of complexity {measured} or more",
                f"{MAX_COMPLEXITY}, the number of beginnings of the key's wildcards that one text may match at once: "
                "use fewer wildcards and fewer *, or prefix and suffix; EventBridge rejects a rule that is too complex",
            )


def holds_null(value: Any) -> bool:
    """Return whether a pattern, or a part of one, matches null anywhere."""
    match value:
        case Mapping():
            return any(map(holds_null, value.values()))
        case list():
            return any(map(holds_null, value))
    return value is None


def _object(pattern: Any, path: str, *, inside_or: bool) -> Iterator[Problem]:
    if not isinstance(pattern, Mapping) or not pattern:
        yield Problem(path, as_json(pattern), "an EventBridge pattern: an object with at least one key")
        return
    for key, value in pattern.items():
        where = f"{path}.{key}"
        if key == OR:
            yield from _alternatives(value, where)
        elif inside_or and key in RESERVED:
            yield Problem(where, "a word that EventBridge reserves inside $or", "other keys")
        elif isinstance(value, Mapping):
            yield from _object(value, where, inside_or=inside_or)
        elif isinstance(value, list) and value:
            for index, each in enumerate(value):
                yield from _value(each, f"{where}[{index}]")
        else:
            yield Problem(where, as_json(value), PATTERN)


def _alternatives(patterns: Any, path: str) -> Iterator[Problem]:
    if not isinstance(patterns, list) or len(patterns) < 2:  # noqa: PLR2004 - "at least two"
        yield Problem(path, as_json(patterns), "a list of at least two patterns")
        return
    for index, pattern in enumerate(patterns):
        yield from _object(pattern, f"{path}[{index}]", inside_or=True)


def _value(value: Any, path: str) -> Iterator[Problem]:
    if isinstance(value, Mapping) and len(value) == 1:
        ((match_type, operand),) = value.items()
        where = f"{path}.{match_type}"
        if match_type in MATCH_TYPES:
            yield from MATCH_TYPES[match_type](operand, where)
        else:
            yield Problem(where, "unknown match type", ", ".join(MATCH_TYPES), nearest(match_type, MATCH_TYPES))
    elif isinstance(value, Mapping | list) or (isinstance(value, float) and not math.isfinite(value)):
        allowed = f"text, a number, true, false, null, or an object with one of {', '.join(MATCH_TYPES)}"
        yield Problem(path, as_json(value), allowed)


_Check = Callable[[Any, str], Iterator[Problem]]


def _must(hold: Callable[[Any], bool], allowed: str) -> _Check:
    """Return a check of an operand: `hold` accepts it, or the problem says what is `allowed`."""

    def check(operand: Any, path: str) -> Iterator[Problem]:
        if not hold(operand):
            yield Problem(path, as_json(operand), allowed)

    return check


def _is_affix(operand: Any) -> bool:
    if isinstance(operand, Mapping) and [*operand] == ["equals-ignore-case"]:
        operand = operand["equals-ignore-case"]
    return isinstance(operand, str)  # an empty one matches any text


def _is_block(operand: Any) -> bool:
    block = _BLOCK.fullmatch(operand) if isinstance(operand, str) else None
    return block is not None and int(block[2]) < _bits(block[1])


def _bits(address: str) -> int:
    """Return an address's length in bits; 0 if it is not an address."""
    try:
        # event-ruler is written in Java, which parses 010 as ten.
        parsed = ipaddress.ip_address(re.sub(r"\b0+(?=[0-9])", "", address) if "." in address else address)
    except ValueError:
        return 0
    embedded = isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped  # which Java treats as version 4
    return 32 if embedded else parsed.max_prefixlen


def is_number(value: Any) -> bool:
    """Return whether a value is a JSON number, which true is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_in_range(operand: Any) -> bool:
    if not is_number(operand) or not abs(operand) <= MAX_NUMBER:  # false for NaN, too
        return False
    _, digits, exponent = Decimal(repr(operand)).normalize().as_tuple()
    return len(digits) <= MAX_DIGITS and int(exponent) >= -MAX_DECIMALS


_text = _must(lambda operand: isinstance(operand, str), "text")
_affix = _must(_is_affix, 'text, or {"equals-ignore-case": text}')
_filled_text = _must(lambda operand: isinstance(operand, str) and bool(operand), "text of at least one character")
_wildcard = _must(lambda operand: isinstance(operand, str) and bool(_WILDCARD.fullmatch(operand)), WILDCARD)
_exists = _must(lambda operand: isinstance(operand, bool), "true or false")
_cidr = _must(_is_block, CIDR)
_number = _must(_is_in_range, NUMBER)
_comparison = _must(
    lambda operand: isinstance(operand, str) and operand in {"=", "<", "<=", ">", ">="},
    "a comparison: =, <, <=, > or >=",
)


def _numeric(operand: Any, path: str) -> Iterator[Problem]:
    if not isinstance(operand, list) or len(operand) not in {2, 4}:
        yield Problem(path, as_json(operand), COMPARISONS)
        return
    checks = zip((_comparison, _number) * 2, operand, strict=False)
    faults = [fault for index, (check, each) in enumerate(checks) for fault in check(each, f"{path}[{index}]")]
    yield from faults
    if faults or len(operand) == 2:  # noqa: PLR2004 - one comparison
        return
    low, bottom, high, top = operand
    if low not in {">", ">="} or high not in {"<", "<="}:
        yield Problem(path, as_json(operand), 'a lower end by > or >=, then an upper end by < or <=: [">", 0, "<=", 5]')
    elif bottom >= top:
        yield Problem(path, as_json(operand), "a range whose lower end is below its upper end")


def _anything_but(operand: Any, path: str) -> Iterator[Problem]:
    if isinstance(operand, Mapping) and len(operand) == 1:
        ((match_type, inner),) = operand.items()
        where = f"{path}.{match_type}"
        if match_type not in _NESTED:
            yield Problem(where, "unknown match type in anything-but", ", ".join(_NESTED), nearest(match_type, _NESTED))
        elif isinstance(inner, list) and inner:
            for index, each in enumerate(inner):
                yield from _NESTED[match_type](each, f"{where}[{index}]")
        elif isinstance(inner, str):
            yield from _NESTED[match_type](inner, where)
        else:
            yield Problem(where, as_json(inner), "text, or a list of texts")
        return
    values = operand if isinstance(operand, list) else [operand]
    if values and all(map(is_number, values)):
        for index, each in enumerate(values):
            yield from _number(each, f"{path}[{index}]" if isinstance(operand, list) else path)
    elif not values or not all(isinstance(each, str) for each in values):
        yield Problem(path, as_json(operand), ANYTHING_BUT)


_NESTED: dict[str, _Check] = {
    "prefix": _filled_text,
    "suffix": _filled_text,
    "equals-ignore-case": _text,
    "wildcard": _wildcard,
}
MATCH_TYPES: dict[str, _Check] = {
    **_NESTED,
    "prefix": _affix,
    "suffix": _affix,
    "cidr": _cidr,
    "exists": _exists,
    "numeric": _numeric,
    "anything-but": _anything_but,
    "exactly": _text,
}
