"""Stalled orders and line items: their status has lasted too long. Pure.

The reasons for the defaults are in docs/stalled.md.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from outposts_order_notifier.domain.event_types import STALLED, Change, OrderStalled
from outposts_order_notifier.domain.statuses import (
    LINE_ITEM_STATUSES,
    ORDER_STATUSES,
    SETTLED_LINE_ITEM_STATUSES,
    SETTLED_ORDER_STATUSES,
    Status,
)
from outposts_order_notifier.domain.timestamps import seconds_between

DAY_SECONDS = 86_400


def _defaults(table: Mapping[str, Status]) -> Mapping[str, int]:
    return {name: row.stalled_after_days for name, row in table.items() if row.stalled_after_days is not None}


ORDER_DAYS = _defaults(ORDER_STATUSES)
LINE_ITEM_DAYS = _defaults(LINE_ITEM_STATUSES)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """After how many days each status of orders and of line items is stalled; one without a threshold never is."""

    order: Mapping[str, int] = field(default_factory=lambda: ORDER_DAYS)
    line_item: Mapping[str, int] = field(default_factory=lambda: LINE_ITEM_DAYS)

    @classmethod
    def from_json(cls, text: str) -> "Thresholds":
        """Merge the configuration's `stalledAfterDays` into the defaults; null removes a status's threshold."""
        given = json.loads(text)
        return cls(_merged(ORDER_DAYS, given.get("order", {})), _merged(LINE_ITEM_DAYS, given.get("lineItem", {})))


NEVER = Thresholds({}, {})


def stalled_change(
    line_item_id: str | None, status: str | None, since: str, now: str, thresholds: Thresholds
) -> Change | None:
    """Return the change for a status that is stalled, or None if it is not. A settled status never is.

    `line_item_id` is None for the order's status. The times are ISO 8601.
    """
    days = thresholds.order if line_item_id is None else thresholds.line_item
    settled = SETTLED_ORDER_STATUSES if line_item_id is None else SETTLED_LINE_ITEM_STATUSES
    lasted = seconds_between(since, now)
    if status is None or status in settled or status not in days or lasted <= days[status] * DAY_SECONDS:
        return None
    keys: OrderStalled = {
        "status": status,
        "since": since,
        "days": lasted // DAY_SECONDS,
        "thresholdDays": days[status],
    }
    if line_item_id is not None:
        keys["lineItemId"] = line_item_id
    return STALLED.change(keys)


def _merged(defaults: Mapping[str, int], given: Mapping[str, int | None]) -> dict[str, int]:
    return {status: days for status, days in {**defaults, **given}.items() if days is not None}
