"""What `orders`, `show` and `events` show for given snapshots."""

import io
import json
from dataclasses import replace
from typing import ClassVar

import pytest

from outposts_order_notifier.cli.events import ListedEvent, _change, history_of, line_of
from outposts_order_notifier.cli.orders import (
    _ids,
    header_of,
    life_of,
    matches,
    row_of,
    show_life,
    statuses_of,
    timeline,
)
from outposts_order_notifier.cli.terminal import Json
from outposts_order_notifier.domain.durations import Usual
from outposts_order_notifier.domain.events import Event, LoggedEvent, Observation
from outposts_order_notifier.domain.lineage import Lineage, links_of
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.snapshot import Snapshot, observe
from outposts_order_notifier.runtime.observability import logger
from testing.details import ORDER_ID, an_order
from testing.poll_world import World

OTHER_ID = "oo-0123456789abcdef1"
NOW = "2026-11-24T12:00:00Z"


def snapshot(*orders: tuple[str, Order]) -> Snapshot:
    """Return the snapshot of an order that was read in these states at these times."""
    found: Snapshot | None = None
    for at, order in orders:
        found = observe(found, order, Observation("111122223333", "eu-west-1", at), b"") or found
    assert found
    return found


HISTORY = snapshot(
    ("2026-11-20T12:00:00Z", an_order(status="PREPARING")),
    ("2026-11-22T12:00:00Z", an_order(status="IN_PROGRESS")),
    ("2026-11-23T12:00:00Z", an_order(status="IN_PROGRESS", item="SHIPPED")),
)


class TestRows:
    """`orders`."""

    def test_a_row_has_the_time_in_status(self) -> None:
        """Since the first poll that saw the status, in whole seconds."""
        row = row_of(HISTORY, NOW)
        assert (row["status"], row["since"], row["secondsInStatus"]) == (
            "IN_PROGRESS",
            "2026-11-22T12:00:00Z",
            2 * 86_400,
        )
        assert (row["account"], row["region"], row["lineItemCountsByStatus"]) == (
            "111122223333",
            "eu-west-1",
            {"SHIPPED": 1},
        )

    def test_a_row_has_what_is_wrong_with_an_order(self) -> None:
        """Stalled, missing, and with pending events: each has its key."""
        row = row_of(replace(HISTORY, missing=True, stalled=frozenset({"", "ooi-1"})), NOW)
        assert (row["missing"], row["eventsPending"]) == (True, len(HISTORY.pending))
        assert (row["stalled"], row["lineItemsStalled"]) == (True, ["ooi-1"])

    def test_an_order_has_the_statuses_of_its_line_items_too(self) -> None:
        """As on the board; one that stalled can be found by that."""
        assert statuses_of(row_of(HISTORY, NOW)) == {"IN_PROGRESS", "SHIPPED"}
        for stalled in ("", "ooi-1"):
            row = row_of(replace(HISTORY, stalled=frozenset({stalled})), NOW)
            assert statuses_of(row) == {"IN_PROGRESS", "SHIPPED", "STALLED"}

    def test_an_order_whose_snapshot_is_damaged_has_a_row(self) -> None:
        """What is unknown is null."""
        row = row_of(Snapshot("111122223333/eu-west-1", {"OrderId": ORDER_ID}, damage="snapshot: torn"), NOW)
        assert (row["status"], row["secondsInStatus"], row["damage"]) == (None, None, "snapshot: torn")

    def test_a_filter_accepts_names(self) -> None:
        """`orders` shows them in place of ids."""
        names = {"op-1": "Dublin plant", "op-2": "Dublin plant", "op-3": "Ohio"}
        assert _ids(["Dublin plant", "op-4"], names) == ["Dublin plant", "op-4", "op-1", "op-2"]
        assert _ids(None, {"op-1": ""}) == []

    def test_filters_are_joined_by_and_their_values_by_or(self) -> None:
        """A filter without values accepts all."""
        row = row_of(HISTORY, NOW)
        assert matches(row, {"status": None, "account": []})
        assert matches(row, {"status": ["ERROR", "IN_PROGRESS"], "region": ["eu-west-1"]})
        assert not matches(row, {"status": ["IN_PROGRESS"], "account": ["000000000000"]})


