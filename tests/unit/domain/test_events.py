"""The events of an observation."""

import hashlib
from itertools import pairwise
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.domain.diff import diff
from outposts_order_notifier.domain.event_types import AMENDED, DISCOVERED, SCHEMA_VERSION, Amendment, Change
from outposts_order_notifier.domain.events import (
    MAX_COMMON_CHARACTERS,
    MAX_EVENT_BYTES,
    MAX_NAMES_BYTES,
    Event,
    Observation,
    event_of_state,
    events_of,
)
from outposts_order_notifier.domain.order import Order, canonical_json
from testing.replay import apply, keyed
from testing.strategies import ORDER_ID, orders

OBSERVATION = Observation("111122223333", "eu-west-1", "2026-11-24T09:30:00Z")


def order_of(items: int, **members: Any) -> Order:
    """Return an order with this many line items, each with these members."""
    line_items = [{"LineItemId": f"ooi-{n:04}", "Status": "PREPARING", **members} for n in range(items)]
    return {"OrderId": ORDER_ID, "OutpostId": "op-1", "Status": "PREPARING", "LineItems": line_items}


def changes_of(events: list[Event]) -> list[Change]:
    """Return the changes that events report, without the update that repeats them."""
    return [Change(event.detail_type, event.detail) for event in events[:-1]]


def amendment(value: str) -> Amendment:
    """Return a changed note."""
    return Amendment(path="/Note", value=value, previousValue=None)


class TestEnvelope:
    """The keys of every detail."""

    def test_every_detail_says_what_when_and_where(self) -> None:
        """It has the documented common keys and those of its type."""
        order = {"OrderId": ORDER_ID, "OutpostId": "op-1", "OrderType": "OUTPOST", "Status": "COMPLETED"}
        change = Change("Outposts Order Status Change", {"status": "COMPLETED", "previousStatus": "IN_PROGRESS"})
        event, _ = events_of(order, [change], OBSERVATION, after_sequence=7)
        assert event.detail | {"eventId": ""} == {
            "schemaVersion": SCHEMA_VERSION,
            "eventId": "",
            "sequence": 8,
            "observedAt": "2026-11-24T09:30:00Z",
            "account": "111122223333",
            "region": "eu-west-1",
            "orderId": ORDER_ID,
            "outpostId": "op-1",
            "orderType": "OUTPOST",
            "orderStatus": "COMPLETED",
            "baseline": False,
            "status": "COMPLETED",
            "previousStatus": "IN_PROGRESS",
        }

    def test_an_observations_ids_are_the_same_in_every_version(self) -> None:
        """A subscriber recognizes an event that another version publishes again."""
        event, _ = events_of({"OrderId": ORDER_ID}, [Change("x", {})], OBSERVATION, after_sequence=7)
        assert event.detail["eventId"] == "54fade25-797a-5b3e-84df-31263b56f0ed"

    def test_log_fields_identify_and_summarise_an_event(self) -> None:
        """Other keys are omitted, and long texts are cut."""
        detail = {
            "eventId": "e",
            "sequence": 8,
            "status": None,
            "previousStatus": "y" * MAX_COMMON_CHARACTERS,
            "lineItemId": "x" * 1_025,
            "account": "111122223333",
        }
        assert Event("Outposts Order Discovered", detail).log_fields() == {
            "detailType": "Outposts Order Discovered",
            "eventId": "e",
            "sequence": 8,
            "status": None,
            "previousStatus": "y" * MAX_COMMON_CHARACTERS,
            "lineItemId": f"{'x' * MAX_COMMON_CHARACTERS}…",
        }

    @given(old=orders, new=orders)
    def test_the_same_observation_always_has_the_same_events(self, old: Order, new: Order) -> None:
        """A retry builds the same events with the same, unique ids."""
        changes = diff(old, new)
        events = events_of(new, changes, OBSERVATION, after_sequence=3)
        assert events == events_of(new, changes, OBSERVATION, after_sequence=3)
        assert len({event.detail["eventId"] for event in events}) == len(events)

    @given(old=orders, new=orders)
    def test_sequences_have_no_gap(self, old: Order, new: Order) -> None:
        """Each event's number follows the previous one; the update has the last."""
        events = events_of(new, diff(old, new), OBSERVATION, after_sequence=3)
        numbers = [3, *(event.detail["sequence"] for event in events)]
        assert all(second == first + 1 for first, second in pairwise(numbers))

    def test_without_changes_there_are_no_events(self) -> None:
        """Without changes there is no update either."""
        assert events_of(order_of(1), [], OBSERVATION, after_sequence=3) == []


