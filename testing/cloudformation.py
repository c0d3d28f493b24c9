"""Resolve a template as CloudFormation does; what only a deployment knows stays as `${Resource.Attribute}`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Json = dict[str, Any]

_NOTHING = object()
OTHER_ATTRIBUTES = {"Condition", "DependsOn", "Metadata"}


@dataclass(frozen=True)
class Resolver:
    """A template, and the values of its parameters and of CloudFormation's own.

    Attributes:
        template: The template.
        values: By the parameter's name, also `AWS::Region` and the like; defaults are the template's.
    """

    template: Mapping[str, Any]
    values: Mapping[str, Any]

    def resolved(self) -> Json:
        """Return the resources and outputs that there are, with their properties resolved."""
        return {section: self._existing(self.template[section]) for section in ("Resources", "Outputs")}

    def violated(self) -> list[str]:
        """Return the descriptions of the rules that the values violate."""
        return [
            assertion["AssertDescription"]
            for rule in self.template.get("Rules", {}).values()
            if self._holds(rule.get("RuleCondition", {"Fn::Equals": ["", ""]}))
            for assertion in rule["Assertions"]
            if not self._holds(assertion["Assert"])
        ]

    @cached_property
    def _values(self) -> Mapping[str, Any]:
        defaults = {name: each.get("Default") for name, each in self.template.get("Parameters", {}).items()}
        return {**defaults, **self.values}

    def _existing(self, section: Mapping[str, Json]) -> Json:
        existing = {}
        for name, each in section.items():
            if self._exists(each):
                resolved = self._value({key: value for key, value in each.items() if key not in OTHER_ATTRIBUTES})
                dependencies = self._value(each.get("DependsOn", [])) + self._by_metadata(each)
                existing[name] = {**resolved, **({"DependsOn": sorted(dependencies)} if dependencies else {})}
        return existing

    def _by_metadata(self, each: Json) -> list[str]:
        """Return the names of resources on which one depends by a reference in its metadata."""
        return [
            text.removeprefix("${").removesuffix("}")
            for text in self._value(each.get("Metadata", {}).get("DependsOn", []))
        ]

    def _exists(self, each: Json) -> bool:
        return "Condition" not in each or self._holds({"Condition": each["Condition"]})

    def _holds(self, condition: Any) -> bool:
        match condition:
            case {"Condition": name}:
                return self._holds(self.template["Conditions"][name])
            case {"Fn::Equals": [left, right]}:
                return str(self._value(left)) == str(self._value(right))
            case {"Fn::Not": [one]}:
                return not self._holds(one)
            case {"Fn::And": several}:
                return all(map(self._holds, several))
            case {"Fn::Or": several}:
                return any(map(self._holds, several))
        raise AssertionError(condition)

    def _value(self, value: Any) -> Any:  # noqa: C901, PLR0911 - one for each function
        match value:
            case {"Ref": "AWS::NoValue"}:
                return _NOTHING
            case {"Ref": name}:
                return self._values.get(name, f"${{{name}}}")
            case {"Fn::GetAtt": [name, attribute]}:
                return f"${{{name}.{attribute}}}"
            case {"Fn::If": [condition, then, otherwise]}:
                return self._value(then if self._holds({"Condition": condition}) else otherwise)
            case {"Fn::FindInMap": [mapping, key, name]}:
                return self.template["Mappings"][mapping][str(self._value(key))][name]
            case {"Fn::Join": [delimiter, parts]}:
                return str(delimiter).join(self._value(part) for part in parts)
            case {"Fn::Split": [delimiter, text]}:
                return self._value(text).split(delimiter)
            case {"Fn::Select": [index, parts]}:
                return self._value(parts)[int(index)]
            case dict():
                assert not [key for key in value if key.startswith("Fn::")], value
                resolved = {key: self._value(each) for key, each in value.items()}
                return {key: each for key, each in resolved.items() if each is not _NOTHING}
            case list():
                return [each for each in map(self._value, value) if each is not _NOTHING]
        return value
