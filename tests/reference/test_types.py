"""The types for subscribers, in Python and TypeScript: compiled against every sample event, and run."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from machine.node import NODE
from outposts_order_notifier import events
from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES
from outposts_order_notifier.domain.event_types import (
    CARRIER,
    CHANGES,
    LINE_ITEM_STATUS,
    LINE_ITEM_STATUS_NAME,
    ORDER_STATUS_NAME,
    ORDER_TYPE,
    Change,
    DetailType,
    Known,
)
from outposts_order_notifier.domain.events import Observation, events_of
from reference import python_types, structures, typescript_types
from reference.__main__ import NPM_PACKAGE, PYTHON_TYPES, ROOT
from testing.example_files import sample_events

Json = dict[str, Any]

TSC = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
SAMPLES = sample_events()
TRUNCATED = {"truncated": True, "sha256": "0" * 64, "bytes": 300_000, "start": '"x'}
TOO_LARGE = "x" * 300_000

# What a consumer may write; each line marked as an error must be one.
PYTHON_CONSUMER = """
def consumer(event: dict[str, Any]) -> str | None:
    if not is_outposts_event(event):
        return None
    if event["detail-type"] == "Outposts Line Item Status Change":
        status = event["detail"]["status"]
        text: str | None = status  # type: ignore[assignment]
        if is_truncated(status):
            return status["start"]
        return status
    if event["detail-type"] == "Outposts Order Updated":
        for change in event["detail"]["changes"]:
            change["status"]  # type: ignore[typeddict-item]
            if not is_known_change(change):
                assert_type(change, LaterChange)
            elif change["detailType"] == "Outposts Order Stalled":
                return f"{change['days'] + 1}"
    event["detail"]["eventID"]  # type: ignore[typeddict-item]
    assert_type(event["detail"]["eventId"], str)
    return event["detail"]["orderStatus"]


later: OrderStatus | str = "PAUSED"
"""
TYPESCRIPT_CONSUMER = """
export function consumer(event: unknown): string | null {
  if (!isOutpostsEvent(event)) return null;
  switch (event["detail-type"]) {
    case "Outposts Line Item Status Change": {
      const status = event.detail.status;
      // @ts-expect-error it may be truncated
      const text: string | null = status;
      if (isTruncated(status)) return status.start;
      return status;
    }
    case "Outposts Order Updated":
      for (const change of event.detail.changes) {
        // @ts-expect-error not every change has it
        change.status;
        if (!isKnownChange(change)) change satisfies LaterChange;
        else if (change.detailType === "Outposts Order Stalled") return `${change.days + 1}`;
      }
  }
  // @ts-expect-error it is spelled eventId
  event.detail.eventID;
  event.detail.eventId satisfies string;
  return event.detail.orderStatus;
}

export const later: Open<OrderStatus> = "PAUSED";
"""


def run(*command: str | Path, folder: Path) -> str:
    """Run a command in a folder, and return what it printed."""
    done = subprocess.run(  # noqa: S603 - our own commands
        list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def name_of(event: Json) -> str:
    """Return the name of the type of an event."""
    (keys,) = (each.keys for each in DETAIL_TYPES if each == event["detail-type"])
    return f"{keys.__name__}Event"


def of_a_later_version(event: Json) -> Iterator[Json]:
    """Yield events that the types do not describe."""
    yield {**event, "source": "aws.outposts"}
    yield {**event, "detail-type": "Outposts Order Painted"}
    yield {**event, "detail": {**event["detail"], "schemaVersion": "2.0"}}
    yield {**event, "detail": {}}
    yield {}


def texts_that_may_be_cut() -> Iterator[tuple[DetailType[Any], tuple[str, ...]]]:
    """Yield the path of each text, in the keys of a type, that its type says may be truncated."""
    shared = {each.name: each for each in structures.values()}
    for detail_type in CHANGES:
        for field in structures.keys_of(detail_type).fields:
            kinds = python_types.PYTHON.type_of(field).split(" | ")
            if "str" in kinds and "Truncated" in kinds:
                yield detail_type, (field.key,)
            for inner in (inner for kind in kinds if kind in shared for inner in shared[kind].fields):
                if "Truncated" in python_types.PYTHON.type_of(inner):
                    yield detail_type, (field.key, inner.key)


class TestPython:
    """`outposts_order_notifier.events`."""

    def test_every_sample_has_its_type_and_a_consumer_can_distinguish_types(self, tmp_path: Path) -> None:
        """By mypy in its strict mode; the file is copied there, as a team may do."""
        (tmp_path / "order_events.py").write_text(PYTHON_TYPES.read_text("utf-8"), "utf-8")
        assigned = [f"sample_{i}: {name_of(each)} = {each!r}" for i, each in enumerate(SAMPLES.values())]
        text = "\n".join(
            ["from typing import Any, assert_type", "from order_events import *", *assigned, PYTHON_CONSUMER]
        )
        (tmp_path / "consumer.py").write_text(text, "utf-8")
        options = ("--strict", "--warn-unused-ignores", "--config-file=", f"--cache-dir={tmp_path / 'cache'}")
        run(sys.executable, "-m", "mypy", *options, "consumer.py", folder=tmp_path)

    def test_it_needs_no_library(self) -> None:
        """It can be imported where nothing is installed, such as in any function."""
        code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import outposts_order_notifier.events"
        run(sys.executable, "-I", "-S", "-c", code, folder=ROOT)

    @pytest.mark.parametrize("name", SAMPLES)
    def test_it_recognises_the_events_that_it_describes(self, name: str) -> None:
        """And no event of another source, type or major version."""
        assert events.is_outposts_event(SAMPLES[name])
        assert not any(map(events.is_outposts_event, of_a_later_version(SAMPLES[name])))

    def test_it_recognises_changes_and_placeholders(self) -> None:
        """A change of a later version's type is none that it knows."""
        assert all(events.is_known_change({"detailType": each, "eventId": "1"}) for each in map(str, CHANGES))
        assert not events.is_known_change({"detailType": "Outposts Order Updated", "eventId": "1"})
        assert not events.is_known_change({"detailType": "Outposts Order Painted", "eventId": "1"})
        assert events.is_truncated(TRUNCATED)
        assert not any(map(events.is_truncated, ("text", None, 3, {"truncated": False}, {"truncated": True})))


