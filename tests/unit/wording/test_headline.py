"""An observation in one sentence: an e-mail's subject, an SMS, all that a phone shows."""

import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from outposts_order_notifier.notify.channels.sns.text import subject
from outposts_order_notifier.wording.headline import digest_headline, headline, marked_as, name_of, status_words, title
from outposts_order_notifier.wording.words import one_line, plain
from testing.details import an_order, an_update, detail_of, with_line_items
from testing.strategies import orders

OUTPOST = "op-0123456789abcdef0"
NAMES = {OUTPOST: "Dublin plant", "OR-RACKM5A": "rack, 4 × m5.24xlarge", "OR-SERVER": "server"}
STALLED = {"detailType": "Outposts Order Stalled", "status": "BUILDING", "since": "", "days": 61, "thresholdDays": 60}


def words(detail: dict[str, Any]) -> str:
    """Return a headline without the Outpost, which is named."""
    shown = headline({"names": NAMES, **detail})
    assert shown.startswith("Dublin plant: ")
    return shown.removeprefix("Dublin plant: ")


def racks(order: dict[str, Any], *statuses: str) -> dict[str, Any]:
    """Return the order with a rack in each of these statuses."""
    order = with_line_items(order, *statuses)
    for item in order["LineItems"]:
        item["CatalogItemId"] = "OR-RACKM5A"
    return order


