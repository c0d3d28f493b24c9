"""Which line item replaces which, and which order publishes it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.domain.events import Observation
from outposts_order_notifier.domain.lineage import Lineage, Link, Reference, links_of
from outposts_order_notifier.domain.order import Order, line_items_by_id
from outposts_order_notifier.domain.snapshot import Snapshot, observe
from testing.replay import links_reported
from testing.strategies import orders

OBSERVATION = Observation("111122223333", "eu-west-1", "2026-11-24T09:30:00Z")
Names = dict[str, str | None]
line_items = st.sampled_from([f"{number}{letter}" for number in range(4) for letter in "ab"])
sightings = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.dictionaries(st.sampled_from("ab"), st.none() | line_items, min_size=1),
        st.booleans(),
    ),
    max_size=12,
)


def ref(name: str) -> Reference:
    """Return a line item; `1a` is the first one of order 1."""
    return Reference(f"oo-{name[0]}", f"ooi-{name}")


def link(previous: str, replacement: str) -> Link:
    """Return a link between two line items."""
    return Link(ref(previous), ref(replacement))


def an_order(number: int, names: Names, **members: Any) -> Order:
    """Return an order whose line items name what they replace, or nothing."""
    items = []
    for letter, named in names.items():
        previous = {"PreviousOrderId": f"oo-{named[0]}", "PreviousLineItemId": f"ooi-{named}"} if named else {}
        items.append({"LineItemId": f"ooi-{number}{letter}", "Status": "PREPARING", **previous})
    return {"OrderId": f"oo-{number}", "Status": "PREPARING", "LineItems": items, **members}


def links_published_by(snapshot: Snapshot) -> list[Link]:
    """Return the links that an order has published."""
    return links_reported([{**event.detail, "detailType": event.detail_type} for event in snapshot.pending])


class TestLinksOfOrder:
    """The links of one order."""

    @pytest.mark.parametrize(
        ("order_id", "links"),
        [
            ("oo-1", [link("1a", "2a")]),
            ("oo-2", [link("1a", "2a"), link("2a", "3a"), link("2b", "3b")]),
            ("oo-3", [link("2a", "3a"), link("2b", "3b")]),
            ("oo-4", []),
        ],
    )
    def test_an_order_has_the_links_that_name_it_on_either_side(self, order_id: str, links: list[Link]) -> None:
        """They are sorted, whichever was first."""
        lineage = Lineage([link("2b", "3b"), link("2a", "3a"), link("1a", "2a")])
        assert lineage.of(order_id) == links


class TestValidLinks:
    """Which ids result in a link."""

    @pytest.mark.parametrize(("length", "links"), [(0, 0), (1, 1), (255, 1), (256, 0)])
    def test_an_id_has_1_to_255_characters(self, length: int, links: int) -> None:
        """As in the API's model."""
        item = {"LineItemId": "ooi-2a", "PreviousOrderId": "oo-1", "PreviousLineItemId": "x" * length}
        assert len(links_of({"OrderId": "oo-2", "LineItems": [item]})) == links

    def test_a_line_item_that_names_no_order_has_no_link(self) -> None:
        """Even next to one that does."""
        whole = {"LineItemId": "ooi-2a", "PreviousOrderId": "oo-1", "PreviousLineItemId": "ooi-1a"}
        half = {"LineItemId": "ooi-2b", "PreviousLineItemId": "ooi-1b"}
        assert links_of({"OrderId": "oo-2", "LineItems": [whole, half]}) == (link("1a", "2a"),)


