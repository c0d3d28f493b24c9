"""How events get onto the bus."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any, cast

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.domain.event_types import DISCOVERED
from outposts_order_notifier.domain.events import MAX_EVENT_BYTES, Event, Observation
from outposts_order_notifier.domain.events import events_of as build_events
from outposts_order_notifier.poll.event_bus import NO_TIME, EventBus, Published
from testing.event_bridge import Entry, EventBridge


def events_of(order_id: str, number: int, text: str = "") -> list[Event]:
    """Return the first events of an order, each with this text."""
    order = {"OrderId": order_id, "OutpostId": "op-1", "Note": text}
    observation = Observation("111122223333", "eu-west-1", "2026-11-24T09:30:00Z")
    (built, _) = build_events(
        order, [DISCOVERED.change({"order": {**order, "Note": ""}})], observation, after_sequence=0
    )
    changed = {"order": order}
    return [Event(built.detail_type, {**built.detail, **changed, "sequence": n}) for n in range(1, number + 1)]


def publish(bridge: EventBridge, *orders: list[Event]) -> Published:
    """Publish the events of some orders."""
    bus = EventBus(cast("Any", bridge), "orders", sleep=lambda _: None)
    return bus.publish({events[0].detail["orderId"]: events for events in orders})


def arrived(bridge: EventBridge) -> dict[str, list[int]]:
    """Return the sequences that arrived, by order."""
    sequences: dict[str, list[int]] = {}
    for entry in bridge.arrived:
        detail = json.loads(entry["Detail"])
        sequences.setdefault(detail["orderId"], []).append(detail["sequence"])
    return sequences


def of(order_id: str, sequence: int | None = None) -> Callable[[Entry], str | None]:
    """Reject an order's event with this sequence, or all of its events."""

    def refuse(entry: Entry) -> str | None:
        detail = json.loads(entry["Detail"])
        hit = detail["orderId"] == order_id and sequence in {None, detail["sequence"]}
        return "InternalFailure" if hit else None

    return refuse


class TestRequests:
    """The content of a PutEvents request."""

    @given(
        orders=st.lists(
            st.tuples(st.integers(1, 3), st.sampled_from([1, 20_000, 60_000, MAX_EVENT_BYTES - 2_200])),
            min_size=1,
            max_size=30,
        )
    )
    def test_every_request_is_within_the_limits_and_everything_arrives(self, orders: list[tuple[int, int]]) -> None:
        """For any number and size of events, no request is rejected, and each order's events are in sequence."""
        bridge = EventBridge()
        given_events = [events_of(f"oo-{n}", number, "x" * size) for n, (number, size) in enumerate(orders)]
        published = publish(bridge, *given_events)
        assert published.errors == {}
        assert arrived(bridge) == {f"oo-{n}": list(range(1, number + 1)) for n, (number, _) in enumerate(orders)}

    @given(counts=st.lists(st.integers(1, 12), min_size=1, max_size=25))
    def test_no_request_contains_two_events_of_one_order(self, counts: list[int]) -> None:
        """Otherwise a later one could arrive although an earlier one in the same request was rejected."""
        bridge = EventBridge()
        publish(bridge, *(events_of(f"oo-{n}", number) for n, number in enumerate(counts)))
        for request in bridge.requests:
            orders = [entry["Resources"][0] for entry in request]
            assert len(set(orders)) == len(orders)

    def test_ten_orders_share_a_request(self) -> None:
        """Many orders cost few calls."""
        bridge = EventBridge()
        publish(bridge, *(events_of(f"oo-{n}", 2) for n in range(25)))
        assert [len(request) for request in bridge.requests] == [10, 10, 5] * 2

    def test_an_entry_has_type_time_and_resources(self) -> None:
        """The envelope is as documented; an unknown Outpost is not a resource."""
        bridge = EventBridge()
        (event,) = events_of("oo-1", 1)
        publish(bridge, [event], [Event(event.detail_type, {**event.detail, "orderId": "oo-2", "outpostId": None})])
        entry, without_outpost = bridge.arrived
        assert {key: entry[key] for key in entry if key != "Detail"} == {
            "EventBusName": "orders",
            "Source": "outposts-order-notifier",
            "DetailType": "Outposts Order Discovered",
            "Time": datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
            "Resources": ["oo-1", "op-1"],
        }
        assert json.loads(entry["Detail"]) == event.detail
        assert without_outpost["Resources"] == ["oo-2"]

    def test_without_pending_events_the_bus_is_not_called(self) -> None:
        """A quiet run costs no request."""
        bridge = EventBridge()
        assert EventBus(cast("Any", bridge), "orders").publish({}) == Published({}, {})
        assert bridge.requests == []


