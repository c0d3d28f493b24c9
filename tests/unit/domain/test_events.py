"""The events of one observation."""

import hashlib
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.domain.diff import amended, diff, discovery
from outposts_order_notifier.domain.event_types import Amendment, Change
from outposts_order_notifier.domain.events import MAX_COMMON_CHARACTERS, MAX_EVENT_BYTES, Event, Observation, events_of
from outposts_order_notifier.domain.order import Order, canonical_json
from testing.replay import apply, keyed
from testing.strategies import ORDER_ID, orders

OBSERVATION = Observation("111122223333", "eu-west-1", "2026-11-24T09:30:00Z")


def order_of(items: int, **members: Any) -> Order:
    """An order of so many line items, each with these members."""
    line_items = [{"LineItemId": f"ooi-{n:04}", "Status": "PREPARING", **members} for n in range(items)]
    return {"OrderId": ORDER_ID, "OutpostId": "op-1", "Status": "PREPARING", "LineItems": line_items}


def changes_told(events: list[Event]) -> list[Change]:
    """The changes that events tell, without the update that repeats them."""
    return [Change(event.detail_type, event.detail) for event in events[:-1]]


def amendment(value: str) -> Amendment:
    """Return a changed note."""
    return Amendment(path="/Note", value=value, previousValue=None)