class TestTypeScript:
    """packages/typescript."""

    def test_every_sample_has_its_type_and_a_consumer_can_distinguish_types(self, tmp_path: Path) -> None:
        """By the TypeScript compiler in its strict mode; a key that a type does not have is an error."""
        package = tmp_path / "node_modules" / json.loads(typescript_types.package()["package.json"])["name"]
        package.parent.mkdir()
        package.symlink_to(NPM_PACKAGE, target_is_directory=True)
        imported = f'import {{ isKnownChange, isOutpostsEvent, isTruncated }} from "{package.name}";'
        names = {*map(name_of, SAMPLES.values()), "LaterChange", "Open", "OrderStatus"}
        types = f'import type {{ {", ".join(sorted(names))} }} from "{package.name}";'
        checked = [
            f"export const sample{i} = {json.dumps(each)} satisfies {name_of(each)};"
            for i, each in enumerate(SAMPLES.values())
        ]
        shown = (NPM_PACKAGE / "README.md").read_text("utf-8").partition("```ts\n")[2].partition("```")[0]
        (tmp_path / "readme.ts").write_text(f"declare const console: {{ log(...values: unknown[]): void }};\n{shown}")
        (tmp_path / "consumer.ts").write_text("\n".join([imported, types, *checked, TYPESCRIPT_CONSUMER]), "utf-8")
        options = ("--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "")
        run(NODE, TSC, *options, "consumer.ts", "readme.ts", folder=tmp_path)

    def test_it_recognises_what_the_python_package_recognises(self) -> None:
        """The same events, changes and placeholders."""
        first = next(iter(SAMPLES.values()))
        code = f"""
const assert = require("node:assert");
const types = require({json.dumps(str(NPM_PACKAGE))});
for (const event of {json.dumps(list(SAMPLES.values()))}) assert(types.isOutpostsEvent(event));
for (const event of {json.dumps([*of_a_later_version(first)])}) assert(!types.isOutpostsEvent(event));
assert(!types.isOutpostsEvent(null));
for (const detailType of {json.dumps(CHANGES)}) assert(types.isKnownChange({{ detailType }}));
for (const detailType of ["Outposts Order Updated", "Painted"]) assert(!types.isKnownChange({{ detailType }}));
assert(types.isTruncated({json.dumps(TRUNCATED)}));
for (const value of ["text", null, 3, {{ truncated: false }}, {{ truncated: true }}]) assert(!types.isTruncated(value));
assert.strictEqual(types.SCHEMA_VERSION, {json.dumps(events.SCHEMA_VERSION)});
"""
        run(NODE, "--eval", code, folder=ROOT)

    def test_its_declarations_describe_exactly_what_it_exports(self) -> None:
        """So that nothing compiles that fails when it runs."""
        exported = run(NODE, "--print", f"Object.keys(require({json.dumps(str(NPM_PACKAGE))})).join()", folder=ROOT)
        declared = [
            line.split("(")[0].split(":")[0].split()[-1]
            for line in typescript_types.declarations().splitlines()
            if line.startswith(("export declare", "export const", "export function"))
        ]
        assert sorted(exported.strip().split(",")) == sorted(declared)


class TestOpenEnumerations:
    """The known values."""

    @pytest.mark.parametrize(
        ("known", "shape"),
        [
            (ORDER_TYPE, "OrderType"),
            (ORDER_STATUS_NAME, "OrderStatus"),
            (LINE_ITEM_STATUS_NAME, "LineItemStatus"),
            (CARRIER, "ShipmentCarrier"),
        ],
    )
    def test_they_are_those_of_the_api(self, known: Known, shape: str) -> None:
        """By botocore's model of AWS Outposts."""
        model = boto3.client("outposts").meta.service_model.shape_for(shape)
        assert sorted(known.values) == sorted(model.enum)  # type: ignore[attr-defined]


class TestTruncated:
    """The places at which a type says that a value may be cut."""

    @pytest.mark.parametrize(("detail_type", "path"), [*texts_that_may_be_cut()])
    def test_a_text_there_is_cut_if_it_is_too_large(self, detail_type: DetailType[Any], path: tuple[str, ...]) -> None:
        """Nowhere else: every event that a test publishes is valid by the schemas, which have the same places."""
        key, *inner = path
        value: Any = {inner[0]: TOO_LARGE} if inner else TOO_LARGE
        change = Change(detail_type, {key: [value] if key == "amendments" else value})
        order = {"OrderId": "oo-0123456789abcdef0"}
        published, _ = events_of(order, [change], Observation("1", "r", "2026-11-24T09:30:00Z"), after_sequence=0)
        cut = published.detail[key]
        for name in inner:
            cut = (cut[0] if isinstance(cut, list) else cut)[name]
        assert events.is_truncated(cut)

    def test_the_places_are_found(self) -> None:
        """Those of a change of a line item's status, as an example."""
        found = {path for detail_type, path in texts_that_may_be_cut() if detail_type == LINE_ITEM_STATUS}
        assert {("status",), ("quantity",), ("replacedBy", "orderId")} < found
        assert ("secondsInPreviousStatus",) not in found
