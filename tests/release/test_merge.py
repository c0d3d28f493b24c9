"""Templates of several configurations, merged into one."""

from typing import Any

import pytest

from release.bundle.merge import FULL, NO_VALUE, Lookup, MergeError, Merger
from testing.cloudformation import Resolver

Json = dict[str, Any]

MINUTES = Lookup("Minutes", {"1": "every 1", "5": FULL, "60": "every 60"})
OFF = {
    "HasSlack": frozenset({"without Slack"}),
    "HasChannel": frozenset({"without Slack", "without Channel"}),
    "HasRole": frozenset({"without Role"}),
}
CONDITIONS = {name: {"Fn::Equals": [{"Ref": name}, "yes"]} for name in OFF}
VARIANTS = {FULL, "without Slack", "without Channel", "without Role", "every 1", "every 60"}


def merged(full: Any, **others: Any) -> tuple[Any, Merger]:
    """Merge a value of the full configuration with those of other ones: `without_Slack=…`, `every_1=…`."""
    merger = Merger(OFF, MINUTES)
    given = {name.replace("_", " "): value for name, value in others.items()}
    return merger.merge(
        ("Resources", "Thing01234567", "Key"), {name: given.get(name, full) for name in VARIANTS}
    ), merger


def resolved(value: Any, merger: Merger, variant: str) -> Any:
    """Resolve a merged value as CloudFormation does, for a variant."""
    conditions = {name: "no" if variant in off else "yes" for name, off in OFF.items()}
    minutes = next((key for key, name in MINUTES.variants.items() if name == variant), "5")
    mapping = {key: {name: each[key] for name, each in merger.mapping.items()} for key in MINUTES.variants}
    template = {"Resources": {}, "Outputs": {}, "Mappings": {"Minutes": mapping}, "Conditions": CONDITIONS}
    return Resolver(template, {**conditions, "Minutes": minutes})._value({"is": value}).get("is")


@pytest.mark.parametrize(
    ("full", "others"),
    [
        ("same", {}),
        ("a", {"without_Role": "b"}),
        ("bot", {"without_Channel": "webhook", "without_Slack": "none"}),
        (300, {"every_1": 60, "every_60": 3_600}),
        ("rate(5 minutes)", {"every_1": "rate(1 minute)", "every_60": "rate(1 hour)"}),
        ("for 20 minutes: look", {"every_1": "for 12 minutes: look", "every_60": "for 2 hours 10 minutes: look"}),
        ({"a": 1, "b": 2}, {"without_Role": {"a": 1}}),
        ({"a": 1}, {"without_Role": {"a": 1, "else": 3}}),
        ([1, 2, 3], {"without_Role": [1, 3], "without_Slack": [2, 3], "without_Channel": [2, 3]}),
        (["only"], {"without_Role": "only"}),
        ([1, 2], {"without_Role": [3]}),
        (
            [{"Action": ["x", "y"], "Resource": "a"}, {"Action": "z", "Resource": "b"}],
            {"without_Role": [{"Action": "x", "Resource": "a"}]},
        ),
        (
            {"Fn::Join": ["", [{"Ref": "AWS::Region"}, "/300/", "a" * 80, "/300"]]},
            {
                "every_1": {"Fn::Join": ["", [{"Ref": "AWS::Region"}, "/60/", "a" * 80, "/60"]]},
                "every_60": {"Fn::Join": ["", [{"Ref": "AWS::Region"}, "/3600/", "a" * 80, "/3600"]]},
            },
        ),
        ({"Ref": "A"}, {"without_Role": {"Fn::GetAtt": ["B", "Arn"]}}),
        ("5 5", {"every_1": "1", "every_60": ""}),
    ],
)
def test_a_merged_value_resolves_to_that_of_each_configuration(full: Any, others: Json) -> None:
    """Whatever it is: absent or different, in a list, an object, a text or a function."""
    value, merger = merged(full, **others)
    expected = {variant: others.get(variant.replace(" ", "_"), full) for variant in VARIANTS}
    assert {variant: resolved(value, merger, variant) for variant in VARIANTS} == {
        variant: resolved(each, merger, variant) for variant, each in expected.items()
    }


def test_a_text_is_looked_up_only_where_it_differs() -> None:
    """The template stays readable, and the mapping small."""
    value, merger = merged("rate(5 minutes)", every_1="rate(1 minute)", every_60="rate(1 hour)")
    assert value == {"Fn::Join": ["", ["rate(", {"Fn::FindInMap": ["Minutes", {"Ref": "Minutes"}, "ThingKey"]}, ")"]]}
    assert merger.mapping == {"ThingKey": {"1": "1 minute", "5": "5 minutes", "60": "1 hour"}}


def test_equal_values_share_a_name_and_others_get_numbers() -> None:
    """A mapping's names are unique, and say where the value is first used."""
    merger = Merger(OFF, MINUTES)
    for seconds in (60, 120, 60):
        merger.merge(
            ("Resources", "Thing01234567", "Key"), {FULL: 5 * seconds, "every 1": seconds, "every 60": 60 * seconds}
        )
    assert list(merger.mapping) == ["ThingKey", "ThingKeyN2"]


@pytest.mark.parametrize(
    ("full", "others", "why"),
    [
        (1, {"every_1": 2, "without_Role": 3}, "depends on Minutes and on an option"),
        (1, {"without_Role": 2, "without_Slack": 3, "without_Channel": 3}, "depends on several options"),
        ({"a": 1}, {"every_1": {}}, "is the same in every 1, which no option explains"),
        ({"Ref": "A"}, {"every_1": {"Ref": "B"}}, "no text or number"),
    ],
)
def test_what_would_be_guessed_is_refused(full: Any, others: Json, why: str) -> None:
    """The error says where the templates differ."""
    with pytest.raises(MergeError, match=rf"^Resources\.Thing01234567\.Key.*: .*{why}"):
        merged(full, **others)


def merged_resources(**variants: Json) -> Json:
    """Merge resources of the full configuration, `full=…`, and of others, `without_Role=…`."""
    given = {name.replace("_", " "): each for name, each in variants.items()}
    return Merger(OFF, MINUTES).resources("Resources", {name: given.get(name, given[FULL]) for name in VARIANTS})


def test_a_resource_that_an_option_adds_has_its_condition() -> None:
    """As an attribute, since a resource cannot be a function."""
    resources = merged_resources(full={"A": {"Type": "X"}, "B": {"Type": "Y"}}, without_Role={"A": {"Type": "X"}})
    assert resources == {"A": {"Type": "X"}, "B": {"Type": "Y", "Condition": "HasRole"}}


def test_a_resource_that_an_option_removes_is_refused() -> None:
    """There is no condition for the opposite of an option."""
    with pytest.raises(MergeError, match=r"^Resources\.B: "):
        merged_resources(full={}, without_Role={"B": {"Type": "Y"}})


def test_a_dependency_on_a_resource_with_a_condition_is_in_the_metadata() -> None:
    """`DependsOn` may name only resources that exist, and has no functions."""
    one = {"Type": "X", "DependsOn": ["A"]}
    resources = merged_resources(full={"C": {**one, "DependsOn": ["A", "B"]}}, without_Role={"C": one})
    assert resources["C"] == {**one, "Metadata": {"DependsOn": [{"Fn::If": ["HasRole", {"Ref": "B"}, NO_VALUE]}]}}
    only = merged_resources(full={"C": {"Type": "X", "DependsOn": ["B"]}}, without_Role={"C": {"Type": "X"}})
    assert only["C"].keys() == {"Type", "Metadata"}
