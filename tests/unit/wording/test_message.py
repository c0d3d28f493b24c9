"""Notifications as text."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from outposts_order_notifier.wording.message import ABOUT_ALARMS, Audience, alarm_message, order_message
from outposts_order_notifier.wording.words import day, duration, moment, plain, shortened
from testing.details import ORDER_ID, an_order, an_update, detail_of, with_line_items


def lines_of(detail: dict[str, Any]) -> list[str]:
    """Return the texts of a message's lines."""
    return [line.text for line in order_message(detail).lines]


def one(detail_type: str, **keys: Any) -> dict[str, Any]:
    """Return a detail with one change."""
    return an_update() | {"changes": [{"detailType": detail_type, "eventId": "e", **keys}]}


class TestOrderMessage:
    """A message about an order."""

    def test_says_first_in_plain_words_what_happened(self) -> None:
        """The headline summarises; the lines say what changed, from what, and after how long."""
        message = order_message(an_update())
        assert message.headline == "op-0123456789abcdef0: order completed, 1 item installed"
        assert [line.text for line in message.lines] == [
            "Order: in progress → completed after 12 days",
            "Line item ooi-1: being built → installed after 12 days",
        ]
        assert message.facts == {
            "Status": "completed",
            "Line items": "1 installed",
            "Outpost": "op-0123456789abcdef0",
            "Account": "111122223333",
            "Region": "eu-west-1",
            "Order": ORDER_ID,
        }
        assert message.url == "https://eu-west-1.console.aws.amazon.com/outposts/home?region=eu-west-1#Orders"

    def test_says_of_what_type_an_order_is_unless_it_is_the_usual_one(self) -> None:
        """Most orders are for new hardware."""
        assert order_message(an_update() | {"orderType": "REPLACEMENT"}).facts["Type"] == "REPLACEMENT"
        assert "Type" not in order_message(an_update()).facts

    def test_says_when_it_was_observed_and_as_what(self) -> None:
        """Late and reordered messages are recognizable by time and sequence."""
        message = order_message(an_update() | {"sequence": 7})
        assert (message.at, message.sequence) == ("2026-11-24T09:30:00Z", 7)

    def test_an_empty_status_is_unknown(self) -> None:
        """The API's model allows an empty status, which must not leave a gap in the sentence."""
        message = order_message(an_update() | {"orderStatus": "", "changes": []})
        assert (message.headline, message.facts["Status"]) == ("op-0123456789abcdef0: order unknown", "unknown")

    def test_line_items_that_moved_together_are_one_line(self) -> None:
        """Forty line items with the same change are counted, and some of them named."""
        old, new = an_order(), an_order()
        old["LineItems"] = [{"LineItemId": f"ooi-{n}", "Status": "BUILDING"} for n in range(5)]
        new["LineItems"] = [{"LineItemId": f"ooi-{n}", "Status": "SHIPPED"} for n in range(5)]
        message = order_message(detail_of(old, new))
        assert message.headline.endswith(": 5 items shipped")
        assert [line.text for line in message.lines] == [
            "5 line items (ooi-0, ooi-1, ooi-2 and 2 more): being built → shipped after 12 days"
        ]

    def test_a_shipment_links_to_the_carriers_tracking_page(self) -> None:
        """The line has carrier and number, before and after, and the link leads to the shipment."""
        parcel = {"ShipmentCarrier": "DHL", "ShipmentTrackingNumber": "123"}
        detail = detail_of(an_order(), an_order(ShipmentInformation=parcel))
        (line,) = order_message(detail).lines
        assert (line.text, line.url_text) == ("DHL 123: line item ooi-1", "Track it")
        assert line.url == "https://www.dhl.com/global-en/home/tracking.html?tracking-id=123"
        moved = detail_of(an_order(ShipmentInformation=parcel), an_order(ShipmentInformation={}))
        assert lines_of(moved) == ["Unknown carrier, no tracking number: line item ooi-1, before: DHL 123"]

    @pytest.mark.parametrize("statuses", [["SHIPPED"] * 20, ["SHIPPED", "DELIVERED", "ERROR", "REPLACED"] * 5])
    def test_twenty_line_items_fit_on_a_phone(self, statuses: list[str]) -> None:
        """A line for each status and each shipment."""
        carrier = {"ShipmentCarrier": "DHL"}
        parcels = [{"ShipmentInformation": {**carrier, "ShipmentTrackingNumber": str(n % 2)}} for n in range(20)]
        old, new = (with_line_items(an_order(), *each) for each in (["BUILDING"] * 20, statuses))
        new["LineItems"] = [{**item, **parcel} for item, parcel in zip(new["LineItems"], parcels, strict=True)]
        assert len(lines_of(detail_of(old, new))) == len(set(statuses)) + 2

    def test_twelve_line_items_under_one_tracking_number_are_one_line(self) -> None:
        """One shipment has one line and one link; so have the assets of all line items, as the board shows which."""
        parcel = {"ShipmentCarrier": "DHL", "ShipmentTrackingNumber": "123"}
        old, new = with_line_items(an_order(), *["SHIPPED"] * 12), with_line_items(an_order(), *["SHIPPED"] * 12)
        for number, item in enumerate(new["LineItems"]):
            item |= {"ShipmentInformation": parcel, "AssetInformationList": [{"AssetId": f"a{number}"}] * 2}
        message = order_message(detail_of(old, new))
        items = "12 line items (ooi-0, ooi-1, ooi-10 and 9 more)"
        assert [line.text for line in message.lines] == [f"DHL 123: {items}", f"Assets of {items}: 0 → 24"]
        assert [line.url_text for line in message.lines] == ["Track it", ""]

    def test_line_items_under_different_tracking_numbers_are_separate_lines(self) -> None:
        """Each number has its own link."""
        old, new = with_line_items(an_order(), "SHIPPED", "SHIPPED"), with_line_items(an_order(), "SHIPPED", "SHIPPED")
        for number, item in enumerate(new["LineItems"]):
            item["ShipmentInformation"] = {"ShipmentCarrier": "DHL", "ShipmentTrackingNumber": str(number)}
        assert lines_of(detail_of(old, new)) == ["DHL 0: line item ooi-0", "DHL 1: line item ooi-1"]

    def test_line_items_that_moved_to_one_shipment_from_different_ones_are_separate_lines(self) -> None:
        """Each names the shipment that it was in before."""
        old, new = ({"ShipmentCarrier": "DHL", "ShipmentTrackingNumber": number} for number in ("1", "2"))
        before, after = (with_line_items(an_order(), "SHIPPED", "SHIPPED") for _ in range(2))
        before["LineItems"][0]["ShipmentInformation"] = old
        for item in after["LineItems"]:
            item["ShipmentInformation"] = new
        assert lines_of(detail_of(before, after)) == ["DHL 2: line item ooi-0, before: DHL 1", "DHL 2: line item ooi-1"]

    def test_assets_are_counted(self) -> None:
        """The line has their number before and after; or says that only details changed."""
        first = an_order(AssetInformationList=[{"AssetId": "a"}])
        same = an_order(AssetInformationList=[{"AssetId": "a", "MacAddressList": ["m"]}])
        assert lines_of(detail_of(an_order(), first)) == ["Assets of line item ooi-1: 0 → 1"]
        assert lines_of(detail_of(first, same)) == ["Assets of line item ooi-1: 1, details changed"]
        cut = one("Outposts Line Item Assets Change", lineItemId="x", assets={"truncated": True}, previousAssets=None)
        assert lines_of(cut) == ["Assets of line item x: 0 → more than 0"]

    @pytest.mark.parametrize(
        ("detail", "line", "words"),
        [
            (detail_of(None, an_order()), "New order", "1 item ordered"),
            (detail_of(None, an_order()), "Ordered: 1 × OR-RACKM5A", "1 item ordered"),
            (
                detail_of(None, an_order() | {"OrderType": "REPLACEMENT"}),
                "Replacement order",
                "replacement for 1 item ordered",
            ),
            (
                detail_of(None, an_order() | {"OrderSubmissionDate": "2026-01-01T00:00:00Z"}),
                "New order, submitted 1 Jan 2026",
                "1 item ordered",
            ),
            (
                detail_of(None, an_order() | {"OrderSubmissionDate": "1970-01-01T00:00:00Z"}),
                "New order",
                "1 item ordered",
            ),
            (one("Outposts Line Item Added", lineItemId="ooi-2", lineItem={}), "Line item ooi-2 added", "1 item added"),
            (
                one("Outposts Line Item Removed", lineItemId="ooi-2", lineItem={}),
                "Line item ooi-2 removed",
                "1 item removed",
            ),
            (
                one("Outposts Order Amended", amendments=[{"path": "/Eta", "value": [1], "previousValue": None}]),
                "Eta: none → [1]",
                "details of the order changed",
            ),
            (
                one("Outposts Order Amended", amendments=[{"path": "/Note", "value": "", "previousValue": "x"}]),
                "Note: x → empty",
                "details of the order changed",
            ),
            (
                one(
                    "Outposts Line Item Status Change",
                    lineItemId="ooi-1",
                    status="REPLACED",
                    previousStatus="INSTALLED",
                    secondsInPreviousStatus=60,
                    replacedBy={"orderId": "oo-2", "lineItemId": "ooi-2"},
                ),
                "Line item ooi-1: replaced by line item ooi-2 in order oo-2",
                "1 item replaced",
            ),
            (
                one(
                    "Outposts Replacement Linked",
                    previous={"orderId": "oo-1", "lineItemId": "ooi-1"},
                    replacement={"orderId": "oo-2", "lineItemId": "ooi-2"},
                ),
                "Line item ooi-1 in order oo-1: replaced by line item ooi-2 in order oo-2",
                "replacement for 1 item identified",
            ),
            (
                one(
                    "Outposts Replacement Linked",
                    previous={"orderId": "oo-1", "lineItemId": "ooi-1"},
                    replacement={"orderId": "o-2", "lineItemId": "i-2"},
                    currentReplacement={"orderId": "z", "lineItemId": "y"},
                ),
                "Line item ooi-1 in order oo-1: replaced by line item i-2 in order o-2, now by line item y in order z",
                "replacement for 1 item identified",
            ),
            (
                one(
                    "Outposts Order Stalled",
                    status="PREPARING",
                    since="2026-01-01T09:30:00Z",
                    days=46,
                    thresholdDays=45,
                ),
                "Stalled: order still being prepared after 46 days (45 allowed), since 1 Jan 2026",
                "order stalled",
            ),
            (
                one("Outposts Order Stalled", status="X", since="then", days=1, thresholdDays=0, lineItemId="ooi-1"),
                "Stalled: line item ooi-1 still X after 1 day (0 allowed), since then",
                "1 item stalled",
            ),
            (
                one("Outposts Order Overdue", expectedAt="2026-12-01", days=2),
                "Overdue: the order was expected on 1 Dec 2026, 2 days ago",
                "order overdue",
            ),
            (one("Outposts Order Missing"), "AWS no longer lists this order", "order no longer listed by AWS"),
            (one("Outposts Order Reappeared"), "AWS lists this order again", "order listed by AWS again"),
            (one("Outposts Order Painted", colour="red"), "Outposts Order Painted", "details of the order changed"),
        ],
    )
    def test_every_type_of_change_has_words(self, detail: dict[str, Any], line: str, words: str) -> None:
        """Each documented detail type has its own line; an unknown one is shown by name."""
        assert line in lines_of(detail)
        assert words in order_message(detail).headline

    def test_a_status_that_had_stalled_says_after_how_long_it_changed(self) -> None:
        """Its line says that it moved again, separately from those that had not stalled."""
        days = 86_400
        order = {"detailType": "Outposts Order Status Change", "wasStalled": True, "secondsInPreviousStatus": 52 * days}
        item = {"detailType": "Outposts Line Item Status Change", "secondsInPreviousStatus": 20 * days}
        moved = {"previousStatus": "PREPARING", "status": "IN_PROGRESS"}
        built = {"previousStatus": "PREPARING", "status": "BUILDING"}
        changes = [
            {**order, **moved},
            {**item, **built, "lineItemId": "ooi-1", "wasStalled": True, "secondsInPreviousStatus": 52 * days},
            {**item, **built, "lineItemId": "ooi-2"},
        ]
        assert lines_of(an_update() | {"changes": changes}) == [
            "Order: moved again, being prepared → in progress after 52 days",
            "Line item ooi-1: moved again, being prepared → being built after 52 days",
            "Line item ooi-2: being prepared → being built after 20 days",
        ]

    def test_line_items_that_stalled_together_are_one_line(self) -> None:
        """Forty line items that stall together are one line."""
        stalled = {"status": "BUILDING", "since": "2026-09-01T09:30:00Z", "days": 61, "thresholdDays": 60}
        changes = [{"detailType": "Outposts Order Stalled", "lineItemId": f"ooi-{n}", **stalled} for n in range(2)]
        assert lines_of(an_update() | {"changes": changes}) == [
            "Stalled: 2 line items (ooi-0, ooi-1) still being built after 61 days (60 allowed), since 1 Sep 2026"
        ]

    def test_counts_what_the_event_left_out(self) -> None:
        """Readers see that there was more."""
        assert lines_of(an_update() | {"changesOmitted": 2})[-1] == "and 2 more changes, too many for one message"

    def test_a_withdrawn_shipment_has_a_line(self) -> None:
        """The line says what the shipment was."""
        detail = one(
            "Outposts Line Item Shipment Change",
            lineItemId="ooi-1",
            shipment=None,
            previousShipment={"carrier": "UPS", "trackingNumber": "1Z"},
        )
        assert lines_of(detail) == ["Shipment withdrawn: line item ooi-1, before: UPS 1Z"]

    @pytest.mark.parametrize(
        ("counts", "fact"),
        [({}, "none"), ({"SHIPPED": 2, "ERROR": 1}, "2 shipped, 1 in error"), ({"": 1}, "1 unknown")],
    )
    def test_line_items_are_counted_by_status(self, counts: dict[str, int], fact: str) -> None:
        """An order without any says so."""
        assert order_message(an_update() | {"lineItemCountsByStatus": counts}).facts["Line items"] == fact

    def test_line_items_that_came_from_different_statuses_are_separate_lines(self) -> None:
        """The previous status is part of the line."""
        moved = {"detailType": "Outposts Line Item Status Change", "status": "SHIPPED", "secondsInPreviousStatus": 60}
        changes = [moved | {"lineItemId": f"ooi-{old}", "previousStatus": old} for old in ("BUILDING", "PREPARING")]
        assert lines_of(an_update() | {"changes": changes}) == [
            "Line item ooi-BUILDING: being built → shipped after 1 minute",
            "Line item ooi-PREPARING: being prepared → shipped after 1 minute",
        ]

    @pytest.mark.parametrize(("number", "named"), [(3, "i0, i1, i2"), (4, "i0, i1, i2 and 1 more")])
    def test_up_to_three_are_named(self, number: int, named: str) -> None:
        """More are counted."""
        removed = {"detailType": "Outposts Line Item Removed", "lineItem": {}}
        changes = [removed | {"lineItemId": f"i{n}"} for n in range(number)]
        assert lines_of(an_update() | {"changes": changes}) == [f"{number} line items ({named}) removed"]

    def test_the_most_important_lines_come_first(self) -> None:
        """Channels cut long messages at the end."""
        before = with_line_items(an_order(), *["BUILDING"] * 4)
        after = with_line_items(an_order(), "SHIPPED", "NEVER_SEEN", "REPLACED", "ERROR")
        entered = [line.partition("→ ")[2].partition(" after")[0] for line in lines_of(detail_of(before, after))]
        assert entered == ["in error", "replaced", "NEVER_SEEN", "shipped"]

    @pytest.mark.parametrize(("length", "linked"), [(2_000, True), (2_001, False)])
    def test_a_tracking_link_has_up_to_2000_characters(self, length: int, linked: bool) -> None:
        """A longer link is omitted, and so is a value that is not a string."""
        url = "https://x/".ljust(length, "x")
        shipment = {"carrier": "UPS", "trackingNumber": "1", "trackingUrl": url}
        keys = {"lineItemId": "x", "previousShipment": None}
        (line,) = order_message(one("Outposts Line Item Shipment Change", shipment=shipment, **keys)).lines
        assert line.url == (url if linked else None)
        odd = shipment | {"trackingUrl": {"truncated": True}}
        (line,) = order_message(one("Outposts Line Item Shipment Change", shipment=odd, **keys)).lines
        assert line.url is None

    def test_a_time_that_changed_is_shown_as_one(self) -> None:
        """Other texts stay as they are."""
        date = {"path": "/OrderFulfilledDate", "value": "2026-11-30T19:25:23.802Z", "previousValue": None}
        note = {"path": "/Note", "value": "2026-13-40T99:99Z", "previousValue": "2026-11-30"}
        assert lines_of(one("Outposts Order Amended", amendments=[date, note])) == [
            "OrderFulfilledDate: none → 30 Nov 2026, 19:25 UTC",
            "Note: 2026-11-30 → 2026-13-40T99:99Z",
        ]

    def test_the_name_of_a_member_is_shown_whole(self) -> None:
        """Except the leading slash."""
        amendments = [{"path": "/Xtra/X", "value": 1, "previousValue": 2}]
        assert lines_of(one("Outposts Order Amended", amendments=amendments)) == ["Xtra/X: 2 → 1"]

    @pytest.mark.parametrize("key", ["status", "since", "days", "thresholdDays"])
    def test_line_items_that_stalled_otherwise_are_separate_lines(self, key: str) -> None:
        """A line is true of all line items that it counts."""
        other = STALLED | {key: 70 if isinstance(STALLED[key], int) else "other", "lineItemId": "ooi-2"}
        assert len(lines_of(an_update() | {"changes": [STALLED | {"lineItemId": "ooi-1"}, other]})) == 2

    @pytest.mark.parametrize(
        ("region", "host"),
        [
            ("us-gov-west-1", "console.amazonaws-us-gov.com"),
            ("cn-north-1", "console.amazonaws.cn"),
            ("us-east-1", "us-east-1.console.aws.amazon.com"),
        ],
    )
    def test_links_lead_to_the_orders_partition(self, region: str, host: str) -> None:
        """GovCloud and China have their own consoles."""
        assert order_message(an_update() | {"region": region}).url.startswith(f"https://{host}/")


