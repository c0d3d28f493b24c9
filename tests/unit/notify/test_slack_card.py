"""An order's live card in Slack."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from local.slack import message_fault
from outposts_order_notifier.domain.durations import Key, Usual
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.snapshot import Snapshot, StatusEntry, statuses
from outposts_order_notifier.notify.channels.slack.bot import reply_payload
from outposts_order_notifier.notify.channels.slack.card import card_payload, sketch_payload
from outposts_order_notifier.notify.notification import order_notification
from testing.details import ORDER_ID, an_order, an_update, detail_of, with_line_items
from testing.strategies import orders

MARKUP = "<!channel> & <https://evil.example|click>"
PARCEL = {"ShipmentCarrier": "DHL", "ShipmentTrackingNumber": "123"}


def snapshot_of(order: Order, **keys: Any) -> Snapshot:
    """Return the snapshot of an order that has been in its statuses since the 12th."""
    history = {name: (StatusEntry(status, "2026-11-12T09:30:00Z"),) for name, status in statuses(order).items()}
    return Snapshot("111122223333/eu-west-1", order, **{"history": history, "sequence": 5, **keys})


def card(
    order: Order, replaced_by: dict[str, Any] | None = None, names: dict[str, str] | None = None, **keys: Any
) -> str:
    """Return everything that a card shows, validated by Slack's own models and the receiver."""
    payload = card_payload(snapshot_of(order, **keys), replaced_by or {}, names or {})
    check(payload)
    return json.dumps(payload["blocks"], ensure_ascii=False).replace("\\n", "\n")


def check(payload: dict[str, Any]) -> None:
    """Validate a payload with the receiver and Slack's own models."""
    assert message_fault(payload) is None
    for block in Block.parse_all(payload["blocks"]):
        block.validate_json()