class TestHeadline:
    """Its words."""

    def test_an_order_delivered_while_a_line_item_stays_in_error_says_both(self) -> None:
        """Nobody may take the order for complete, although the error is no news."""
        before, after = racks(an_order(), "ERROR", "SHIPPED"), racks(an_order(status="DELIVERED"), "ERROR", "SHIPPED")
        assert words(detail_of(before, after)) == "order delivered, 1 item still in error"

    def test_a_new_error_is_not_called_old(self) -> None:
        """Only line items that were in error before still are."""
        before, after = racks(an_order(), "BUILDING", "ERROR"), racks(an_order(), "ERROR", "ERROR")
        assert words(detail_of(before, after)) == "1 rack in error, 1 item still in error"
        before, after = racks(an_order(), "SHIPPED"), racks(an_order(status="DELIVERED"), "ERROR")
        assert words(detail_of(before, after)) == "order delivered, 1 rack in error"

    def test_an_error_of_an_earlier_observation_in_the_message_is_counted_once(self) -> None:
        """It is news to the reader, whatever came after it."""
        first = detail_of(racks(an_order(), "BUILDING", "SHIPPED"), racks(an_order(), "ERROR", "SHIPPED"))
        last = detail_of(racks(an_order(), "ERROR", "SHIPPED"), racks(an_order(), "ERROR", "DELIVERED"), names=NAMES)
        shown = headline(last, earlier=first["changes"])
        assert shown == "Dublin plant: 1 rack in error, 1 delivered"
        assert digest_headline([[first, last]]) == "1 Outposts order: 1 rack in error, 1 delivered"

    def test_an_error_whose_change_was_left_out_is_news(self) -> None:
        """An event that was too large does not have all changes; its counts are whole."""
        before, after = racks(an_order(), *["BUILDING"] * 3), racks(an_order(), "ERROR", "ERROR", "SHIPPED")
        detail = detail_of(before, after)
        assert (
            words(detail | {"changes": detail["changes"][1:], "changesOmitted": 1})
            == "2 items in error, 1 rack shipped"
        )

    def test_a_replaced_rack(self) -> None:
        """In the old order; its replacement's order says what it is."""
        assert words(detail_of(racks(an_order(), "INSTALLED"), racks(an_order(), "REPLACED"))) == "1 rack replaced"
        new = detail_of(None, racks(an_order(status="PREPARING"), "PREPARING") | {"OrderType": "REPLACEMENT"})
        assert words(new) == "replacement for 1 rack ordered"
        link = {"detailType": "Outposts Replacement Linked", "previous": {}, "replacement": {}}
        assert words(new | {"changes": [*new["changes"], link]}) == "replacement for 1 rack ordered"
        assert words(new | {"changes": [link]}) == "replacement for 1 item identified"

    def test_a_line_item_of_quantity_3_is_three_racks(self) -> None:
        """People count what arrives."""
        assert words(detail_of(an_order(Quantity=3), an_order(item="SHIPPED", Quantity=3))) == "3 racks shipped"
        assert words(detail_of(None, an_order(status="PREPARING", Quantity=3))) == "3 racks ordered"

    def test_an_order_and_its_line_items_of_which_the_same_is_said_are_named_together(self) -> None:
        """Cancelled, delivered."""
        before, after = racks(an_order(), *["BUILDING"] * 2), racks(an_order(status="CANCELLED"), *["CANCELLED"] * 2)
        assert words(detail_of(before, after)) == "order and 2 racks cancelled"
        before, after = racks(an_order(), *["SHIPPED"] * 2), racks(an_order(status="DELIVERED"), "ERROR", "DELIVERED")
        assert words(detail_of(before, after)) == "order delivered, 1 rack in error, 1 delivered"

    def test_racks_and_servers_are_items(self) -> None:
        """And a noun is not repeated."""
        order = an_order()
        order["LineItems"] += [
            {"LineItemId": f"ooi-{n}", "CatalogItemId": "OR-SERVER", "Status": "BUILDING"} for n in (2, 3)
        ]
        shipped = order | {"LineItems": [item | {"Status": "SHIPPED"} for item in order["LineItems"]]}
        assert words(detail_of(order, shipped)) == "3 items shipped"
        one = order | {"LineItems": [shipped["LineItems"][0], *order["LineItems"][1:]]}
        late = one | {
            "LineItems": [one["LineItems"][0], *({**each, "Status": "ERROR"} for each in one["LineItems"][1:])]
        }
        assert words(detail_of(order, late)) == "2 servers in error, 1 rack shipped"

    def test_an_orders_status_does_not_hide_its_line_items(self) -> None:
        """The order's own comes first, then the weightiest."""
        before = racks(an_order(status="PREPARING"), *["BUILDING"] * 4)
        after = racks(an_order(), "SHIPPED", "LOST_AT_SEA", "REPLACED", "ERROR")
        unusual = "1 rack in error, 1 replaced, 1 LOST_AT_SEA"
        assert words(detail_of(before, after)) == f"order in progress, {unusual}, 1 shipped"
        new = words(detail_of(None, after))
        assert new == "4 racks ordered, order in progress, 1 rack in error, 1 replaced, 1 LOST_AT_SEA"

    def test_the_weightiest_comes_first(self) -> None:
        """Regardless of the order of the changes; usual statuses come last."""
        before, after = (
            racks(an_order(), *["BUILDING"] * 4),
            racks(an_order(), "SHIPPED", "SHIPPED", "REPLACED", "ERROR"),
        )
        detail = detail_of(before, after)
        detail["changes"] += [STALLED | {"lineItemId": "ooi-9"}, STALLED, {"detailType": "Outposts Order Missing"}]
        assert words(detail) == ("order no longer listed by AWS, 1 rack in error, 1 replaced, 1 item stalled")

    def test_what_does_not_fit_is_left_out_at_the_lightest(self) -> None:
        """A headline has room for 99 characters."""
        before = racks(an_order(status="PREPARING"), *["PREPARING"] * 5)
        after = racks(an_order(), "INSTALLING", "INSTALLED", "DELIVERED", "SHIPPED", "CANCELLED")
        shown = headline(detail_of(before, after, names=NAMES | {OUTPOST: "x" * 40}))
        assert shown == f"{'x' * 40}: order in progress, 1 rack cancelled, 1 being installed"

    def test_an_old_error_is_weightier_than_a_usual_status(self) -> None:
        """It is the last in the sentence, but not the first to be left out."""
        before = racks(an_order(status="PREPARING"), *["PREPARING"] * 4, "ERROR")
        after = racks(an_order(), "INSTALLING", "INSTALLED", "DELIVERED", "SHIPPED", "ERROR")
        shown = headline(detail_of(before, after, names=NAMES | {OUTPOST: "x" * 40}))
        assert shown == f"{'x' * 40}: order in progress, 1 item still in error"

    @pytest.mark.parametrize(("length", "last"), [(33, "1 shipped, 1 delivered"), (34, "1 shipped")])
    def test_it_has_up_to_99_characters(self, length: int, last: str) -> None:
        """The news that ends at the limit stays."""
        before = racks(an_order(), *["BUILDING"] * 5)
        after = racks(an_order(), "ERROR", "REPLACED", "CANCELLED", "SHIPPED", "DELIVERED")
        shown = headline(detail_of(before, after, names=NAMES | {OUTPOST: "x" * length}))
        assert shown == f"{'x' * length}: 1 rack in error, 1 replaced, 1 cancelled, {last}"

    def test_that_of_many_orders_leaves_out_the_lightest_too(self) -> None:
        """It has as much room."""
        statuses = ["ERROR", "REPLACED", "CANCELLED", "LOST_AT_SEA", "SHIPPED", "DELIVERED", "INSTALLED"]
        before, after = racks(an_order(), *["BUILDING"] * 7), racks(an_order(), *statuses)
        shown = digest_headline([[detail_of(before, after, names=NAMES)]])
        assert shown == (
            "1 Outposts order: 1 rack in error, 1 replaced, 1 cancelled, 1 LOST_AT_SEA, 1 shipped, 1 delivered"
        )

    @pytest.mark.parametrize(("longest", "shown"), [(40, "order completed"), (29, "order completed"), (20, "order…")])
    def test_the_weightiest_is_left_alone_before_it_is_cut(self, longest: int, shown: str) -> None:
        """A subject in ASCII may have less room than a headline."""
        assert headline(an_update() | {"names": NAMES}, longest=longest) == f"Dublin plant: {shown}"

    def test_an_orders_usual_status_gives_way_to_what_is_unusual(self) -> None:
        """Also when the order is new."""
        new = detail_of(None, racks(an_order(), "SHIPPED", "LOST_AT_SEA", "REPLACED", "ERROR"))
        shown = headline(new | {"names": NAMES | {OUTPOST: "x" * 35}})
        assert shown == f"{'x' * 35}: 4 racks ordered, 1 in error, 1 replaced, 1 LOST_AT_SEA"

    def test_other_changes_are_details_of_the_order(self) -> None:
        """Regardless of their number."""
        changes = [{"detailType": "Outposts Order Painted"}, {"detailType": "Outposts Order Washed"}]
        assert words(an_update() | {"changes": changes}) == "details of the order changed"

    def test_minor_changes_are_not_named_beside_others(self) -> None:
        """The shipment's details are in the lines."""
        shipped = {"detailType": "Outposts Line Item Shipment Change", "shipment": {}, "previousShipment": {}}
        assets: dict[str, Any] = {
            "detailType": "Outposts Line Item Assets Change",
            "assets": [],
            "previousAssets": None,
        }
        changes = [shipped | {"lineItemId": "ooi-1"}, assets | {"lineItemId": "ooi-1"}]
        assert words(an_update() | {"changes": changes}) == (
            "new shipment details for 1 item, new asset details for 1 item"
        )
        assert words(an_update() | {"changes": [*changes, STALLED | {"lineItemId": "ooi-2"}]}) == "1 item stalled"

    def test_new_details_are_of_hardware_by_its_quantity(self) -> None:
        """As in every other headline."""
        racks = {"lineItemId": "ooi-1", "catalogItemId": "OR-RACKM5A", "quantity": 3}
        shipped = {"detailType": "Outposts Line Item Shipment Change", "shipment": {}, "previousShipment": {}}
        assert words(an_update() | {"changes": [shipped | racks]}) == "new shipment details for 3 racks"

    def test_an_order_without_changes_has_its_status(self) -> None:
        """And a new order without line items is placed."""
        assert words(an_update() | {"changes": []}) == "order completed"
        assert words(detail_of(None, an_order(status="PREPARING") | {"LineItems": []})) == "order placed"
        assert words(detail_of(None, {"OrderId": "oo-1", "OutpostId": OUTPOST})) == "order placed"

    def test_a_test_event_is_marked(self) -> None:
        """Nobody mistakes a test event for an order's."""
        assert headline(an_update() | {"test": True}) == f"TEST: {headline(an_update())}"

    @pytest.mark.parametrize(("length", "shown"), [(32, "x" * 32), (33, "x" * 31 + "…"), (90, "x" * 31 + "…")])
    def test_an_unknown_status_has_up_to_32_characters(self, length: int, shown: str) -> None:
        """The heaviest words always have room after it."""
        assert words(an_update() | {"orderStatus": "x" * length, "changes": []}) == f"order {shown}"