STALLED: dict[str, Any] = {
    "detailType": "Outposts Order Stalled",
    "status": "BUILDING",
    "since": "2026-09-01",
    "days": 61,
    "thresholdDays": 60,
}
NAMES = {"op-0123456789abcdef0": "Dublin plant", "OR-RACKM5A": "rack, 4 × m5.24xlarge", "111122223333": "Production"}


class TestNames:
    """A message about an order of which the event has names."""

    def test_facts_have_the_names_with_their_ids(self) -> None:
        """Nothing else has to name an id."""
        message = order_message(an_update() | {"names": NAMES})
        assert message.headline == "Dublin plant: order completed, 1 rack installed"
        assert [line.text for line in message.lines] == [
            "Order: in progress → completed after 12 days",
            "1 rack: being built → installed after 12 days",
        ]
        assert message.facts["Outpost"] == "Dublin plant (op-0123456789abcdef0)"
        assert message.facts["Account"] == "Production (111122223333)"

    def test_hardware_is_counted_by_quantity(self) -> None:
        """One line item of quantity 3 is three racks, wherever it is named."""
        new, shipped = an_order(Quantity=3), an_order(item="SHIPPED", Quantity=3)
        assert lines_of(detail_of(None, new, names=NAMES)) == ["New order", "Ordered: 3 racks, each 4 × m5.24xlarge"]
        assert lines_of(detail_of(new, shipped, names=NAMES)) == ["3 racks: being built → shipped after 12 days"]
        none = an_order() | {"LineItems": []}
        assert lines_of(detail_of(none, new, names=NAMES)) == ["3 racks added"]
        assert lines_of(detail_of(new, none, names=NAMES)) == ["3 racks removed"]

    def test_line_items_of_one_catalog_item_are_added_up(self) -> None:
        """Each catalog item that was ordered has one line."""
        order = an_order(Quantity=2)
        order["LineItems"] += [{**order["LineItems"][0], "LineItemId": "ooi-2"}, {"CatalogItemId": "OR-X"}]
        lines = lines_of(detail_of(None, order, names=NAMES))
        assert lines == ["New order", "Ordered: 4 racks, each 4 × m5.24xlarge", "Ordered: 1 × OR-X"]

    @pytest.mark.parametrize("catalog_item_id", ["OR-X", None, {"truncated": True}])
    def test_a_line_item_without_a_name_has_its_id(self, catalog_item_id: object) -> None:
        """So that it is known what moved; all of them, if any lacks a name."""
        old = with_line_items(an_order(), "BUILDING", "BUILDING")
        new = with_line_items(an_order(), "SHIPPED", "SHIPPED")
        detail = detail_of(old, new, names=NAMES)
        for change, found in zip(detail["changes"], ("OR-RACKM5A", catalog_item_id), strict=True):
            change["catalogItemId"] = found
        assert lines_of(detail) == ["2 line items (ooi-0, ooi-1): being built → shipped after 12 days"]

    def test_a_replacement_names_the_hardware_and_where_the_new_one_is(self) -> None:
        """The ids are those of the replacement, by which it is found."""
        replaced = detail_of(an_order(item="INSTALLED"), an_order(item="REPLACED"), names=NAMES)
        replaced["changes"][0]["replacedBy"] = {"orderId": "oo-2", "lineItemId": "ooi-2"}
        message = order_message(replaced)
        assert message.headline == "Dublin plant: 1 rack replaced"
        assert [line.text for line in message.lines] == [
            "1 rack: replaced by line item ooi-2 in order oo-2",
            "1 rack: installed → replaced after 12 days",
        ]