class TestLinks:
    """The links in an order."""

    @pytest.mark.parametrize(
        ("names", "links"),
        [
            ({"a": None}, ()),
            ({"a": "1a"}, (link("1a", "2a"),)),
            ({"a": "1b", "b": "1a"}, (link("1a", "2b"), link("1b", "2a"))),
            ({"a": "2a"}, ()),
        ],
    )
    def test_a_line_item_that_names_another_is_a_link(self, names: Names, links: tuple[Link, ...]) -> None:
        """It may name anything except itself."""
        assert links_of(an_order(2, names)) == links

    @pytest.mark.parametrize(
        "item",
        [
            {"PreviousOrderId": "oo-1"},
            {"PreviousLineItemId": "ooi-1a"},
            {"PreviousOrderId": "", "PreviousLineItemId": "ooi-1a"},
            {"PreviousOrderId": "x" * 256, "PreviousLineItemId": "ooi-1a"},
        ],
    )
    def test_an_incomplete_name_is_not_a_link(self, item: dict[str, str]) -> None:
        """Nor does a value that cannot be an id."""
        assert links_of({"OrderId": "oo-2", "LineItems": [{"LineItemId": "ooi-2a", **item}]}) == ()

    @given(order=orders)
    def test_any_order_has_the_links_that_it_names(self, order: Order) -> None:
        """For any order that the API's model allows."""
        named = [
            Reference(item.get("PreviousOrderId", ""), item.get("PreviousLineItemId", ""))
            for name, item in line_items_by_id(order).items()
            if (item.get("PreviousOrderId"), item.get("PreviousLineItemId")) != (order["OrderId"], name)
        ]
        assert sorted(each.previous for each in links_of(order)) == sorted(each for each in named if all(each))


class TestLineage:
    """From the replaced to the replacement."""

    @pytest.mark.parametrize(
        ("links", "chain"),
        [
            ([], []),
            ([link("1b", "2a")], []),
            ([link("1a", "2a")], ["2a"]),
            ([link("2a", "3a"), link("1a", "2a")], ["2a", "3a"]),
            ([link("1a", "3a"), link("1a", "2a")], ["2a"]),
            ([link("1a", "1a")], []),
            ([link("1a", "2a"), link("2a", "1a")], ["2a"]),
            ([link("1a", "2a"), link("2a", "3a"), link("3a", "2a")], ["2a", "3a"]),
        ],
    )
    def test_chains_are_followed_to_their_end(self, links: list[Link], chain: list[str]) -> None:
        """Each replacement in turn; the smallest of several; a cycle ends before it closes."""
        for known in (links, links[::-1]):
            assert Lineage(known).chain(ref("1a")) == [ref(name) for name in chain]

    @given(pairs=st.lists(st.tuples(line_items, line_items)), start=line_items)
    def test_any_chain_ends_without_repetition(self, pairs: list[tuple[str, str]], start: str) -> None:
        """For any links."""
        chain = Lineage(link(*pair) for pair in pairs).chain(ref(start))
        assert len({ref(start), *chain}) == len(chain) + 1

    def test_a_line_item_is_never_its_own_current_replacement(self) -> None:
        """If two name each other, each is replaced by the other, and neither has a current replacement."""
        lineage = Lineage([link("1a", "2a"), link("2a", "1a")])
        for name in ("1a", "2a"):
            assert lineage.keys_of_replaced(ref(name)).keys() == {"replacedBy"}
        assert "currentReplacement" not in lineage.link_change(link("1a", "2a")).keys

    def test_events_name_the_replacement_and_the_current_one(self) -> None:
        """`currentReplacement` is present only if the chain continues."""
        lineage = Lineage([link("1a", "2a"), link("2a", "3a"), link("3a", "4a")])
        two, four = ({"orderId": f"oo-{n}", "lineItemId": f"ooi-{n}a"} for n in (2, 4))
        assert lineage.keys_of_replaced(ref("1a")) == {"replacedBy": two, "currentReplacement": four}
        assert lineage.keys_of_replaced(ref("3a")) == {"replacedBy": four}
        assert lineage.keys_of_replaced(ref("4a")) == {}
        assert lineage.link_change(link("1a", "2a")).keys["currentReplacement"] == four


