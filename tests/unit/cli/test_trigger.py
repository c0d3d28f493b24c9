"""What `trigger` sends, and what it refuses before it makes a request; there is no AWS here."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES
from outposts_order_notifier.cli.envelope import as_delivered
from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.sample_values import accepts, unknown_values, with_values
from outposts_order_notifier.cli.trigger import Sample, _chosen, event_of, samples, short, trigger, type_named
from outposts_order_notifier.domain.event_types import ORDER_STATUS, Shipment, Truncated
from outposts_order_notifier.domain.places import Arn
from testing.event_schemas import check_event

NOW = "2026-12-01T09:30:00Z"
BUS = Arn.parse("arn:aws:events:eu-west-1:111122223333:event-bus/outposts-order-notifier")


def named(name: str) -> Sample:
    """Return a sample."""
    return _chosen(name, None)[0]


def set_in(name: str, *values: str) -> dict[str, Any]:
    """Return the detail that is sent with these values; it is valid by its schema."""
    event = event_of(named(name), values, NOW)
    check_event(as_delivered(event, BUS))
    return event.detail


class TestChoice:
    """Which sample is sent."""

    @pytest.mark.parametrize("detail_type", DETAIL_TYPES)
    def test_a_type_has_its_own_name_and_a_short_one(self, detail_type: str) -> None:
        """In any case, and with its prefix or without."""
        names = [detail_type, detail_type.upper(), short(detail_type), detail_type.removeprefix("Outposts ")]
        assert {type_named(name) for name in names} == {str(detail_type)}
        assert all(each.detail_type == detail_type for each in _chosen(short(detail_type), None))

    def test_the_first_situation_of_a_type_is_its_usual_one(self) -> None:
        """As documented."""
        assert _chosen("order-status-change", None)[0].name == "order-completed"
        assert _chosen("line-item-status-change", "line-item-failed")[0].name == "line-item-failed"

    def test_every_situation_is_found_by_its_own_name(self) -> None:
        """Unless it is a type's name, whose usual situation it then is."""
        for each in samples():
            assert _chosen(each.name, None)[0] == each

    @pytest.mark.parametrize(
        ("name", "situation", "error"),
        [
            ("order-statuschange", None, "did you mean order-status-change[?] --list shows them all"),
            ("order-updated", "shipped", "--situation shipped is no sample of order-updated"),
            ("nothing", "shipped", "nothing is neither a type nor a situation"),
        ],
    )
    def test_a_wrong_one_is_refused(self, name: str, situation: str | None, error: str) -> None:
        """The error names what there is."""
        with pytest.raises(OperatorError, match=error):
            trigger(name, situation)


