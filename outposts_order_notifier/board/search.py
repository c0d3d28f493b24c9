"""Finds orders by words. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from outposts_order_notifier.board.filters import STALLED
from outposts_order_notifier.domain.order import LineItem, line_items_by_id
from outposts_order_notifier.domain.places import account_and_region
from outposts_order_notifier.domain.shipment import shipment_of
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.wording.hardware import ordered
from outposts_order_notifier.wording.headline import status_words, with_id
from outposts_order_notifier.wording.words import plain

Names = Mapping[str, str]


def matches(search: str, texts: Iterable[str]) -> bool:
    """Return whether each word of a search is part of one of the texts, regardless of case."""
    words = search.casefold().split()
    if not words:
        return True
    content = "\n".join(texts).casefold()  # no word contains a line break
    return all(word in content for word in words)


def texts_of(snapshot: Snapshot, names: Names) -> Iterator[str]:
    """Yield what an order can be found by: ids, names, hardware, shipments, assets, and statuses, in words too."""
    order = snapshot.order
    account, region = account_and_region(snapshot.source)
    yield from place_texts(snapshot.order_id, order.get("OutpostId"), account, region, names)
    yield plain(order.get("OrderType"))
    yield from _status(order)
    if snapshot.stalled:
        yield STALLED
    for name, item in line_items_by_id(order).items():
        yield plain(name)
        yield from _line_item(item, names)


def place_texts(order_id: str, outpost_id: object, account: str, region: str, names: Names) -> Iterator[str]:
    """Yield what is known of an order before it is read: its id, and where it belongs."""
    yield plain(order_id)
    yield region
    for identifier in (outpost_id, account):
        if identifier:
            yield with_id(identifier, names)


def _line_item(item: LineItem, names: Names) -> Iterator[str]:
    yield from _status(item)
    yield with_id(item.get("CatalogItemId"), names)
    yield str(ordered(item, names))
    if shipment := shipment_of(item):
        yield plain(shipment["carrier"])
        yield plain(shipment["trackingNumber"])
    for asset in item.get("AssetInformationList", []):
        yield plain(asset.get("AssetId"))
        yield from map(plain, asset.get("MacAddressList", []))


def _status(holder: Mapping[str, object]) -> Iterator[str]:
    status = holder.get("Status")
    yield plain(status)
    yield status_words(status)
