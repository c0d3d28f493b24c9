"""What `notify` may match: everything that an event may contain, and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.cdk.event_pattern import Problem
from outposts_order_notifier.cdk.notify_pattern import notify_problems
from outposts_order_notifier.domain import diff
from outposts_order_notifier.domain.event_types import CHANGES, Common, OrderUpdated
from outposts_order_notifier.domain.events import Observation, events_of
from outposts_order_notifier.domain.order import Order
from outposts_order_notifier.notify.routes import rule_pattern
from testing.strategies import orders

Json = dict[str, Any]
STATUS_CHANGE = "Outposts Line Item Status Change"

# A pattern that matches nothing, the place of the mistake, and the valid spelling if one is similar.
NEVER: list[tuple[Json, str, str | None]] = [
    ({"changes": [{"exists": True}]}, "changes", None),
    ({"changes": {"shipment": [{"exists": True}]}}, "changes.shipment", None),
    ({"changes": {"shipment": [None, {"exists": True}]}}, "changes.shipment", None),
    ({"changes": {"assets": [{"exists": True}]}}, "changes.assets", None),
    ({"changes": {"order": [{"exists": True}]}}, "changes.order", None),
    ({"changes": {"order": {"LineItems": [{"exists": False}]}}}, "changes.order.LineItems", None),
    ({"lineItemCountsByStatus": [{"exists": True}]}, "lineItemCountsByStatus", None),
    ({"changes": {"detailType": ["Outposts Line Item Status Changed"]}}, "changes.detailType[0]", STATUS_CHANGE),
    ({"changes": {"detailType": ["Line Item Status Change"]}}, "changes.detailType[0]", STATUS_CHANGE),
    ({"changes": {"detailType": [STATUS_CHANGE, "Shipped"]}}, "changes.detailType[1]", None),
    ({"changes": {"detailType": ["Outposts Order Status Change"], "lineItemId": ["a"]}}, "changes.lineItemId", None),
    ({"changes": {"status": ["SHIPED"]}}, "changes.status[0]", "SHIPPED"),
    ({"changes": {"previousStatus": ["shipped"]}}, "changes.previousStatus[0]", "SHIPPED"),
    ({"changes": {"shipment": {"carrier": ["FEDX"]}}}, "changes.shipment.carrier[0]", "FEDEX"),
    ({"changes": {"shipment": {"carier": ["UPS"]}}}, "changes.shipment.carier", "carrier"),
    ({"changes": {"order": {"LineItms": {"Status": ["ERROR"]}}}}, "changes.order.LineItms", "LineItems"),
    ({"changes": {"order": {"LineItems": {"Status": ["EROR"]}}}}, "changes.order.LineItems.Status[0]", "ERROR"),
    ({"changes": {"lineItem": {"Qantity": [1]}}}, "changes.lineItem.Qantity", "Quantity"),
    ({"changes": {"assets": {"AssetID": ["a"]}}}, "changes.assets.AssetID", "AssetId"),
    ({"changes": {"quantity": [True]}}, "changes.quantity[0]", None),
    ({"changes.status": ["EROR"]}, "changes.status[0]", "ERROR"),
    ({"orderType": ["REPLACEMNT"]}, "orderType[0]", "REPLACEMENT"),
    ({"orderStatus": ["COMPLETE"]}, "orderStatus[0]", "COMPLETED"),
    ({"orderStatus": ["SHIPPED"]}, "orderStatus[0]", None),
    ({"orderStatus": {"value": ["ERROR"]}}, "orderStatus", None),
    ({"orderStatus": [3]}, "orderStatus[0]", "3"),
    ({"orderSatus": ["ERROR"]}, "orderSatus", "orderStatus"),
    ({"region": ["eu-wst-1"]}, "region[0]", "eu-west-1"),
    ({"region": ["eu-west-1", "utopia"]}, "region[1]", None),
    ({"region": [None]}, "region[0]", None),
    ({"region": [{"numeric": ["=", 1]}]}, "region[0].numeric", None),
    ({"account": [111122223333]}, "account[0]", "111122223333"),
    ({"account": ["1111-2222-3333"]}, "account[0]", None),
    ({"account": [{"anything-but": [1111]}]}, "account[0].anything-but", None),
    ({"account": [{"cidr": "10.0.0.0/8"}]}, "account[0].cidr", None),
    ({"account": [{"prefix": "abc"}]}, "account[0].prefix", None),
    ({"account": [{"prefix": "1" * 13}]}, "account[0].prefix", None),
    ({"account": [{"suffix": "-1"}]}, "account[0].suffix", None),
    ({"account": [{"equals-ignore-case": "123"}]}, "account[0].equals-ignore-case", None),
    ({"region": [{"cidr": "::/8"}]}, "region[0].cidr", None),
    ({"region": [{"prefix": "EU-"}]}, "region[0].prefix", None),
    ({"region": [{"equals-ignore-case": "EU-WST-1"}]}, "region[0].equals-ignore-case", None),
    ({"changes": {"detailType": [{"prefix": "Order"}]}}, "changes.detailType[0].prefix", None),
    (
        {"changes": {"detailType": [{"suffix": {"equals-ignore-case": "altered"}}]}},
        "changes.detailType[0].suffix",
        None,
    ),
    ({"baseline": ["false"]}, "baseline[0]", None),
    ({"sequence": ["1"]}, "sequence[0]", None),
    ({"sequence": [{"prefix": "1"}]}, "sequence[0].prefix", None),
    ({"schemaVersion": ["2.0"]}, "schemaVersion[0]", None),
    ({"orderId": [{"exists": False}]}, "orderId[0].exists", None),
    ({"lineItemCountsByStatus": {"SHIPED": [1]}}, "lineItemCountsByStatus.SHIPED", "SHIPPED"),
    ({"$or": [{"region": ["eu-west-1"]}, {"baselin": [True]}]}, "$or[1].baselin", "baseline"),
]

# A pattern that an event of this version, or of a later version of the API, may match.
MAYBE: list[Json] = [
    {"orderStatus": ["ERROR", "ON_HOLD", None]},
    {"orderType": ["EXPANSION"]},
    {"changes": {"status": ["PARTIALLY_INSTALLED"], "quantity": [5, "5", {"numeric": [">", 1]}]}},
    {"changes": {"shipment": [None]}},
    {"changes": {"shipment": {"trackingNumber": [{"prefix": ""}], "carrier": ["DHL", "MAERSK"]}}},
    {"changes": {"detailType": [{"prefix": "Outposts Line Item"}], "wasStalled": [True]}},
    {"changes": {"detailType": [STATUS_CHANGE], "replacedBy": {"orderId": [{"exists": True}]}}},
    {"changes": {"order": {"LineItems": {"Status": ["SHIPPED"], "NewMember": {"At": [1]}}, "Priority": ["HIGH"]}}},
    {"changes": {"assets": {"MacAddressList": [{"exists": True}]}}},
    {"changes": {"amendments": {"path": ["/PaymentTerm"], "value": [1, True, {"exists": True}]}}},
    {"changes": {"status": {"truncated": [True]}}},
    {"changes.status": ["ERROR"]},
    {"changesOmitted": [{"exists": False}]},
    {"account": [{"prefix": "1111"}, {"suffix": "333"}, {"prefix": ""}, {"equals-ignore-case": "111122223333"}]},
    {"account": [{"anything-but": {"prefix": "abc"}}, {"wildcard": "1*3"}], "schemaVersion": [{"prefix": "1."}]},
    {"region": [{"prefix": {"equals-ignore-case": "EU-"}}, {"suffix": "-1"}, {"equals-ignore-case": "EU-WEST-1"}]},
    {"changes": {"detailType": [{"suffix": "Stalled"}, {"prefix": {"equals-ignore-case": "outposts order"}}]}},
    {"outpostId": [{"prefix": "op-"}, {"cidr": "10.0.0.0/8"}]},
    {"lineItemCountsByStatus": {"SHIPPED": [{"numeric": [">", 0]}], "UNKNOWN": [{"exists": False}], "LOST": [1]}},
    {"account": ["111122223333", {"anything-but": "444455556666"}], "schemaVersion": ["1.0", "1.7"]},
    {"outpostId": [None, "op-0123456789abcdef0"], "baseline": [True, False], "sequence": [1]},
]

observations = st.builds(
    Observation,
    account=st.just("111122223333"),
    region=st.just("eu-west-1"),
    observed_at=st.just("2026-11-24T09:30:00Z"),
    baseline=st.booleans(),
)


def found(pattern: Json) -> list[Problem]:
    """Check a `notify` pattern."""
    return [*notify_problems(pattern, "notify", announce_existing_orders=False)]


def leaves(value: Any) -> Iterator[Any]:
    """Return a pattern for each value in a part of an event, which matches only that value."""
    if isinstance(value, dict):
        yield from ({key: inner} for key, inside in value.items() for inner in leaves(inside))
    elif isinstance(value, list):
        yield from (inner for each in value for inner in leaves(each))
    else:
        yield [value]


class TestNever:
    """Patterns that EventBridge accepts, and that no event matches."""

    @pytest.mark.parametrize(("pattern", "path", "nearest"), NEVER, ids=str)
    def test_is_rejected_with_the_most_similar_spelling(self, pattern: Json, path: str, nearest: str | None) -> None:
        """A rule that never matches looks like orders that never change."""
        problem, *others = found(pattern)
        assert (problem.path, problem.nearest) == (f"notify.{path}", nearest)
        assert problem.allowed
        assert not others

    def test_an_object_is_explained(self) -> None:
        """`exists` on an object is the mistake of which EventBridge's guide warns."""
        (problem,) = found({"changes": {"shipment": [{"exists": True}]}})
        assert problem.allowed == (
            "an object, as EventBridge compares values, and exists sees neither objects nor lists of objects; "
            "its keys: carrier, trackingNumber, trackingUrl, truncated, sha256, bytes, start, or [null]"
        )


