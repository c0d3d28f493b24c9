"""What is sent to SNS."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import assume, given

from outposts_order_notifier.domain.diff import diff
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.notify.channel import ChannelError
from outposts_order_notifier.notify.channels.sns.channel import Sns
from outposts_order_notifier.notify.channels.sns.text import attributes, publication, summary_publication, text
from outposts_order_notifier.notify.notification import OrderNotification, SummaryNotification, order_notification
from outposts_order_notifier.wording.message import Audience, Line, Message, order_message
from testing.details import ORDER_ID, an_order, an_update, detail_of
from testing.strategies import orders
from testing.topics import Topic


def publication_of(detail: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of an update's publication."""
    return publication(order_notification(detail))


class TestEmail:
    """What a person reads."""

    def test_has_headline_changes_facts_and_link(self) -> None:
        """The headline, what changed, the order's facts, and a link."""
        assert text(order_message(an_update())) == (
            "op-0123456789abcdef0: order completed, 1 item installed.\n"
            "\n"
            "- Order: in progress → completed after 12 days\n"
            "- Line item ooi-1: being built → installed after 12 days\n"
            "\n"
            "Status:     completed\n"
            "Line items: 1 installed\n"
            "Outpost:    op-0123456789abcdef0\n"
            "Account:    111122223333\n"
            "Region:     eu-west-1\n"
            f"Order:      {ORDER_ID}\n"
            "Observed:   24 Nov 2026, 09:30 UTC\n"
            "\n"
            "Orders in the AWS console: https://eu-west-1.console.aws.amazon.com/outposts/home?region=eu-west-1#Orders"
        )

    def test_who_acts_next_and_what_goes_into_a_case_are_set_off(self) -> None:
        """Each has its own heading; the time of the observation is in the readers' zone."""
        message = order_message(detail_of(an_order(), an_order(item="ERROR")), Audience(ZoneInfo("Asia/Tokyo")))
        *_, changed, steps, heading, case, facts, _ = text(message).split("\n\n")
        assert changed == "- Line item ooi-1: being built → in error after 12 days"
        assert steps == f"Next:\n- You: contact AWS Support\n  {message.steps[0].url}"
        assert (heading, case) == ("Text for your case with AWS Support, to copy and paste:", message.case)
        assert facts.endswith("\nObserved:   24 Nov 2026, 18:30 JST")

    def test_line_items_that_stalled_alike_are_one_line(self) -> None:
        """The word comes first; then which line items, for how long and since when."""
        keys = {"status": "BUILDING", "since": "2026-01-24T09:30:00Z", "days": 334, "thresholdDays": 60}
        stalled = [{"detailType": "Outposts Order Stalled", "lineItemId": f"ooi-{n}", **keys} for n in range(12)]
        assert (
            "- Stalled: 12 line items (ooi-0, ooi-1, ooi-2 and 9 more) still being built after 334 days (60 allowed), "
            "since 24 Jan 2026\n"
        ) in text(order_message(an_update() | {"changes": stalled}))

    def test_a_hundred_lines_are_enough(self) -> None:
        """Links are below their lines, and what is omitted is counted."""
        written = text(Message("Headline", (Line("x", "https://x"),) * 102, {}, "https://console.example"))
        assert "- x\n  https://x\n- and 2 more\n" in written

    @pytest.mark.parametrize(("length", "shown"), [(19_998, "- xx"), (19_999, "- and 1 more")])
    def test_changes_have_up_to_20000_bytes(self, length: int, shown: str) -> None:
        """The line that reaches the limit stays."""
        assert text(Message("Headline", (Line("x" * length),), {}, "u")).splitlines()[2].startswith(shown)


