"""EventBridge's grammar of event patterns, compared with AWS's own verdicts."""

import copy
import json
from ipaddress import IPv6Address
from typing import Any

import pytest
from aws_cdk.assertions import Template
from hypothesis import assume, given
from hypothesis import strategies as st

from outposts_order_notifier.cdk.event_pattern import (
    MAX_CHARACTERS,
    MAX_COMBINATIONS,
    RESERVED,
    combinations,
    holds_null,
    length_problem,
    problems,
    text_of,
    wildcards,
)
from outposts_order_notifier.cdk.wildcards import MAX_COMPLEXITY, complexity
from testing.event_patterns import ROWS, Row

Json = dict[str, Any]

# Patterns that EventBridge accepts, generated from its grammar.
texts = st.text(max_size=6)
filled = st.text(min_size=1, max_size=6)
numbers = st.integers(-5_000_000_000, 5_000_000_000) | st.decimals(-4e9, 4e9, places=4).map(float)
parts = st.lists(st.sampled_from(["a", "Zürich", "\\*", "\\\\", "\n"]), min_size=1, max_size=3).map("".join)
starred = st.builds(
    lambda inside, first, last: first + "*".join(inside) + last,
    st.lists(parts, min_size=1, max_size=3),
    *[st.sampled_from(["", "*"])] * 2,
)
ranges = st.builds(
    lambda ends, low, high: [low, min(ends), high, max(ends)],
    st.lists(numbers, min_size=2, max_size=2, unique=True),
    st.sampled_from([">", ">="]),
    st.sampled_from(["<", "<="]),
)
comparisons = st.tuples(st.sampled_from(["=", "<", "<=", ">", ">="]), numbers).map(list)
blocks = st.builds("{}/{}".format, st.ip_addresses(v=4), st.integers(0, 31)) | st.builds(
    lambda address, bits: f"{address.exploded}/{bits}",
    st.ip_addresses(v=6).filter(lambda address: not IPv6Address(address).ipv4_mapped),
    st.integers(0, 127),
)