class TestRejections:
    """What is rejected, and how it affects the rest."""

    def test_only_rejected_entries_are_put_again(self) -> None:
        """PutEvents accepts or rejects each entry individually."""
        tries = count()
        bridge = EventBridge(lambda _: "ThrottlingException" if next(tries) == 1 else None)
        published = publish(bridge, events_of("oo-1", 1), events_of("oo-2", 1), events_of("oo-3", 1))
        assert published == Published({"oo-1": 1, "oo-2": 1, "oo-3": 1}, {})
        assert [[entry["Resources"][0] for entry in request] for request in bridge.requests] == [
            ["oo-1", "oo-2", "oo-3"],
            ["oo-2"],
        ]

    def test_an_order_rejected_permanently_delays_only_its_own_later_events(self) -> None:
        """The events that arrive about an order have no gap."""
        bridge = EventBridge(of("oo-1", sequence=2))
        published = publish(bridge, events_of("oo-1", 4), events_of("oo-2", 4))
        assert published.counts == {"oo-1": 1, "oo-2": 4}
        assert published.errors == {"oo-1": "PutEvents: InternalFailure: refused"}
        assert arrived(bridge) == {"oo-1": [1], "oo-2": [1, 2, 3, 4]}

    def test_events_are_put_again_after_a_lost_answer_and_counted_once(self) -> None:
        """Nobody knows whether they arrived, so they are sent again with the same ids."""
        bridge = LosesAnswers()
        published = publish(bridge, events_of("oo-1", 2), events_of("oo-2", 1))
        assert published == Published({"oo-1": 2, "oo-2": 1}, {})
        assert arrived(bridge) == {"oo-1": [1, 1, 2], "oo-2": [1, 1]}

    def test_a_bus_that_does_not_answer_leaves_everything_pending(self) -> None:
        """Each order is named with the error, and nothing is counted as published."""
        published = publish(LosesAnswers(times=99), events_of("oo-1", 2), events_of("oo-2", 1))
        assert published.counts == {"oo-1": 0, "oo-2": 0}
        assert published.errors.keys() == {"oo-1", "oo-2"}

    def test_an_event_too_large_for_any_request_does_not_stop_other_orders(self) -> None:
        """PutEvents rejects its request as a whole, so the event has a separate request."""
        bridge = EventBridge()
        published = publish(bridge, events_of("oo-1", 1), events_of("oo-2", 1, "x" * 300_000), events_of("oo-3", 2))
        assert published.counts == {"oo-1": 1, "oo-2": 0, "oo-3": 2}
        assert "over the limit" in published.errors["oo-2"]

    def test_events_without_time_stay_pending(self) -> None:
        """Each order is named; what arrived until then counts."""
        bridge = EventBridge()
        bus = EventBus(cast("Any", bridge), "orders")
        pending = {f"oo-{number}": events_of(f"oo-{number}", 2) for number in range(15)}
        published = bus.publish(pending, may_go_on=lambda: len(bridge.requests) < 3)
        assert sum(published.counts.values()) == len(bridge.arrived) == 25
        assert published.errors == {f"oo-{number}": NO_TIME for number in range(10, 15)}

    def test_a_rejected_entry_is_not_put_again_without_time(self) -> None:
        """The error contains the bus's message."""
        bridge = EventBridge(of("oo-1"))
        bus = EventBus(cast("Any", bridge), "orders")
        published = bus.publish({"oo-1": events_of("oo-1", 1)}, may_go_on=lambda: not bridge.requests)
        assert len(bridge.requests) == 1
        assert "InternalFailure" in published.errors["oo-1"]

    def test_retries_wait_longer_each_time(self) -> None:
        """The waits are random, with a growing limit, so that many pollers do not retry together."""
        waits: list[float] = []
        bus = EventBus(cast("Any", EventBridge(of("oo-1"))), "orders", sleep=waits.append)
        bus.publish({"oo-1": events_of("oo-1", 1)})
        assert [wait <= bound for wait, bound in zip(waits, [0.4, 0.8, 1.6], strict=True)] == [True] * 3


class LosesAnswers(EventBridge):
    """A bus whose first responses are lost, although the events arrive."""

    def __init__(self, times: int = 1) -> None:
        super().__init__()
        self._left = times

    def put_events(self, **request: Any) -> dict[str, Any]:
        """Accept the events, and respond or not."""
        answer = super().put_events(**request)
        self._left -= 1
        if self._left >= 0:
            raise ReadTimeoutError(endpoint_url="https://events")
        return answer


@pytest.mark.parametrize("text", ["not json", '"text"', "[]"])
def test_the_bus_of_these_tests_rejects_a_detail_that_is_not_an_object(text: str) -> None:
    """The stand-in is as strict as the service."""
    entry = {"Source": "s", "DetailType": "t", "Detail": text}
    assert EventBridge().put_events(Entries=[entry])["Entries"][0]["ErrorCode"] == "MalformedDetail"
