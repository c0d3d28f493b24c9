"""examples/api-destination: each transformer makes JSON with every required text, whatever an event is without."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES, event_schema
from testing.example_files import EXAMPLES, Json, rule, sample_events
from testing.matching import Emulator
from tests.examples.transformers import is_certain, transformed

SAMPLES = sample_events()
EXAMPLE_OF_TYPE = {event["detail-type"]: event for event in SAMPLES.values()}
TRUNCATED = {"truncated": True, "sha256": "0" * 64, "bytes": 300_000, "start": "PREPA"}
ABSENT = object()


def transformer(name: str) -> Json:
    """Return the transformer of an example, with the body of its parameters if there are any."""
    parameters = EXAMPLES / "api-destination" / f"{name}.json"
    template = "ticket" if parameters.exists() else name
    (target,) = rule(f"api-destination/{template}.yaml")["Targets"]
    made: Json = target["InputTransformer"]
    if parameters.exists():
        given = {each["ParameterKey"]: each["ParameterValue"] for each in json.loads(parameters.read_text("utf-8"))}
        made = {**made, "InputTemplate": given["Body"]}
    return made


def types(name: str) -> list[str]:
    """Return the types of event that an example's rule selects."""
    template = "ticket" if (EXAMPLES / "api-destination" / f"{name}.json").exists() else name
    selected: list[str] = rule(f"api-destination/{template}.yaml")["EventPattern"]["detail-type"]
    return selected


# Where the service wants a text, and what that text begins with.
REQUIRED = {
    "pagerduty": [
        ("dedup_key", "outposts-oo-"),
        ("payload.summary", "Outposts order oo-"),
        ("payload.source", "AWS Outposts in account "),
        ("payload.severity", "error"),
    ],
    "servicenow": [("short_description", "Outposts order oo-"), ("description", "Outpost: ")],
    "jira": [("fields.summary", "Outposts order oo-"), ("fields.description", "Outpost: ")],
    "teams": [
        ("attachments.0.content.body.0.text", "Outposts order oo-"),
        ("attachments.0.content.body.1.text", "Outpost: "),
    ],
}
NAMES = list(REQUIRED)


def text_at(body: Any, path: str) -> str:
    """Return the text at a path of keys and positions."""
    for key in path.split("."):
        body = body[int(key)] if isinstance(body, list) else body[key]
    assert isinstance(body, str)
    return body


def without(event: Json, value: object) -> Json:
    """Return an event with another value of each key that may be null, or without them."""
    keys = ("outpostId", "orderType", "orderStatus", "status", "previousStatus", "catalogItemId", "quantity")
    detail = {key: value if key in keys else old for key, old in event["detail"].items()}
    return {**event, "detail": {key: each for key, each in detail.items() if each is not ABSENT}}


def variants(name: str) -> Iterator[Json]:
    """Yield an event of each type that an example selects: as it is, and with null, absent and truncated values."""
    for event in (EXAMPLE_OF_TYPE[each] for each in types(name)):
        yield event
        yield from (without(event, value) for value in (None, ABSENT, TRUNCATED))


@pytest.mark.parametrize("name", NAMES)
def test_every_event_becomes_json_with_every_required_text(name: str, emulator: Emulator) -> None:
    """The emulator writes null as such, and an absent value as nothing; AWS documents the latter only."""
    events = [*variants(name)]
    bodies = [*transformed(emulator, f"transformer-{name}", transformer(name), events)]
    assert len(bodies) == len(events) == 4 * len(types(name))
    for body in map(json.loads, bodies):
        assert [text_at(body, path)[: len(start)] for path, start in REQUIRED[name]] == [s for _, s in REQUIRED[name]]


@pytest.mark.parametrize("name", NAMES)
def test_what_may_be_null_or_absent_is_inside_a_text(name: str) -> None:
    """Elsewhere, a gap that EventBridge leaves would not be JSON."""
    made = transformer(name)
    texts = re.findall(r'"(?:\\.|[^"\\])*"', made["InputTemplate"])
    outside = re.sub(r'"(?:\\.|[^"\\])*"', "", made["InputTemplate"])
    schemas = [event_schema(each) for each in DETAIL_TYPES if str(each) in types(name)]
    assert len(schemas) == len(types(name))

    def certain(placeholder: str) -> bool:
        path = made["InputPathsMap"][placeholder]
        return all(is_certain(schema, path) for schema in schemas)

    assert all(map(certain, re.findall(r"<(\w+)>", outside)))
    for text in texts:
        found = re.findall(r"<(\w+)>", text)
        assert all(map(certain, found)) or re.sub(r"<\w+>", "", text).strip('" ')


def test_null_in_the_whole_detail_stays_null(emulator: Emulator) -> None:
    """PagerDuty shows it among the alert's details."""
    event = without(EXAMPLE_OF_TYPE["Outposts Order Status Change"], None)
    (body,) = transformed(emulator, "details", transformer("pagerduty"), [event])
    assert json.loads(body)["payload"]["custom_details"] == event["detail"]