class TestMaybe:
    """Patterns that some event may match."""

    @pytest.mark.parametrize("pattern", MAYBE, ids=str)
    def test_is_accepted(self, pattern: Json) -> None:
        """A later value of the API is not a mistake."""
        assert found(pattern) == []

    @pytest.mark.parametrize("key", [*Common.__annotations__, *OrderUpdated.__annotations__])
    def test_every_key_of_the_event_is_known(self, key: str) -> None:
        """A pattern can use a key that a later version adds without a change here."""
        assert all(problem.given != "unknown key" for problem in found({key: ["x"]}))

    @pytest.mark.parametrize("detail_type", CHANGES, ids=str)
    def test_every_key_of_each_change_is_known(self, detail_type: Any) -> None:
        """In addition to the type's own name."""
        for key in detail_type.keys.__annotations__:
            pattern = {"changes": {"detailType": [str(detail_type)], key: ["x"]}}
            assert all(problem.given != "unknown key" for problem in found(pattern))

    @given(old=orders, new=orders, observation=observations, data=st.data())
    def test_any_value_of_an_event_can_be_matched(
        self, old: Order, new: Order, observation: Observation, data: st.DataObject
    ) -> None:
        """No value of an event is rejected, including later ones of the API; only a misspelled known one is."""
        for event in events_of(new, diff.diff(old, new), observation, after_sequence=0)[-1:]:
            pattern = data.draw(st.sampled_from([*leaves(event.detail)]))
            assert all(problem.nearest is not None for problem in found(pattern))