class TestMark:
    """The row whose icon and colour mark an observation."""

    @pytest.mark.parametrize(
        ("changes", "mark"),
        [
            ([], "COMPLETED"),
            ([{"detailType": "Outposts Order Painted"}], "COMPLETED"),
            ([{"detailType": "Outposts Line Item Status Change", "status": "SHIPPED"}], "SHIPPED"),
            ([{"detailType": "Outposts Order Status Change", "status": "CANCELLED"}, STALLED], "CANCELLED"),
            ([{"detailType": "Outposts Line Item Status Change", "status": "SHIPPED"}, STALLED], "stalled"),
            (
                [
                    {"detailType": "Outposts Order Status Change", "status": "DELIVERED"},
                    {"detailType": "Outposts Line Item Status Change", "status": "INSTALLED"},
                ],
                "INSTALLED",
            ),
            ([{"detailType": "Outposts Order Discovered", "order": an_order(item="SHIPPED")}], "SHIPPED"),
            (
                [{"detailType": "Outposts Order Discovered", "order": {"LineItems": [{"Status": "SHIPPED"}]}}],
                "SHIPPED",
            ),
        ],
    )
    def test_is_the_weightiest_that_was_entered_or_else_the_orders(
        self, changes: list[dict[str, Any]], mark: str
    ) -> None:
        """Of equally weighty ones, a line item's."""
        row = marked_as(an_update() | {"changes": changes})
        assert (row.name or row.words) == mark


