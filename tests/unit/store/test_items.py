"""Snapshots as DynamoDB items."""

import json
import zlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.domain.annotations import NONE, Annotations, Note, text_of
from outposts_order_notifier.domain.durations import Durations, Ended, Key
from outposts_order_notifier.domain.events import MAX_EVENT_BYTES, Observation
from outposts_order_notifier.domain.order import Order, canonical_json, unordered_json
from outposts_order_notifier.domain.snapshot import ORDER, Snapshot, StatusEntry, observe
from outposts_order_notifier.sources.outposts import from_wire
from outposts_order_notifier.store.items import (
    FORMAT,
    NewerSnapshotError,
    durations_item,
    durations_of,
    items_of,
    snapshot_of,
)
from testing.replay import keyed
from testing.strategies import ORDER_ID, ORDER_SHAPE, orders

OBSERVATION = Observation("111122223333", "eu-west-1", "2026-11-24T09:30:00Z")
ITEM_SHAPE = ORDER_SHAPE.members["LineItems"].member  # type: ignore[attr-defined] # botocore's shapes have few types
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def with_anything(members: Any, inner: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return objects in which any of these members may be any JSON."""
    return st.fixed_dictionaries({}, optional={name: inner.get(name, anything) | anything for name in members})


shipments = with_anything(ITEM_SHAPE.members["ShipmentInformation"].members, {})
line_items = st.lists(with_anything(ITEM_SHAPE.members, {"ShipmentInformation": shipments}) | anything, max_size=3)
odd_orders = with_anything(ORDER_SHAPE.members, {"LineItems": line_items}).map(  # type: ignore[attr-defined] # as above
    lambda order: {**order, "OrderId": ORDER_ID}
)


def first(order: Order) -> Snapshot:
    """Return the snapshot of an order seen for the first time."""
    snapshot = observe(None, order, OBSERVATION, b"digest")
    assert snapshot
    return snapshot


def restored(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot after writing and reading it."""
    item, *parts = items_of(snapshot)
    return snapshot_of(item, {part["id"]["S"]: part for part in parts})


class TestRoundTrip:
    """Writing and reading."""

    @given(order=orders)
    def test_a_snapshot_is_stored_without_loss(self, order: Order) -> None:
        """For any order."""
        assert restored(first(order)) == first(order)

    def test_annotations_are_stored_with_the_number_of_their_writes(self) -> None:
        """Beside the snapshot, which polls write; without any, there are no such attributes."""
        annotations = Annotations(notes=(Note("Call the site", "jane", "2026-11-24T09:30:00Z"),), revision=2)
        snapshot = replace(first({"OrderId": ORDER_ID}), annotations=annotations)
        (item,), (bare,) = items_of(snapshot), items_of(replace(snapshot, annotations=NONE))
        stored = {"annotations": {"S": text_of(annotations)}, "annotated": {"N": "3"}}
        assert item == {**bare, **stored}
        assert not stored.keys() & bare.keys()
        assert restored(snapshot).annotations == replace(annotations, revision=3)

    @given(old=odd_orders, new=odd_orders)
    def test_any_json_in_place_of_any_member_is_published_and_stored(self, old: Any, new: Any) -> None:
        """An unexpected value causes no crash, no loss, and no event that EventBridge would reject."""
        before, after = from_wire(old, ORDER_SHAPE), from_wire(new, ORDER_SHAPE)
        snapshot = observe(first(before), after, OBSERVATION, b"digest") or first(before)
        assert restored(snapshot) == snapshot
        assert unordered_json(keyed(before)) == unordered_json(keyed(after)) or snapshot.version == 2
        for event in snapshot.pending:
            assert event.size() <= MAX_EVENT_BYTES
            assert isinstance(event.detail["orderStatus"], str | None)
            json.loads(canonical_json(event.detail), parse_constant=pytest.fail)

    @pytest.mark.parametrize("member", ["Status", "OutpostId", "OrderType"])
    def test_a_member_that_every_event_repeats_may_be_of_any_length(self, member: str) -> None:
        """The common keys hold its beginning, so that there is room for the changes."""
        order = {"OrderId": ORDER_ID, member: "🚚" * 100_000, "LineItems": [{"Status": "x" * 300_000}]}
        assert max(event.size() for event in first(order).pending) <= MAX_EVENT_BYTES


class TestFormats:
    """Snapshots of other versions of this software."""

    def test_an_older_format_is_upgraded(self) -> None:
        """Format 1 had no `missing`, no `sequence` next to the snapshot, and no past statuses."""
        snapshot = first({"OrderId": ORDER_ID, "Status": "PREPARING", "LineItems": [{"LineItemId": "ooi-a"}]})
        assert snapshot_of(as_format_1(snapshot), {}) == snapshot

    def test_a_snapshot_without_a_line_items_time_is_upgraded_without_it(self) -> None:
        """Its next status change then has a duration of 0."""
        snapshot = first({"OrderId": ORDER_ID, "LineItems": [{"LineItemId": "ooi-a"}]})
        upgraded = snapshot_of(as_format_1(replace(snapshot, history={ORDER: snapshot.history[ORDER]})), {})
        assert (upgraded.damage, list(upgraded.history)) == ("", [ORDER])

    def test_times_before_outposts_existed_are_left_out(self) -> None:
        """An earlier version accepted 0, which is 1970, as a submission date."""
        snapshot = first({"OrderId": ORDER_ID, "Status": "PREPARING"})
        old, new = StatusEntry("PREPARING", "1970-01-01T00:00:00Z"), StatusEntry("IN_PROGRESS", "2026-11-24T09:30:00Z")
        (item,) = items_of(replace(snapshot, history={ORDER: (old, new), "ooi-a": (old,)}))
        restored = snapshot_of(item, {})
        assert (restored.damage, restored.history) == ("", {ORDER: (new,), "ooi-a": ()})

    def test_a_newer_format_is_refused(self) -> None:
        """The error names both versions and says what to do."""
        (item,) = items_of(first({"OrderId": ORDER_ID}))
        with pytest.raises(NewerSnapshotError, match=f"{ORDER_ID} has format 99.*up to {FORMAT}.*deploy the newer"):
            snapshot_of({**item, "format": {"N": "99"}}, {})


class TestDamage:
    """Damaged items."""

    @pytest.mark.parametrize(
        "data", [b"", b"garbage", zlib.compress(b"{"), zlib.compress(b"[]"), zlib.compress(b'{"order": {}}')]
    )
    def test_a_damaged_snapshot_keeps_its_number_and_its_pending_events(self, data: bytes) -> None:
        """Its order is discovered again after them, and numbering continues."""
        snapshot = first({"OrderId": ORDER_ID, "Status": "PREPARING"})
        (item,) = items_of(snapshot)
        damaged = snapshot_of({**item, "snapshot": {"B": data}}, {})
        assert damaged.damage.startswith("snapshot: ")
        assert damaged.pending == snapshot.pending
        again = observe(damaged, snapshot.order, OBSERVATION, b"digest")
        assert again
        assert [event.detail["sequence"] for event in again.pending] == [1, 2, 3, 4]
        assert again.pending[2].detail["order"] == snapshot.order
        assert (again.damage, again.version) == ("", 2)

    @pytest.mark.parametrize(
        "data", [b"", b"garbage", zlib.compress(b"[]"), zlib.compress(b"[{}, {}]"), zlib.compress(b"7")]
    )
    def test_damaged_events_leave_a_gap_and_the_order_is_discovered_again(self, data: bytes) -> None:
        """The gap shows that they are lost, and the discovery has their result; the history is kept."""
        snapshot = first({"OrderId": ORDER_ID, "Status": "PREPARING"})
        (item,) = items_of(snapshot)
        damaged = snapshot_of({**item, "events": {"B": data}}, {})
        assert damaged.damage.startswith("events: ")
        assert (damaged.order, damaged.history) == (snapshot.order, snapshot.history)
        again = observe(damaged, snapshot.order, OBSERVATION, b"digest")
        assert again
        assert [event.detail["sequence"] for event in again.pending] == [3, 4]

    def test_an_item_of_the_first_format_gets_its_number_from_its_events(self) -> None:
        """It has no `sequence` next to the snapshot."""
        snapshot = first({"OrderId": ORDER_ID})
        damaged = snapshot_of({**as_format_1(snapshot), "snapshot": {"B": b"garbage"}}, {})
        assert (damaged.sequence, damaged.version) == (2, 1)

    def test_a_damaged_snapshot_without_pending_events_gets_its_number_from_its_item(self) -> None:
        """That is why it is stored twice."""
        (item,) = items_of(replace(first({"OrderId": ORDER_ID}), sequence=7, pending=()))
        assert item["sequence"] == {"N": "7"}
        assert snapshot_of({**item, "snapshot": {"B": b"garbage"}}, {}).sequence == 7

    @pytest.mark.parametrize(
        ("change", "damage"),
        [
            ({"order": {"OrderId": "oo-2"}}, "it is of the order oo-2"),
            (
                {"more": 1},
                "it has ['history', 'linked', 'missing', 'more', 'order', 'sequence', 'stalled']",
            ),
            ({"sequence": "1"}, "its sequence is not a number"),
        ],
    )
    def test_damage_names_what_is_wrong_with_a_snapshot(self, change: dict[str, Any], damage: str) -> None:
        """It is in the log."""
        (item,) = items_of(first({"OrderId": ORDER_ID}))
        body = json.loads(zlib.decompress(item["snapshot"]["B"])) | change
        changed = {**item, "snapshot": {"B": zlib.compress(canonical_json(body).encode())}}
        assert snapshot_of(changed, {}).damage == f"snapshot: ValueError: {damage}"

    @pytest.mark.parametrize(
        ("place", "change", "damage"),
        [
            ("detail", {"orderId": "oo-2"}, "one is of another order or number"),
            ("detail", {"sequence": 9}, "one is of another order or number"),
            ("detail", {"outpostId": 7}, "one has an odd outpostId"),
            ("event", {"detail_type": 7}, "one has no detail-type"),
        ],
    )
    def test_damage_names_what_is_wrong_with_events(self, place: str, change: dict[str, Any], damage: str) -> None:
        """It is in the log."""
        (item,) = items_of(first({"OrderId": ORDER_ID}))
        one, other = json.loads(zlib.decompress(item["events"]["B"]))
        other |= change if place == "event" else {"detail": other["detail"] | change}
        changed = {**item, "events": {"B": zlib.compress(canonical_json([one, other]).encode())}}
        assert snapshot_of(changed, {}).damage == f"events: ValueError: {damage}"

    def test_damage_of_both_is_named_together(self) -> None:
        """Neither hides the other."""
        (item,) = items_of(first({"OrderId": ORDER_ID}))
        parts = {"snapshot": {"B": zlib.compress(b"{")}, "pending": {"N": "3"}}
        damage = snapshot_of({**item, **parts}, {}).damage
        assert damage.startswith("snapshot: JSONDecodeError: ")
        assert damage.endswith("; events: ValueError: there are 2, not 3")

    @pytest.mark.parametrize("name", ["source", "format", "version", "summary", "pending", "sequence", "snapshot"])
    def test_an_item_may_lack_any_attribute(self, name: str) -> None:
        """The rest is enough to discover its order again."""
        (item,) = items_of(first({"OrderId": ORDER_ID}))
        damaged = snapshot_of({key: value for key, value in item.items() if key != name}, {})
        assert observe(replace(damaged, damage="some"), {"OrderId": ORDER_ID}, OBSERVATION, b"")
        assert damaged.source == ("" if name == "source" else OBSERVATION.source)
        assert damaged.summary == (b"" if name == "summary" else b"digest")


class TestDurations:
    """How long the statuses of ended orders lasted, in an item of their own."""

    DURATIONS = Durations(
        (Ended("oo-1", "2026-11-24", "OUTPOST", "rack", {Key("OUTPOST", "rack", "order", "PREPARING"): 86_400}),)
    )

    def test_they_are_stored_without_loss(self) -> None:
        """Before there are any, they are none."""
        assert durations_of(durations_item(self.DURATIONS, 7)) == (self.DURATIONS, "")
        assert durations_of(None) == (Durations(), "")

    def test_an_item_of_any_version_is_read(self) -> None:
        """Its names stay, as an upgraded stack continues to count."""
        packed = zlib.compress(
            b'[{"at":"2026-11-24","hardware":"rack","id":"oo-1","seconds":[["rack","order","PREPARING",86400]],"type":"OUTPOST"}]'
        )
        item = {"id": {"S": "durations#1"}, "version": {"N": "7"}, "orders": {"B": packed}}
        assert durations_item(self.DURATIONS, 7) == item
        assert durations_of(item) == (self.DURATIONS, "")

    def test_what_cannot_be_read_counts_as_none_and_is_reported(self) -> None:
        """They are counted from the orders that end from then on."""
        damaged, damage = durations_of({**durations_item(self.DURATIONS, 7), "orders": {"B": b"?"}})
        assert damaged == Durations()
        assert damage.startswith("error: ")


def as_format_1(snapshot: Snapshot) -> dict[str, Any]:
    """Return the item as stored in format 1."""
    (item,) = items_of(snapshot)
    since = {name: entered[-1].at for name, entered in snapshot.history.items()}
    body = {"order": snapshot.order, "sequence": snapshot.sequence, "since": since}
    kept = {name: value for name, value in item.items() if name not in {"sequence", "missing", "outpostId"}}
    return {**kept, "format": {"N": "1"}, "snapshot": {"B": zlib.compress(canonical_json(body).encode())}}