class TestPublications:
    """What is sent to the topic."""

    def test_each_order_is_published_separately_and_an_alarm_is_not(self) -> None:
        """An alarm came from the topic; an order is published at the time of sending and not earlier."""
        details = [an_update("oo-0123456789abcdef1"), an_update("oo-0123456789abcdef2")]
        notifications, topic = [order_notification(detail) for detail in details], Topic()
        channel = Sns(topic.client, "arn")
        postings = list(channel.postings(notifications, lambda: 0))
        assert channel.accepts == (OrderNotification, SummaryNotification)
        assert [posting.notifications for posting in postings] == [[each] for each in notifications]
        assert topic.published == []
        for posting in postings:
            posting.send()
        assert topic.published == [{"TopicArn": "arn", **publication_of(detail)} for detail in details]

    @pytest.mark.parametrize(
        ("error", "text"),
        [
            (ClientError({"Error": {"Code": "NotFound", "Message": "no topic"}}, "Publish"), "NotFound.*no topic$"),
            (EndpointConnectionError(endpoint_url="https://x"), "Could not connect"),
        ],
    )
    def test_an_error_of_the_topic_is_a_channels_error(self, error: Exception, text: str) -> None:
        """Its text names SNS and the reason."""
        posting, *_ = Sns(Topic(error).client, "arn").postings([order_notification(an_update())], lambda: 0)
        with pytest.raises(ChannelError, match=f"^SNS: .*{text}"):
            posting.send()

    def test_a_summary_is_text_for_people_and_its_lines_for_programs(self) -> None:
        """It has no attributes, as it is about no single order."""
        lines = (Line("🏗️ Dublin plant: order in progress"), Line("✅ Zürich: order completed"))
        message = Message("Weekly summary: 2 Zürich orders", lines, {}, "", at="2026-11-30T08:00:00Z")
        arguments = summary_publication(SummaryNotification("weekly", message))
        for protocol in ("email", "http"):
            assert delivered(arguments, protocol) == text(message)
        assert delivered(arguments, "sms") == "Weekly summary: 2 Zürich orders."
        assert json.loads(delivered(arguments, "sqs")) == {
            "at": "2026-11-30T08:00:00Z",
            "headline": "Weekly summary: 2 Zürich orders",
            "orders": [line.text for line in lines],
        }
        assert {**arguments, "Message": ""} == {
            "Subject": "Weekly summary: 2 Zurich orders",
            "Message": "",
            "MessageStructure": "json",
        }
        assert "Zürich" in arguments["Message"]
        assert "console" not in text(message)

    def test_links_to_the_board_if_there_is_one(self) -> None:
        """It shows all orders of all accounts, the console those of one."""
        message = order_message(an_update(), Audience(board_url="https://console.example/#dashboards"))
        assert "\nAll orders on the board: https://console.example/#dashboards\nOrders in the AWS" in text(message)


