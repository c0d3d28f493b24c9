"""Several notifications in one message."""

from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from outposts_order_notifier.notify.digest import by_order, digest, digest_lines, of_no_order, together
from outposts_order_notifier.notify.notification import OrderNotification, SummaryNotification, order_notification
from outposts_order_notifier.wording.message import Audience, Line, Message
from testing.details import an_order, an_update, detail_of
from testing.topics import alarm_of

STEPS = ("PREPARING", "BUILDING", "SHIPPED", "DELIVERED")


def notifications(order_id: str) -> list[OrderNotification]:
    """Return three observations of an order, the latest first."""
    details = [
        detail_of(
            an_order(order_id, item=old), an_order(order_id, item=new), sequence=n, observedAt=f"2026-11-0{n}T09:30:00Z"
        )
        for n, (old, new) in enumerate(pairwise(STEPS), start=1)
    ]
    return [order_notification(d | {"eventId": f"{order_id} {d['sequence']}"}) for d in reversed(details)]


class TestByOrder:
    """Notifications by order."""

    def test_gathers_each_orders_in_sequence(self) -> None:
        """Regardless of the sequence of delivery; an alarm belongs to no order."""
        alarm = alarm_of(Message("Polls is on", (), {}, ""))
        one, other = by_order([*notifications("oo-1"), alarm, *notifications("oo-2")])
        assert [each.event_id for each in one] == ["oo-1 1", "oo-1 2", "oo-1 3"]
        assert [each.event_id for each in other] == ["oo-2 1", "oo-2 2", "oo-2 3"]

    def test_leaves_out_only_what_belongs_to_no_order(self) -> None:
        """Alarms and summaries, in their order."""
        message = Message("Text", (), {}, "")
        alarm, summary = alarm_of(message), SummaryNotification("weekly", message)
        assert of_no_order([alarm, *notifications("oo-1"), summary]) == [alarm, summary]
        assert by_order([alarm, summary]) == []


class TestTogether:
    """Several observations of one order."""

    def test_loses_no_detail(self) -> None:
        """The headline is the latest; each observation has its time and lines, the earliest first."""
        (group,) = by_order(notifications("oo-1"))
        message = together(group)
        assert message.headline == group[-1].message.headline
        texts = [line.text for line in message.lines]
        assert texts[:2] == [
            "1 Nov 2026, 09:30 UTC: op-0123456789abcdef0: 1 item being built",
            "Line item ooi-1: being prepared → being built after 12 days",
        ]
        assert len(texts) == 6

    def test_an_earlier_error_is_in_the_headline(self) -> None:
        """A phone only shows the headline, and a shipment's details may come after the error."""
        details = [
            detail_of(an_order(item="SHIPPED"), an_order(item="ERROR"), sequence=1),
            detail_of(an_order(item="ERROR"), an_order(item="DELIVERED"), sequence=2),
        ]
        (group,) = by_order([order_notification(detail) for detail in details])
        assert together(group).headline.endswith(": 1 item in error, 1 delivered")

    @pytest.mark.parametrize(
        ("statuses", "errors", "mark"),
        [
            (["SHIPPED", "ERROR", "ERROR"], [2], "ERROR"),
            (["SHIPPED", "ERROR", "DELIVERED"], [], "ERROR"),
            (["ERROR", "ERROR", "ERROR"], [], "IN_PROGRESS"),
            (["ERROR", "DELIVERED", "ERROR"], [3], "ERROR"),
            (["SHIPPED", "DELIVERED", "INSTALLED"], [], "INSTALLED"),
        ],
    )
    def test_an_earlier_errors_mark_stays_and_its_case_as_long_as_it_lasts(
        self, statuses: list[str], errors: list[int], mark: str
    ) -> None:
        """The case's text is that of the latest observation that found an error."""
        orders = [{**an_order(item=status), "Eta": place} for place, status in enumerate(statuses, start=1)]
        found = [
            order_notification(detail_of(old, new, sequence=place, observedAt=f"2026-11-0{place}T09:30:00Z"))
            for place, (old, new) in enumerate(pairwise(orders), start=2)
        ]
        message = together(found)
        assert message.mark.name == mark
        assert message.case == "".join(each.message.case for each in found if each.message.sequence in errors)
        assert bool(message.case) == bool(errors)

    def test_leaves_a_single_one_unchanged(self) -> None:
        """Nothing is added to one observation."""
        (only,) = notifications("oo-1")[:1]
        assert together([only]) is only.message


