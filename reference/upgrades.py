"""The check that the current template can be deployed over a released one without losing anything."""

from collections.abc import Iterator, Mapping
from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped] # it has none

Json = dict[str, Any]

# What is lost if the resource is replaced. CloudFormation's schemas have each type's properties that cannot change.
KEPT = {
    "AWS::DynamoDB::GlobalTable": "its items",
    "AWS::Events::Archive": "its events",
    "AWS::Events::EventBus": "its subscribers' rules",
    "AWS::EventSchemas::Registry": "its schemas' versions",
    "AWS::EventSchemas::Schema": "its versions",
    "AWS::IAM::Role": "the trust of other accounts' roles, which name it",
    "AWS::Lambda::Function": "its name, which people use to invoke it",
    "AWS::Logs::LogGroup": "its logs",
    "AWS::SNS::Subscription": "its confirmation, which would be requested again",
    "AWS::SNS::Topic": "its subscriptions",
    "AWS::SQS::Queue": "its messages",
    "AWS::SSM::Parameter": "its name, which other stacks use to read it",
}
NAMED = {"AWS::CloudWatch::Alarm": "AlarmName", "AWS::CloudWatch::Dashboard": "DashboardName"}
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-dynamodb-gsi.html
INDEX = ("KeySchema", "Projection")


def kept(template: Mapping[str, Any]) -> Json:
    """Return what an upgrade must keep of a template."""
    resources = {
        name: {"Type": resource["Type"], "Properties": _lasting(resource)}
        for name, resource in template["Resources"].items()
        if resource["Type"] in KEPT.keys() | NAMED
    }
    return {"Resources": resources, "Outputs": sorted(template["Outputs"])}


def _lasting(resource: Json) -> Json:
    properties: Json = resource.get("Properties", {})
    names = {*_unchangeable(resource["Type"]), "GlobalSecondaryIndexes"}
    return {name: value for name, value in properties.items() if name in names}


def hindrances(released: Json, today: Json) -> Iterator[str]:
    """Describe what an upgrade to the current template would lose, and what to do instead.

    Args:
        released: What must be kept of the release (`kept`).
        today: The same for the current template with the same configuration.
    """
    for name, old in released["Resources"].items():
        new = today["Resources"].get(name)
        if old["Type"] in NAMED:
            yield from _moved(name, old, today["Resources"])
        elif new is None or new["Type"] != old["Type"]:
            yield (
                f"{name} ({old['Type']}) is no longer in the template: an upgrade would lose {KEPT[old['Type']]}. "
                "Keep its construct's id and place"
            )
        else:
            yield from _changed(name, old, new)
    for name in released["Outputs"]:
        if name not in today["Outputs"]:
            yield f"the output {name} is missing: other stacks and tools read it. Keep it"


def _changed(name: str, old: Json, new: Json) -> Iterator[str]:
    before, after = old["Properties"], new["Properties"]
    for key in _unchangeable(old["Type"]):
        if before.get(key) != after.get(key):
            yield (
                f"{name}'s {key} would change from {before.get(key)} to {after.get(key)}: CloudFormation would replace "
                f"it, which loses {KEPT[old['Type']]}. Leave it as it was, or add another resource"
            )
    indexes, today = _indexes(before), _indexes(after)
    for index in indexes.keys() & today.keys():
        for key in INDEX:
            if indexes[index][key] != today[index][key]:
                yield (
                    f"{name}'s index {index} changes its {key} from {indexes[index][key]} to {today[index][key]}. "
                    "CloudFormation cannot change an index: leave it as it was, add one with another name in one "
                    "release, and remove the old one in a later one"
                )
    if len(different := indexes.keys() ^ today.keys()) > 1:
        yield (
            f"{name}'s indexes {', '.join(sorted(different))} are added or removed at once: DynamoDB can do one per "
            "update. Spread them over releases, and document through which ones an upgrade must go"
        )


def _moved(name: str, old: Json, resources: Mapping[str, Json]) -> Iterator[str]:
    """Describe another resource's use of the name: CloudFormation creates the new one first, which fails."""
    key = NAMED[old["Type"]]
    for other, new in resources.items():
        same = new["Type"] == old["Type"] and new["Properties"].get(key) == old["Properties"].get(key)
        if same and other != name:
            yield (
                f"{other} has the name {old['Properties'][key]} of {name}: CloudFormation creates the new one before "
                "it deletes the old one, which fails. Keep the construct's id, or choose another name"
            )


def _indexes(properties: Json) -> dict[str, Json]:
    return {index["IndexName"]: index for index in properties.get("GlobalSecondaryIndexes", [])}


def _unchangeable(resource_type: str) -> list[str]:
    """Return the properties whose change makes CloudFormation replace the resource, or fail."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema
    paths = [*schema.get("createOnlyProperties", ()), *schema.get("conditionalCreateOnlyProperties", ())]
    return sorted({path.split("/")[2] for path in paths})
