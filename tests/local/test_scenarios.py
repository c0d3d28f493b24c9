"""The scenarios play to the end."""

from typing import TYPE_CHECKING, Any

import pytest

from local.outposts.constraints import check
from local.scenarios import PlayedStep, Scenario, load_scenarios
from tests.local.model import MODEL

if TYPE_CHECKING:
    from mypy_boto3_outposts import OutpostsClient

SCENARIOS = {scenario.name: scenario for scenario in load_scenarios()}


def play(scenario: Scenario, outposts: "OutpostsClient") -> tuple[dict[str, Any], list[PlayedStep]]:
    """Play a scenario without waiting; return its orders by name, and its steps."""
    played: list[PlayedStep] = []
    ids = scenario.play(outposts, lambda _: None, played.append)
    return {name: outposts.get_order(OrderId=order_id)["Order"] for name, order_id in ids.items()}, played


def statuses(order: dict[str, Any]) -> list[str]:
    """Return the statuses of an order and of its line items."""
    return [order["Status"], *(item["Status"] for item in order["LineItems"])]


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: str(scenario.name))
def test_every_order_of_a_scenario_is_valid(outposts: "OutpostsClient", scenario: Scenario) -> None:
    """After each step, its order is valid by the API's model; each step is reported in its turn."""
    days: list[float] = []

    def on_step(step: PlayedStep) -> None:
        days.append(step.day)
        answer = outposts.get_order(OrderId=step.order_id)
        check({"Order": answer["Order"]}, MODEL.shape_for("GetOrderOutput"))

    waited: list[float] = []
    scenario.play(outposts, waited.append, on_step)

    assert len(days) == len(scenario.steps)
    assert days[-1] == sum(waited) == scenario.days


def test_the_rack_order_is_completed_with_its_assets(outposts: "OutpostsClient") -> None:
    """The racks are shipped with tracking numbers and installed with MAC addresses, and the order is COMPLETED."""
    orders, _ = play(SCENARIOS["rack"], outposts)

    order = orders["racks"]
    assert statuses(order) == ["COMPLETED", "INSTALLED", "INSTALLED"]
    assert "OrderFulfilledDate" in order
    for item in order["LineItems"]:
        assert item["ShipmentInformation"]["ShipmentTrackingNumber"]
        assert all(asset["MacAddressList"] for asset in item["AssetInformationList"])


def test_people_mute_one_order_and_wait_for_another(outposts: "OutpostsClient") -> None:
    """Their steps are handed on with the order's id, before they are reported as played."""
    happened: list[Any] = []
    for scenario in SCENARIOS.values():
        scenario.play(
            outposts,
            lambda _: None,
            lambda played: happened.append((played.narration, played.order_id)),
            lambda order_id, step: happened.append((step["narration"], order_id, step)),
        )
    added = [each for each in happened if len(each) == 3]
    assert [{"mute", "expect"} & step.keys() for _, _, step in added] == [{"mute"}, {"expect"}]
    for each in added:
        assert happened[happened.index(each) + 1] == each[:2]


def test_the_failed_server_is_replaced(outposts: "OutpostsClient") -> None:
    """The completed order's front server is REPLACED, and the REPLACEMENT order that names it is COMPLETED."""
    orders, _ = play(SCENARIOS["replacement"], outposts)

    assert statuses(orders["servers"]) == ["COMPLETED", "REPLACED", "INSTALLED"]
    assert statuses(orders["replacement"]) == ["COMPLETED", "INSTALLED"]
    assert orders["replacement"]["OrderType"] == "REPLACEMENT"
    (new,) = orders["replacement"]["LineItems"]
    assert new["PreviousOrderId"] == orders["servers"]["OrderId"]
    assert new["PreviousLineItemId"] == orders["servers"]["LineItems"][0]["LineItemId"]


@pytest.mark.parametrize(
    ("name", "order", "end"),
    [("cancelled", "kiosk", ["CANCELLED"] * 2), ("error", "laboratory", ["ERROR"] * 2)],
)
def test_the_other_scenarios_end_as_documented(
    outposts: "OutpostsClient", name: str, order: str, end: list[str]
) -> None:
    """The cancelled order ends CANCELLED, the failed one in ERROR, each with its line items."""
    orders, played = play(SCENARIOS[name], outposts)

    assert statuses(orders[order]) == end
    assert played[-1].narration == SCENARIOS[name].steps[-1]["narration"]
