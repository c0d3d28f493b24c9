"""The generated parts of docs/events.md and docs/messages.md, and the schemas, as generated."""

from typing import Any

import pytest

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES
from outposts_order_notifier.domain.event_types import SCHEMA_VERSION, DetailType
from reference.__main__ import SCHEMAS, files
from reference.examples import run
from reference.page import matches, pattern_of
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
        assert {path for path in made if path.suffix == ".json"} == set((SCHEMAS / SCHEMA_VERSION).iterdir())


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
