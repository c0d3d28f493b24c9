"""Notifications as text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.domain.statuses import is_usual
from outposts_order_notifier.notify.channels.sns.text import subject
from outposts_order_notifier.wording.message import alarm_message, headline, order_message, weighty_words
from outposts_order_notifier.wording.words import duration, plain
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
        assert message.headline == f"Order {ORDER_ID} for Outpost op-0123456789abcdef0 is COMPLETED"
        assert [line.text for line in message.lines] == [
            "Order: IN_PROGRESS → COMPLETED after 12 days",
            "Line item ooi-1: BUILDING → INSTALLED after 12 days",
        ]
        assert message.facts == {
            "Status": "COMPLETED",
            "Line items": "1 INSTALLED",
            "Type": "OUTPOST",
            "Account": "111122223333",
            "Region": "eu-west-1",
        }
        assert message.url == "https://eu-west-1.console.aws.amazon.com/outposts/home?region=eu-west-1#Orders"

    def test_says_when_it_was_observed_and_as_what(self) -> None:
        """Late and reordered messages are recognizable by time and sequence."""
        message = order_message(an_update() | {"sequence": 7})
        assert (message.at, message.sequence) == ("2026-11-24T09:30:00Z", 7)

    def test_an_empty_status_is_unknown(self) -> None:
        """The API's model allows an empty status, which must not leave a gap in the sentence."""
        assert order_message(an_update() | {"orderStatus": ""}).headline.endswith(" is unknown")

    def test_line_items_that_moved_together_are_one_line(self) -> None:
        """Forty line items with the same change are counted, and some of them named."""
        old, new = an_order(), an_order()
        old["LineItems"] = [{"LineItemId": f"ooi-{n}", "Status": "BUILDING"} for n in range(5)]
        new["LineItems"] = [{"LineItemId": f"ooi-{n}", "Status": "SHIPPED"} for n in range(5)]
        message = order_message(detail_of(old, new))
        assert message.headline.endswith("is IN_PROGRESS: 5 line items SHIPPED")
        assert [line.text for line in message.lines] == [
            "5 line items (ooi-0, ooi-1, ooi-2 and 2 more): BUILDING → SHIPPED after 12 days"
        ]

    def test_a_shipment_links_to_the_carriers_tracking_page(self) -> None:
        """The line has carrier and number, before and after, and the link leads to the shipment."""
        parcel = {"ShipmentCarrier": "DHL", "ShipmentTrackingNumber": "123"}
        detail = detail_of(an_order(), an_order(ShipmentInformation=parcel))
        (line,) = order_message(detail).lines
        assert (line.text, line.url_text) == ("Line item ooi-1: shipment by DHL, tracking number 123", "Track it")
        assert line.url == "https://www.dhl.com/global-en/home/tracking.html?tracking-id=123"
        moved = detail_of(an_order(ShipmentInformation=parcel), an_order(ShipmentInformation={}))
        assert lines_of(moved) == [
            "Line item ooi-1: shipment by DHL, tracking number 123 → by unknown, no tracking number"
        ]

    def test_assets_are_named(self) -> None:
        """The line has the assets before and after; or says that only details changed."""
        first = an_order(AssetInformationList=[{"AssetId": "a"}])
        same = an_order(AssetInformationList=[{"AssetId": "a", "MacAddressList": ["m"]}])
        assert lines_of(detail_of(an_order(), first)) == ["Line item ooi-1: assets none → a"]
        assert lines_of(detail_of(first, same)) == ["Line item ooi-1: assets a: details changed"]
        cut = one("Outposts Line Item Assets Change", lineItemId="x", assets={"truncated": True}, previousAssets=None)
        assert lines_of(cut) == ["Line item x: assets none → too many to name"]

    @pytest.mark.parametrize(
        ("detail", "line", "words"),
        [
            (detail_of(None, an_order()), "New order", "new order"),
            (
                detail_of(None, an_order() | {"OrderSubmissionDate": "2026-01-01T00:00:00Z"}),
                "New order, submitted 2026-01-01T00:00:00Z",
                "new order",
            ),
            (
                detail_of(None, an_order() | {"OrderSubmissionDate": "1970-01-01T00:00:00Z"}),
                "New order",
                "new order",
            ),
            (one("Outposts Line Item Added", lineItemId="ooi-2", lineItem={}), "Line item ooi-2 added", "details"),
            (
                one("Outposts Line Item Removed", lineItemId="ooi-2", lineItem={}),
                "Line item ooi-2 removed",
                "details",
            ),
            (
                one("Outposts Order Amended", amendments=[{"path": "/Eta", "value": [1], "previousValue": None}]),
                "Eta: none → [1]",
                "details changed",
            ),
            (
                one("Outposts Order Amended", amendments=[{"path": "/Note", "value": "", "previousValue": "x"}]),
                "Note: x → empty",
                "details changed",
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
                "1 line item REPLACED",
            ),
            (
                one(
                    "Outposts Replacement Linked",
                    previous={"orderId": "oo-1", "lineItemId": "ooi-1"},
                    replacement={"orderId": "oo-2", "lineItemId": "ooi-2"},
                ),
                "Line item ooi-1 in order oo-1: replaced by line item ooi-2 in order oo-2",
                "replacement",
            ),
            (
                one(
                    "Outposts Replacement Linked",
                    previous={"orderId": "oo-1", "lineItemId": "ooi-1"},
                    replacement={"orderId": "o-2", "lineItemId": "i-2"},
                    currentReplacement={"orderId": "z", "lineItemId": "y"},
                ),
                "Line item ooi-1 in order oo-1: replaced by line item i-2 in order o-2, now by line item y in order z",
                "replacement",
            ),
            (
                one("Outposts Order Stalled", status="PREPARING", since="2026-01-01", days=46, thresholdDays=45),
                "Stalled: order still PREPARING after 46 days (45 allowed)\n  since 2026-01-01",
                "stalled",
            ),
            (
                one("Outposts Order Stalled", status="X", since="then", days=1, thresholdDays=0, lineItemId="ooi-1"),
                "Stalled: line item ooi-1 still X after 1 day (0 allowed)\n  since then",
                "stalled",
            ),
            (one("Outposts Order Missing"), "AWS no longer lists this order", "no longer listed"),
            (one("Outposts Order Reappeared"), "AWS lists this order again", "listed again"),
            (one("Outposts Order Painted", colour="red"), "Outposts Order Painted", "details changed"),
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
            "Order: moved again, PREPARING → IN_PROGRESS after 52 days",
            "Line item ooi-1: moved again, PREPARING → BUILDING after 52 days",
            "Line item ooi-2: PREPARING → BUILDING after 20 days",
        ]

    def test_line_items_that_stalled_together_are_one_line(self) -> None:
        """Forty line items that stall together are one line."""
        stalled = {"status": "BUILDING", "since": "2026-09-01", "days": 61, "thresholdDays": 60}
        changes = [{"detailType": "Outposts Order Stalled", "lineItemId": f"ooi-{n}", **stalled} for n in range(2)]
        assert lines_of(an_update() | {"changes": changes}) == [
            "Stalled: 2 line items still BUILDING after 61 days (60 allowed)\n  ooi-0, ooi-1, since 2026-09-01"
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
        assert lines_of(detail) == ["Line item ooi-1: shipment by UPS, tracking number 1Z → withdrawn"]

    def test_a_test_event_is_marked(self) -> None:
        """Nobody mistakes a test event for an order's."""
        assert headline(an_update() | {"test": True}) == f"TEST: {headline(an_update())}"

    @pytest.mark.parametrize(
        ("counts", "fact"), [({}, "none"), ({"SHIPPED": 2, "ERROR": 1}, "2 SHIPPED, 1 ERROR"), ({"": 1}, "1 unknown")]
    )
    def test_line_items_are_counted_by_status(self, counts: dict[str, int], fact: str) -> None:
        """An order without any says so."""
        assert order_message(an_update() | {"lineItemCountsByStatus": counts}).facts["Line items"] == fact

    def test_line_items_that_came_from_different_statuses_are_separate_lines(self) -> None:
        """The previous status is part of the line."""
        moved = {"detailType": "Outposts Line Item Status Change", "status": "SHIPPED", "secondsInPreviousStatus": 60}
        changes = [moved | {"lineItemId": f"ooi-{old}", "previousStatus": old} for old in ("BUILDING", "PREPARING")]
        assert lines_of(an_update() | {"changes": changes}) == [
            "Line item ooi-BUILDING: BUILDING → SHIPPED after 1 minute",
            "Line item ooi-PREPARING: PREPARING → SHIPPED after 1 minute",
        ]

    @pytest.mark.parametrize(("number", "named"), [(3, "i0, i1, i2"), (4, "i0, i1, i2 and 1 more")])
    def test_up_to_three_are_named(self, number: int, named: str) -> None:
        """More are counted."""
        assets = [{"AssetId": f"i{n}"} for n in range(number)]
        detail = one("Outposts Line Item Assets Change", lineItemId="x", assets=assets, previousAssets=[])
        assert lines_of(detail) == [f"Line item x: assets none → {named}"]

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
statuses = st.sampled_from(["SHIPPED", "INSTALLED", "REPLACED", "CANCELLED", "NEVER_SEEN"]) | st.text(max_size=60)


def words(detail: dict[str, Any]) -> str:
    """Return the part of a headline after the Outpost."""
    return headline(detail).partition("op-0123456789abcdef0 is ")[2]


class TestHeadline:
    """An observation in one sentence: an e-mail's subject, an SMS, all that a phone shows."""

    def test_an_orders_status_does_not_hide_its_line_items_errors(self) -> None:
        """Usual statuses of line items are then omitted; ERROR, REPLACED and unknown ones are not."""
        before = with_line_items(an_order(status="PREPARING"), *["BUILDING"] * 4)
        after = with_line_items(an_order(), "SHIPPED", "LOST_AT_SEA", "REPLACED", "ERROR")
        assert words(detail_of(before, after)) == "IN_PROGRESS: 1 line item ERROR, 1 REPLACED, 1 LOST_AT_SEA"
        new = detail_of(None, after)
        assert words(new) == "IN_PROGRESS: new order, 1 line item ERROR, 1 REPLACED, 1 LOST_AT_SEA"
        assert words(detail_of(with_line_items(an_order()), with_line_items(an_order(), "ERROR"))).endswith(
            "item ERROR"
        )

    def test_the_most_important_words_come_first(self) -> None:
        """Regardless of the order of the changes; usual statuses come last."""
        before = with_line_items(an_order(), *["BUILDING"] * 4)
        after = with_line_items(an_order(), "SHIPPED", "SHIPPED", "REPLACED", "ERROR")
        detail = detail_of(before, after)
        detail["changes"] += [STALLED | {"lineItemId": "ooi-9"}, STALLED, {"detailType": "Outposts Order Missing"}]
        assert words(detail) == (
            "IN_PROGRESS: 1 line item ERROR, 1 REPLACED, 1 stalled, order stalled, no longer listed, 2 SHIPPED"
        )

    def test_the_most_important_lines_come_first(self) -> None:
        """Channels cut long messages at the end."""
        before = with_line_items(an_order(), *["BUILDING"] * 4)
        after = with_line_items(an_order(), "SHIPPED", "NEVER_SEEN", "REPLACED", "ERROR")
        entered = [line.partition("→ ")[2].split(" ")[0] for line in lines_of(detail_of(before, after))]
        assert entered == ["ERROR", "REPLACED", "NEVER_SEEN", "SHIPPED"]

    def test_the_first_words_about_line_items_say_so(self) -> None:
        """Words about the order itself have no number."""
        moved = {"detailType": "Outposts Line Item Status Change", "status": "SHIPPED"}
        assert (
            words(an_update() | {"changes": [STALLED, moved, moved]})
            == "COMPLETED: order stalled, 2 line items SHIPPED"
        )

    def test_other_changes_are_called_details(self) -> None:
        """Regardless of their number."""
        changes = [{"detailType": "Outposts Order Painted"}, {"detailType": "Outposts Order Washed"}]
        assert words(an_update() | {"changes": changes}) == "COMPLETED: details changed"

    @pytest.mark.parametrize(("length", "shown"), [(32, "x" * 32), (33, "x" * 31 + "…"), (90, "x" * 31 + "…")])
    def test_a_status_has_up_to_32_characters(self, length: int, shown: str) -> None:
        """The heaviest words always have room after it."""
        assert words(an_update() | {"orderStatus": "x" * length, "changes": []}) == shown

    def test_a_new_order_without_a_status_is_not_important(self) -> None:
        """It is not known to need attention."""
        assert weighty_words([{"detailType": "Outposts Order Discovered", "order": {}}]) == []

    def test_minor_changes_do_not_hide_a_stalled_line_item(self) -> None:
        """The shipment's details are in the lines."""
        shipped = {"detailType": "Outposts Line Item Shipment Change", "shipment": {}, "previousShipment": {}}
        changes = [shipped | {"lineItemId": "ooi-1"}, STALLED | {"lineItemId": "ooi-2"}]
        assert words(an_update() | {"changes": changes}) == "COMPLETED: 1 line item stalled"

    @given(st.lists(statuses, max_size=12), statuses, st.booleans())
    def test_no_error_is_lost_for_any_statuses(self, others: list[str], own: str, new: bool) -> None:
        """ERROR is in the headline and in the subject, and unknown statuses are in the headline."""
        before = with_line_items(an_order(), *["BUILDING"] * (len(others) + 1))
        detail = detail_of(None if new else before, with_line_items(an_order(status=own), *others, "ERROR"))
        assert " ERROR" in headline(detail).partition(": ")[2]
        assert " ERROR" in subject(detail)
        assert all(
            plain(status)[:31] in headline(detail) for status in others if status and not is_usual(plain(status))
        )


class TestAlarmMessage:
    """A message about the notifier itself."""

    @pytest.mark.parametrize(("state", "word"), [("ALARM", "is firing"), ("OK", "has cleared")])
    def test_says_whether_the_alarm_fires_or_has_cleared(self, state: str, word: str) -> None:
        """Both an alarm and its clearing are reported."""
        arn = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:Polls Failing"
        message = alarm_message(
            {"AlarmName": "Polls Failing", "AlarmArn": arn, "NewStateValue": state, "NewStateReason": "3 of 3"}
        )
        assert message.headline == f"Outposts order notifier: Polls Failing {word}"
        assert [line.text for line in message.lines] == ["3 of 3"]
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
        assert [line.text for line in message.lines] == ["Nothing is polled.", "3 of 3"]
        assert message.facts == {"State": "ALARM", "Since": "2026-11-24T09:30:00.000+0000"}


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
