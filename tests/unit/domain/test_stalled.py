"""Stalled orders and line items."""

import json
from typing import Any

import pytest

from outposts_order_notifier.cdk.configuration import Configuration
from outposts_order_notifier.domain.stalled import (
    LINE_ITEM_DAYS,
    NEVER,
    ORDER_DAYS,
    Thresholds,
    _defaults,
    stalled_change,
)
from outposts_order_notifier.domain.statuses import ORDER_STATUSES

SINCE = "2026-10-01T12:00:00Z"


class TestOverdue:
    """One status."""

    @pytest.mark.parametrize(
        ("now", "days"),
        [
            ("2026-11-15T12:00:00Z", None),
            ("2026-11-15T12:00:01Z", 45),
            ("2026-11-16T11:59:59Z", 45),
            ("2027-01-01T00:00:00Z", 91),
            ("2026-09-01T00:00:00Z", None),
        ],
    )
    def test_it_is_stalled_when_it_has_lasted_longer_than_its_days(self, now: str, days: int | None) -> None:
        """Days are whole days; a clock that went backwards does not stall anything."""
        change = stalled_change(None, "PREPARING", SINCE, now, Thresholds({"PREPARING": 45}, {}))
        expected = {"status": "PREPARING", "since": SINCE, "days": days, "thresholdDays": 45}
        assert (change.keys if change else None) == (expected if days else None)

    def test_line_items_have_their_own_thresholds_and_are_named(self) -> None:
        """An order's PREPARING is not a line item's."""
        thresholds = Thresholds({}, {"PREPARING": 1})
        assert stalled_change(None, "PREPARING", SINCE, "2026-11-01T00:00:00Z", thresholds) is None
        change = stalled_change("ooi-1", "PREPARING", SINCE, "2026-11-01T00:00:00Z", thresholds)
        assert change
        assert (change.detail_type, change.keys["lineItemId"]) == ("Outposts Order Stalled", "ooi-1")

    @pytest.mark.parametrize("status", [None, "HELD_AT_CUSTOMS", "COMPLETED", "CANCELLED", "FULFILLED"])
    def test_unknown_and_settled_statuses_never_stall(self, status: str | None) -> None:
        """It has no threshold, or nothing more is expected of it."""
        thresholds = Thresholds.from_json('{"order": {"COMPLETED": 1, "CANCELLED": 1, "FULFILLED": 1}}')
        assert stalled_change(None, status, SINCE, "2030-01-01T00:00:00Z", thresholds) is None

    @pytest.mark.parametrize("status", ["INSTALLED", "CANCELLED", "REPLACED"])
    def test_a_settled_line_item_never_stalls(self, status: str) -> None:
        """With any configuration."""
        thresholds = Thresholds({}, {status: 1})
        assert stalled_change("ooi-1", status, SINCE, "2030-01-01T00:00:00Z", thresholds) is None


class TestThresholds:
    """How long each status may last."""

    @pytest.mark.parametrize(
        ("given", "order", "line_item"),
        [
            ({}, {}, {}),
            ({"order": {"PREPARING": 7}}, {"PREPARING": 7}, {}),
            ({"order": {"PREPARING": "learned"}}, {}, {}),
            ({"order": {"PREPARING": None}, "lineItem": {"SHIPPED": 3}}, {"PREPARING": None}, {"SHIPPED": 3}),
        ],
    )
    def test_the_configuration_takes_precedence_over_the_defaults(
        self, given: dict[str, Any], order: dict[str, int | None], line_item: dict[str, int | None]
    ) -> None:
        """A status that it does not name keeps its default; null removes a threshold."""
        configured = Configuration.parse({"stalledAfterDays": given}, "eu-west-1").stalled_after_days
        for text in (json.dumps(given), json.dumps(configured)):
            thresholds = Thresholds.from_json(text)
            assert thresholds.order == {key: days for key, days in {**ORDER_DAYS, **order}.items() if days}
            assert thresholds.line_item == {key: days for key, days in {**LINE_ITEM_DAYS, **line_item}.items() if days}

    def test_each_table_has_its_own_learned_statuses(self) -> None:
        """Without what is learned, the others keep their days."""
        thresholds = Thresholds.from_json('{"order": {"PREPARING": "learned"}, "lineItem": {"SHIPPED": "learned"}}')
        assert thresholds.learned_order == frozenset({"PREPARING"})
        assert thresholds.learned_line_item == frozenset({"SHIPPED"})
        assert thresholds.without_learned() == Thresholds(
            {status: days for status, days in ORDER_DAYS.items() if status != "PREPARING"},
            {status: days for status, days in LINE_ITEM_DAYS.items() if status != "SHIPPED"},
        )

    def test_a_status_without_days_has_no_threshold(self) -> None:
        """Nothing more is expected of a completed order."""
        table = {name: ORDER_STATUSES[name] for name in ("ERROR", "COMPLETED")}
        assert _defaults(table) == {"ERROR": 3}

    def test_nothing_ever_stalls_without_thresholds(self) -> None:
        """That is also the default of `observe`."""
        assert stalled_change(None, "PREPARING", SINCE, "2030-01-01T00:00:00Z", NEVER) is None