class TestSize:
    """No event is larger than 200 KB, and every difference still shows."""

    @pytest.mark.parametrize("items", [1, 200, 4_000])
    def test_a_large_discovery_is_split_into_several_events(self, items: int) -> None:
        """The order comes without its line items, and each line item is added after it."""
        order = order_of(items, Note="x" * 300)
        events = events_of(order, [DISCOVERED.change({"order": order})], OBSERVATION, after_sequence=0)
        discovered, *added = changes_of(events)
        assert canonical_json(apply(added, discovered.keys["order"])) == canonical_json(keyed(order))
        assert max(event.size() for event in events) <= MAX_EVENT_BYTES

    def test_a_large_amendment_is_split_by_its_changes(self) -> None:
        """Each part fits, and together they are complete."""
        amendments = [Amendment(path=f"/Member{n}", value="x" * 10_000, previousValue=None) for n in range(50)]
        events = events_of(order_of(1), [AMENDED.change({"amendments": amendments})], OBSERVATION, after_sequence=0)
        parts = [amendment for change in changes_of(events) for amendment in change.keys["amendments"]]
        assert parts == amendments
        assert max(event.size() for event in events) <= MAX_EVENT_BYTES

    @given(size=st.integers(190_000, 400_000), character=st.sampled_from(["x", '"', "\x00", "é", "🚚"]))
    def test_a_single_value_that_is_too_large_is_cut_and_marked(self, size: int, character: str) -> None:
        """Its start, its size and its SHA-256 replace it."""
        order = order_of(1, Note=character * size)
        events = events_of(order, [DISCOVERED.change({"order": order})], OBSERVATION, after_sequence=0)
        assert max(event.size() for event in events) <= MAX_EVENT_BYTES
        if "LineItems" in events[0].detail["order"]:
            return
        note, whole = events[1].detail["lineItem"]["Note"], canonical_json(character * size).encode()
        if isinstance(note, dict):
            assert note["truncated"] is True
            assert (note["sha256"], note["bytes"]) == (hashlib.sha256(whole).hexdigest(), len(whole))

    def test_a_change_near_the_limit_does_not_make_an_event_too_large(self) -> None:
        """Everything else in the event counts, including the longest common keys."""
        order = order_of(0) | {"OutpostId": "o" * 900, "OrderType": "t" * 900}
        small, _ = events_of(order, [AMENDED.change({"amendments": [amendment("")]})], OBSERVATION, after_sequence=0)
        largest = MAX_EVENT_BYTES - small.size()
        for size in range(largest - 400, largest + 400, 40):
            events = events_of(
                order, [AMENDED.change({"amendments": [amendment("x" * size)]})], OBSERVATION, after_sequence=0
            )
            assert max(event.size() for event in events) <= MAX_EVENT_BYTES

    def test_one_amendment_that_is_too_large_is_cut(self) -> None:
        """It cannot be split further."""
        event, _ = events_of(
            order_of(1), [AMENDED.change({"amendments": [amendment("x" * 300_000)]})], OBSERVATION, after_sequence=0
        )
        (cut,) = event.detail["amendments"]
        assert (event.detail_type, cut["path"]) == ("Outposts Order Amended", "/Note")
        assert (cut["value"]["truncated"], cut["value"]["bytes"]) == (True, 300_002)

    def test_two_amendments_that_are_too_large_together_are_published_whole(self) -> None:
        """Each in a separate event."""
        two = [amendment("x" * 150_000), amendment("y" * 150_000)]
        first, second, _ = events_of(order_of(1), [AMENDED.change({"amendments": two})], OBSERVATION, after_sequence=0)
        assert [first.detail["amendments"], second.detail["amendments"]] == [two[:1], two[1:]]

    def test_the_only_element_of_a_list_is_cut_inside(self) -> None:
        """Values next to the one that is too large stay."""
        keys = {"lineItemId": "x", "assets": [{"AssetId": "a", "Note": "x" * 300_000}], "previousAssets": []}
        event, _ = events_of(order_of(1), [Change("Outposts Assets", keys)], OBSERVATION, after_sequence=0)
        (asset,) = event.detail["assets"]
        assert (asset["AssetId"], asset["Note"]["bytes"]) == ("a", 300_002)

    def test_no_more_is_cut_than_makes_the_whole_fit(self) -> None:
        """The largest value is cut inside, and smaller ones stay."""
        large = {"p": "x" * 110_000, "q": "y" * 40_000}
        keys = {"large": large, "small": "z" * 149_000}
        event, _ = events_of(order_of(1), [Change("Outposts Order Painted", keys)], OBSERVATION, after_sequence=0)
        assert (event.detail["small"], event.detail["large"]["q"]) == (keys["small"], large["q"])
        assert event.detail["large"]["p"]["bytes"] == 110_002

    def test_an_update_keeps_status_changes_and_counts_what_it_leaves_out(self) -> None:
        """Status changes have precedence if not every change fits."""
        old, new = order_of(300), order_of(300, Status="SHIPPED", AssetInformationList=[{"AssetId": "x" * 1_000}])
        *events, updated = events_of(new, diff(old, new), OBSERVATION, after_sequence=0)
        kept = [change["detailType"] for change in updated.detail["changes"]]
        assert kept.count("Outposts Line Item Status Change") == 300
        assert len(kept) + updated.detail["changesOmitted"] == len(events)
        assert updated.size() <= MAX_EVENT_BYTES


