"""Who acts next, and how."""

from typing import Any

import pytest
from hypothesis import given

from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.statuses import LINE_ITEM_STATUSES, ORDER_STATUSES
from outposts_order_notifier.wording.hardware import ITEM, RACK, SERVER
from outposts_order_notifier.wording.message import order_message
from outposts_order_notifier.wording.next_steps import (
    LATE,
    MOST_IN_CASE,
    STEPS,
    case_text,
    next_steps,
    steps_of_order,
)
from testing.details import ORDER_ID, an_order, an_update, detail_of, with_line_items
from testing.strategies import orders

SUPPORT = "https://console.aws.amazon.com/support/home#/case/create"
RACK_ID, SERVER_ID = "OR-RACKM5A", "OR-SRV2U"
NAMES = {RACK_ID: "rack, 4 × m5.24xlarge", SERVER_ID: "server, 1 × c6id.16xlarge"}


def steps_after(old: Order | None, new: Order, **keys: Any) -> list[str]:
    """Return the steps that an observation leads to, as a message has them."""
    return [line.text for line in order_message(detail_of(old, new, **keys)).steps]


def entering(status: str, catalog_item_id: str, names: dict[str, str] = NAMES) -> list[str]:
    """Return the steps after a line item enters a status."""
    old, new = (an_order(item=each, CatalogItemId=catalog_item_id) for each in ("SHIPPED", status))
    return steps_after(old, new, names=names)


class TestStatuses:
    """A line item enters a status."""

    @pytest.mark.parametrize("status", ["DELIVERED", "INSTALLING", "REPLACED"])
    def test_racks_and_servers_need_different_steps(self, status: str) -> None:
        """AWS's team installs racks, the customer servers; without names, a step says both."""
        rack, server, unknown = (entering(status, RACK_ID), entering(status, SERVER_ID), entering(status, RACK_ID, {}))
        assert [len(each) for each in (rack, server, unknown)] == [1, 1, 1]
        assert len({*rack, *server, *unknown}) == 3
        assert "AWS's team" in unknown[0]
        assert unknown[0].endswith("you replace a server" if status == "REPLACED" else "you install a server")

    def test_an_error_needs_a_support_case(self) -> None:
        """Whatever is in error; the link opens the case."""
        (line,) = order_message(detail_of(an_order(), an_order(item="ERROR"))).steps
        assert (line.text, line.url, line.url_text) == ("You: contact AWS Support", SUPPORT, "Open a case")

    def test_other_steps_link_to_the_guide(self) -> None:
        """Only AWS Support needs a case."""
        (line,) = order_message(detail_of(an_order(), an_order(item="DELIVERED"))).steps
        assert (line.url, line.url_text) == (STEPS["DELIVERED"][ITEM].url, "AWS's guide")

    def test_an_error_that_lasts_is_not_forgotten(self) -> None:
        """Each later message says it again, first."""
        old, new = (with_line_items(an_order(), "ERROR", each) for each in ("SHIPPED", "DELIVERED"))
        first, second = steps_after(old, new)
        assert first == "You: contact AWS Support"
        assert second.startswith("You: prepare the installation")

    @pytest.mark.parametrize("status", ["PREPARING", "BUILDING", "SHIPPED", "INSTALLED", "CANCELLED", "NEVER_SEEN"])
    def test_other_statuses_need_none(self, status: str) -> None:
        """AWS or the carrier acts, or nobody."""
        assert steps_after(an_order(item="OTHER"), an_order(item=status)) == []

    def test_an_orders_own_status_is_about_all_of_its_hardware(self) -> None:
        """Racks, if all of its named catalog items are racks."""
        moved = an_order(), an_order(status="DELIVERED")
        assert "AWS's team installs a rack" in steps_after(*moved)[0]
        assert steps_after(*moved, names=NAMES) == steps_after(*moved)
        assert "agree with AWS on a date" in steps_after(*moved, names={RACK_ID: "rack"})[0]

    def test_what_is_known_of_the_hardware_is_not_said_again_in_general(self) -> None:
        """The order's own status is about racks and servers alike, if it has both."""
        old, new = (an_order(status=status, item=status) for status in ("IN_PROGRESS", "DELIVERED"))
        assert [step[:14] for step in steps_after(old, new, names=NAMES)] == ["You: agree with"[:14]]

    def test_the_same_step_is_there_once(self) -> None:
        """However many line items need it."""
        old, new = (with_line_items(an_order(), *[each] * 8) for each in ("SHIPPED", "DELIVERED"))
        assert len(steps_after(old, new)) == 1

    def test_a_new_order_is_read_too(self) -> None:
        """Its line items may be delivered already."""
        assert "AWS on a date" in steps_after(None, an_order(item="DELIVERED"), names=NAMES)[0]


