"""Hardware in words: how many racks and servers. Pure.

A catalog item's name, such as `rack, 4 × m5.24xlarge`, says whether it is a rack or a server; without it, it is an
item.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from outposts_order_notifier.domain.durations import UNKNOWN_HARDWARE
from outposts_order_notifier.domain.order import LineItem
from outposts_order_notifier.wording.words import count

RACK, SERVER, ITEM = "rack", "server", UNKNOWN_HARDWARE
_KIND = re.compile(rf"\b({RACK}|{SERVER})s?\b", re.IGNORECASE)
MOST = 1_000_000  # a larger quantity is damaged


class Hardware(NamedTuple):
    """A number of racks, of servers, or of items of which nothing more is known."""

    number: int
    noun: str = ITEM

    def __str__(self) -> str:
        """Return the number with its noun: `5 racks`."""
        return count(self.number, self.noun)


def ordered(item: LineItem, names: Mapping[str, str]) -> Hardware:
    """Return the hardware of a line item."""
    return hardware(item.get("CatalogItemId"), item.get("Quantity"), names)


def hardware(catalog_item_id: object, quantity: object, names: Mapping[str, str]) -> Hardware:
    """Return the hardware of a catalog item. A quantity that is missing or no sensible number counts as one."""
    number = int(quantity) if isinstance(quantity, int | float) and 1 <= quantity <= MOST else 1
    return Hardware(number, kind_of(catalog_item_id, names))


def kind_of(catalog_item_id: object, names: Mapping[str, str]) -> str:
    """Return whether a catalog item is a rack or a server; if its name says neither, it is an item."""
    name = names.get(catalog_item_id) if isinstance(catalog_item_id, str) else None
    kind = _KIND.search(name) if name else None
    return kind[1].lower() if kind else ITEM


def together(pieces: Iterable[Hardware]) -> Hardware | None:
    """Add up hardware; racks and servers together are items. None if there is none."""
    total = list(pieces)
    nouns = {each.noun for each in total}
    if not total:
        return None
    return Hardware(sum(each.number for each in total), nouns.pop() if len(nouns) == 1 else ITEM)


def in_full(what: Hardware, name: str) -> str:
    """Return hardware with the name of its catalog item: `2 racks, each 4 × m5.24xlarge`, `1 × OR-RACKM5A`."""
    if name.startswith(f"{what.noun}, "):
        each = "each " if what.number > 1 else ""
        return f"{what}, {each}{name.removeprefix(f'{what.noun}, ')}"
    return str(what) if name == what.noun else f"{what.number} × {name}"
