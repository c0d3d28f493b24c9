"""Events as a subscriber receives them, created by the real code."""

import json
from typing import Any

from local.scenarios import load_scenarios
from local.server import Server
from outposts_order_notifier.domain.event_types import Change
from outposts_order_notifier.domain.events import SOURCE, Observation, events_of
from testing.poll_world import ACCOUNT, REGION, World
from tests.local.conftest import client_of

Json = dict[str, Any]


def delivered(detail_type: str, detail: Json) -> Json:
    """Return an event in the envelope in which EventBridge delivers it."""
    return {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "source": SOURCE,
        "detail-type": detail_type,
        "account": "999999999999",
        "region": "eu-central-1",
        "time": detail["observedAt"],
        "resources": [each for each in (detail["orderId"], detail["outpostId"]) if each],
        "detail": detail,
    }


def all_scenarios() -> list[Json]:
    """Return every event of every scenario polled after each step, then those of a first poll afterwards."""
    watched, late = World(), World()
    watched.poller().poll().run()
    with Server(watched.api) as server:
        for scenario in load_scenarios():
            scenario.play(client_of(server), lambda _: None, lambda _: watched.poller().poll().run())
    late.api = watched.api
    late.poller().poll().run()
    arrived = [(entry["DetailType"], json.loads(entry["Detail"])) for entry in watched.bus.arrived + late.bus.arrived]
    return [delivered(*each) for each in arrived]


def a_stalled_order() -> list[Json]:
    """Return what poll publishes about a stalled order."""
    order = {"OrderId": "oo-0123456789abcdef0", "OutpostId": "op-1", "OrderType": "OUTPOST", "Status": "PREPARING"}
    keys = {"status": "PREPARING", "since": "2026-10-01T00:00:00Z", "days": 55, "thresholdDays": 45}
    change = Change("Outposts Order Stalled", keys)
    events = events_of(order, [change], Observation(ACCOUNT, REGION, "2026-11-25T00:00:00Z"), after_sequence=3)
    return [delivered(event.detail_type, event.detail) for event in events]