class TestDigest:
    """Many orders."""

    def test_counts_orders_not_observations(self) -> None:
        """Six updates of two orders count as two orders, and each of the six is listed."""
        message = digest(by_order([*notifications("oo-1"), *notifications("oo-2")]))
        assert message.headline == "2 Outposts orders: 2 items delivered"
        assert len(message.lines) == 6
        assert (message.facts, message.url) == ({}, "")
        assert [line.url is not None for line in message.lines] == [True, False, False, True, False, False]

    def test_an_orders_last_change_comes_first_with_its_link(self) -> None:
        """Earlier observations follow, the latest first, each with its time."""
        (group,) = by_order(notifications("oo-1"))
        last = group[-1].message
        earlier = [Line(f"{n} Nov 2026, 09:30 UTC: {group[n - 1].message.headline}") for n in (2, 1)]
        assert digest_lines(group) == [
            Line(f"{last.mark.icon} {last.headline} (oo-1)", last.url, "Open in the AWS console"),
            *earlier,
        ]

    def test_the_weightiest_comes_first(self) -> None:
        """Otherwise they stay in their order; with a board, its link serves for all."""
        board = Audience(board_url="https://x/#board")
        changes = {"oo-1": "SHIPPED", "oo-2": "ERROR", "oo-3": "DELIVERED"}
        details = [detail_of(an_order(name), an_order(name, item=item)) for name, item in changes.items()]
        lines = digest([[order_notification(detail, board)] for detail in details]).lines
        assert [line.text[-5:-1] for line in lines] == ["oo-2", "oo-1", "oo-3"]
        assert {line.url for line in lines} == {None}

    def test_it_is_marked_and_addressed_like_its_orders(self) -> None:
        """By the weightiest; times are in the readers' zone."""
        tokyo = Audience(ZoneInfo("Asia/Tokyo"), "https://x/#board")
        details = [detail_of(an_order(item=old), an_order(item=new)) for old, new in pairwise(STEPS)]
        error = detail_of(an_order("oo-2"), an_order("oo-2", item="ERROR"))
        orders = [[order_notification(each, tokyo) for each in details], [order_notification(error, tokyo)]]
        message = digest(orders)
        assert (message.mark.name, message.audience) == ("ERROR", tokyo)
        assert [line.text.partition(": ")[0] for line in message.lines[2:]] == ["24 Nov 2026, 18:30 JST"] * 2
        assert digest(orders[1:]).audience is tokyo

    def test_its_headline_names_what_is_important(self) -> None:
        """Errors are counted over all orders; orders are counted once each."""
        details = [detail_of(an_order(f"oo-{n}", "PREPARING"), an_order(f"oo-{n}", item="ERROR")) for n in range(7)]
        details.append(detail_of(an_order("oo-8"), an_order("oo-8", status="CANCELLED", item="NEVER_SEEN")))
        details.append(an_update("oo-9") | {"changes": [{"detailType": "Outposts Order Stalled", "lineItemId": "x"}]})
        assert headline_of(*([detail] for detail in details)) == (
            "9 Outposts orders: 1 order cancelled, 7 in progress, 7 items in error, 1 NEVER_SEEN, 1 stalled"
        )

    def test_an_earlier_error_is_in_its_headline(self) -> None:
        """What was usual and has passed is not."""
        steps = ("PREPARING", "BUILDING", "ERROR", "SHIPPED")
        details = [detail_of(an_order(item=old), an_order(item=new)) for old, new in pairwise(steps)]
        assert headline_of(details, [an_update("oo-2")]) == (
            "2 Outposts orders: 1 order completed, 1 item in error, 1 shipped, 1 installed"
        )

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            (["Outposts Order Painted", "Outposts Order Washed"], "details of 2 orders changed"),
            (["Outposts Order Missing"], "2 orders no longer listed by AWS"),
            ([], "details of 2 orders changed"),
        ],
    )
    def test_its_headline_counts_orders(self, changes: list[str], words: str) -> None:
        """Regardless of how many changes each has."""
        detail = an_update() | {"changes": [{"detailType": each} for each in changes]}
        assert headline_of([detail], [detail]) == f"2 Outposts orders: {words}"


def headline_of(*orders: list[dict[str, Any]]) -> str:
    """Return the headline of a digest of the observations of some orders."""
    return digest(
        [[OrderNotification(each, Message("", (), {}, "")) for each in details] for details in orders]
    ).headline
