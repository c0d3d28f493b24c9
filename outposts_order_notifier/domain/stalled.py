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
LEARNED = (
    "learned"  # in place of a number of days: that of an order's own kind, by outposts_order_notifier.domain.durations
)


def _defaults(table: Mapping[str, Status]) -> Mapping[str, int]:
    return {name: row.stalled_after_days for name, row in table.items() if row.stalled_after_days is not None}


ORDER_DAYS = _defaults(ORDER_STATUSES)
LINE_ITEM_DAYS = _defaults(LINE_ITEM_STATUSES)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """After how many days each status of orders and of line items is stalled; one without a threshold never is.

    Attributes:
        order: The days of an order's statuses; `line_item` is alike.
        learned_order: The statuses whose threshold is learned; `learned_line_item` is alike. Until it is known, the
            default applies.
        learned_days: The learned thresholds of one order's current statuses, by the keys of its history.
    """

    order: Mapping[str, int] = field(default_factory=lambda: ORDER_DAYS)
    line_item: Mapping[str, int] = field(default_factory=lambda: LINE_ITEM_DAYS)
    learned_order: frozenset[str] = frozenset()
    learned_line_item: frozenset[str] = frozenset()
    learned_days: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> "Thresholds":
        """Merge the configuration's `stalledAfterDays` into the defaults; null removes a status's threshold."""
        given = json.loads(text)
        order, line_item = given.get("order", {}), given.get("lineItem", {})
        return cls(_merged(ORDER_DAYS, order), _merged(LINE_ITEM_DAYS, line_item), _learned(order), _learned(line_item))

    def without_learned(self) -> "Thresholds":
        """Return them without those of the statuses whose threshold is learned."""
        return Thresholds(
            {status: days for status, days in self.order.items() if status not in self.learned_order},
            {status: days for status, days in self.line_item.items() if status not in self.learned_line_item},
        )


NEVER = Thresholds({}, {})


def stalled_change(
    line_item_id: str | None, status: str | None, since: str, now: str, thresholds: Thresholds
) -> Change | None:
    """Return the change for a status that is stalled, or None if it is not. A settled status never is.

    `line_item_id` is None for the order's status. The times are ISO 8601.
    """
    settled = SETTLED_ORDER_STATUSES if line_item_id is None else SETTLED_LINE_ITEM_STATUSES
    if status is None or status in settled:
        return None
    table = thresholds.order if line_item_id is None else thresholds.line_item
    days = thresholds.learned_days.get(line_item_id or "", table.get(status))
    lasted = seconds_between(since, now)
    if days is None or lasted <= days * DAY_SECONDS:
        return None
    keys: OrderStalled = {
        "status": status,
        "since": since,
        "days": lasted // DAY_SECONDS,
        "thresholdDays": days,
    }
    if line_item_id is not None:
        keys["lineItemId"] = line_item_id
    return STALLED.change(keys)


def _merged(defaults: Mapping[str, int], given: Mapping[str, int | str | None]) -> dict[str, int]:
    configured = {status: days for status, days in given.items() if not isinstance(days, str)}
    return {status: days for status, days in {**defaults, **configured}.items() if days is not None}


def _learned(given: Mapping[str, int | str | None]) -> frozenset[str]:
    return frozenset(status for status, days in given.items() if days == LEARNED)
