"""What the board shows."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from outposts_order_notifier.board.filters import Filters
from outposts_order_notifier.board.view import SETTLED_SHOWN, Card, Moment, board
from outposts_order_notifier.domain.lineage import Reference
from outposts_order_notifier.domain.snapshot import ORDER
from outposts_order_notifier.sources.source import Source
from testing.boards import NOW, board_of, gathered, observed


def card(*reads: Any, **further: Any) -> Card:
    """Return the card of an order that is in flight."""
    return board_of(observed(*reads, **further)).in_flight[0]


def item(status: str, **members: Any) -> dict[str, Any]:
    """Return an order's list of one line item."""
    return {"LineItems": [{"LineItemId": "ooi-1", "Status": status, **members}]}


class TestHistory:
    """An order's and a line item's stages."""

    def test_says_how_long_each_status_lasted_and_the_current_one_has(self) -> None:
        """The last lasts until now."""
        stages = card((30, {"Status": "PREPARING"}), (10, {"Status": "IN_PROGRESS"})).stages
        assert [(each.status, each.lasted, each.current) for each in stages] == [
            ("PREPARING", "20 days", False),
            ("IN_PROGRESS", "10 days", True),
        ]

    def test_is_drawn_to_scale(self) -> None:
        """A line item is drawn on its order's time axis."""
        drawn = card(
            (40, {"Status": "PREPARING"}),
            (20, {"Status": "PREPARING", **item("BUILDING")}),
            (10, {"Status": "PREPARING", **item("SHIPPED")}),
        )
        assert [(each.left, each.width) for each in drawn.stages] == [(0, 100)]
        assert [(each.left, each.width) for each in drawn.items[0].stages] == [(50, 25), (75, 25)]

    def test_ends_with_the_last_change_of_a_settled_order(self) -> None:
        """Its end does not get longer every day, and has no duration."""
        (order,) = board_of(observed((30, {"Status": "PREPARING"}), (10, {"Status": "COMPLETED"}))).settled
        assert [(each.lasted, each.left, each.width) for each in order.stages] == [("20 days", 0, 100), ("", 100, 0)]

    def test_an_unread_order_has_none(self) -> None:
        """A snapshot that could not be read has no history."""
        assert card((3, {}), history={}, damage="snapshot: garbage").stages == ()


class TestUsual:
    """How long a status usually lasts."""

    WORDS = "usually 12 to 20 days, from 9 orders"

    def test_an_order_and_its_line_items_in_flight_say_it(self) -> None:
        """If it is known for orders of their kind."""
        shown = card((3, {"OrderType": "OUTPOST", "Status": "IN_PROGRESS", **item("BUILDING")}))
        assert (shown.usually, shown.items[0].usually) == (self.WORDS, self.WORDS)
        other = card((3, {"OrderType": "REPLACEMENT", "Status": "IN_PROGRESS", **item("BUILDING")}))
        assert (other.usually, other.items[0].usually) == ("", "")

    def test_an_order_that_has_ended_does_not(self) -> None:
        """Nothing more is expected of it."""
        (ended,) = board_of(observed((3, {"OrderType": "OUTPOST", "Status": "COMPLETED"}))).settled
        assert ended.usually == ""


class TestSubmission:
    """When an order was submitted."""

    @pytest.mark.parametrize(
        ("date", "shown"),
        [("2026-01-02T03:04:05Z", "2 Jan, 03:04"), ("1970-01-01T00:00:00Z", None), ("2090-01-01T00:00:00Z", None)],
    )
    def test_an_implausible_date_is_not_shown(self, date: str, shown: str | None) -> None:
        """Neither 0, which is 1970, nor a future one."""
        submitted = card((3, {"Status": "PREPARING", "OrderSubmissionDate": date})).submitted
        assert (submitted and submitted.text) == shown