class TestEnvelope:
    """The keys that every detail has."""

    def test_every_detail_says_what_when_and_where(self) -> None:
        """The contract's common keys are there, and the type's own beside them."""
        order = {"OrderId": ORDER_ID, "OutpostId": "op-1", "OrderType": "OUTPOST", "Status": "COMPLETED"}
        change = Change("Outposts Order Status Change", {"status": "COMPLETED", "previousStatus": "IN_PROGRESS"})
        event, _ = events_of(order, [change], OBSERVATION, after_sequence=7)
        assert event.detail | {"eventId": ""} == {
            "schemaVersion": "1.0",
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
        """A subscriber who has an event knows it again, whatever version sends it a second time."""
        event, _ = events_of({"OrderId": ORDER_ID}, [Change("x", {})], OBSERVATION, after_sequence=7)
        assert event.detail["eventId"] == "54fade25-797a-5b3e-84df-31263b56f0ed"

    def test_a_log_lines_gist_holds_what_tells_it_apart(self) -> None:
        """What else an event says is left out, as are keys that it lacks; a long text is cut."""
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
        """A retry builds the same events with the same ids, all of them different."""
        changes = diff(old, new)
        events = events_of(new, changes, OBSERVATION, after_sequence=3)
        assert events == events_of(new, changes, OBSERVATION, after_sequence=3)
        assert len({event.detail["eventId"] for event in events}) == len(events)

    @given(old=orders, new=orders)
    def test_sequences_have_no_gap(self, old: Order, new: Order) -> None:
        """Each event's number follows the one before; the update has the last."""
        events = events_of(new, diff(old, new), OBSERVATION, after_sequence=3)
        numbers = [3, *(event.detail["sequence"] for event in events)]
        assert all(second == first + 1 for first, second in pairwise(numbers))

    def test_nothing_changed_tells_nothing(self) -> None:
        """Without a change there is no update either."""
        assert events_of(order_of(1), [], OBSERVATION, after_sequence=3) == []


class TestSize:
    """No event is larger than 200 KB, and what differs still shows."""

    @pytest.mark.parametrize("items", [1, 200, 4_000])
    def test_a_large_discovery_is_told_in_several_events(self, items: int) -> None:
        """The order comes without its line items, and each line item is added after it."""
        order = order_of(items, Note="x" * 300)
        events = events_of(order, [discovery(order)], OBSERVATION, after_sequence=0)
        discovered, *added = changes_told(events)
        assert canonical_json(apply(added, discovered.keys["order"])) == canonical_json(keyed(order))
        assert max(event.size() for event in events) <= MAX_EVENT_BYTES

    def test_a_large_amendment_is_split_by_its_changes(self) -> None:
        """Each part fits, and together they tell everything."""
        told = [Amendment(path=f"/Member{n}", value="x" * 10_000, previousValue=None) for n in range(50)]
        events = events_of(order_of(1), [amended(told)], OBSERVATION, after_sequence=0)
        parts = [amendment for change in changes_told(events) for amendment in change.keys["amendments"]]
        assert parts == told
        assert max(event.size() for event in events) <= MAX_EVENT_BYTES

    @given(size=st.integers(190_000, 400_000), character=st.sampled_from(["x", '"', "\x00", "é", "🚚"]))
    def test_a_single_value_that_is_too_large_is_cut_and_marked(self, size: int, character: str) -> None:
        """Its start, its size and its SHA-256 stand in for it."""
        order = order_of(1, Note=character * size)
        events = events_of(order, [discovery(order)], OBSERVATION, after_sequence=0)
        assert max(event.size() for event in events) <= MAX_EVENT_BYTES
        if "LineItems" in events[0].detail["order"]:
            return
        note, whole = events[1].detail["lineItem"]["Note"], canonical_json(character * size).encode()
        if isinstance(note, dict):
            assert note["truncated"] is True
            assert (note["sha256"], note["bytes"]) == (hashlib.sha256(whole).hexdigest(), len(whole))

    def test_a_change_near_the_bound_makes_no_event_too_large(self) -> None:
        """Whatever else the event holds counts, the longest common keys too."""
        order = order_of(0) | {"OutpostId": "o" * 900, "OrderType": "t" * 900}
        small, _ = events_of(order, [amended([amendment("")])], OBSERVATION, after_sequence=0)
        largest = MAX_EVENT_BYTES - small.size()
        for size in range(largest - 400, largest + 400, 40):
            events = events_of(order, [amended([amendment("x" * size)])], OBSERVATION, after_sequence=0)
            assert max(event.size() for event in events) <= MAX_EVENT_BYTES

    def test_one_amendment_that_is_too_large_is_cut(self) -> None:
        """There is nothing left to split."""
        event, _ = events_of(order_of(1), [amended([amendment("x" * 300_000)])], OBSERVATION, after_sequence=0)
        (told,) = event.detail["amendments"]
        assert (event.detail_type, told["path"]) == ("Outposts Order Amended", "/Note")
        assert (told["value"]["truncated"], told["value"]["bytes"]) == (True, 300_002)

    def test_two_amendments_that_are_too_large_together_are_told_whole(self) -> None:
        """Each in an event of its own."""
        two = [amendment("x" * 150_000), amendment("y" * 150_000)]
        first, second, _ = events_of(order_of(1), [amended(two)], OBSERVATION, after_sequence=0)
        assert [first.detail["amendments"], second.detail["amendments"]] == [two[:1], two[1:]]

    def test_the_only_element_of_a_list_is_cut_inside(self) -> None:
        """What stands beside the value that is too large stays."""
        keys = {"lineItemId": "x", "assets": [{"AssetId": "a", "Note": "x" * 300_000}], "previousAssets": []}
        event, _ = events_of(order_of(1), [Change("Outposts Assets", keys)], OBSERVATION, after_sequence=0)
        (asset,) = event.detail["assets"]
        assert (asset["AssetId"], asset["Note"]["bytes"]) == ("a", 300_002)

    def test_no_more_is_cut_than_makes_the_whole_fit(self) -> None:
        """The largest value is cut inside, and the smaller ones stay."""
        large = {"p": "x" * 110_000, "q": "y" * 40_000}
        keys = {"large": large, "small": "z" * 149_000}
        event, _ = events_of(order_of(1), [Change("Outposts Order Painted", keys)], OBSERVATION, after_sequence=0)
        assert (event.detail["small"], event.detail["large"]["q"]) == (keys["small"], large["q"])
        assert event.detail["large"]["p"]["bytes"] == 110_002

    def test_an_update_keeps_status_changes_and_counts_what_it_leaves_out(self) -> None:
        """Statuses come first where not every change fits."""
        old, new = order_of(300), order_of(300, Status="SHIPPED", AssetInformationList=[{"AssetId": "x" * 1_000}])
        *told, updated = events_of(new, diff(old, new), OBSERVATION, after_sequence=0)
        kept = [change["detailType"] for change in updated.detail["changes"]]
        assert kept.count("Outposts Line Item Status Change") == 300
        assert len(kept) + updated.detail["changesOmitted"] == len(told)
        assert updated.size() <= MAX_EVENT_BYTES


class TestUpdated:
    """The one event that tells a whole observation."""

    def test_it_repeats_each_change_with_its_own_keys(self) -> None:
        """A subscriber to updates alone misses nothing."""
        old, new = order_of(2), order_of(2, Status="SHIPPED") | {"Status": "IN_PROGRESS"}
        *told, updated = events_of(new, diff(old, new), OBSERVATION, after_sequence=0)
        assert updated.detail["lineItemCountsByStatus"] == {"SHIPPED": 2}
        common = told[0].detail.keys() & told[1].detail.keys()
        assert updated.detail.keys() - common == {"lineItemCountsByStatus", "changes"}
        for change, event in zip(updated.detail["changes"], told, strict=True):
            assert (change["detailType"], change["eventId"]) == (event.detail_type, event.detail["eventId"])
            assert {key: event.detail[key] for key in change if key != "detailType"}.items() <= change.items()