def one_or_several(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Generate a value, or a list of some."""
    return values | st.lists(values, min_size=1, max_size=3)


affixes = texts | texts.map(lambda text: {"equals-ignore-case": text})
nested = [
    ("prefix", one_or_several(filled)),
    ("suffix", one_or_several(filled)),
    ("equals-ignore-case", one_or_several(texts)),
    ("wildcard", one_or_several(starred)),
]
matchers = st.one_of(
    affixes.map(lambda affix: {"prefix": affix}),
    affixes.map(lambda affix: {"suffix": affix}),
    texts.map(lambda text: {"equals-ignore-case": text}),
    starred.map(lambda text: {"wildcard": text}),
    blocks.map(lambda block: {"cidr": block}),
    st.booleans().map(lambda there: {"exists": there}),
    (comparisons | ranges).map(lambda terms: {"numeric": terms}),
    (one_or_several(texts) | one_or_several(numbers)).map(lambda values: {"anything-but": values}),
    *(st.fixed_dictionaries({"anything-but": st.fixed_dictionaries({name: inner})}) for name, inner in nested),
)
literals = st.none() | st.booleans() | texts | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
leaves = st.lists(literals | matchers, min_size=1, max_size=3)
keys = st.text(min_size=1, max_size=6).filter(lambda key: key != "$or" and key not in RESERVED)


def objects(inside: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """Generate objects in a pattern, some of them with `$or`."""
    plain = st.dictionaries(keys, inside, min_size=1, max_size=3)
    either = st.lists(plain, min_size=2, max_size=3).map(lambda alternatives: {"$or": alternatives})
    return plain | st.builds(lambda one, other: {**one, **other}, plain, either)


patterns = objects(st.recursive(leaves, objects, max_leaves=6))

# Values that no list in a pattern may contain.
BROKEN: list[Any] = [
    [],
    ["a list"],
    {},
    {"prefx": "a"},
    {"prefix": "a", "suffix": "b"},
    {"prefix": 5},
    {"suffix": ["a"]},
    {"prefix": {"wildcard": "a*"}},
    {"equals-ignore-case": None},
    {"wildcard": "a**b"},
    {"wildcard": "a\\b"},
    {"wildcard": "a\\"},
    {"cidr": "10.0.0.0"},
    {"cidr": "10.0.0.0/32"},
    {"cidr": "10.0.0.256/8"},
    {"exists": "true"},
    {"numeric": [">", 5, "<", 1]},
    {"numeric": [">=", 5, "<=", 5]},
    {"numeric": ["<", 5, ">", 1]},
    {"numeric": ["=", 5, "<", 6]},
    {"numeric": ["=", "5"]},
    {"numeric": ["==", 5]},
    {"numeric": [">", 5_000_000_001]},
    {"numeric": ["<", 0.0000001]},
    {"anything-but": ["a", 1]},
    {"anything-but": []},
    {"anything-but": None},
    {"anything-but": {"prefix": ""}},
    {"anything-but": {"suffix": ["a", ""]}},
    {"anything-but": {"wildcard": "**"}},
    {"anything-but": {"exists": True}},
    float("nan"),
]


def places(pattern: Json, path: str = "p") -> dict[str, tuple[Any, Any]]:
    """Find all objects, lists of values and `$or` in a pattern: path → what contains it, and its key there."""
    found: dict[str, tuple[Any, Any]] = {}
    for key, value in pattern.items():
        found[f"{path}.{key}"] = (pattern, key)
        if isinstance(value, dict):
            found |= places(value, f"{path}.{key}")
        elif key == "$or":
            for index, alternative in enumerate(value):
                found |= places(alternative, f"{path}.$or[{index}]")
    return found


def simple(pattern: Json) -> bool:
    """Return whether all wildcards in a pattern are simple enough together, as if they had one key."""
    return complexity([text for _, text in wildcards(pattern, "p")]) <= MAX_COMPLEXITY


class TestVerdicts:
    """The check, compared with AWS's verdicts."""

    @pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
    def test_rejects_only_what_event_bridge_rejects(self, row: Row) -> None:
        """PutRule would have the same verdict on each pattern in the table."""
        assert bool([*problems(row.pattern, "p")]) == row.refused

    def test_the_table_has_enough_of_each_verdict(self) -> None:
        """A table that lost its rows would prove nothing."""
        assert len([row for row in ROWS if row.refused]) >= 60
        assert len([row for row in ROWS if {matches for _, matches in row.verdicts} == {True, False}]) >= 60


def test_event_bridge_accepts_each_pattern_of_the_stack(full: Template) -> None:
    """An invalid pattern of a rule or the archive would only fail when it is deployed."""
    patterns = [
        resource["Properties"]["EventPattern"]
        for kind in ("AWS::Events::Rule", "AWS::Events::Archive")
        for resource in full.find_resources(kind).values()
    ]
    assert len(patterns) >= 3
    for pattern in patterns:
        if "resources" in pattern:  # ARNs of alarms, which CloudFormation fills in
            pattern["resources"] = [str(each) for each in pattern["resources"]]
    assert [problem for pattern in patterns for problem in problems(pattern, "pattern")] == []


class TestGrammar:
    """The check, compared with patterns generated from the grammar."""

    @given(pattern=patterns)
    def test_accepts_everything_that_the_grammar_generates(self, pattern: Json) -> None:
        """Nobody is denied a pattern that EventBridge accepts."""
        assume(combinations(pattern) <= MAX_COMBINATIONS and simple(pattern))
        assert [*problems(pattern, "p")] == []

    @given(pattern=patterns, data=st.data())
    def test_names_the_place_of_each_mistake(self, pattern: Json, data: st.DataObject) -> None:
        """One broken rule results in one line that names its path."""
        pattern = copy.deepcopy(pattern)
        path, (holder, key) = data.draw(st.sampled_from(sorted(places(pattern).items(), key=lambda item: item[0])))
        if key == "$or":
            holder[key] = data.draw(st.sampled_from([[], holder[key][:1], {}, "a", ["a", "b"], [{}, {}]]))
        elif isinstance(holder[key], dict):
            holder[key] = data.draw(st.sampled_from([{}, [], "a", None, {"a": 5}]))
        else:
            wrong = data.draw(st.sampled_from(BROKEN))
            holder[key] = data.draw(st.sampled_from([[], "a", 5, None, [wrong], ["a", wrong], {"b": [wrong]}]))
        (found, *_) = problems(pattern, "p")
        assert found.path.startswith(path)
        assert found.allowed
        assert "\n" not in f"{found.given}{found.allowed}".replace(json.dumps("\n"), "")

    @given(word=st.sampled_from(sorted(RESERVED)), pattern=patterns)
    def test_rejects_reserved_words_only_inside_or(self, word: str, pattern: Json) -> None:
        """A key elsewhere may have such a name."""
        assume(combinations(pattern) <= MAX_COMBINATIONS / 2 and simple(pattern))
        assert [*problems({word: pattern}, "p")] == []
        (found,) = problems({"$or": [pattern, {word: ["a"]}]}, "p")
        assert found.path == f"p.$or[1].{word}"

    @given(
        value=st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["$or", "numeric"]), inner),
        )
    )
    def test_judges_any_value(self, value: Any) -> None:
        """No JSON makes the check fail."""
        for found in problems(value, "p"):
            assert found.path.startswith("p")


