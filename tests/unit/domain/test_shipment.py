"""A line item's shipment in events."""

from typing import Any

import botocore.session
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outposts_order_notifier.domain.shipment import TRACKING_PAGES, shipment_of

MODEL = botocore.session.get_session().get_service_model("outposts")
CARRIERS: list[str] = MODEL.shape_for("ShipmentCarrier").metadata["enum"]


def url_of(**information: Any) -> str | None:
    """Return the tracking link of a line item with this shipment information."""
    shipment = shipment_of({"ShipmentInformation": information})
    assert shipment
    url = shipment["trackingUrl"]
    assert not isinstance(url, dict)
    return url


class TestShipment:
    """Carrier, number and link."""

    def test_before_any_shipment_there_is_none(self) -> None:
        """No information is not the same as empty information."""
        assert shipment_of({"LineItemId": "ooi-a"}) is None
        assert shipment_of({"ShipmentInformation": {}}) == {
            "carrier": None,
            "trackingNumber": None,
            "trackingUrl": None,
        }

    @pytest.mark.parametrize("carrier", CARRIERS)
    def test_every_carrier_that_the_api_names_has_a_tracking_page(self, carrier: str) -> None:
        """The link leads to the carrier's own page, with the number in it."""
        url = url_of(ShipmentCarrier=carrier, ShipmentTrackingNumber="1Z999")
        assert url
        assert url.startswith("https://www.") or carrier == "EXPEDITORS"
        assert url.endswith("1Z999")

    def test_an_unknown_carrier_or_number_has_no_link(self) -> None:
        """A carrier that this version does not know is published nevertheless."""
        assert url_of(ShipmentCarrier="PIGEON", ShipmentTrackingNumber="1") is None
        assert url_of(ShipmentCarrier="UPS") is None
        assert url_of(ShipmentTrackingNumber="1") is None

    @given(number=st.text(min_size=1))
    @example(number="1/2")
    def test_a_tracking_number_cannot_change_where_the_link_leads(self, number: str) -> None:
        """Any tracking number stays one value in the link's query."""
        url = url_of(ShipmentCarrier="UPS", ShipmentTrackingNumber=number)
        assert url
        tail = url.removeprefix(TRACKING_PAGES["UPS"].format(""))
        assert not set(tail) & set(" /&?#=<>|\"'")