class TestPublication:
    """Which order publishes a link, and when."""

    def test_a_replacement_publishes_its_link_even_if_the_other_order_is_unknown(self) -> None:
        """Together with its discovery."""
        snapshot = observe(None, an_order(2, {"a": "1a"}), OBSERVATION, b"")
        assert snapshot
        assert [event.detail_type for event in snapshot.pending] == [
            "Outposts Order Discovered",
            "Outposts Replacement Linked",
            "Outposts Order Updated",
        ]
        assert links_published_by(snapshot) == [link("1a", "2a")]

    def test_an_order_discovered_after_its_replacement_publishes_the_link_too(self) -> None:
        """Subscribers that follow only that order see it too."""
        lineage = Lineage([link("1a", "2a")])
        snapshot = observe(None, an_order(1, {"a": None}), OBSERVATION, b"", lineage=lineage)
        assert snapshot
        assert links_published_by(snapshot) == [link("1a", "2a")]

    def test_an_order_that_was_seen_before_leaves_it_to_its_replacement(self) -> None:
        """A link that appears later is published once, by the new order."""
        order = an_order(1, {"a": None})
        snapshot = observe(None, order, OBSERVATION, b"")
        assert observe(snapshot, order, OBSERVATION, b"", lineage=Lineage([link("1a", "2a")])) is None

    @pytest.mark.parametrize(
        ("before", "after"),
        [({"b": None}, {"b": None, "a": "1a"}), ({"a": None}, {"a": "1a"}), ({"a": "3a"}, {"a": "1a"})],
        ids=["added", "amended to name one", "amended to name another"],
    )
    def test_a_known_order_publishes_its_new_links(self, before: Names, after: Names) -> None:
        """A line item that is added, or amended to name another, makes a link like that of a new order."""
        first = observe(None, an_order(2, before), OBSERVATION, b"")
        second = observe(first, an_order(2, after), OBSERVATION, b"")
        assert second
        assert links_published_by(second)[-1:] == [link("1a", "2a")]

    def test_links_missing_in_an_older_snapshot_are_reported_with_the_next_change(self) -> None:
        """Upgrading from a version that did not report links causes no event by itself."""
        order = an_order(2, {"a": "1a"})
        first = observe(None, order, OBSERVATION, b"")
        assert first
        upgraded = replace(first, linked=())
        assert observe(upgraded, order, OBSERVATION, b"") is None
        changed = observe(upgraded, {**order, "Status": "COMPLETED"}, OBSERVATION, b"")
        assert changed
        assert links_published_by(changed)[-1:] == [link("1a", "2a")]

    @given(seen=sightings)
    def test_every_link_is_published_by_its_replacement_and_by_no_order_twice(
        self, seen: list[tuple[int, Names, bool]]
    ) -> None:
        """For any sequence of orders and names, and however stale the index is."""
        snapshots: dict[int, Snapshot] = {}
        for number, names, index_is_old in seen:
            known = [] if index_is_old else [each for it in snapshots.values() for each in links_of(it.order)]
            order, before = an_order(number, names), snapshots.get(number)
            snapshot = observe(before, order, OBSERVATION, b"", lineage=Lineage(known)) or before
            assert snapshot
            snapshots[number] = snapshot
            published = links_published_by(snapshot)
            assert len(published) == len(set(published))
            assert {*links_of(order), *(Lineage(known).naming(f"oo-{number}") if not before else ())} <= set(published)

    def test_a_line_item_that_is_replaced_names_its_replacement_once_it_is_known(self) -> None:
        """Its status change names the replacement, and the current replacement."""
        before = an_order(1, {"a": None, "b": None})
        after = an_order(1, {"a": None, "b": None})
        for item in after["LineItems"]:
            item["Status"] = "REPLACED"
        lineage = Lineage([link("1a", "2a"), link("2a", "3a")])
        snapshot = observe(observe(None, before, OBSERVATION, b""), after, OBSERVATION, b"", lineage=lineage)
        assert snapshot
        moved = [e.detail for e in snapshot.pending if e.detail_type == "Outposts Line Item Status Change"]
        assert [(each.get("replacedBy"), each.get("currentReplacement")) for each in moved] == [
            (ref("2a").as_json(), ref("3a").as_json()),
            (None, None),
        ]
