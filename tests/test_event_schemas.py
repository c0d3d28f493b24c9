"""The check of every published event, and what the code can publish."""

from random import Random
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.domain.event_types import UPDATED
from outposts_order_notifier.domain.events import MAX_EVENT_BYTES, Event, Observation
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.snapshot import Snapshot, observe
from outposts_order_notifier.poll.event_bus import EventBus
from testing.event_bridge import EventBridge
from testing.event_schemas import check_event
from testing.strategies import orders

ACCOUNT, REGION = "111122223333", "eu-west-1"


def published(*reads: Order, bridge: EventBridge | None = None) -> list[Event]:
    """Publish the events of some reads of an order; the check is in `EventBus.publish`, see tests/conftest.py."""
    snapshot: Snapshot | None = None
    for hour, read in enumerate(reads):
        observation = Observation(ACCOUNT, REGION, f"2026-11-24T{hour:02}:30:00Z", baseline=not hour)
        snapshot = observe(snapshot, read, observation, b"") or snapshot
    assert snapshot
    bus = EventBus(cast("Any", bridge or EventBridge()), "orders")
    assert bus.publish({snapshot.order_id: snapshot.pending}).errors == {}
    return list(snapshot.pending)


def swollen(value: Any, chance: Random) -> Any:
    """Make some texts in a value too large for any event."""
    if isinstance(value, dict):
        return {name: member if name == "OrderId" else swollen(member, chance) for name, member in value.items()}
    if isinstance(value, list):
        return [swollen(member, chance) for member in value]
    if isinstance(value, str) and chance.random() < 0.2:
        return value + "🚚" * chance.choice([500, 20_000, 60_000])
    return value


class TestSchemas:
    """The schemas, compared with what the code publishes."""

    @given(old=orders, new=orders)
    def test_the_events_of_any_two_orders_are_valid(self, old: Order, new: Order) -> None:
        """For any orders that the API's model allows, and beyond."""
        assert published(old, new)

    @given(old=orders, new=orders, chance=st.randoms(use_true_random=False))
    def test_events_that_were_cut_are_valid(self, old: Order, new: Order, chance: Random) -> None:
        """However many of their values are too large for an event."""
        events = published(swollen(old, chance), swollen(new, chance))
        assert max(event.size() for event in events) <= MAX_EVENT_BYTES


class TestCheck:
    """The check of every published event."""

    @pytest.mark.parametrize(
        ("wrong", "fault"),
        [
            ({"sequence": "1"}, "detail/sequence"),
            ({"orderStatus": 7}, "detail/orderStatus"),
            ({"eta": "tomorrow"}, "'eta' was unexpected"),
            ({"changes": [{"detailType": "Outposts Order Status Change", "eventId": "e"}]}, "detail/changes/0"),
            ({"changes": [{"detailType": "Outposts Order Painted", "eventId": "e"}]}, "detail/changes/0"),
            ({"schemaVersion": "2.0"}, "detail/schemaVersion"),
        ],
    )
    def test_publishing_an_invalid_event_fails(self, wrong: dict[str, Any], fault: str) -> None:
        """A key of another type, an unknown key, a change without its keys: nothing reaches the bus."""
        bridge = EventBridge()
        *_, updated = published({"OrderId": "oo-1"})
        bus = EventBus(cast("Any", bridge), "orders")
        with pytest.raises(AssertionError, match=f"against its schema.*{fault}"):
            bus.publish({"oo-1": [Event(updated.detail_type, updated.detail | wrong)]})
        with pytest.raises(AssertionError, match="is not a detail-type"):
            bus.publish({"oo-1": [Event("Outposts Order Painted", updated.detail)]})
        assert bridge.arrived == []

    @pytest.mark.parametrize("key", ["eventId", "sequence", "orderId", "changes", "lineItemCountsByStatus"])
    def test_an_event_without_a_required_key_fails(self, key: str) -> None:
        """Every key is present unless it is documented as optional."""
        *_, updated = published({"OrderId": "oo-1"})
        detail = {name: value for name, value in updated.detail.items() if name != key}
        event = {"version": "0", "id": "i", "detail-type": str(UPDATED), "source": "outposts-order-notifier"}
        with pytest.raises(AssertionError, match=f'"{key}" is a required property'):
            check_event(event | {"account": ACCOUNT, "time": "t", "region": REGION, "resources": [], "detail": detail})
