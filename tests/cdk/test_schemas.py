"""The events' schemas in the template."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Template
from jsonschema import Draft4Validator

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES, event_schema
from testing.synthesis import template_of

SCHEMA = "AWS::EventSchemas::Schema"
MAX_CONTENT_CHARACTERS = 100_000  # CreateSchema's own limit


def schemas_of(template: Template) -> dict[str, dict[str, Any]]:
    """Return the schemas' properties by their name in the registry."""
    found = [each["Properties"] for each in template.find_resources(SCHEMA).values()]
    return {properties["SchemaName"]: properties for properties in found}


class TestSchemas:
    """The registry `outposts-order-notifier`."""

    def test_has_a_schema_of_each_event_type(self, minimal: Template) -> None:
        """They are named like those of AWS's own events: `source@DetailType`."""
        minimal.has_resource_properties("AWS::EventSchemas::Registry", {"RegistryName": "outposts-order-notifier"})
        contents = {name: json.loads(each["Content"]) for name, each in schemas_of(minimal).items()}
        assert contents == {
            f"outposts-order-notifier@{each.replace(' ', '')}": event_schema(each) for each in DETAIL_TYPES
        }
        assert len(contents) == len(DETAIL_TYPES)

    def test_the_registry_accepts_them(self, minimal: Template) -> None:
        """JSON Schema of draft 4 within the size limit, with a description of at most 256 characters."""
        for properties in schemas_of(minimal).values():
            assert properties["Type"] == "JSONSchemaDraft4"
            assert len(properties["Content"]) <= MAX_CONTENT_CHARACTERS
            assert 0 < len(properties["Description"]) <= 256
            Draft4Validator.check_schema(json.loads(properties["Content"]))

    @pytest.mark.parametrize("region", ["il-central-1", "mx-central-1"])
    def test_a_region_without_the_service_has_no_registry(self, region: str) -> None:
        """Outposts is available in some such regions; the rest of the stack deploys there."""
        template = template_of({}, region=region)
        template.resource_count_is("AWS::EventSchemas::Registry", 0)
        template.resource_count_is(SCHEMA, 0)
