"""Regenerate the event schemas, types and examples, and the generated parts of pages: `make docs`."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES, event_schema
from outposts_order_notifier.domain.event_types import SCHEMA_VERSION
from outposts_order_notifier.runtime.observability import logger
from reference import asyncapi, costs, headlines, page, python_types, samples, typescript_types
from reference.compatibility import is_compatible
from reference.examples import run
from reference.generated import fill
from release.bundle import readme

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
EXAMPLES = ROOT / "examples" / "events"
SAMPLES = ROOT / "outposts_order_notifier" / "cli" / "sample_events.json"
SCHEMAS = DOCS / "schemas"
ASYNCAPI = DOCS / "asyncapi.yaml"
PYTHON_TYPES = ROOT / "outposts_order_notifier" / "events.py"
NPM_PACKAGE = ROOT / "packages" / "typescript"


class PublishedError(Exception):
    """A published schema would change."""


def files() -> dict[Path, str]:
    """Return the content of each generated file, unless the meaning of a published schema would change."""
    schemas = dict(_schemas())  # first, as it may end here
    names = ("events", "messages", "asyncapi", "operations")
    events, messages, interface, operations = (DOCS / f"{name}.md" for name in names)
    published = run()
    listed = (EXAMPLES / "README.md").read_text("utf-8")
    pages = {
        readme.PAGE: readme.fill_page(readme.PAGE.read_text("utf-8")),
        EXAMPLES / "README.md": fill(listed, {"samples": "\n".join(["\n", *samples.table(), "\n"])}),
        events: page.fill_page(events.read_text("utf-8"), published),
        messages: headlines.fill_page(messages.read_text("utf-8")),
        interface: asyncapi.fill_page(interface.read_text("utf-8")),
        ASYNCAPI: asyncapi.text(published),
        operations: costs.fill_page(operations.read_text("utf-8")),
    }
    types = {PYTHON_TYPES: python_types.module()}
    types |= {NPM_PACKAGE / name: content for name, content in typescript_types.package().items()}
    return schemas | dict(_examples(published)) | samples.files(EXAMPLES, SAMPLES) | pages | types


def _schemas() -> Iterator[tuple[Path, str]]:
    for detail_type in DETAIL_TYPES:
        path, new = SCHEMAS / SCHEMA_VERSION / page.file_name(detail_type), event_schema(detail_type)
        published = json.loads(path.read_text("utf-8")) if path.exists() else new
        if not is_compatible(published, new):
            raise PublishedError(
                f"{path} is published, and the new schema would break it: raise SCHEMA_VERSION's first number"
            )
        if not is_compatible(new, published):
            raise PublishedError(
                f"{path} is published, and the new schema would add to it: raise SCHEMA_VERSION's second number"
            )
        yield path, json.dumps(new, indent=2, ensure_ascii=False) + "\n"


def _examples(events: list[dict[str, Any]]) -> Iterator[tuple[Path, str]]:
    """Yield an event of each type in a file of its own, as `aws events test-event-pattern` reads it."""
    for detail_type in DETAIL_TYPES:
        if example := page.example_of(detail_type, events):
            yield EXAMPLES / page.file_name(detail_type), samples.json_text(example)


if __name__ == "__main__":
    logger.setLevel("CRITICAL")  # nobody reads the log of the run
    try:
        for path, content in files().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
    except PublishedError as error:
        sys.exit(f"error: {error}")
