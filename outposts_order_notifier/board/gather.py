"""Reads what the board shows from the snapshot table. Writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from outposts_order_notifier.board.filters import Filters
from outposts_order_notifier.board.search import matches, place_texts
from outposts_order_notifier.domain.durations import Usuals
from outposts_order_notifier.domain.lineage import Lineage
from outposts_order_notifier.domain.places import account_and_region
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.store.table import SnapshotTable

MOST_READ = 2_000  # snapshots for a board, which DynamoDB returns in about a second


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read.

    Attributes:
        snapshots: Those of the orders that pass the filters by place.
        errors: Why some could not be read, by order id.
        unread: The number of orders beyond the limit, which were not read.
        lineage: The replacements among all orders.
        outposts: All Outposts, regardless of the filters, like `accounts` and `regions`.
        names: What people call Outposts, accounts and catalog items, by id.
        usuals: How long statuses usually last; nothing if that cannot be read.
    """

    snapshots: tuple[Snapshot, ...]
    errors: dict[str, str]
    unread: int
    lineage: Lineage
    outposts: tuple[str, ...]
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    usuals: Usuals = field(default_factory=dict)


def gather(
    table: SnapshotTable, filters: Filters, most: int = MOST_READ, *, names: Mapping[str, str] | None = None
) -> Gathered:
    """Read at most `most` snapshots that pass the filters by place and order.

    The first are those that a search finds by its id or place, then those of orders in flight.

    `names` are the configuration's, which take precedence over those in the table.

    Only the snapshots themselves contain statuses, so a filter by status saves no reads, and neither does a search.
    """
    wanted = list[tuple[str, tuple[str, str, str], bool]]()
    places = set[tuple[str, str, str]]()
    lineage = Lineage()
    for source, order_id, known in table.known_of_all_sources():
        account, region = account_and_region(source)
        place = (known.outpost_id, account, region)
        places.add(place)
        lineage.add(known.replaces)
        pairs = zip((filters.order, filters.outpost, filters.account, filters.region), (order_id, *place), strict=True)
        if all(filtered in {"", found} for filtered, found in pairs):
            wanted.append((order_id, place, known.settled))
    known_names = {**table.names_of({f"{account}/{region}" for _, account, region in places}), **(names or {})}

    def turn(order: tuple[str, tuple[str, str, str], bool]) -> tuple[bool, bool, str]:
        order_id, (outpost, account, region), settled = order
        found = matches(filters.q, place_texts(order_id, outpost, account, region, known_names))
        return not found, settled, order_id

    wanted.sort(key=turn)
    loaded = table.read(order_id for order_id, _, _ in wanted[:most])
    outposts, accounts, regions = (tuple(sorted({place[part] for place in places} - {""})) for part in range(3))
    return Gathered(
        snapshots=tuple(loaded.snapshots.values()),
        errors=loaded.errors,
        unread=len(wanted[most:]),
        lineage=lineage,
        outposts=outposts,
        accounts=accounts,
        regions=regions,
        names=known_names,
        usuals=table.durations().usuals(),
    )