class TestAlarmMessage:
    """A message about the notifier itself."""

    @pytest.mark.parametrize(
        ("state", "word", "mark"), [("ALARM", "is firing", "ERROR"), ("OK", "has cleared", "COMPLETED")]
    )
    def test_says_whether_the_alarm_fires_or_has_cleared(self, state: str, word: str, mark: str) -> None:
        """Both an alarm and its clearing are reported, in the colours of an error and of its end."""
        arn = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:Polls Failing"
        message = alarm_message(
            {"AlarmName": "Polls Failing", "AlarmArn": arn, "NewStateValue": state, "NewStateReason": "3 of 3"}
        )
        assert message.headline == f"Outposts order notifier: Polls Failing {word}"
        assert message.mark.name == mark
        about = [ABOUT_ALARMS] if state == "ALARM" else []
        assert [line.text for line in message.lines] == [*about, "3 of 3"]
        assert message.url.endswith("#alarmsV2:alarm/Polls%20Failing")

    def test_says_what_it_means_why_it_came_and_since_when(self) -> None:
        """The alarm's description comes before CloudWatch's reason."""
        message = alarm_message(
            {
                "AlarmName": "Polls Failing",
                "AlarmDescription": "Nothing is polled.",
                "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:Polls Failing",
                "NewStateValue": "ALARM",
                "NewStateReason": "3 of 3",
                "StateChangeTime": "2026-11-24T09:30:00.000+0000",
            }
        )
        assert [line.text for line in message.lines] == [ABOUT_ALARMS, "Nothing is polled.", "3 of 3"]
        assert message.facts == {
            "State": "ALARM",
            "Since": "24 Nov 2026, 09:30 UTC",
            "Runbook": "docs/operations.md#alarms",
        }
        page, _, anchor = message.facts["Runbook"].partition("#")
        assert f"\n## {anchor.capitalize()}\n" in Path(page).read_text("utf-8")