class TestEvent:
    """The event that is sent."""

    @pytest.mark.parametrize("sample", samples(), ids=lambda each: each.name)
    def test_is_a_new_one_that_is_marked_as_a_test(self, sample: Sample) -> None:
        """And valid; nothing else differs from the sample."""
        first, second = (event_of(sample, [], NOW) for _ in range(2))
        check_event(as_delivered(first, BUS))
        assert first.detail["eventId"] != second.detail["eventId"]
        expected = {**sample.event["detail"], "test": True, "observedAt": NOW, "eventId": first.detail["eventId"]}
        assert first.detail == expected

    @pytest.mark.parametrize(
        ("name", "setting", "expected"),
        [
            ("order-completed", "status=ERROR", {"status": "ERROR"}),
            ("order-completed", "status=null", {"status": None}),
            ("order-completed", "secondsInPreviousStatus=5", {"secondsInPreviousStatus": 5}),
            ("order-completed", "wasStalled=true", {"wasStalled": True}),
            ("order-completed", "outpostId=op-1=2", {"outpostId": "op-1=2"}),
            ("shipped", "quantity=2.5", {"quantity": 2.5}),
            ("shipped", "shipment=null", {"shipment": None}),
            ("line-item-replaced", 'replacedBy={"orderId": "oo-1", "lineItemId": "ooi-1"}', {}),
            ("order-discovered", "order.Status=ERROR", {}),
            ("order-updated", 'lineItemCountsByStatus={"SHIPPED": 3}', {"lineItemCountsByStatus": {"SHIPPED": 3}}),
        ],
    )
    def test_has_the_given_values(self, name: str, setting: str, expected: dict[str, Any]) -> None:
        """JSON where the type allows it, and text otherwise."""
        detail = set_in(name, setting)
        assert {key: detail[key] for key in expected} == expected

    def test_a_number_stays_text_where_only_text_is_allowed(self) -> None:
        """Tracking numbers often consist of digits."""
        assert set_in("shipped", "shipment.trackingNumber=123")["shipment"]["trackingNumber"] == "123"

    @pytest.mark.parametrize(
        ("name", "setting", "error"),
        [
            ("order-completed", "status", "write it as KEY=VALUE"),
            ("order-completed", "=ERROR", "write it as KEY=VALUE"),
            (
                "order-completed",
                "stat=ERROR",
                "Change has no stat; did you mean status[?] Its keys",
            ),
            ("order-completed", "test=true", "test is always true"),
            (
                "order-completed",
                "secondsInPreviousStatus=soon",
                "it must be a whole number$",
            ),
            ("order-completed", "secondsInPreviousStatus=-1", "it must be 0 or more"),
            ("order-completed", "secondsInPreviousStatus=NaN", "it must be a whole number"),
            ("order-completed", "sequence=true", "it must be a whole number"),
            ("order-completed", "baseline=1", "it must be true or false"),
            (
                "shipped",
                "shipment=DHL",
                "an object with carrier, trackingNumber, trackingUrl, an object with",
            ),
            (
                "shipped",
                'shipment={"carrier": "DHL"}',
                "an object with carrier, trackingNumber, trackingUrl",
            ),
            ("shipped", "shipment.carier=DHL", "shipment has no carier; did you mean carrier"),
            ("shipped", "previousShipment.carrier=DHL", "previousShipment is no object in this sample"),
            ("order-updated", 'lineItemCountsByStatus={"SHIPPED": "x"}', "it must be an object"),
            ("order-completed", "observedAt=yesterday", "it must be an ISO 8601 time, such as 2026"),
            ("order-completed", "orderId=", "it must not be empty"),
        ],
    )
    def test_a_wrong_value_is_refused(self, name: str, setting: str, error: str) -> None:
        """The error names the key, and what it may be."""
        with pytest.raises(OperatorError, match=f"^--set {re.escape(setting)}: .*{error}"):
            event_of(named(name), [setting], NOW)

    def test_the_sample_stays_as_it_is(self) -> None:
        """Only the copy that is sent has the values."""
        sample = named("shipped")
        event_of(sample, ["shipment.carrier=DHL"], NOW)
        assert sample.event["detail"]["shipment"]["carrier"] == "UPS"

    def test_an_unknown_status_is_sent_with_a_note(self) -> None:
        """AWS may add one at any time, so consumers have to bear it."""
        detail = set_in("order-completed", "status=EROR")
        assert [*unknown_values(ORDER_STATUS, detail)] == [
            "status EROR is not a value that this version knows; did you mean ERROR?"
        ]

    @given(st.sampled_from(samples()), st.text())
    def test_any_text_is_refused_or_makes_a_valid_event(self, sample: Sample, text: str) -> None:
        """Whatever is given for any key."""
        for key in sample.event["detail"].keys() - {"schemaVersion"}:
            try:
                event = event_of(sample, [f"{key}={text}"], NOW)
            except OperatorError:
                continue
            check_event({**sample.event, "detail": event.detail})


class TestAccepts:
    """Whether a value is of a type."""

    def test_a_truncated_value_and_a_shipment_are_told_apart(self) -> None:
        """By the keys that each must have."""
        shipment = {"carrier": "DHL", "trackingNumber": None, "trackingUrl": None}
        mark = {"truncated": True, "sha256": "0", "bytes": 1, "start": ""}
        found = [[accepts(value, kind) for kind in (Shipment, Truncated)] for value in (shipment, mark)]
        assert found == [[True, False], [False, True]]
        assert not accepts({**mark, "truncated": 1}, Truncated)

    def test_a_setting_of_several_keys_is_applied_in_sequence(self) -> None:
        """The last one of a key counts."""
        assert with_values(ORDER_STATUS, {"status": "A"}, ["status=B", "status=C"]) == {"status": "C"}