class TestLength:
    """The whole rule's pattern counts."""

    def outposts(self, length: int) -> Json:
        """Return a `notify` pattern with which the rule's pattern has this length."""
        empty = len(
            '{"source":["outposts-order-notifier"],"detail-type":["Outposts Order Updated"],'
            '"detail":{"baseline":[false],"outpostId":[""]}}'
        )
        return {"outpostId": ["x" * (length - empty)]}

    def test_what_the_stack_adds_is_counted(self) -> None:
        """PutRule counts source and detail-type too, and the baseline."""
        assert found(self.outposts(2_048)) == []
        (problem,) = found(self.outposts(2_049))
        assert problem == (
            "notify",
            "makes a rule's pattern of 2,049 characters",
            "2,048 for the whole pattern, EventBridge's quota of an event pattern's size",
            None,
        )

    def test_without_the_baseline_there_is_more_room(self) -> None:
        """`announceExistingOrders` makes the rule's pattern shorter."""
        assert [*notify_problems(self.outposts(2_049), "notify", announce_existing_orders=True)] == []


def test_by_default_the_rule_matches_all_updates() -> None:
    """`detail` is omitted if it matches everything: EventBridge rejects an empty object."""
    bare = {"source": ["outposts-order-notifier"], "detail-type": ["Outposts Order Updated"]}
    assert rule_pattern({}, announce_existing_orders=True) == bare
    assert rule_pattern({"region": ["eu-west-1"]}, announce_existing_orders=False) == {
        **bare,
        "detail": {"baseline": [False], "region": ["eu-west-1"]},
    }