class TestTimeZone:
    """In which zone times are shown: that of the board's own time."""

    def test_every_time_is_in_it(self) -> None:
        """The year and the day are the zone's."""
        reads = [observed((327.4, {"Status": "PREPARING", "OrderSubmissionDate": "2026-01-01T04:59:00Z"}))]
        made = board(gathered(reads), Filters(), NOW.astimezone(ZoneInfo("America/New_York")))
        (order,) = made.in_flight
        assert (made.at.text, made.zone) == ("24 Nov, 04:30", ("EST", "America/New_York"))
        assert order.submitted == Moment("2026-01-01T04:59:00Z", "31 Dec 2025, 23:59")
        assert order.stages[0].since.text == "31 Dec 2025, 18:54"

    def test_a_time_from_summer_says_so_on_a_board_of_winter(self) -> None:
        """Its abbreviation is not the one at the top."""
        reads = [observed((150, {"Status": "PREPARING"}), (3, {"Status": "IN_PROGRESS"}))]
        made = board(gathered(reads), Filters(), NOW.astimezone(ZoneInfo("Europe/Berlin")))
        texts = [stage.since.text for stage in made.in_flight[0].stages]
        assert (made.zone[0], texts) == ("CET", ["27 Jun, 11:30 CEST", "21 Nov, 10:30"])

    def test_boards_of_one_moment_in_two_zones_differ(self) -> None:
        """Times are cached, and equal times compare equal in every zone."""
        reads = [observed((3, {"Status": "PREPARING"}))]
        zones = ("UTC", "Europe/Berlin", "UTC")
        boards = [board(gathered(reads), Filters(), NOW.astimezone(ZoneInfo(zone))) for zone in zones]
        assert [made.at.text for made in boards] == ["24 Nov, 09:30", "24 Nov, 10:30", "24 Nov, 09:30"]


class TestLineItem:
    """A line item."""

    def test_names_its_shipment_and_assets(self) -> None:
        """With the carrier's tracking page."""
        shipment = {"ShipmentCarrier": "DHL", "ShipmentTrackingNumber": "JD 1"}
        assets = [{"AssetId": "a-1", "MacAddressList": ["02:00", "02:01"]}, {"AssetId": "a-2"}]
        (shown,) = card((3, item("SHIPPED", ShipmentInformation=shipment, AssetInformationList=assets))).items
        url = "https://www.dhl.com/global-en/home/tracking.html?tracking-id=JD%201"
        assert shown.shipment == ("DHL", "JD 1", url)
        assert shown.assets == (("a-1", "02:00, 02:01"), ("a-2", ""))

    def test_names_what_it_replaces_and_its_last_replacement(self) -> None:
        """Both ways, over any number of orders."""
        first, second, third = (
            observed((3, {"OrderId": name, **item("INSTALLED", **previous)}))
            for name, previous in {
                "oo-1": {},
                "oo-2": {"PreviousOrderId": "oo-1", "PreviousLineItemId": "ooi-1"},
                "oo-3": {"PreviousOrderId": "oo-2", "PreviousLineItemId": "ooi-1"},
            }.items()
        )
        items = {each.id: each.items[0] for each in board_of(third, first, second).in_flight}
        assert items["oo-1"].replaced_by == (Reference("oo-2", "ooi-1"), Reference("oo-3", "ooi-1"))
        assert items["oo-2"].replaces == Reference("oo-1", "ooi-1")
        assert items["oo-3"].replaced_by == ()

    def test_circular_replacements_end(self) -> None:
        """The API does not rule them out."""
        previous = {"PreviousOrderId": "oo-1", "PreviousLineItemId": "ooi-1"}
        assert card((3, item("REPLACED", **previous))).items[0].replaced_by == ()