class TestPlace:
    """Where an order belongs."""

    @pytest.mark.parametrize(
        ("outpost", "names", "place"),
        [
            (OUTPOST, NAMES, "Dublin plant"),
            (OUTPOST, {}, OUTPOST),
            (OUTPOST, {OUTPOST: " \u202e"}, OUTPOST),
            (OUTPOST, {OUTPOST: "x" * 40}, "x" * 40),
            (OUTPOST, {OUTPOST: "x" * 41}, "x" * 39 + "…"),
            (None, NAMES, "Order oo-1"),
            ("", NAMES, "Order oo-1"),
        ],
    )
    def test_is_the_outposts_name_or_else_an_id(self, outpost: str | None, names: dict[str, str], place: str) -> None:
        """A name of which nothing is readable is none; a long one is cut."""
        detail = an_update("oo-1") | {"outpostId": outpost, "names": names, "changes": []}
        assert headline(detail) == f"{place}: order completed"

    def test_an_id_that_is_no_text_is_shown_as_json(self) -> None:
        """An event that was too large has a placeholder for it."""
        assert name_of({"truncated": True}, NAMES) == '{"truncated":true}'


class TestTitle:
    """An order in a few words."""

    def test_has_place_status_and_what_was_ordered(self) -> None:
        """Without line items, there is nothing to count."""
        assert title(an_order(Quantity=5), NAMES) == "Dublin plant: order in progress, 5 racks"
        assert title(an_order() | {"LineItems": []}, {}) == f"{OUTPOST}: order in progress"
        assert title({"OrderId": "oo-1"}, {}) == "Order oo-1: order unknown"


