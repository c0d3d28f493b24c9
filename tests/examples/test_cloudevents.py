"""examples/cloudevents: its transformer makes CloudEvents 1.0 of all events."""

import json
import subprocess
from typing import Any

import pytest

from machine.node import NODE
from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES, event_schema
from outposts_order_notifier.domain.event_types import DetailType
from testing.example_files import EXAMPLES, Json, rule, sample_events
from testing.matching import Emulator
from tests.examples.test_examples import PATTERNS
from tests.examples.transformers import is_certain, schema_at, transformed

TARGET = rule("cloudevents/queue.yaml")["Targets"][0]
PATHS: dict[str, str] = TARGET["InputTransformer"]["InputPathsMap"]
SAMPLES = sample_events()
ATTRIBUTES = {"specversion", "id", "source", "type", "subject", "time", "datacontenttype"}

# Reads CloudEvents in structured mode from the standard input, and writes what the SDK finds in them.
READ = """
const { HTTP } = require("cloudevents");
const headers = { "content-type": "application/cloudevents+json" };
const bodies = JSON.parse(require("node:fs").readFileSync(0, "utf-8"));
const events = bodies.map((body) => HTTP.toEvent({ headers, body }));
for (const event of events) event.validate();
console.log(JSON.stringify(events));
"""


def read(bodies: list[str]) -> list[Json]:
    """Read CloudEvents with the SDK, which refuses those that are invalid."""
    done = subprocess.run(  # noqa: S603 - our own command
        [str(NODE), "--eval", READ],
        cwd=EXAMPLES.parent,
        input=json.dumps(bodies),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[Json] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def made(emulator: Emulator) -> dict[str, str]:
    """What arrives in a queue, by `eventId`, after all samples are sent through the rule's transformer."""
    bodies = transformed(emulator, "cloudevents", TARGET["InputTransformer"], SAMPLES.values())
    return {json.loads(body)["id"]: body for body in bodies}


class TestTransformer:
    """The rule's input transformer."""

    def test_every_sample_becomes_a_valid_cloud_event(self, made: dict[str, str]) -> None:
        """By the CloudEvents SDK, with nothing lost."""
        sent = {event["detail"]["eventId"]: event for event in SAMPLES.values()}
        assert made.keys() == sent.keys()
        for found in read([*made.values()]):
            detail = sent[found["id"]]["detail"]
            assert found["data"] == detail
            assert found["type"] == sent[found["id"]]["detail-type"]
            assert found["subject"] == detail["orderId"]
            assert found["source"] == f"/outposts-order-notifier/{detail['account']}/{detail['region']}"
            assert found["time"].replace(".000Z", "Z") == detail["observedAt"]

    def test_every_attribute_is_text_that_is_not_empty(self, made: dict[str, str]) -> None:
        """The SDK fills in an id and a time, ignores what is null or empty, and accepts any version."""
        for body in made.values():
            attributes = {key: value for key, value in json.loads(body).items() if key != "data"}
            assert attributes.keys() == ATTRIBUTES
            assert all(isinstance(value, str) and value for value in attributes.values())
            assert (attributes["specversion"], attributes["datacontenttype"]) == ("1.0", "application/json")

    def test_some_samples_have_null_values(self) -> None:
        """So that they are known to do no harm."""
        assert any(None in event["detail"].values() for event in SAMPLES.values())

    @pytest.mark.parametrize("detail_type", DETAIL_TYPES)
    @pytest.mark.parametrize("path", PATHS.values())
    def test_a_path_never_finds_nothing(self, detail_type: DetailType[Any], path: str) -> None:
        """EventBridge would leave a gap in the JSON: each path leads to a value that is never null or absent."""
        assert is_certain(event_schema(detail_type), path)

    def test_a_path_that_may_find_nothing_is_found(self) -> None:
        """Null, or absent."""
        schema = event_schema(DETAIL_TYPES[0])
        assert "anyOf" in (schema_at(schema, "$.detail.outpostId") or {})
        assert not is_certain(schema, "$.detail.outpostId")
        assert not is_certain(schema, "$.detail.names")

    def test_the_sdk_refuses_what_is_no_cloud_event(self, made: dict[str, str]) -> None:
        """So its verdict on the samples means something."""
        body = next(iter(made.values()))
        for broken in (
            body.replace('"type": ', '"kind": '),
            body.replace("/outposts-order-notifier/", "not a reference "),
        ):
            with pytest.raises(AssertionError, match="Error"):
                read([broken])

    def test_its_rule_is_that_of_a_filter(self) -> None:
        """The other examples' tests include it."""
        assert "cloudevents" in PATTERNS
