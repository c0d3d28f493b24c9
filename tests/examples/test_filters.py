"""The filters: each against real events, and any mixture of them against events of any order."""

from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from order_subscription import (
    LINE_ITEM_STATUS_CHANGE,
    MAX_PATTERN_CHARACTERS,
    ORDER_STATUS_CHANGE,
    SHIPMENT_CHANGE,
    SOURCE,
    STALLED,
    UPDATED,
    LineItemStatus,
    OrderStatus,
    Pattern,
    any_error,
    everything,
    in_update,
    line_item_replaced,
    line_item_status,
    order_completed,
    order_status,
    rule_pattern,
    shipped_with_tracking,
    stalled,
)

from outposts_order_notifier.domain import diff, event_types
from outposts_order_notifier.domain.events import SOURCE as EVENT_SOURCE
from outposts_order_notifier.domain.events import Observation, events_of
from outposts_order_notifier.domain.order import Order
from testing.matching import Emulator, moto_matches
from testing.strategies import ORDER_ID, ORDER_SHAPE
from tests.examples.real_events import Json, delivered

Matches = Callable[[str, Json], bool]


def status_change(detail_type: str, *statuses: str) -> Matches:
    """Return the Python equivalent of a filter of statuses."""
    return lambda published, detail: published == detail_type and (not statuses or detail["status"] in statuses)


def inside(expects: Matches) -> Matches:
    """Return the Python equivalent of a filter on updates."""
    return lambda detail_type, detail: (
        detail_type == UPDATED and any(expects(change["detailType"], change) for change in detail["changes"])
    )


def error(detail_type: str, detail: Json) -> bool:
    """Return whether an order or a line item enters ERROR."""
    return detail_type in {ORDER_STATUS_CHANGE, LINE_ITEM_STATUS_CHANGE} and detail["status"] == "ERROR"


def tracked(detail_type: str, detail: Json) -> bool:
    """Return whether a shipment's tracking number is known."""
    return detail_type == SHIPMENT_CHANGE and bool((detail["shipment"] or {}).get("trackingNumber"))


FILTERS: dict[str, tuple[Pattern, Matches]] = {
    "everything": (everything(), lambda detail_type, _: detail_type != UPDATED),
    "order_status": (order_status(), status_change(ORDER_STATUS_CHANGE)),
    "order_status of two": (
        order_status("DELIVERED", "IN_PROGRESS"),
        status_change(ORDER_STATUS_CHANGE, "DELIVERED", "IN_PROGRESS"),
    ),
    "order_completed": (order_completed(), status_change(ORDER_STATUS_CHANGE, "COMPLETED")),
    "line_item_status": (line_item_status(), status_change(LINE_ITEM_STATUS_CHANGE)),
    "line_item_replaced": (line_item_replaced(), status_change(LINE_ITEM_STATUS_CHANGE, "REPLACED")),
    "any_error": (any_error(), error),
    "shipped_with_tracking": (shipped_with_tracking(), tracked),
    "stalled": (stalled(), lambda detail_type, _: detail_type == STALLED),
    "replaced in an update": (
        in_update(line_item_replaced()),
        inside(status_change(LINE_ITEM_STATUS_CHANGE, "REPLACED")),
    ),
    "a status that other changes have too, in an update": (
        in_update(line_item_status("PREPARING", "SHIPPED")),
        inside(status_change(LINE_ITEM_STATUS_CHANGE, "PREPARING", "SHIPPED")),
    ),
    "any error in an update": (in_update(any_error()), inside(error)),
    "tracking in an update": (in_update(shipped_with_tracking()), inside(tracked)),
    "everything in an update": (in_update(everything()), lambda detail_type, _: detail_type == UPDATED),
}
SINGLE = [name for name in FILTERS if not name.endswith("an update")]
OUTPOSTS, ACCOUNTS, REGIONS = ["op-1", "op-2"], ["111122223333", "210987654321"], ["eu-west-1", "us-east-1"]

