"""The generated parts of docs/events.md and docs/messages.md, the schemas, types and examples, as generated."""

import json
from typing import Any

import pytest

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES
from outposts_order_notifier.domain.event_types import SCHEMA_VERSION, DetailType
from reference.__main__ import EXAMPLES, NPM_PACKAGE, SAMPLES, SCHEMAS, files
from reference.examples import run
from reference.page import file_name, matches, pattern_of
from testing.event_schemas import check_event


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    """The events of a run of the real code."""
    return run()


class TestFiles:
    """The committed files."""

    def test_is_what_the_code_generates(self) -> None:
        """`make docs` would not change them; no file of a removed type remains."""
        made = files()
        assert [str(path) for path, content in made.items() if path.read_text("utf-8") != content] == []
        kept = {*(SCHEMAS / SCHEMA_VERSION).iterdir(), *EXAMPLES.rglob("*.json"), SAMPLES, NPM_PACKAGE / "package.json"}
        assert {path for path in made if path.suffix == ".json"} == kept


class TestExamples:
    """The examples on the page."""

    def test_they_are_valid(self, events: list[dict[str, Any]]) -> None:
        """Envelope and detail match the schemas, and have no other key."""
        for event in events:
            check_event(event)

    @pytest.mark.parametrize("detail_type", DETAIL_TYPES)
    def test_a_types_pattern_matches_only_its_events(
        self, events: list[dict[str, Any]], detail_type: DetailType[Any]
    ) -> None:
        """By a separate implementation of EventBridge's matching."""
        matched = {event["detail-type"] for event in events if matches(pattern_of(detail_type), event)}
        assert matched == {detail_type}

    def test_a_pattern_matches_by_the_values_in_its_example(self, events: list[dict[str, Any]]) -> None:
        """With other values, it matches nothing."""
        pattern = {"detail": {"changes": {"detailType": ["Outposts Order Status Change"], "status": ["REPLACED"]}}}
        assert [event for event in events if matches(pattern, event)] == []


class TestExampleFiles:
    """The files in examples/events with a whole event."""

    REQUIRED = ("id", "account", "source", "time", "region", "resources", "detail-type")  # by TestEventPattern

    def event(self, detail_type: DetailType[Any]) -> dict[str, Any]:
        """Read a type's example as the AWS CLI does, whatever the machine's encoding."""
        event: dict[str, Any] = json.loads((EXAMPLES / file_name(detail_type)).read_text("ascii"))
        return event

    @pytest.mark.parametrize("detail_type", DETAIL_TYPES)
    def test_each_is_valid_and_matches_its_types_pattern(self, detail_type: DetailType[Any]) -> None:
        """It has all that EventBridge demands of an event to test a pattern with."""
        event = self.event(detail_type)
        check_event(event)
        assert event["detail-type"] == detail_type
        assert all(event.get(key) for key in self.REQUIRED)
        assert [str(each) for each in DETAIL_TYPES if matches(pattern_of(each), event)] == [str(detail_type)]

    def test_each_has_ids_of_its_own(self) -> None:
        """A consumer that deduplicates processes each of them."""
        events = [self.event(each) for each in DETAIL_TYPES]
        for ids in ({event["id"] for event in events}, {event["detail"]["eventId"] for event in events}):
            assert len(ids) == len(events)