class TestHistory:
    """`show`."""

    def test_a_timeline_has_every_status_with_its_duration_oldest_first(self) -> None:
        """The current statuses last until now."""
        assert [
            (step["lineItemId"], step["status"], step["seconds"] // 86_400, step["current"])
            for step in timeline(HISTORY, NOW)
        ] == [
            (None, "PREPARING", 2, False),
            ("ooi-1", "BUILDING", 3, False),
            (None, "IN_PROGRESS", 2, True),
            ("ooi-1", "SHIPPED", 1, True),
        ]

    def test_line_items_come_with_tracking_link_and_assets(self) -> None:
        """The link is the carrier's."""
        shipped = an_order(
            ShipmentInformation={"ShipmentCarrier": "UPS", "ShipmentTrackingNumber": "1Z"},
            AssetInformationList=[{"AssetId": "7"}],
        )
        (item,) = life_of(snapshot((NOW, shipped)), NOW, Lineage())["lineItems"]
        assert item["shipment"]["trackingUrl"] == "https://www.ups.com/track?tracknum=1Z"
        assert item["assets"] == [{"AssetId": "7"}]


class TestUsual:
    """How long the current statuses of an order usually last."""

    USUAL: ClassVar = {"": Usual(12 * 86_400, 20 * 86_400, 9), "ooi-1": Usual(3_600, 7_200, 5)}

    def test_it_is_in_the_header_and_in_a_line_for_the_line_items(self, capsys: pytest.CaptureFixture[str]) -> None:
        """In words, with the number of orders that it comes from; without it, there is neither."""
        show_life(life_of(HISTORY, NOW, Lineage(), self.USUAL), {})
        shown = capsys.readouterr().out
        assert "IN_PROGRESS for 2 days; usually 12 to 20 days, from 9 orders; " in shown
        assert "\nHow long these statuses usually last\n1: SHIPPED usually 1 to 2 hours, from 5 orders\n" in shown
        show_life(life_of(HISTORY, NOW, Lineage()), {})
        assert "sually" not in capsys.readouterr().out

    def test_it_is_in_the_json(self) -> None:
        """In seconds; null if it is not known."""
        life = life_of(HISTORY, NOW, Lineage(), self.USUAL)
        assert life["usual"] == {"medianSeconds": 12 * 86_400, "slowestTenthSeconds": 20 * 86_400, "orders": 9}
        assert life["lineItems"][0]["usual"]["orders"] == 5
        assert life_of(HISTORY, NOW, Lineage())["usual"] is None


class TestHeader:
    """The first lines of `show`."""

    def test_is_three_lines_for_any_text_of_the_api(self) -> None:
        """Control characters are removed, as in tables, and a name precedes its id."""
        odd = {**an_order(), "OrderType": "OUT\x1b[31mPOST\x07", "OutpostId": "op-1\u202e\n2"}
        header = header_of(life_of(snapshot((NOW, odd)), NOW, Lineage()), {"111122223333": "Pay\x1bments"})
        assert header.split("\n")[:2] == [
            f"Order {ORDER_ID} (OUT [31mPOST) for Outpost op-1 2",
            "Account Pay ments (111122223333), region eu-west-1",
        ]
        assert all(line.isprintable() for line in header.split("\n"))
        assert header.count("\n") == 2

    def test_what_is_null_is_unknown(self) -> None:
        """An unknown time is omitted."""
        bare = snapshot(("2026-11-24T11:59:26Z", {"OrderId": ORDER_ID}))
        assert header_of(life_of(bare, NOW, Lineage()), {}).split("\n")[2].startswith("unknown for 34 seconds; 2 ev")
        damaged = Snapshot("111122223333/eu-west-1", {"OrderId": ORDER_ID}, damage="snapshot: torn")
        assert header_of(life_of(damaged, NOW, Lineage()), {}).endswith("\nunknown; 0 events so far; damaged")


class TestLineage:
    """Which orders replace which."""

    def test_a_link_is_only_found_from_its_two_ends(self) -> None:
        """The new order names the old one; the link is found for both."""
        replacement = an_order(OTHER_ID, PreviousOrderId=ORDER_ID, PreviousLineItemId="ooi-1")
        lineage = Lineage(links_of(replacement))
        link = {
            "previous": {"orderId": ORDER_ID, "lineItemId": "ooi-1"},
            "replacement": {"orderId": OTHER_ID, "lineItemId": "ooi-1"},
        }
        assert life_of(snapshot((NOW, an_order())), NOW, lineage)["lineage"] == [link]
        assert life_of(snapshot((NOW, replacement)), NOW, lineage)["lineage"] == [link]
        assert life_of(snapshot((NOW, an_order("oo-0123456789abcdef2"))), NOW, lineage)["lineage"] == []


class TestEvents:
    """`events`."""

    def test_a_line_that_poll_logged_is_understood(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Every event that a run published is listed, with the time of its line."""
        log, world = io.StringIO(), World()
        monkeypatch.setattr(logger.registered_handler, "stream", log)
        world.put(an_order())
        world.poller().poll().run()
        lines = log.getvalue().splitlines()
        found = list(filter(None, (line_of(line, ORDER_ID, 1_800_000_000_123) for line in lines)))
        events = [json.loads(entry["Detail"]) for entry in world.bus.arrived]
        assert [each["eventId"] for each in found] == [each["eventId"] for each in events]
        assert [each["sequence"] for each in found] == [1, 2]
        assert {each["publishedAt"] for each in found} == {"2027-01-15T08:00:00Z"}
        assert not any(line_of(line, OTHER_ID, 0) for line in lines)

    def test_published_and_pending_events_are_listed_once_each_by_sequence(self) -> None:
        """An event that was published twice has its first time, and one that was logged is no longer pending."""
        first, *rest = HISTORY.pending
        line: ListedEvent = {**first.log_fields(), "publishedAt": "2026-11-20T12:00:01Z", "times": 1}
        listed = history_of([line, {**line, "publishedAt": "2026-11-20T12:05:01Z"}], HISTORY)
        assert [event["sequence"] for event in listed] == list(range(1, HISTORY.sequence + 1))
        assert (listed[0]["publishedAt"], listed[0]["times"]) == ("2026-11-20T12:00:01Z", 2)
        assert {(event["publishedAt"], event["times"]) for event in listed[1:]} == {(None, 0)}
        assert [event["eventId"] for event in listed[1:]] == [event.detail["eventId"] for event in rest]

    @pytest.mark.parametrize(
        ("statuses", "change"),
        [
            ({"previousStatus": "PREPARING"}, "PREPARING → unknown"),
            ({"previousStatus": None, "status": "PREPARING"}, "unknown → PREPARING"),
            ({}, "unknown → unknown"),
        ],
    )
    def test_a_status_that_is_null_is_unknown(self, statuses: Json, change: str) -> None:
        """A log line omits it, and in a pending event it is null."""
        assert _change(logged("Outposts Order Status Change", statuses)) == change

    def test_only_a_change_of_status_leads_from_one_to_another(self) -> None:
        """A stalled line item also has a status, but stays in it."""
        assert _change(logged("Outposts Order Stalled", {"status": "SHIPPED"})) is None


def logged(detail_type: str, keys: Json) -> LoggedEvent:
    """Return a logged event of a type."""
    return Event(detail_type, {"eventId": "1", "sequence": 1, "observedAt": NOW, **keys}).log_fields()
