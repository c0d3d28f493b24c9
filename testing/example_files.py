"""The files in examples/, parsed as by their tools."""

import json
from pathlib import Path
from typing import Any

import hcl2

from outposts_order_notifier.cli.envelope import as_delivered
from outposts_order_notifier.domain.events import Event
from testing.linting import read_template

EXAMPLES = Path(__file__).parent.parent / "examples"
TEMPLATES = sorted(EXAMPLES.glob("*/*.yaml"))

Json = dict[str, Any]


def template(path: str) -> Json:
    """Read a CloudFormation template, with short forms such as `!Ref` in their long form."""
    return read_template(EXAMPLES / path)


def rule(path: str) -> Json:
    """Return the properties of a template's rule."""
    properties: Json = template(path)["Resources"]["Rule"]["Properties"]
    return properties


def sam_event(path: str) -> Json:
    """Return the properties of the only event of a SAM template's function."""
    (event,) = template(path)["Resources"]["Function"]["Properties"]["Events"].values()
    assert event["Type"] == "EventBridgeRule"
    properties: Json = event["Properties"]
    return properties


def terraform() -> dict[tuple[str, str], Json]:
    """Read the Terraform example's resources and data sources, by type and name."""
    options = hcl2.SerializationOptions(with_comments=False, explicit_blocks=False, strip_string_quotes=True)
    with (EXAMPLES / "terraform" / "main.tf").open() as file:
        content = hcl2.load(file, serialization_options=options)
    return {
        (kind, name): body
        for block in content["resource"] + content["data"]
        for kind, named in block.items()
        for name, body in named.items()
    }


def sample(name: str) -> Json:
    """Read the only PutEvents entry of a sample event; its detail is text."""
    (entry,) = json.loads((EXAMPLES / "events" / f"{name}.json").read_text())
    assert isinstance(entry, dict)
    return entry


def sample_events() -> dict[str, Json]:
    """Read every sample event by its file's name; entries of PutEvents are put into an envelope."""
    found: dict[str, Json] = {}
    for path in sorted((EXAMPLES / "events").rglob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        for number, each in enumerate(content if isinstance(content, list) else [content]):
            name = path.relative_to(EXAMPLES / "events").with_suffix("").as_posix() + (f"#{number}" if number else "")
            found[name] = each if "detail-type" in each else _delivered(each)
    return found


def _delivered(entry: Json) -> Json:
    event = as_delivered(Event(entry["DetailType"], json.loads(entry["Detail"])))
    return {**event, "source": entry["Source"], "resources": entry["Resources"]}


def pattern(path: str) -> Json:
    """Read a pattern in a separate file."""
    content: Json = json.loads((EXAMPLES / path).read_text())
    return content