STATUSES = {
    "ERROR": "in error",
    "REPLACED": "replaced",
    "CANCELLED": "cancelled",
    "NEVER_SEEN": "NEVER_SEEN",
    "SHIPPED": "shipped",
    "INSTALLED": "installed",
}  # the weightiest first; the last two are usual
CATALOG = {"OR-1": "rack", "OR-2": "rack", "OR-3": "server", "OR-4": "bracket"}
names = st.dictionaries(st.sampled_from([OUTPOST, *CATALOG]), st.text(max_size=60)).map(
    lambda found: {key: CATALOG.get(key, name) for key, name in found.items()}
)
moves = st.fixed_dictionaries(
    {
        "detailType": st.just("Outposts Line Item Status Change"),
        "lineItemId": st.just("ooi-1"),
        "catalogItemId": st.sampled_from([*CATALOG, None]),
        "quantity": st.integers(1, 1_000_000) | st.integers(1, 3),
        "status": st.sampled_from([*STATUSES]),
    }
)
others = st.sampled_from(
    [
        {"detailType": "Outposts Order Status Change", "status": "IN_PROGRESS"},
        {"detailType": "Outposts Order Discovered", "order": an_order()},
        {"detailType": "Outposts Line Item Added", "lineItem": {"CatalogItemId": "OR-1"}},
        {"detailType": "Outposts Line Item Removed", "lineItem": {"CatalogItemId": "OR-1"}},
        {"detailType": "Outposts Line Item Shipment Change"},
        {"detailType": "Outposts Line Item Assets Change"},
        {"detailType": "Outposts Replacement Linked"},
        {"detailType": "Outposts Order Missing"},
        {"detailType": "Outposts Order Reappeared"},
        {"detailType": "Outposts Order Painted"},
        STALLED,
        STALLED | {"lineItemId": "ooi-1"},
    ]
)


class TestAnyChanges:
    """Whatever has changed, and whatever names are known."""

    @given(
        changes=st.lists(moves | others, max_size=12),
        names=names,
        test=st.booleans(),
    )
    def test_the_weightiest_status_is_there_with_its_number(
        self, changes: list[dict[str, Any]], names: dict[str, str], test: bool
    ) -> None:
        """In words, within 99 characters, after the Outpost's name, which its id does not repeat."""
        name = one_line(names.get(OUTPOST, ""))
        assume(OUTPOST not in name)
        detail = an_update() | {"changes": changes, "names": names} | ({"test": True} if test else {})
        shown = headline(detail)
        assert len(shown) <= 99
        assert shown.startswith("TEST: ") == test or name.startswith("TEST: ")
        said = shown.removeprefix("TEST: ") if test else shown
        assert said.startswith(f"{name[:39].rstrip() if len(name) > 40 else name or OUTPOST}")
        assert (OUTPOST in shown) == (not name)
        counted = said.removeprefix(name[:39].rstrip())
        assert re.search(weightiest(changes, names), counted)
        assert not re.search("ERROR|REPLACED|CANCELLED|SHIPPED|INSTALLED|IN_PROGRESS", counted)

    @given(old=orders, new=orders, names=names)
    def test_any_order_has_a_headline_and_a_subject(
        self, old: dict[str, Any], new: dict[str, Any], names: dict[str, str]
    ) -> None:
        """Any order that the API's model allows, whose statuses may be any text."""
        for detail in (
            detail_of(None, new, names=names),
            an_update() | {"names": names, "orderStatus": new.get("Status")},
        ):
            assert 0 < len(headline(detail)) <= 99
            assert 0 < len(digest_headline([[detail], [detail_of(None, old)]])) <= 99
            written = subject(detail)
            assert len(written) <= 99
            assert written.isascii()

    @given(st.text(max_size=60))
    def test_an_unknown_status_is_shown_as_the_api_returns_it(self, status: str) -> None:
        """Up to its length."""
        assume(status not in {"PREPARING"} | STATUSES.keys())
        assert status_words(status)[:31].rstrip("…") in plain(status)


def weightiest(changes: list[dict[str, Any]], names: dict[str, str]) -> str:
    """Return a pattern of the words that a headline must have: the weightiest status, with how many line items."""
    for status, said in STATUSES.items():
        moved = [change for change in changes if change.get("status") == status and "quantity" in change]
        if moved and (status in list(STATUSES)[:4] or len(moved) == len(changes)):
            kinds = {CATALOG[each] if each in names else "item" for each in (c["catalogItemId"] for c in moved)}
            noun = kinds.pop().replace("bracket", "item") if len(kinds) == 1 else "item"
            return rf"\b{sum(change['quantity'] for change in moved)}( {noun}s?)? {said}"
    return ""