class TestOrder:
    """What is shown first, and what is omitted."""

    def test_orders_in_flight_are_sorted_by_attention_then_by_last_change(self) -> None:
        """Stalled, failed and missing ones come before those that changed today."""
        calm, fresh, stalled, failed = (
            observed((days, {"OrderId": name, "Status": status}), stalled=frozenset(keys))
            for name, days, status, keys in [
                ("oo-calm", 9, "PREPARING", ()),
                ("oo-fresh", 1, "PREPARING", ()),
                ("oo-stalled", 90, "PREPARING", (ORDER,)),
                ("oo-failed", 30, "ERROR", ()),
            ]
        )
        made = board_of(calm, fresh, stalled, failed)
        assert [each.id for each in made.in_flight] == ["oo-failed", "oo-stalled", "oo-fresh", "oo-calm"]
        assert made.totals == {"in flight": 4, "stalled": 1, "in error": 1, "settled": 0}

    @pytest.mark.parametrize(
        ("order", "further", "attention"),
        [
            ({"Status": "PREPARING"}, {}, False),
            ({"Status": "ERROR"}, {}, True),
            ({"Status": "IN_PROGRESS", **item("ERROR")}, {}, True),
            ({"Status": "PREPARING"}, {"stalled": frozenset({ORDER})}, True),
            ({"Status": "PREPARING"}, {"missing": True}, True),
            ({"Status": "PREPARING"}, {"damage": "snapshot: garbage"}, True),
        ],
    )
    def test_what_comes_first_is_marked(self, order: dict[str, Any], further: dict[str, Any], attention: bool) -> None:
        """An order in flight that needs attention is marked, for any reason."""
        assert card((3, order), **further).attention == attention

    def test_a_settled_order_needs_no_attention(self) -> None:
        """AWS may delete an order that has ended."""
        (order,) = board_of(observed((3, {"Status": "CANCELLED"}), missing=True)).settled
        assert not order.attention

    @pytest.mark.parametrize(
        ("filters", "most", "in_flight", "settled"),
        [
            (Filters(), None, (3, 0), (SETTLED_SHOWN, 5)),
            (Filters(settled="all"), None, (3, 0), (SETTLED_SHOWN + 5, 0)),
            (Filters(settled="all"), 7, (3, 0), (4, SETTLED_SHOWN + 1)),
            (Filters(), 2, (2, 1), (0, SETTLED_SHOWN + 5)),
            (Filters(), 0, (0, 3), (0, SETTLED_SHOWN + 5)),
        ],
    )
    def test_omitted_orders_are_counted(
        self, filters: Filters, most: int | None, in_flight: tuple[int, int], settled: tuple[int, int]
    ) -> None:
        """Orders in flight have precedence."""
        orders = [observed((n, {"OrderId": f"oo-a{n}", "Status": "PREPARING"})) for n in range(3)]
        orders += [observed((n, {"OrderId": f"oo-b{n:02}", "Status": "COMPLETED"})) for n in range(SETTLED_SHOWN + 5)]
        made = board_of(*orders, filters=filters, most=most)
        assert (len(made.in_flight), made.in_flight_left_out) == in_flight
        assert (len(made.settled), made.settled_left_out) == settled
        assert [each.id for each in made.settled] == [f"oo-b{n:02}" for n in range(len(made.settled))]

    @pytest.mark.parametrize(
        ("status", "shown"), [("BUILDING", {"oo-1"}), ("PREPARING", {"oo-2"}), ("stalled", {"oo-2"}), ("NONE", set())]
    )
    def test_a_status_is_the_orders_or_one_of_its_line_items(self, status: str, shown: set[str]) -> None:
        """Or `stalled`, which is not a status of the API."""
        orders = [
            observed((3, {"OrderId": "oo-1", "Status": "IN_PROGRESS", **item("BUILDING")})),
            observed((3, {"OrderId": "oo-2", "Status": "PREPARING"}), stalled=frozenset({ORDER})),
        ]
        made = board_of(*orders, filters=Filters(status=status))
        assert made.shown == shown
        assert made.options["status"] == ["BUILDING", "IN_PROGRESS", "PREPARING", "stalled"]

    def test_shows_account_and_region(self) -> None:
        """Those of the order's source."""
        order = card((3, {"OrderType": "OUTPOST"}), source=Source("444455556666", "us-gov-west-1"))
        assert order.facts == ("op-1", "OUTPOST", "444455556666", "us-gov-west-1")
