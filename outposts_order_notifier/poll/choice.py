"""Which of the listed orders to read, and which of the known ones have gone missing. Pure."""

import zlib
from collections.abc import Collection, Iterable, Mapping
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
    """Choose the orders that need a GetOrder.

    In-flight orders always do: ListOrders returns neither tracking numbers nor assets, and its counts can hide two
    changes that cancel out. A settled order does when its summary changed, and once a day; each has its own second
    of the day, so that these reads are spread evenly without remembering anything per order.

    Args:
        listed: Digest of each listed order's summary, by order id.
        known: What the index knows, by order id.
        last: When the last complete listing began, None where there was none.
        now: When this one began.
        owed: Orders that an earlier run meant to read and did not.

    Returns:
        The ids of the listed orders to read, those that were missing until now included.
    """
    return [
        order_id
        for order_id, summary in listed.items()
        if (order := known.get(order_id)) is None
        or not order.settled
        or order.pending
        or order.missing
        or order.summary != summary
        or order_id in owed
        or _daily_read_is_due(order_id, last, now)
    ]


def in_turn(order_ids: Iterable[str], resume_at: str, failed: Collection[str]) -> list[str]:
    """Put the orders to read in the order in which they are taken up.

    They take turns by id, so that runs without time for all of them read each one as often as any other. Those that
    failed come last: what hangs must not hold the others up.

    Args:
        order_ids: The orders to read.
        resume_at: The first order that the last run had no time for, empty where it had time for all.
        failed: The orders that failed in the last run.
    """
    return sorted(order_ids, key=lambda order_id: (order_id in failed, order_id < resume_at, order_id))


def orders_gone_missing(listed: Collection[str], known: Mapping[str, Known], outpost_ids: Collection[str]) -> list[str]:
    """Find the orders that ListOrders named before, and in a complete listing no longer does.

    Args:
        listed: Every order that the listing names.
        known: What the index knew before the listing began, by order id.
        outpost_ids: The Outposts that the listing was limited to, empty where to none: it says nothing of others.

    Returns:
        Their ids, without those that are known to be missing.
    """
    return [
        order_id
        for order_id, order in known.items()
        if order_id not in listed
        and order.summary
        and not order.missing
        and (not outpost_ids or order.outpost_id in outpost_ids)
    ]


def _daily_read_is_due(order_id: str, last: datetime | None, now: datetime) -> bool:
    if last is None:
        return True
    second_of_day = zlib.crc32(order_id.encode()) % DAY_SECONDS
    since_last = (now - last).total_seconds()
    since_due = (now.timestamp() - second_of_day) % DAY_SECONDS
    return since_due < since_last
