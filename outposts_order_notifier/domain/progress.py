"""How far an order has come, and what usually comes next. Pure."""

from collections.abc import Iterator
from fractions import Fraction

from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.domain.statuses import (
    CANCELLED,
    COMPLETED,
    ERROR,
    LINE_ITEM_STATUSES,
    ORDER_STATUSES,
    REPLACED,
    SETTLED_LINE_ITEM_STATUSES,
    SETTLED_ORDER_STATUSES,
)


def _usual_path(status: str) -> Iterator[str]:
    while status:
        yield status
        status = LINE_ITEM_STATUSES[status].next


STAGES = tuple(_usual_path(next(name for name, row in LINE_ITEM_STATUSES.items() if row.first)))

# A cancelled line item is never installed; a replaced one has been.
_STAGES_DONE = {**{status: stage for stage, status in enumerate(STAGES)}, REPLACED: len(STAGES) - 1}


def progress(order: Order) -> Fraction:
    """Return an order's progress from 0 to 1: the mean of its line items, without cancelled ones.

    ERROR, and any status that this version does not know, counts as 0.
    """
    statuses = [item.get("Status") for item in order.get("LineItems", []) if item.get("Status") != CANCELLED]
    if not statuses:
        return Fraction(order.get("Status") in SETTLED_ORDER_STATUSES)
    done = sum(_STAGES_DONE.get(status or "", 0) for status in statuses)
    return Fraction(done, len(statuses) * (len(STAGES) - 1))


def next_step(order: Order) -> str:
    """Return in a few words what usually comes next for an order: the next status of the line items furthest behind."""
    status = order.get("Status")
    if status in SETTLED_ORDER_STATUSES:
        return "nothing more is expected"
    items = [item.get("Status") for item in order.get("LineItems", [])]
    if ERROR in (status, *items):
        return "you contact AWS Support about the error"
    open_items = [each for each in items if each in STAGES and each not in SETTLED_LINE_ITEM_STATUSES]
    if open_items:
        last = min(open_items, key=STAGES.index)
        number = open_items.count(last)
        return (
            f"{number} line item{'' if number == 1 else 's'} {LINE_ITEM_STATUSES[LINE_ITEM_STATUSES[last].next].words}"
        )
    return (
        f"order {ORDER_STATUSES[COMPLETED].words}"
        if items and SETTLED_LINE_ITEM_STATUSES.issuperset(items)
        else "unknown"
    )