class TestStalled:
    """A status has lasted too long."""

    @pytest.mark.parametrize(
        ("status", "step"),
        [("BUILDING", "You: ask AWS Support about the delay"), ("DELIVERED", "You: prepare the installation")],
    )
    def test_who_acts_depends_on_the_status(self, status: str, step: str) -> None:
        """If it waits for the customer, AWS Support cannot help."""
        change = {"detailType": "Outposts Order Stalled", "status": status, "lineItemId": "ooi-1"}
        detail = an_update() | {
            "changes": [{**change, "since": "2026-09-01T00:00:00Z", "days": 61, "thresholdDays": 60}]
        }
        (line,) = order_message(detail).steps
        assert line.text.startswith(step)


class TestCards:
    """An order as it is."""

    def test_has_the_steps_of_all_of_its_line_items(self) -> None:
        """The most urgent first; what was replaced long ago needs nothing."""
        order = an_order(item="ERROR", CatalogItemId=RACK_ID)
        order["LineItems"] += an_order(item="DELIVERED", CatalogItemId=SERVER_ID)["LineItems"]
        order["LineItems"] += an_order(item="REPLACED", CatalogItemId=SERVER_ID)["LineItems"]
        first, second = steps_of_order(order, NAMES, "eu-west-1")
        assert (first.url, second.text[:11]) == (SUPPORT, "inspect the")

    def test_an_order_in_error_is_urgent_whatever_its_line_items_are(self) -> None:
        """The error may be in the order itself."""
        first, second = steps_of_order(an_order(status="ERROR", item="DELIVERED"), NAMES, "eu-west-1")
        assert first.url == SUPPORT
        assert second.text.startswith("agree with AWS")

    def test_without_line_items_its_own_status_counts(self) -> None:
        """As a fallback."""
        (step,) = steps_of_order({"Status": "DELIVERED"}, {}, "eu-west-1")
        assert step.text.startswith("prepare the installation")


class TestCase:
    """The text for a case with AWS Support."""

    def test_names_order_line_items_and_questions(self) -> None:
        """It can be pasted as it is."""
        detail = detail_of(an_order(), an_order(item="ERROR", status="ERROR"))
        affected = "the order and line item ooi-1"
        assert case_text(detail) == (
            f"AWS Outposts order {ORDER_ID}, Outpost op-0123456789abcdef0, account 111122223333, region eu-west-1.\n"
            f"Since 24 Nov 2026, 09:30 UTC, the Outposts API has reported the status ERROR for {affected}.\n"
            "What is the cause, what do you need from us, and when will work on the order resume?"
        )

    def test_is_there_only_if_something_entered_error(self) -> None:
        """The first message had it already."""
        assert case_text(detail_of(an_order(item="ERROR"), an_order(item="ERROR", status="DELIVERED"))) == ""
        assert "for the order." in case_text(detail_of(an_order(), an_order(status="ERROR")))
        assert "for line item ooi-1." in case_text(detail_of(None, an_order(item="ERROR")))

    @pytest.mark.parametrize(("more", "end"), [(2, " and 2 more."), (1, " and 1 more."), (0, ".")])
    def test_names_at_most_so_many_line_items(self, more: int, end: str) -> None:
        """A case has room for all questions nevertheless."""
        old, new = (with_line_items(an_order(), *[each] * (MOST_IN_CASE + more)) for each in ("SHIPPED", "ERROR"))
        items = sorted(item["LineItemId"] for item in new["LineItems"])[:MOST_IN_CASE]
        assert f" for line items {', '.join(items)}{end}" in case_text(detail_of(old, new))


class TestTable:
    """The table of steps."""

    def test_has_a_row_for_each_status_that_waits_for_the_customer(self) -> None:
        """And for what has stalled; each has one for hardware of an unknown kind."""
        yours = {
            row.name for table in (ORDER_STATUSES, LINE_ITEM_STATUSES) for row in table.values() if row.actor == "you"
        }
        assert set(STEPS) == yours | {"REPLACED", LATE}
        assert all({ITEM} <= kinds.keys() <= {ITEM, RACK, SERVER} for kinds in STEPS.values())

    def test_each_row_has_its_source(self) -> None:
        """A page of AWS's documentation."""
        steps = [step for rows in STEPS.values() for step in rows.values()]
        assert all(step.url.startswith("https://docs.aws.amazon.com/outposts/latest/") for step in steps)

    @given(new=orders)
    def test_any_order_can_be_read(self, new: Order) -> None:
        """Whatever the API returns."""
        detail = detail_of(None, new)
        assert all(step.url.startswith("https://") for step in next_steps(detail))
        assert isinstance(case_text(detail), str)
