"""Merge the templates of several configurations into one, which has conditions and look-ups where they differ. Pure.

One configuration has every option. Each other one lacks some of the options, or has another value of the one setting
that is looked up. A part that differs in several ways at once is refused, not guessed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = Any
Path = tuple[str, ...]

FULL = "full"  # the variant with every option, and with the looked-up setting's usual value
NO_VALUE = {"Ref": "AWS::NoValue"}
_HASH = re.compile(r"[0-9A-F]{8}$")  # which the CDK appends to a logical id
MAX_MIDDLE = 60  # characters: a text that differs in one short place has one look-up there


class MergeError(Exception):
    """The templates differ in a way for which the merged template would have to guess."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{'.'.join(path)}: {why}")


@dataclass(frozen=True, slots=True)
class Lookup:
    """The setting that is looked up in a mapping by a parameter's value.

    Attributes:
        parameter: The parameter.
        variants: The variant of each of its values; `FULL` for the usual one.
    """

    parameter: str
    variants: Mapping[str, str]


@dataclass(slots=True)
class Merger:
    """Merges values, each by its variant.

    Attributes:
        off: The variants in which a condition is false, by the condition's name.
        lookup: The setting that is looked up.
        mapping: What the template's mapping has to contain: values by name, by the parameter's value.
    """

    off: Mapping[str, frozenset[str]]
    lookup: Lookup
    mapping: dict[str, dict[str, Json]] = field(default_factory=dict)

    def resources(self, section: str, values: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
        """Merge the resources or outputs, which have their condition as an attribute."""
        merged = {}
        for name in _keys(values.values()):
            present = {variant: value[name] for variant, value in values.items() if name in value}
            one = self.merge((section, name), present)
            one = self._with_dependencies((section, name), present, one)
            if absent := values.keys() - present.keys():
                condition, negated = self._condition((section, name), absent, values.keys())
                if negated or "Condition" in one:
                    raise MergeError((section, name), "would need a condition besides an option's")
                one = {**one, "Condition": condition}
            merged[name] = one
        return merged

    def merge(self, path: Path, values: Mapping[str, Json]) -> Json:
        """Merge one part of the templates.

        Args:
            path: Where it is in the template.
            values: It, by variant; at least one.

        Raises:
            MergeError: The merged value would have to guess.
        """
        given = list(values.values())
        if all(value == given[0] for value in given):
            return given[0]
        if all(isinstance(value, dict) and not _is_function(value) for value in given):
            return self._object(path, values)
        if all(isinstance(value, list) for value in given):
            return self._list(path, values)
        return self._choice(path, values)

    def _with_dependencies(self, path: Path, values: Mapping[str, Json], merged: Json) -> Json:
        """Return a merged resource whose dependencies on resources with a condition are conditional as well.

        `DependsOn` has no functions, and may name only what exists: cfn-lint's E3005. A reference in the metadata is a
        dependency, too.
        """
        lists = {variant: value.get("DependsOn", []) for variant, value in values.items()}
        always = [name for name in _keys(lists.values()) if all(name in each for each in lists.values())]
        sometimes = [name for name in _keys(lists.values()) if name not in always]
        if not sometimes:
            return merged
        references = []
        for name in sometimes:
            absent = [variant for variant, each in lists.items() if name not in each]
            references.append(self._if((*path, "DependsOn"), absent, values, {"Ref": name}, NO_VALUE))
        rest = {key: value for key, value in merged.items() if key != "DependsOn"}
        metadata = {**merged.get("Metadata", {}), "DependsOn": references}
        return {**rest, **({"DependsOn": always} if always else {}), "Metadata": metadata}

    def _object(self, path: Path, values: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
        merged = {}
        for key in _keys(values.values()):
            present = {variant: value[key] for variant, value in values.items() if key in value}
            one = self.merge((*path, key), present)
            absent = values.keys() - present.keys()
            merged[key] = self._if((*path, key), absent, values.keys(), one, NO_VALUE) if absent else one
        return merged

    def _list(self, path: Path, values: Mapping[str, list[Json]]) -> Json:
        longest = max(values.values(), key=len)
        entries: list[dict[str, Json]] = [{} for _ in longest]
        for variant, value in values.items():
            left_out = _left_out(longest, value) if len(value) < len(longest) else []
            if left_out is None:
                return self._choice(path, values)
            indexes = [index for index in range(len(longest)) if index not in left_out]
            for index, one in zip(indexes, value, strict=True):
                entries[index][variant] = one
        merged = []
        for index, present in enumerate(entries):
            here = (*path, str(index))
            one, absent = self.merge(here, present), values.keys() - present.keys()
            merged.append(self._if(here, absent, values, one, NO_VALUE) if absent else one)
        return merged

    def _choice(self, path: Path, values: Mapping[str, Json]) -> Json:
        """Choose among values that cannot be merged further: by the setting, or by options that need each other."""
        usual = values.get(FULL, next(iter(values.values())))
        different = {variant for variant, value in values.items() if value != usual}
        if not different:
            return usual
        by_setting = {key: variant for key, variant in self.lookup.variants.items() if variant in values}
        if different <= set(by_setting.values()):
            return self._looked_up(path, {key: values[variant] for key, variant in by_setting.items()})
        if different & set(by_setting.values()):
            raise MergeError(path, f"depends on {self.lookup.parameter} and on an option")
        off = {name: each & values.keys() for name, each in self.off.items() if each & different}
        outermost = min(off, key=lambda name: len(off[name]))
        if any(not off[outermost] <= each for each in off.values()):
            raise MergeError(path, f"depends on several options: {', '.join(sorted(off))}")
        without = {variant: values[variant] for variant in off[outermost]}
        rest = {variant: value for variant, value in values.items() if variant not in without}
        return self._if(path, without.keys(), values.keys(), self.merge(path, rest), self.merge(path, without))

    def _if(self, path: Path, false: Iterable[str], among: Iterable[str], then: Json, otherwise: Json) -> Json:
        condition, negated = self._condition(path, false, among)
        return {"Fn::If": [condition, otherwise, then] if negated else [condition, then, otherwise]}

    def _condition(self, path: Path, false: Iterable[str], among: Iterable[str]) -> tuple[str, bool]:
        """Return the condition that is false in just these variants, or true in just these (negated)."""
        false, among = set(false), set(among)
        for name, each in self.off.items():
            if each & among in (false, among - false):
                return name, each & among != false
        raise MergeError(path, f"is the same in {', '.join(sorted(false))}, which no option explains")

    def _looked_up(self, path: Path, values: Mapping[str, Json]) -> Json:
        texts = {key: _parts(value) for key, value in values.items()}
        if any(parts is None for parts in texts.values()):
            return self._find(path, values)
        tokens = {key: [token for part in parts or () for token in _tokens(part)] for key, parts in texts.items()}
        start = _common(list(tokens.values()))
        end = _common([each[start:][::-1] for each in tokens.values()])
        middles = {key: each[start : len(each) - end] for key, each in tokens.items()}
        short = {key: _joined(each) for key, each in middles.items()}
        one_place = all(isinstance(each, str) and len(each) <= MAX_MIDDLE for each in short.values())
        if one_place or len({len(each) for each in middles.values()}) > 1:
            differing = [self._find(path, short)]
        else:
            columns = zip(*middles.values(), strict=True)
            differing = [self._one(path, dict(zip(middles, column, strict=True))) for column in columns]
        any_of = next(iter(tokens.values()))
        return _joined([*any_of[:start], *differing, *any_of[len(any_of) - end :]])

    def _one(self, path: Path, values: Mapping[str, Json]) -> Json:
        usual, *others = values.values()
        return usual if all(each == usual for each in others) else self._find(path, values)

    def _find(self, path: Path, values: Mapping[str, Json]) -> Json:
        """Return the look-up of values, which those with the same values share."""
        if any(isinstance(value, dict | list) for value in values.values()):
            raise MergeError(path, f"depends on {self.lookup.parameter}, and is no text or number")
        name = next((each for each, known in self.mapping.items() if known == values), None)
        if name is None:
            name = self._new_name(path)
            self.mapping[name] = dict(values)
        return {"Fn::FindInMap": [self.lookup.parameter, {"Ref": self.lookup.parameter}, name]}

    def _new_name(self, path: Path) -> str:
        words = [_HASH.sub("", path[1]), *(each for each in path[2:] if each != "Properties")]
        name = "".join(re.sub(r"\W", "", each[:1].upper() + each[1:]) for each in words)
        taken = [each for each in self.mapping if re.fullmatch(rf"{name}(N\d+)?", each)]
        return f"{name}N{len(taken) + 1}" if taken else name


def _keys(values: Iterable[Iterable[str]]) -> list[str]:
    """Return all keys, each once, in the order in which they first appear."""
    return list(dict.fromkeys(key for value in values for key in value))


def _is_function(value: Mapping[str, Json]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))


def _left_out(longer: Sequence[Json], shorter: Sequence[Json]) -> list[int] | None:
    """Return the indexes of what a shorter list leaves out of a longer one; None if it has anything else."""
    left_out, position = [], 0
    for index, value in enumerate(longer):
        if position < len(shorter) and _alike(shorter[position], value):
            position += 1
        else:
            left_out.append(index)
    return left_out if position == len(shorter) else None


def _alike(one: Json, other: Json) -> bool:
    """Return whether two entries are equal, or statements of a policy that only allow different actions."""
    if isinstance(one, dict) and isinstance(other, dict) and "Action" in one and "Action" in other:
        return {**one, "Action": None} == {**other, "Action": None}
    return bool(one == other)


def _parts(value: Json) -> list[Json] | None:
    """Return the parts that a text is joined from; None if it is not a text."""
    match value:
        case str():
            return [value]
        case {"Fn::Join": ["", list(parts)]}:
            return parts
    return None


def _tokens(part: Json) -> list[Json]:
    return re.findall(r"\w+|\W", part) if isinstance(part, str) else [part]


def _joined(parts: Sequence[Json]) -> Json:
    """Return a text of parts, with neighbouring texts as one."""
    merged: list[Json] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    match merged:
        case []:
            return ""
        case [str() as text]:
            return text
        case [dict() as function]:
            return function
    return {"Fn::Join": ["", merged]}


def _common(texts: Sequence[Sequence[Json]]) -> int:
    """Return how many tokens all texts begin with."""
    for index, tokens in enumerate(zip(*texts, strict=False)):
        if any(token != tokens[0] for token in tokens):
            return index
    return min(map(len, texts))