line_items = st.fixed_dictionaries(
    {"LineItemId": st.sampled_from(["ooi-a", "ooi-b"]), "Status": st.sampled_from([*get_args(LineItemStatus), "NEW"])},
    optional={
        "ShipmentInformation": st.fixed_dictionaries(
            {}, optional={"ShipmentCarrier": st.just("UPS"), "ShipmentTrackingNumber": st.just("1Z999AA10123456784")}
        )
    },
)
orders = st.fixed_dictionaries(
    {
        "OrderId": st.just(ORDER_ID),
        "OutpostId": st.sampled_from(OUTPOSTS),
        "OrderType": st.sampled_from(["OUTPOST", "REPLACEMENT"]),
        "Status": st.sampled_from([*get_args(OrderStatus), "NEW"]),
        "LineItems": st.lists(line_items, max_size=2, unique_by=lambda item: str(item["LineItemId"])),
    }
)
observations = st.builds(
    Observation,
    account=st.sampled_from(ACCOUNTS),
    region=st.sampled_from(REGIONS),
    observed_at=st.just("2026-11-24T09:30:00Z"),
    baseline=st.booleans(),
)
narrowings = st.fixed_dictionaries(
    {"include_baseline": st.booleans()},
    optional={
        "outpost_ids": st.lists(st.sampled_from(OUTPOSTS), max_size=2),
        "accounts": st.lists(st.sampled_from(ACCOUNTS), max_size=2),
        "regions": st.lists(st.sampled_from(REGIONS), max_size=2),
        "order_types": st.lists(st.sampled_from(["OUTPOST", "REPLACEMENT"]), max_size=2),
    },
)


def within(detail: Json, narrowing: dict[str, Any]) -> bool:
    """Return the Python equivalent of a narrowing."""
    keys = {"outpost_ids": "outpostId", "accounts": "account", "regions": "region", "order_types": "orderType"}
    wanted = {key: narrowing.get(name) for name, key in keys.items()}
    return all(not values or detail[key] in values for key, values in wanted.items()) and (
        narrowing["include_baseline"] or not detail["baseline"]
    )


class TestRealEvents:
    """Each filter on every event of the scenarios."""

    @pytest.mark.parametrize("name", FILTERS)
    def test_it_matches_exactly_its_events(self, name: str, corpus: list[Json], emulator: Emulator) -> None:
        """The emulator's EventBridge agrees with plain Python on each event, and both results occur."""
        pattern, expects = FILTERS[name]
        expected = [expects(event["detail-type"], event["detail"]) for event in corpus]
        assert [emulator.matches(pattern, event) for event in corpus] == expected
        assert {True, False} == set(expected)

    @pytest.mark.parametrize("name", SINGLE)
    def test_another_implementation_agrees(self, name: str, corpus: list[Json]) -> None:
        """Moto's EventBridge has the same result for every filter on single events."""
        pattern, expects = FILTERS[name]
        assert [moto_matches(pattern, event) for event in corpus] == [
            expects(event["detail-type"], event["detail"]) for event in corpus
        ]

    def test_by_default_a_first_poll_does_not_match(self, corpus: list[Json], emulator: Emulator) -> None:
        """Only those who ask for existing orders receive them."""
        for include in (False, True):
            pattern = rule_pattern([everything()], include_baseline=include)
            matched = [event for event in corpus if emulator.matches(pattern, event)]
            assert {event["detail"]["baseline"] for event in matched} == ({False, True} if include else {False})


