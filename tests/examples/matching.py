"""EventBridge's matching by two implementations that are not ours: moto's, and the emulator's TestEventPattern."""

import json
from dataclasses import dataclass
from typing import Any

from moto.events.models import EventPattern

Json = dict[str, Any]


def moto_matches(pattern: Json, event: Json) -> bool:
    """Ask moto, which sees nothing inside arrays of objects, such as an update's `changes`."""
    wire: Any = event
    return EventPattern(None, pattern).matches_event(wire)


@dataclass(frozen=True)
class Emulator:
    """The emulator's EventBridge; `events` is a client of it."""

    events: Any

    def matches(self, pattern: Json, event: Json) -> bool:
        """Ask TestEventPattern, which also refuses a pattern that EventBridge would refuse."""
        answer = self.events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))
        return bool(answer["Result"])
