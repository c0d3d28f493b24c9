"""What an upgrade must keep of a released template. testing/upgrades.py compares it with the current one."""

from collections.abc import Mapping
from typing import Any

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
    names = {*unchangeable(resource["Type"]), "GlobalSecondaryIndexes"}
    return {name: value for name, value in properties.items() if name in names}


def unchangeable(resource_type: str) -> list[str]:
    """Return the properties whose change makes CloudFormation replace the resource, or fail."""
    # It takes two seconds to import, and has no types.
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped] # noqa: PLC0415

    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema
    paths = [*schema.get("createOnlyProperties", ()), *schema.get("conditionalCreateOnlyProperties", ())]
    return sorted({path.split("/")[2] for path in paths})
