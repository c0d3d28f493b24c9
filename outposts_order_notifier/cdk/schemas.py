"""The events' schemas in the EventBridge schema registry, for subscribers' tools."""

import json
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_eventschemas as eventschemas
from constructs import Construct

from outposts_order_notifier.cdk.configuration_schema import regions
from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES, event_schema, registry_name

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html
MOST_OPERANDS = 10


class Schemas(Construct):
    """The registry with a schema for each type of event; empty in a region without the service."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str) -> None:
        super().__init__(scope, construct_id)
        region, available = cdk.Stack.of(self).region, sorted(regions("schemas"))
        condition = None
        if cdk.Token.is_unresolved(region):
            condition = cdk.CfnCondition(self, "Available", expression=_is_one_of(region, available))
        elif region not in available:
            return
        registry = eventschemas.CfnRegistry(
            self, "Registry", registry_name=name, description="The events of the Outposts order notifier"
        )
        registry.cfn_options.condition = condition
        for detail_type in DETAIL_TYPES:
            schema = eventschemas.CfnSchema(
                self,
                detail_type.keys.__name__,
                registry_name=registry.attr_registry_name,
                schema_name=registry_name(detail_type),
                type="JSONSchemaDraft4",
                description=detail_type.keys.__doc__,
                content=json.dumps(event_schema(detail_type), separators=(",", ":")),
            )
            schema.cfn_options.condition = condition


def _is_one_of(text: str, values: Sequence[str]) -> cdk.ICfnConditionExpression:
    """Return the condition that a text, known only at deployment, is one of several values."""
    if len(values) == 1:
        return cdk.Fn.condition_equals(text, values[0])
    size = -(-len(values) // MOST_OPERANDS)
    return cdk.Fn.condition_or(
        *(_is_one_of(text, values[start : start + size]) for start in range(0, len(values), size))
    )
