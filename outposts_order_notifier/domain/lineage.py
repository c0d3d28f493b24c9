"""Which line item replaces which. Pure.

AWS replaces hardware with an order of type REPLACEMENT, whose line item names the order and the line item that it
replaces (https://docs.aws.amazon.com/outposts/latest/APIReference/API_LineItem.html). The replaced line item does not
name its replacement, so links are collected from all orders of an account and region. The store's index holds each
order's links, as `Known.replaces`.

Which order publishes `Outposts Replacement Linked`:

1. The replacement's order, when it first names the other line item, even if that one's order is unknown.
2. The order named by it, when that order is discovered and the link is already known: from an earlier run, or from a
   new order of type REPLACEMENT, which a run reads before all others.

So a link is published as soon as the replacement is seen, and at most once by each of the two orders. If an order and
its replacement are discovered in one poll, both publish it. If both are replacements, which are read concurrently, only
the later one may.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from outposts_order_notifier.domain.event_types import REPLACEMENT_LINKED, Change, LineItemReference, Replaced
from outposts_order_notifier.domain.order import Order, line_items_by_id

LONGEST_ID = 255  # the API model's limit for any id


class Reference(NamedTuple):
    """A line item of an order."""

    order_id: str
    line_item_id: str

    def as_json(self) -> LineItemReference:
        """Return it in the form that events use."""
        return {"orderId": self.order_id, "lineItemId": self.line_item_id}


class Link(NamedTuple):
    """A line item and its replacement."""

    previous: Reference
    replacement: Reference


class Lineage:
    """The known links of an account and region, followed from the replaced line item to its replacement.

    If several line items name the same one, the smallest id is its replacement, so that the answer does not depend on
    the order of reads.
    """

    def __init__(self, links: Iterable[Link] = ()) -> None:
        self._by_previous_order: dict[str, tuple[Link, ...]] = {}
        self.add(links)

    def add(self, links: Iterable[Link]) -> None:
        """Add links. Safe while other threads read, but not while another one adds."""
        for link in links:
            known = self._by_previous_order.get(link.previous.order_id, ())
            if link not in known:
                self._by_previous_order[link.previous.order_id] = tuple(sorted((*known, link)))

    def naming(self, order_id: str) -> tuple[Link, ...]:
        """Return the links that name a line item of this order as replaced, sorted."""
        return self._by_previous_order.get(order_id, ())

    def with_links(self, links: Iterable[Link]) -> "Lineage":
        """Return a copy with more links."""
        more = Lineage()
        more._by_previous_order = dict(self._by_previous_order)
        more.add(links)
        return more

    def of(self, order_id: str) -> list[Link]:
        """Return the links of an order on either side, sorted."""
        every = (link for links in self._by_previous_order.values() for link in links)
        return sorted(link for link in every if order_id in {link.previous.order_id, link.replacement.order_id})

    def replaced_by(self, item: Reference) -> Reference | None:
        """Return the line item that replaces this one, or None if none is known."""
        return next((link.replacement for link in self.naming(item.order_id) if link.previous == item), None)

    def chain(self, item: Reference) -> list[Reference]:
        """Return a line item's replacement, the replacement of that, and so on, up to a repetition."""
        chain, seen, at = list[Reference](), {item}, self.replaced_by(item)
        while at and at not in seen:
            chain.append(at)
            seen.add(at)
            at = self.replaced_by(at)
        return chain

    def keys_of_replaced(self, item: Reference) -> dict[str, Any]:
        """Return `replacedBy` and `currentReplacement` for a line item's change to REPLACED, if known."""
        replacement = self.replaced_by(item)
        return {"replacedBy": replacement.as_json(), **self._current(item, replacement)} if replacement else {}

    def link_change(self, link: Link) -> Change:
        """Return the change for a new link, with `currentReplacement` if the replacement was itself replaced."""
        previous, replacement = link
        return REPLACEMENT_LINKED.change(
            {
                "previous": previous.as_json(),
                "replacement": replacement.as_json(),
                **self._current(previous, replacement),
            }
        )

    def _current(self, replaced: Reference, replacement: Reference) -> Replaced:
        """Return the end of the chain, unless it is one of the two: the API does not rule out cycles."""
        chain = [each for each in self.chain(replacement) if each != replaced]
        return {"currentReplacement": chain[-1].as_json()} if chain else {}


def links_of(order: Order) -> tuple[Link, ...]:
    """Return the links in which an order's line items are the replacements, sorted.

    A line item that names only an order or only a line item, an id that is too long, or itself has no link.
    """
    if not any(item.get("PreviousOrderId") for item in order.get("LineItems", [])):
        return ()  # nearly every order, cheaply
    links = [
        Link(
            Reference(item.get("PreviousOrderId", ""), item.get("PreviousLineItemId", "")),
            Reference(order["OrderId"], name),
        )
        for name, item in line_items_by_id(order).items()
    ]
    return tuple(sorted(filter(_is_sound, links)))


def as_rows(links: Iterable[Link]) -> list[list[str]]:
    """Serialize the links of one order, the replacement, for `links_from_rows`."""
    return [[link.replacement.line_item_id, *link.previous] for link in links]


def links_from_rows(order_id: str, rows: Iterable[Iterable[str]]) -> tuple[Link, ...]:
    """Deserialize the links of an order; raise TypeError if the rows have another shape."""
    return tuple(_link(order_id, *row) for row in rows)


def _link(order_id: str, line_item_id: str, previous_order_id: str, previous_line_item_id: str) -> Link:
    return Link(Reference(previous_order_id, previous_line_item_id), Reference(order_id, line_item_id))


def _is_sound(link: Link) -> bool:
    ids = (*link.previous, link.replacement.line_item_id)
    return link.previous != link.replacement and all(map(_is_id, ids))


def _is_id(text: str) -> bool:
    return 0 < len(text) <= LONGEST_ID
