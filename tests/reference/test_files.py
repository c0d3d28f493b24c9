"""docs/events.md and the schemas beside it, as the generator makes them."""

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
    """What is committed."""

    def test_is_what_the_code_generates(self) -> None:
        """`make docs` would not change it; no file of a removed type is left behind."""
        made = files()
        assert [str(path) for path, content in made.items() if path.read_text("utf-8") != content] == []
        assert {path for path in made if path.suffix == ".json"} == set((SCHEMAS / SCHEMA_VERSION).iterdir())


class TestExamples:
    """The examples of the page."""

    def test_they_are_valid(self, events: list[dict[str, Any]]) -> None:
        """Envelope and detail are what the schemas say, and hold no other key."""
        for event in events:
            check_event(event)

    @pytest.mark.parametrize("detail_type", DETAIL_TYPES)
    def test_a_types_pattern_matches_events_of_its_own_alone(
        self, events: list[dict[str, Any]], detail_type: DetailType[Any]
    ) -> None:
        """By an implementation of EventBridge's matching that is not ours."""
        matched = {event["detail-type"] for event in events if matches(pattern_of(detail_type), event)}
        assert matched == {detail_type}

    def test_a_pattern_asks_for_what_its_example_shows(self, events: list[dict[str, Any]]) -> None:
        """With other values it matches nothing, so it is the keys that were found."""
        pattern = {"detail": {"changes": {"detailType": ["Outposts Order Status Change"], "status": ["REPLACED"]}}}
        assert [event for event in events if matches(pattern, event)] == []
