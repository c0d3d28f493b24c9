"""The orders that ListOrders returns for a source."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeGuard

from outposts_order_notifier.runtime.observability import logger
from outposts_order_notifier.sources.outposts import digest, list_orders
from outposts_order_notifier.sources.source import Source

if TYPE_CHECKING:
    from mypy_boto3_outposts.client import OutpostsClient

MAX_ORDER_ID = 255  # characters; the API model's limit


@dataclass(slots=True)
class Listing:
    """The orders of a source.

    Attributes:
        orders: Digest of each order's summary, by order id.
        replacements: The orders of type REPLACEMENT.
        explicit: Whether every page had a list of orders. If one had none, no order is reported as missing.
        errors: Why the listing is incomplete; empty if it is complete.
    """

    orders: dict[str, bytes] = field(default_factory=dict)
    replacements: set[str] = field(default_factory=set)
    explicit: bool = True
    errors: list[str] = field(default_factory=list)

    def add(self, page: Sequence[Mapping[str, Any]] | None) -> None:
        """Add a page's orders."""
        self.explicit &= page is not None
        for order in page or ():
            if is_order_id(order_id := order.get("OrderId")):
                self.orders[order_id] = digest(order)
                if order.get("OrderType") == "REPLACEMENT":
                    self.replacements.add(order_id)
            else:
                self.errors.append(f"ListOrders named an order with the id {str(order_id)[:100]}")


def list_source(outposts: "OutpostsClient", source: Source, may_go_on: Callable[[], bool]) -> Listing:
    """Return a source's orders, listed by Outpost if the source is limited to some.

    The listing is incomplete if a page fails, or if `may_go_on` returns that there is no time for another page.
    """
    listing = Listing()
    for outpost_id in source.outpost_ids or (None,):
        try:
            for page in list_orders(outposts, outpost_id):
                listing.add(page)
                del page  # before the next one is read
                if not may_go_on():
                    raise TimeoutError("there was no time to list all orders")  # noqa: TRY301 - handled like any other error
        except Exception as error:  # noqa: BLE001 - any error: the pages before it still count
            logger.exception("Orders could not be listed", source=source.name, outpost_id=outpost_id)
            listing.errors.append(f"{type(error).__name__}: {error}")
    return listing


def is_order_id(value: object) -> TypeGuard[str]:
    """Return whether a value can be the key of an order's item: `#` is in the keys of other items only."""
    return isinstance(value, str) and 0 < len(value) <= MAX_ORDER_ID and "#" not in value