class TestPlain:
    """External text."""

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (None, "unknown"),
            ("a\r\nb\u202ec\x00", "a b c"),
            ("", "unknown"),
            (" \t", "unknown"),
            ({"b": 1}, '{"b":1}'),
            ("x" * 300, "x" * 200 + "…"),
        ],
    )
    def test_is_one_short_line_of_visible_characters(self, value: object, text: str) -> None:
        """Control characters and bidirectional overrides become spaces."""
        assert plain(value) == text

    @pytest.mark.parametrize(
        ("seconds", "text"), [(0, "0 seconds"), (1, "1 second"), (150, "2 minutes"), (3_600, "1 hour")]
    )
    def test_durations_have_their_largest_unit(self, seconds: int, text: str) -> None:
        """A status that lasted for days is not shown in seconds."""
        assert duration(seconds) == text


class TestTimes:
    """Times for people."""

    @pytest.mark.parametrize(
        ("time", "on", "at"),
        [
            ("2026-09-01T09:30:59Z", "1 Sep 2026", "1 Sep 2026, 09:30 UTC"),
            ("2026-12-31T23:30:00-01:00", "1 Jan 2027", "1 Jan 2027, 00:30 UTC"),
            ("then", "then", "then"),
            ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
            (None, "unknown", "unknown"),
        ],
    )
    def test_are_in_utc_or_unchanged(self, time: str | None, on: str, at: str) -> None:
        """A time that is none is shown as it is."""
        assert (day(time), moment(time)) == (on, at)


