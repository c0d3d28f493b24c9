"""The known values and the statuses' sources in docs/events.md, read from botocore's model of the Outposts API."""

import pytest

from outposts_order_notifier.cdk.event_schemas import DETAIL_TYPES
from outposts_order_notifier.domain.event_types import Known
from outposts_order_notifier.domain.statuses import LINE_ITEM_STATUSES, ORDER_STATUSES
from reference import structures
from reference.enumerations import API, enumerations, source_of

OF_THE_API = {each.name: each for each in enumerations()}


@pytest.mark.parametrize("known", structures.ENUMERATIONS, ids=lambda known: known.name)
def test_the_known_values_of_an_enumeration_are_the_apis(known: Known) -> None:
    """A value that AWS adds fails this test when boto3 is updated."""
    assert {*known.values} in [{*each.values} for each in enumerations()]


def test_the_page_names_each_key_that_has_known_values() -> None:
    """Beside the enumeration whose values it has."""
    structured = [*structures.values(), *map(structures.keys_of, DETAIL_TYPES)]
    keys = {field.key for each in structured for field in each.fields if field.known}
    assert {key for each in enumerations() for key in each.keys} == keys
    assert OF_THE_API["ShipmentCarrier"].keys == ("carrier",)
    assert OF_THE_API["LineItemStatus"].keys == ("previousStatus", "status")


def test_an_enumeration_has_its_place_in_an_order() -> None:
    """Inside lists and structures too."""
    assert OF_THE_API["ShipmentCarrier"].path == "LineItems[].ShipmentInformation.ShipmentCarrier"
    assert OF_THE_API["PaymentTerm"].path == "PaymentTerm"


@pytest.mark.parametrize(
    ("structure", "status", "said"),
    [("Order", "DELIVERED", ""), ("Order", "RECEIVED", ", deprecated"), ("LineItem", "SHIPPED", ", name only")],
)
def test_a_status_has_its_source(structure: str, status: str, said: str) -> None:
    """A link, and whether AWS says what it means."""
    assert source_of(structure, status) == f"[AWS]({API.format(structure)}){said}"


def test_a_status_is_deprecated_here_if_it_is_there() -> None:
    """AWS's list, and the meanings in the table of statuses."""
    here = {row.name for row in ORDER_STATUSES.values() if row.meaning.startswith("Deprecated")}
    assert here == {name for name in ORDER_STATUSES if "deprecated" in source_of("Order", name)}
    assert not any("deprecated" in source_of("LineItem", name) for name in LINE_ITEM_STATUSES)
