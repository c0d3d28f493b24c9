"""docs/asyncapi.yaml: valid by AsyncAPI's own JSON Schema, and its payloads are the events."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema_rs import Draft7Validator

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES
from outposts_order_notifier.domain.event_types import LINE_ITEM_STATUS_NAME, ORDER_STATUS_NAME
from reference.__main__ import ASYNCAPI, ROOT
from testing.example_files import sample_events
from tests.reference.test_types import of_a_later_version

Json = dict[str, Any]

SPECIFICATION = ROOT / "node_modules" / "@asyncapi" / "specs" / "schemas"
SAMPLES = sample_events()


@pytest.fixture(scope="module")
def document() -> Json:
    """The published document."""
    content: Json = yaml.safe_load(ASYNCAPI.read_text("utf-8"))
    return content


def specification(version: str) -> Draft7Validator:
    """Return AsyncAPI's JSON Schema of a version of its specification."""
    return Draft7Validator(json.loads((SPECIFICATION / f"{version}-without-$id.json").read_text("utf-8")))


def references(value: Any) -> Iterator[str]:
    """Yield the target of each reference inside a value."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)


def target(document: Json, reference: str) -> Any:
    """Return what a reference refers to."""
    found: Any = document
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def payload_of(document: Json, event: Json) -> Draft7Validator:
    """Return the schema of the message of an event's type."""
    (message,) = (each for each in document["components"]["messages"].values() if each["name"] == event["detail-type"])
    return Draft7Validator({**message["payload"], "components": document["components"]})


class TestDocument:
    """The document."""

    def test_it_is_valid(self, document: Json) -> None:
        """By AsyncAPI's schema, which finds a fault of a part that it describes."""
        assert [error.message for error in specification(document["asyncapi"]).iter_errors(document)] == []
        broken = {**document, "operations": {"publish": {**document["operations"]["publish"], "action": "publish"}}}
        assert not specification(document["asyncapi"]).is_valid(broken)

    def test_every_reference_leads_somewhere(self, document: Json) -> None:
        """AsyncAPI's JSON Schema does not follow them."""
        found = [*references(document)]
        assert len(found) > len(DETAIL_TYPES)
        assert [each for each in found if target(document, each) is None] == []

    def test_it_has_a_message_for_each_type_which_the_channel_and_the_operation_have(self, document: Json) -> None:
        """And no other."""
        assert [each["name"] for each in document["components"]["messages"].values()] == list(map(str, DETAIL_TYPES))
        channel = document["channels"]["orders"]["messages"]
        assert channel.keys() == document["components"]["messages"].keys()
        listed = [each["$ref"].rpartition("/")[2] for each in document["operations"]["publish"]["messages"]]
        assert listed == [*channel]


class TestPayloads:
    """The schemas of the messages."""

    @pytest.mark.parametrize("name", SAMPLES)
    def test_a_sample_event_is_valid_under_its_messages_schema(self, document: Json, name: str) -> None:
        """And the schemas find a fault in the envelope and in `detail`."""
        event = SAMPLES[name]
        schema = payload_of(document, event)
        assert [error.message for error in schema.iter_errors(event)] == []
        # A type that is unknown has no message, so it is an event of this type that has another name.
        assert not any(map(schema.is_valid, of_a_later_version(event)))

    def test_each_message_has_an_example_that_is_valid(self, document: Json) -> None:
        """It is from a run of the notifier."""
        for message in document["components"]["messages"].values():
            (example,) = message["examples"]
            assert payload_of(document, example["payload"]).is_valid(example["payload"])

    def test_known_values_are_examples_and_any_other_is_valid(self, document: Json) -> None:
        """A status has those of its table."""
        schemas = document["components"]["schemas"]
        assert schemas["OrderStatusChangeDetail"]["properties"]["status"]["examples"] == [*ORDER_STATUS_NAME.values]
        entry = schemas["LineItemStatusChangeEntry"]["properties"]["previousStatus"]
        assert entry["examples"] == [*LINE_ITEM_STATUS_NAME.values]
        (event,) = (each for name, each in SAMPLES.items() if name == "OutpostsOrderStatusChange")
        painted = {**event, "detail": {**event["detail"], "status": "PAINTED"}}
        assert payload_of(document, painted).is_valid(painted)
