"""The events' schemas in the EventBridge schema registry, for subscribers' tools."""

import json

import aws_cdk as cdk
from aws_cdk import aws_eventschemas as eventschemas
from constructs import Construct

from outposts_order_notifier.cdk.configuration_schema import regions
from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES, event_schema, registry_name


class Schemas(Construct):
    """The registry with a schema for each type of event; empty in a region without the service."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str) -> None:
        super().__init__(scope, construct_id)
        if cdk.Stack.of(self).region not in regions("schemas"):
            return
        registry = eventschemas.CfnRegistry(
            self, "Registry", registry_name=name, description="The events of the Outposts order notifier"
        )
        for detail_type in DETAIL_TYPES:
            eventschemas.CfnSchema(
                self,
                detail_type.keys.__name__,
                registry_name=registry.attr_registry_name,
                schema_name=registry_name(detail_type),
                type="JSONSchemaDraft4",
                description=detail_type.keys.__doc__,
                content=json.dumps(event_schema(detail_type), separators=(",", ":")),
            )
