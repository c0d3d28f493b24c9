"""What is sent to Slack."""

from typing import Any

from hypothesis import assume, given
from slack_sdk.models.blocks import Block

from local.slack import message_fault, variables_fault
from outposts_order_notifier.domain.diff import diff
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.statuses import COLOURS
from outposts_order_notifier.notify.channels.slack.blocks import block_kit_payload
from outposts_order_notifier.notify.channels.slack.webhook import workflow_payload
from outposts_order_notifier.wording.message import Audience, Line, Message, order_message
from testing.details import ORDER_ID, an_update, detail_of
from testing.strategies import orders

MARKUP = "<!channel> & <https://evil.example|click> <@U1>"


def a_message(headline: str = "Headline", lines: tuple[Line, ...] = (), **facts: str) -> Message:
    """Return a message."""
    return Message(headline, lines, facts or {"Status": "COMPLETED"}, "https://console.example/#Orders")


def check(payload: dict[str, Any]) -> None:
    """Validate a payload with the receiver and Slack's own models."""
    assert message_fault(payload) is None
    for block in Block.parse_all(payload["blocks"] + below(payload)):
        block.validate_json()


def below(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the blocks below the header, which are in the coloured attachment."""
    (attachment,) = payload["attachments"]
    blocks: list[dict[str, Any]] = attachment["blocks"]
    return blocks


class TestBlockKit:
    """What an incoming webhook receives."""

    def test_has_headline_changes_facts_and_link(self) -> None:
        """The headline comes first, then what changed, the order's facts, and a link."""
        payload = block_kit_payload(order_message(an_update()))
        check(payload)
        (header,), (changes, facts, small_print) = payload["blocks"], below(payload)
        assert header["text"]["text"] == f"✅ {payload['text']}"
        assert payload["attachments"][0]["color"] == COLOURS["done"]
        assert payload["text"].endswith(": order completed, 1 item installed")
        assert changes["text"]["text"].startswith("• Order: in progress → completed after 12 days\n• Line item")
        assert facts["fields"][0]["text"] == "*Status*\ncompleted"
        assert len(facts["fields"]) == 2
        ids, when, where = (element["text"] for element in small_print["elements"])
        assert ids == f"Outpost op-0123456789abcdef0, Account 111122223333, Region eu-west-1, Order {ORDER_ID}"
        assert when == "Observed <!date^1795512600^{date_short_pretty} {time}|2026-11-24T09:30:00Z>, sequence 3"
        assert where.endswith("|Open in the AWS console>")

    def test_links_to_the_board_if_there_is_one(self) -> None:
        """It shows all orders of all accounts, the console those of one."""
        payload = block_kit_payload(order_message(an_update(), Audience(board_url="https://console.example/#board")))
        *_, small_print = below(payload)
        assert [each["text"].partition("|")[2] for each in small_print["elements"][-2:]] == [
            "Open the board>",
            "Open in the AWS console>",
        ]

    @given(old=orders, new=orders)
    def test_any_change_is_within_slacks_limits(self, old: Order, new: Order) -> None:
        """Any order that the API's model allows results in a payload that Slack accepts."""
        assume(diff(old, new))
        check(block_kit_payload(order_message(detail_of(old, new))))
        check(block_kit_payload(order_message(detail_of(None, new))))

    def test_text_from_outside_cannot_mention_or_link(self) -> None:
        """Mentions, links and ampersands are escaped everywhere."""
        payload = block_kit_payload(a_message(MARKUP, (Line(MARKUP),), Status=MARKUP))
        check(payload)
        texts = str(payload).replace("<https://console.example/#Orders|Open in the AWS console>", "")
        assert "<" not in texts
        assert "&lt;!channel&gt; &amp;" in texts

    def test_a_cut_does_not_split_an_escape(self) -> None:
        """A text cut to Slack's limit does not end within `&amp;`."""
        header = block_kit_payload(a_message("&" * 150))["blocks"][0]["text"]["text"]
        assert header == "❔ " + "&amp;" * 29 + "…"

    def test_too_many_lines_are_counted(self) -> None:
        """What Slack would reject as too long is cut at a line, and the rest is counted."""
        payload = block_kit_payload(a_message(lines=(Line("x" * 2_990),) * 10))
        check(payload)
        assert below(payload)[-3]["text"]["text"] == "• and 8 more"

    def test_a_link_that_does_not_fit_is_left_out(self) -> None:
        """A line without its link is better than a rejected message."""
        payload = block_kit_payload(a_message(lines=(Line("x", "https://x/" + "y" * 3_000, "Track it"),)))
        check(payload)
        assert below(payload)[0]["text"]["text"] == "• x"


class TestWorkflow:
    """What a workflow's webhook receives."""

    def test_is_flat_variables(self) -> None:
        """The documented variables, all of them text, escaped, with tracking links within the text."""
        message = a_message(lines=(Line("shipped", "https://track.example/1", "Track it"),))
        payload = workflow_payload(message, {"orderId": MARKUP, "outpostId": ""})
        assert variables_fault(payload) is None
        assert payload == {
            "text": "❔ Headline\n• shipped https://track.example/1",
            "orderId": "&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt; &lt;@U1&gt;",
            "outpostId": "",
            "url": "https://console.example/#Orders",
        }


class TestManyStatuses:
    """An order whose line items are in many unknown statuses."""

    def test_the_message_stays_within_what_slack_accepts(self) -> None:
        """A fact that is too long for its field is cut."""
        facts = {"Line items": ", ".join(f"1 {'&' * 200}{number}" for number in range(12))}
        payload = block_kit_payload(Message("Order is IN_PROGRESS", (), facts, "https://example.com"))
        assert message_fault(payload) is None