class TestRulePattern:
    """Several filters and narrowings in one rule."""

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        names=st.lists(st.sampled_from(list(FILTERS)), min_size=1, max_size=4, unique=True),
        narrowing=narrowings,
        observation=observations,
        old=orders,
        new=orders,
    )
    def test_it_matches_what_any_filter_matches_within_all_narrowings(  # noqa: PLR0913, PLR0917 - Hypothesis gives each
        self,
        emulator: Emulator,
        names: list[str],
        narrowing: dict[str, Any],
        observation: Observation,
        old: Order,
        new: Order,
    ) -> None:
        """Never an event of another type, status, Outpost, account or region; by both implementations."""
        pattern = rule_pattern([FILTERS[name][0] for name in names], **narrowing)
        for event in events_of(new, diff.diff(old, new), observation, after_sequence=0):
            envelope = delivered(event.detail_type, event.detail)
            wanted = any(FILTERS[name][1](event.detail_type, event.detail) for name in names)
            expected = wanted and within(event.detail, narrowing)
            assert emulator.matches(pattern, envelope) == expected
            if set(names) <= set(SINGLE):
                assert moto_matches(pattern, envelope) == expected

    def test_a_custom_pattern_can_be_combined_with_filters(self, emulator: Emulator) -> None:
        """A status that AWS adds later, or any other key, does not require a new version of the file."""
        own = {"detail-type": [ORDER_STATUS_CHANGE], "detail": {"status": ["NEW"]}}
        pattern = rule_pattern([own, stalled()])
        order = {"OrderId": ORDER_ID, "OutpostId": "op-1", "Status": "NEW"}
        change, _ = events_of(
            order,
            diff.diff({**order, "Status": "PREPARING"}, order),
            Observation("111122223333", "eu-west-1", "2026-11-24T09:30:00Z"),
            after_sequence=0,
        )
        assert emulator.matches(pattern, delivered(change.detail_type, change.detail))

    def test_the_error_of_a_pattern_that_is_too_long_says_what_to_do(self) -> None:
        """EventBridge accepts 2,048 characters; a filter and 80 Outposts fit."""
        outposts = [f"op-{number:017x}" for number in range(100)]
        filters = [pattern for pattern, _ in FILTERS.values()]
        rule_pattern([any_error()], outpost_ids=outposts[:80])
        with pytest.raises(ValueError, match=rf"EventBridge allows {MAX_PATTERN_CHARACTERS}: create several"):
            rule_pattern(filters, outpost_ids=outposts)

    def test_a_subscription_to_nothing_is_rejected(self) -> None:
        """Without a filter, the rule would match everything."""
        with pytest.raises(ValueError, match="pass at least one filter"):
            rule_pattern([])

    def test_a_string_in_place_of_a_list_is_rejected(self) -> None:
        """Its characters would be used as Outposts, and nothing would ever match."""
        with pytest.raises(TypeError, match=r"pass a list, \['op-1'\]"):
            rule_pattern([everything()], outpost_ids="op-1")


class TestLiterals:
    """The file has no imports, so it repeats a few words of the notifier."""

    def test_its_detail_types_are_those_of_the_code(self) -> None:
        """A renamed event type would leave subscribers with patterns that match nothing."""
        assert EVENT_SOURCE == SOURCE
        assert ORDER_STATUS_CHANGE == event_types.ORDER_STATUS
        assert LINE_ITEM_STATUS_CHANGE == event_types.LINE_ITEM_STATUS
        assert (SHIPMENT_CHANGE, STALLED, UPDATED) == (event_types.SHIPMENT, event_types.STALLED, event_types.UPDATED)

    def test_its_statuses_are_those_of_the_api(self) -> None:
        """Exactly those in botocore's model."""
        order: Any = ORDER_SHAPE
        assert set(get_args(OrderStatus)) == set(order.members["Status"].enum)
        item = order.members["LineItems"].member
        assert set(get_args(LineItemStatus)) == set(item.members["Status"].enum)

    @pytest.mark.parametrize("misspelt", [lambda: order_status("COMPLETE"), lambda: line_item_status("SHIPED")])  # type: ignore[arg-type] # that is the test
    def test_a_misspelt_status_is_rejected(self, misspelt: Callable[[], Pattern]) -> None:
        """It would never match; the error names the valid ones."""
        with pytest.raises(ValueError, match=r"is not a known status; known are PREPARING"):
            misspelt()