class TestPrograms:
    """What programs receive."""

    def test_json_is_the_events_detail(self) -> None:
        """A queue receives the whole observation, an e-mail the text."""
        detail = an_update()
        for protocol in ("sqs", "lambda", "https", "firehose"):
            assert json.loads(delivered(publication_of(detail), protocol)) == detail
        for protocol in ("email", "http"):
            assert delivered(publication_of(detail), protocol) == text(order_message(detail))
        assert delivered(publication_of(detail), "sms") == f"{order_message(detail).headline}."

    def test_a_large_update_is_sent_whole(self) -> None:
        """The JSON is in the message once, so that hardly any event is too large."""
        detail = an_update()
        detail["changes"] = [{"detailType": "Outposts Order Painted", "x": "é" * 20_000}] * 4
        assert json.loads(delivered(publication_of(detail), "lambda")) == detail

    def test_long_lines_do_not_crowd_out_the_json(self) -> None:
        """A text has room for 20 KB of changes; the others are counted in it, and sent to programs nevertheless."""
        shipment = {"carrier": "🚚" * 200, "trackingUrl": f"https://{'x' * 400}"}
        changes = [
            {
                "detailType": "Outposts Line Item Shipment Change",
                "lineItemId": f"ooi-{number}",
                "shipment": shipment | {"trackingNumber": str(number)},
                "previousShipment": None,
            }
            for number in range(90)
        ]
        detail = an_update() | {"changes": changes}
        words = delivered(publication_of(detail), "email")
        assert "\n- and 74 more\n" in words
        assert json.loads(delivered(publication_of(detail), "sqs")) == detail

    def test_a_publication_says_that_it_differs_by_protocol(self) -> None:
        """SNS would otherwise send the JSON with every text to all of them."""
        given = publication_of(an_update())
        assert given.keys() == {"Subject", "Message", "MessageStructure", "MessageAttributes"}
        assert given["MessageStructure"] == "json"

    @pytest.mark.parametrize(("beyond", "omitted"), [(0, 0), (1, 1)])
    def test_a_message_has_room_for_its_attributes(self, beyond: int, omitted: int) -> None:
        """SNS counts both; with one more byte, the change is omitted."""
        detail = an_update() | {"changes": [{"detailType": "Outposts Order Painted", "x": ""}]}
        room = 262_144 - 16_384 - len(publication_of(detail)["Message"].encode())
        detail["changes"][0]["x"] = "x" * (room + beyond)
        assert json.loads(delivered(publication_of(detail), "sqs")).get("changesOmitted", 0) == omitted

    def test_changes_omitted_from_the_event_are_counted_too(self) -> None:
        """Half of the changes are omitted until the others fit."""
        changes = [{"detailType": "Outposts Order Painted", "x": "é" * 50_000}] * 3
        machine = json.loads(delivered(publication_of(an_update() | {"changes": changes, "changesOmitted": 5}), "sqs"))
        assert (len(machine["changes"]), machine["changesOmitted"]) == (1, 7)

    def test_what_is_too_large_is_left_out_and_counted(self) -> None:
        """SNS accepts 256 KB; changes that do not fit are counted."""
        detail = an_update()
        detail["changes"] = [{"detailType": "Outposts Order Painted", "x": "é" * 50_000}] * 4
        machine = json.loads(delivered(publication_of(detail), "lambda"))
        assert len(publication_of(detail)["Message"].encode()) <= 262_144
        assert (len(machine["changes"]), machine["changesOmitted"]) == (2, 2)

    def test_attributes_serve_filter_policies(self) -> None:
        """Types and statuses are arrays; account, region and Outpost are strings."""
        assert attributes(an_update()) == {
            "changeTypes": array("Outposts Line Item Status Change", "Outposts Order Status Change"),
            "statuses": array("COMPLETED", "INSTALLED"),
            "orderStatus": string("COMPLETED"),
            "orderType": string("OUTPOST"),
            "orderId": string(ORDER_ID),
            "outpostId": string("op-0123456789abcdef0"),
            "account": string("111122223333"),
            "region": string("eu-west-1"),
        }

    def test_statuses_are_those_entered(self) -> None:
        """Those of a new order and line item; a removed line item and a stalled order enter none."""
        assert attributes(detail_of(None, an_order()))["statuses"] == array("BUILDING", "IN_PROGRESS")
        none = an_order() | {"LineItems": []}
        assert attributes(detail_of(none, an_order()))["statuses"] == array("BUILDING")
        assert "statuses" not in attributes(detail_of(an_order(), none))
        stalled = {"detailType": "Outposts Order Stalled", "status": "PREPARING"}
        assert "statuses" not in attributes(an_update() | {"changes": [stalled]})

    @given(old=orders, new=orders)
    def test_any_change_is_within_sns_limits(self, old: Order, new: Order) -> None:
        """Any order that the API's model allows results in a publication that SNS accepts."""
        assume(diff(old, new))
        given = publication_of(detail_of(old, new))
        assert given["Subject"].isascii()
        assert len(given["Subject"]) < 100
        assert len(given["Message"].encode()) <= 262_144
        assert all(value["StringValue"] for value in given["MessageAttributes"].values())


def delivered(arguments: dict[str, Any], protocol: str) -> str:
    """Return what SNS sends to a subscription by protocol: its entry, or the default."""
    messages: dict[str, str] = json.loads(arguments["Message"])
    return messages.get(protocol, messages["default"])


def string(value: str) -> dict[str, Any]:
    """Return a message attribute with one value."""
    return {"DataType": "String", "StringValue": value}


def array(*values: str) -> dict[str, Any]:
    """Return a message attribute with several values."""
    return {"DataType": "String.Array", "StringValue": json.dumps(values)}