class TestShortened:
    """A text cut to a length."""

    @pytest.mark.parametrize(("text", "cut"), [("12345", "12345"), ("123456", "1234…"), ("123 56", "123…"), ("", "")])
    def test_has_at_most_that_length(self, text: str, cut: str) -> None:
        """With an ellipsis in place of the rest, and no space before it."""
        assert shortened(text, 5) == cut


class TestTimeZone:
    """The configuration's `timeZone`."""

    def test_all_times_of_a_message_are_in_it(self) -> None:
        """Days, moments, changed times and an alarm's; just before midnight, the day differs."""
        zone = ZoneInfo("Asia/Tokyo")
        changed = an_order(Moved="2026-11-24T18:00:00Z", item="ERROR", OrderSubmissionDate="2026-11-24T18:00:00Z")
        tokyo = Audience(zone)
        message = order_message(detail_of(an_order(Moved="2026-11-23T18:00:00Z"), changed), tokyo)
        assert any("24 Nov 2026, 03:00 JST → 25 Nov 2026, 03:00 JST" in line.text for line in message.lines)
        assert "Since 24 Nov 2026, 18:30 JST" in message.case
        new = {**an_order(), "OrderSubmissionDate": "2026-11-23T18:00:00Z"}
        assert order_message(detail_of(None, new), tokyo).lines[0].text == "New order, submitted 24 Nov 2026"
        stalled = {"detailType": "Outposts Order Stalled", "status": "PREPARING", "since": "2026-09-30T20:00:00Z"}
        detail = an_update() | {"changes": [{**stalled, "days": 46, "thresholdDays": 45}]}
        assert order_message(detail, tokyo).lines[0].text.endswith("since 1 Oct 2026")
        alarm = {"AlarmName": "x", "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:x"}
        fired = {**alarm, "NewStateValue": "ALARM", "StateChangeTime": "2026-11-24T20:00:00.000+0000"}
        assert alarm_message(fired, tokyo).facts["Since"] == "25 Nov 2026, 05:00 JST"
        assert alarm_message(fired, tokyo).audience is tokyo
        assert message.audience is tokyo
