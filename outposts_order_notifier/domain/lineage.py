"""Which line item replaces which. Pure.

AWS replaces hardware by an order of type REPLACEMENT, whose line item names the order and the line item that it
replaces (https://docs.aws.amazon.com/outposts/latest/APIReference/API_LineItem.html). The replaced one does not name
its replacement, so the links are gathered from all orders of an account and region: each order's are in the table's
index, as `Known.replaces`.

Who tells a link, as `Outposts Replacement Linked`:

1. The replacement's order, when it is first seen to name the other, whether that one is known or not.
2. The order that it names, when that is itself first seen and the link is known by then: from an earlier run, or from
   a new order of type REPLACEMENT, which a run reads before all others.

So a link is told as soon as the side that names both is seen, and at most once by each of the two orders. Of an order
and its replacement first seen in one poll, both tell it; of two replacements, which are read side by side, perhaps the
later one alone.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from outposts_order_notifier.domain.event_types import REPLACEMENT_LINKED, Change, LineItemReference, Replaced
from outposts_order_notifier.domain.order import Order, line_items_by_id

LONGEST_ID = 255  # what the API's model allows of any id


class Reference(NamedTuple):
    """A line item of an order."""

    order_id: str
    line_item_id: str

    def as_json(self) -> LineItemReference:
        """Give it as events do."""
        return {"orderId": self.order_id, "lineItemId": self.line_item_id}


class Link(NamedTuple):
    """A line item and the one that replaces it."""

    previous: Reference
    replacement: Reference


class Lineage:
    """The links of one account and region, followed from the replaced to the replacement.

    Where several line items name the same one, the smallest id counts as its replacement: whatever was read first, the
    answer is the same.

    Args:
        links: Those known.
    """

    def __init__(self, links: Iterable[Link] = ()) -> None:
        self._by_previous_order: dict[str, tuple[Link, ...]] = {}
        self.add(links)

    def add(self, links: Iterable[Link]) -> None:
        """Learn more links. Others may read meanwhile, but only one may add."""
        for link in links:
            known = self._by_previous_order.get(link.previous.order_id, ())
            if link not in known:
                self._by_previous_order[link.previous.order_id] = tuple(sorted((*known, link)))

    def naming(self, order_id: str) -> tuple[Link, ...]:
        """Give the links whose replaced line item is of this order, sorted."""
        return self._by_previous_order.get(order_id, ())

    def with_links(self, links: Iterable[Link]) -> "Lineage":
        """Give a lineage of its own that knows these links too."""
        more = Lineage()
        more._by_previous_order = dict(self._by_previous_order)
        more.add(links)
        return more

    def of(self, order_id: str) -> list[Link]:
        """Give the links in which an order has either part, sorted."""
        every = (link for links in self._by_previous_order.values() for link in links)
        return sorted(link for link in every if order_id in {link.previous.order_id, link.replacement.order_id})

    def replaced_by(self, item: Reference) -> Reference | None:
        """Give the line item that replaces this one, None where none is known to."""
        return next((link.replacement for link in self.naming(item.order_id) if link.previous == item), None)

    def chain(self, item: Reference) -> list[Reference]:
        """Give what replaced a line item, what replaced that, and so on; it ends before anything comes twice."""
        chain, seen, at = list[Reference](), {item}, self.replaced_by(item)
        while at and at not in seen:
            chain.append(at)
            seen.add(at)
            at = self.replaced_by(at)
        return chain

    def keys_of_replaced(self, item: Reference) -> dict[str, Any]:
        """Give the keys of an event that a line item is replaced: `replacedBy`, and `currentReplacement`."""
        replacement = self.replaced_by(item)
        return {"replacedBy": replacement.as_json(), **self._current(item, replacement)} if replacement else {}

    def link_change(self, link: Link) -> Change:
        """Tell a link; where the replacement was itself replaced, with the chain's end as `currentReplacement`."""
        previous, replacement = link
        return REPLACEMENT_LINKED.change(
            {
                "previous": previous.as_json(),
                "replacement": replacement.as_json(),
                **self._current(previous, replacement),
            }
        )

    def _current(self, replaced: Reference, replacement: Reference) -> Replaced:
        """Give the chain's end where it is neither of the two: the API does not promise that chains never go round."""
        chain = [each for each in self.chain(replacement) if each != replaced]
        return {"currentReplacement": chain[-1].as_json()} if chain else {}


def links_of(order: Order) -> tuple[Link, ...]:
    """Give the links of an order's line items that name what they replace, sorted.

    A line item that names only an order or only a line item, something too long for an id, or itself, links nothing.
    """
    if not any(item.get("PreviousOrderId") for item in order.get("LineItems", [])):
        return ()  # nearly every order, at no cost
    links = [
        Link(
            Reference(item.get("PreviousOrderId", ""), item.get("PreviousLineItemId", "")),
            Reference(order["OrderId"], name),
        )
        for name, item in line_items_by_id(order).items()
    ]
    return tuple(sorted(filter(_is_sound, links)))


def as_rows(links: Iterable[Link]) -> list[list[str]]:
    """Write one order's links, which all have it as the replacement's order, as `links_from_rows` reads them."""
    return [[link.replacement.line_item_id, *link.previous] for link in links]


def links_from_rows(order_id: str, rows: Iterable[Iterable[str]]) -> tuple[Link, ...]:
    """Read the links of an order.

    Raises:
        ValueError, TypeError: Something else was written.
    """
    return tuple(_link(order_id, *row) for row in rows)


def _link(order_id: str, line_item_id: str, previous_order_id: str, previous_line_item_id: str) -> Link:
    return Link(Reference(previous_order_id, previous_line_item_id), Reference(order_id, line_item_id))


def _is_sound(link: Link) -> bool:
    ids = (*link.previous, link.replacement.line_item_id)
    return link.previous != link.replacement and all(map(_is_id, ids))


def _is_id(text: str) -> bool:
    return 0 < len(text) <= LONGEST_ID