class TestComplexity:
    """The limit of wildcards."""

    @pytest.mark.parametrize(
        ("texts", "measured"),
        [
            (["*"], 2),
            (["abc"], 1),
            (["abc*"], 2),
            (["us-*", "eu-*"], 2),
            (["*run*"], 3),
            (["*aa"], 3),
            (["a*b*bb"], 5),
            (["*ab*ad"], 4),
            (["ab*cd", "ab*wx", "ab*yz"], 6),
            (["\\*\\\\*"], 2),
            (["*é", "*è"], 4),
            (["/Users/*/dir/dir/dir/dir/dir/doc.txt"], 7),
            (["*:stack/Shared/*", "*:stack/Tracker/*", "*:stack/Driver/*"], 9),
            ([], 0),
        ],
    )
    def test_is_measured_as_by_event_ruler(self, texts: list[str], measured: int) -> None:
        """The values are those of its Machine.evaluateComplexity."""
        assert complexity(texts) == measured

    def test_is_reported_with_key_number_and_limit(self) -> None:
        """In one line."""
        (found,) = problems({"a": {"b": [{"wildcard": "*a*b" * 20}], "c": [{"wildcard": "a*"}]}}, "p")
        assert (found.path, found.given) == ("p.a.b", "wildcards of complexity 10 or more")
        assert found.allowed.startswith(f"{MAX_COMPLEXITY}, ")

    @given(texts=st.lists(st.text("ab0*\\", max_size=300).filter(lambda text: "**" not in text), max_size=6))
    def test_is_never_lower_with_more_wildcards(self, texts: list[str]) -> None:
        """However long they are."""
        most = max((complexity([text]) for text in texts), default=0)
        assert complexity(texts) >= min(most, MAX_COMPLEXITY + 1)


class TestLength:
    """The quota of a pattern's size."""

    def pattern(self, length: int) -> Json:
        """Return a pattern whose text has this many characters."""
        return {"a": ["x" * (length - len('{"a":[""]}'))]}

    def test_the_longest_is_accepted_and_one_more_is_not(self) -> None:
        """EventBridge's quota counts characters: one beyond ASCII is written as JSON's escape, which has six."""
        assert MAX_CHARACTERS == 2_048
        assert length_problem(self.pattern(2_048), "p") is None
        assert length_problem({"a": ["ü" * 339]}, "p") is None
        assert length_problem({"a": ["ü" * 340]}, "p") is not None
        problem = length_problem(self.pattern(2_049), "p")
        assert problem is not None
        assert "2,049 characters" in problem.given
        assert problem.allowed.startswith("2,048 ")

    def test_the_text_is_as_short_as_json_can_be(self) -> None:
        """White space would count."""
        assert text_of({"a": ["x", None], "b": [{"exists": True}]}) == '{"a":["x",null],"b":[{"exists":true}]}'


@pytest.mark.parametrize(
    ("pattern", "holds"),
    [
        ({"a": ["null"]}, False),
        ({"a": [None]}, True),
        ({"a": {"b": ["x", None]}}, True),
        ({"$or": [{"a": ["x"]}, {"b": {"c": [None]}}]}, True),
        ({"$or": [{"a": ["x"]}, {"b": [{"exists": False}]}]}, False),
    ],
)
def test_null_is_found_anywhere(pattern: Json, holds: bool) -> None:
    """A pattern with null cannot be an object in a template."""
    assert holds_null(pattern) is holds


def test_combinations_are_the_product_of_the_lengths_of_or() -> None:
    """As EventBridge's guide counts them: nested ones too, although event-ruler creates fewer rules for those."""
    three = [{key: [1]} for key in "abc"]
    assert combinations({"a": [1]}) == 1
    assert combinations({"$or": three, "x": {"$or": three}}) == 9
    assert combinations({"$or": [{"a": [1]}, {"$or": three}]}) == 6