class TestCard:
    """What a card shows."""

    def test_shows_status_since_when_and_what_comes_next(self) -> None:
        """Slack calculates the days, so the card is correct on any day."""
        shown = card(an_order())
        assert "op-0123456789abcdef0: order in progress, 1 item" in shown
        assert "Order oo-0123456789abcdef0, account 111122223333, eu-west-1, sequence 5" in shown
        assert "in progress since <!date^1794475800^{date_short} ({ago})|2026-11-12T09:30:00Z>" in shown
        assert "*Expected next*\n1 line item shipped" in shown

    def test_shows_how_long_the_current_statuses_usually_last(self) -> None:
        """With the number of orders that it comes from, in words; an order that has ended shows none."""
        usuals = {
            Key("OUTPOST", "rack", "order", "IN_PROGRESS"): Usual(30 * 86_400, 60 * 86_400, 9),
            Key("OUTPOST", "rack", "lineItem", "BUILDING"): Usual(12 * 86_400, 20 * 86_400, 9),
        }
        names = {"OR-RACKM5A": "rack, 4 × m5.24xlarge"}
        order = an_order(Quantity=3) | {"OrderType": "OUTPOST"}
        payload = card_payload(snapshot_of(order), {}, names, usuals=usuals)
        check(payload)
        shown = json.dumps(payload["blocks"], ensure_ascii=False)
        assert "|2026-11-12T09:30:00Z>; usually 30 to 60 days, from 9 orders" in shown
        assert "|2026-11-12T09:30:00Z>; usually 12 to 20 days, from 9 orders" in shown
        assert "being built since" in shown
        ended = with_line_items(order | {"Status": "COMPLETED"}, "INSTALLED")
        for other in (ended, order | {"OrderType": "REPLACEMENT"}):
            assert "usually" not in json.dumps(card_payload(snapshot_of(other), {}, names, usuals=usuals))

    def test_shows_the_line_items_progress_as_a_bar(self) -> None:
        """The bar shows the line items' progress, and they are counted by status."""
        order = an_order() | {"LineItems": [{"Status": status} for status in ("INSTALLED", "PREPARING")]}
        shown = card(order)
        assert "`██████████░░░░░░░░░░` 50%\n1 of 2 line items installed: 1 installed, 1 being prepared" in shown

    def test_a_cancelled_order_has_no_bar(self) -> None:
        """Nothing advances any more; its line items are counted nevertheless."""
        shown = card(with_line_items(an_order(status="CANCELLED"), "CANCELLED", "CANCELLED", "INSTALLED"))
        assert "█" not in shown
        assert "░" not in shown
        assert "%" not in shown
        assert "2 cancelled, 1 installed" in shown
        assert "No line items" in card(an_order(status="CANCELLED") | {"LineItems": []})

    def test_shows_names_and_the_number_ordered(self) -> None:
        """Of the Outpost, the account and the catalog items; an id remains where no name is known."""
        names = {"op-0123456789abcdef0": "Dublin", "111122223333": "Prod", "OR-RACKM5A": "rack, 4 × m5.24xlarge"}
        shown = card(an_order(Quantity=3), names=names)
        assert "Dublin: order in progress, 3 racks" in shown
        assert "*Outpost*\nDublin" in shown
        assert "account Prod, eu-west-1" in shown
        assert "🏗️ 3 racks, each 4 × m5.24xlarge: being built since" in shown
        assert "op-0123456789abcdef0" not in shown

    def test_groups_line_items_of_the_same_status_and_catalog_item(self) -> None:
        """Those furthest behind come first."""
        items = [{"LineItemId": f"ooi-{n}", "CatalogItemId": "OR-X", "Status": "BUILDING"} for n in range(5)]
        order = an_order(item="SHIPPED")
        order["LineItems"] += [{**item, "LineItemId": f"b{item['LineItemId']}"} for item in items]
        shown = card(order)
        lagging = shown.index("🏗️ 5 × OR-X: being built since")
        assert lagging < shown.index("🚚 1 × OR-RACKM5A: shipped since")

    def test_links_each_shipment_in_transit_once(self) -> None:
        """Line items with one tracking number share a line; installed ones are no longer under way."""
        order = an_order(item="SHIPPED", ShipmentInformation=PARCEL)
        order["LineItems"].append({**order["LineItems"][0], "LineItemId": "ooi-2"})
        link = "<https://www.dhl.com/global-en/home/tracking.html?tracking-id=123|Track it>"
        assert f"• DHL 123: 2 items  {link}" in card(order)
        assert "Track it" not in card(an_order(item="INSTALLED", ShipmentInformation=PARCEL))

    def test_links_replacements_both_ways(self) -> None:
        """What a line item replaces is in the order; what replaces it was reported by an event."""
        order = an_order(PreviousOrderId="oo-0", PreviousLineItemId="ooi-0")
        shown = card(order, {"ooi-1": {"orderId": "oo-2", "lineItemId": "ooi-2"}})
        assert "• ooi-1 replaces ooi-0 of order oo-0" in shown
        assert "• ooi-1 is replaced by ooi-2 of order oo-2" in shown

    def test_marks_what_is_stalled_missing_or_in_error(self) -> None:
        """Above everything else."""
        shown = card(an_order(item="ERROR"), stalled=frozenset({"", "ooi-1"}), missing=True)
        assert "⚠️ AWS no longer lists this order" in shown
        assert "⏳ *Stalled:* the order is in progress since" in shown
        assert "⏳ *Stalled:* 1 item" in shown
        assert "❌ *Error:* 1 item" in shown
        assert "⚠️" not in card(an_order())

    def test_shows_how_long_earlier_statuses_lasted(self) -> None:
        """The order's history is one line."""
        life = (StatusEntry("PREPARING", "2026-11-01T00:00:00Z"), StatusEntry("IN_PROGRESS", "2026-11-13T00:00:00Z"))
        assert "*Before*\nbeing prepared for 12 days" in card(an_order(), history={"": life})

    def test_two_hundred_line_items_are_within_slacks_limits(self) -> None:
        """If nothing can be grouped, what does not fit is counted."""
        items = [
            {
                "LineItemId": f"ooi-{n:017}",
                "CatalogItemId": f"OR-{n}",
                "Status": "SHIPPED",
                "ShipmentInformation": {"ShipmentCarrier": "DHL", "ShipmentTrackingNumber": f"{n:020}"},
                "PreviousOrderId": f"oo-{n:017}",
            }
            for n in range(200)
        ]
        shown = card(an_order() | {"LineItems": items}, stalled=frozenset(item["LineItemId"] for item in items))
        assert shown.count("more") >= 3
        assert "0 of 200 line items installed" in shown

    def test_unknown_statuses_fit_below_the_bar(self) -> None:
        """However many and long they are, the first ones are shown."""
        statuses = [f"NEVER_SEEN_{n:03}_{'&' * 100}" for n in range(200)]
        shown = card(with_line_items(an_order(), "SHIPPED", *statuses))
        assert "0 of 201 line items installed: 1 shipped, 1 NEVER_SEEN_000_" in shown

    def test_text_from_outside_cannot_mention_or_link(self) -> None:
        """Mentions, links and ampersands are escaped everywhere."""
        order = an_order(MARKUP, MARKUP, MARKUP, CatalogItemId=MARKUP, LineItemId=MARKUP, PreviousOrderId=MARKUP)
        order["LineItems"][0]["ShipmentInformation"] = {"ShipmentCarrier": MARKUP, "ShipmentTrackingNumber": MARKUP}
        shown = card(
            order | {"OutpostId": MARKUP, "OrderType": MARKUP}, {MARKUP: {"orderId": MARKUP, "lineItemId": MARKUP}}
        )
        assert "<!channel" not in shown
        assert "<https://evil" not in shown

    @given(orders, st.booleans())
    def test_any_order_is_within_slacks_limits(self, order: Order, known: bool) -> None:
        """Any order that the API's model allows results in a card that Slack accepts."""
        names = statuses(order)
        keys = {"stalled": frozenset(names), "missing": True} if known else {"history": {}}
        check(card_payload(snapshot_of(order, **keys), {name: {"orderId": "oo-2"} for name in names}, {}))
        check(sketch_payload(detail_of(None, order)))

    def test_a_sample_is_marked_as_a_test(self) -> None:
        """Its order has no snapshot: the card in the channel is built from the sample."""
        assert sketch_payload(an_update() | {"test": True})["text"] == "TEST: op-0123456789abcdef0: order completed"

    def test_is_found_again_by_its_metadata(self) -> None:
        """Card and sketch name their order, and replies their events."""
        named = {"event_type": "outposts_order_card", "event_payload": {"order_id": ORDER_ID}}
        assert card_payload(snapshot_of(an_order()), {}, {})["metadata"] == named
        assert sketch_payload(an_update())["metadata"] == named
        detail = an_update() | {"eventId": "e"}
        reply = reply_payload([order_notification(detail)], loud=True)
        check(reply)
        assert reply["metadata"] == {"event_type": "outposts_order_update", "event_payload": {"events": [{"id": "e"}]}}
        assert reply["reply_broadcast"] is True

    @pytest.mark.parametrize("loud", [False, True])
    def test_only_a_reply_that_is_shown_in_the_channel_names_its_order(self, *, loud: bool) -> None:
        """In the thread, the card above it does."""
        reply = reply_payload([order_notification(an_update())], loud=loud)
        check(reply)
        assert (ORDER_ID in json.dumps(reply["attachments"])) == loud