class TestUpdated:
    """The event with a whole observation."""

    def test_it_repeats_each_change_with_its_own_keys(self) -> None:
        """A subscriber to updates only misses nothing."""
        old, new = order_of(2), order_of(2, Status="SHIPPED") | {"Status": "IN_PROGRESS"}
        *events, updated = events_of(new, diff(old, new), OBSERVATION, after_sequence=0)
        assert updated.detail["lineItemCountsByStatus"] == {"SHIPPED": 2}
        common = events[0].detail.keys() & events[1].detail.keys()
        assert updated.detail.keys() - common == {"lineItemCountsByStatus", "changes"}
        for change, event in zip(updated.detail["changes"], events, strict=True):
            assert (change["detailType"], change["eventId"]) == (event.detail_type, event.detail["eventId"])
            assert {key: event.detail[key] for key in change if key != "detailType"}.items() <= change.items()

    @pytest.mark.parametrize(("size", "there"), [(12, True), (MAX_NAMES_BYTES, True), (MAX_NAMES_BYTES + 1, False)])
    def test_it_alone_has_the_names(self, size: int, *, there: bool) -> None:
        """As long as they leave room for the changes; without any, there is no such key."""
        old, new = order_of(1), order_of(1, Status="SHIPPED")
        names = {"op-1": "x" * (size - len('{"op-1":""}'))}
        *events, updated = events_of(new, diff(old, new), OBSERVATION, after_sequence=0, names=names)
        assert updated.detail.get("names") == (names if there else None)
        assert all("names" not in event.detail for event in events)
        assert "names" not in events_of(new, diff(old, new), OBSERVATION, after_sequence=0, names={})[-1].detail


class TestEventOfState:
    """An order's present state as an event."""

    ORDER: ClassVar[dict[str, Any]] = {
        "OrderId": "oo-1",
        "OutpostId": "op-1",
        "OrderType": "OUTPOST",
        "Status": "IN_PROGRESS",
        "LineItems": [],
    }

    def test_is_the_order_as_discovered_with_its_present_sequence(self) -> None:
        """Marked, and with no other difference from the event that discovered it."""
        where = Observation("111122223333", "eu-west-1", "2026-11-24T09:30:00Z")
        state = event_of_state(self.ORDER, where, 7)
        discovered, _ = events_of(self.ORDER, [DISCOVERED.change({"order": self.ORDER})], where, after_sequence=6)
        assert state.detail_type == discovered.detail_type
        assert state.detail == {**discovered.detail, "eventId": state.detail["eventId"], "snapshot": True}

    def test_its_id_is_that_of_the_state(self) -> None:
        """The same whenever it is read, another one after each event, and never that of a published event."""
        times = ["2026-11-24T09:30:00Z", "2026-11-24T09:40:00Z"]
        read = [Observation("111122223333", "eu-west-1", each) for each in times]
        first, again = (event_of_state(self.ORDER, each, 7).detail["eventId"] for each in read)
        change = DISCOVERED.change({"order": self.ORDER})
        published = {e.detail["eventId"] for each in read for e in events_of(self.ORDER, [change], each, 6)}
        assert first == again
        assert first not in published
        assert first != event_of_state(self.ORDER, read[0], 8).detail["eventId"]
