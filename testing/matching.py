"""EventBridge's matching by two independent implementations: moto, and the emulator's TestEventPattern.

Both are compared with AWS's own verdicts in test_matching.py.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.events.models import EventPattern

Json = dict[str, Any]

MOTO_KNOWS = frozenset({"prefix", "suffix", "numeric", "anything-but"})


def moto_matches(pattern: Json, event: Json) -> bool:
    """Return moto's verdict.

    Raises:
        NotImplementedError: Its answer would not be EventBridge's: for other match types than `MOTO_KNOWS`, and for a
            pattern that looks inside a list of objects, such as an update's `changes`.
    """
    if unknown := {*_match_types(pattern)} - MOTO_KNOWS:
        raise NotImplementedError(f"moto gets {', '.join(sorted(unknown))} wrong")
    if _looks_into_a_list(pattern, event):
        raise NotImplementedError("moto sees nothing inside a list of objects")
    wire: Any = event
    return EventPattern(None, pattern).matches_event(wire)


def _match_types(pattern: Json) -> Iterator[str]:
    for key, value in pattern.items():
        if isinstance(value, dict):
            yield from _match_types(value)
        elif key == "$or":
            for alternative in value:
                yield from _match_types(alternative)
        else:
            yield from (name for each in value if isinstance(each, dict) for name in each)


def _looks_into_a_list(pattern: Json, event: Any) -> bool:
    if isinstance(event, list):
        return True
    return isinstance(event, dict) and any(
        any(_looks_into_a_list(alternative, event) for alternative in value)
        if key == "$or"
        else isinstance(value, dict) and _looks_into_a_list(value, event.get(key))
        for key, value in pattern.items()
    )


@dataclass(frozen=True)
class Emulator:
    """The emulator's EventBridge; `events` is its client."""

    events: Any

    def matches(self, pattern: Json, event: Json) -> bool:
        """Return TestEventPattern's verdict; it also rejects a pattern that EventBridge would reject."""
        answer = self.events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))
        return bool(answer["Result"])
