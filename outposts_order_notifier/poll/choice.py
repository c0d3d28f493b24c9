"""Chooses the orders to read, and finds those that have gone missing. Pure."""

import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime

from outposts_order_notifier.store.records import Known

DAY_SECONDS = 86_400


def orders_to_read(
    listed: Mapping[str, bytes],
    known: Mapping[str, Known],
    last: datetime | None,
    now: datetime,
    owed: Collection[str] = (),
) -> list[str]:
    """Return the listed orders that have to be read with GetOrder.

    Orders in flight are always read: ListOrders returns neither tracking numbers nor assets, and its counts can hide
    two changes that cancel out. A settled order is read when its summary changes, and once a day. The second of the day
    is derived from its id, which spreads these reads evenly without storing anything.

    Args:
        listed: Digest of each listed order's summary, by order id.
        known: The index entries, by order id.
        last: When the last complete listing began; None if there was none.
        now: When this listing began.
        owed: Orders that an earlier run chose to read and did not.
    """
    is_due = _daily_reads(last, now)
    return [
        order_id
        for order_id, summary in listed.items()
        if (order := known.get(order_id)) is None
        or not order.settled
        or order.pending
        or order.missing
        or order.summary != summary
        or order_id in owed
        or is_due(order_id)
    ]


def in_turn(order_ids: Iterable[str], resume_at: str, failed: Collection[str]) -> list[str]:
    """Return orders in the sequence in which they are read.

    They take turns by id, beginning with `resume_at`, so that runs without time for all orders read each of them
    equally often. Orders that failed in the last run come last: one that hangs must not delay the others.
    """
    return sorted(order_ids, key=lambda order_id: (order_id in failed, order_id < resume_at, order_id))


def orders_gone_missing(listed: Collection[str], known: Mapping[str, Known], outpost_ids: Collection[str]) -> list[str]:
    """Return the known orders that a complete listing does not name, without those already known as missing.

    An order that no listing has named, and one of an Outpost that the listing was not limited to, cannot be missing.
    """
    return [
        order_id
        for order_id, order in known.items()
        if order_id not in listed
        and order.summary
        and not order.missing
        and (not outpost_ids or order.outpost_id in outpost_ids)
    ]


def _daily_reads(last: datetime | None, now: datetime) -> Callable[[str], bool]:
    """Return a function that returns whether an order's second of the day has come since the last listing."""
    if last is None:
        return lambda _: True
    since_last, second = (now - last).total_seconds(), now.timestamp()
    return lambda order_id: (second - zlib.crc32(order_id.encode()) % DAY_SECONDS) % DAY_SECONDS < since_last
