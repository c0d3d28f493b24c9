"""The scenarios: that they load, that they play to their ends, and that a wrong file says what is wrong."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from local.outposts.constraints import check
from local.scenarios import PlayedStep, Scenario, ScenarioError, load_scenario, load_scenarios
from tests.local.model import MODEL

if TYPE_CHECKING:
    from mypy_boto3_outposts import OutpostsClient

SCENARIOS = {scenario.name: scenario for scenario in load_scenarios()}

CREATE = {
    "order": "racks",
    "narration": "Ordered.",
    "create": {"PaymentOption": "ALL_UPFRONT", "LineItems": {"one": {"CatalogItemId": "OR-RACKM5A"}}},
}
SHIP = {"order": "racks", "narration": "Shipped.", "update": {"LineItems": {"one": {"Status": "SHIPPED"}}}}


def play(scenario: Scenario, outposts: "OutpostsClient") -> tuple[dict[str, Any], list[PlayedStep]]:
    """Play a scenario without waiting; give its orders by name, and its steps."""
    told: list[PlayedStep] = []
    ids = scenario.play(outposts, lambda _: None, told.append)
    return {name: outposts.get_order(OrderId=order_id)["Order"] for name, order_id in ids.items()}, told


def statuses(order: dict[str, Any]) -> list[str]:
    """Give the statuses of an order and of its line items."""
    return [order["Status"], *(item["Status"] for item in order["LineItems"])]


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: str(scenario.name))
def test_every_order_of_a_scenario_is_one_that_the_model_allows(outposts: "OutpostsClient", scenario: Scenario) -> None:
    """After each step, the order that it is about is what the API's model allows; each step is told in its turn."""
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
    """The racks are shipped with tracking numbers, installed with MAC addresses, and the order is COMPLETED."""
    orders, _ = play(SCENARIOS["rack"], outposts)

    order = orders["racks"]
    assert statuses(order) == ["COMPLETED", "INSTALLED", "INSTALLED"]
    assert "OrderFulfilledDate" in order
    for item in order["LineItems"]:
        assert item["ShipmentInformation"]["ShipmentTrackingNumber"]
        assert all(asset["MacAddressList"] for asset in item["AssetInformationList"])


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
def test_the_other_scenarios_end_as_they_say(outposts: "OutpostsClient", name: str, order: str, end: list[str]) -> None:
    """The cancelled order ends CANCELLED, the failed one in ERROR, each with its line items."""
    orders, told = play(SCENARIOS[name], outposts)

    assert statuses(orders[order]) == end
    assert told[-1].narration == SCENARIOS[name].steps[-1]["narration"]


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        ([], r"steps: \[\] "),
        ([{**CREATE, "after_day": 3}], "'after_day' was unexpected"),
        ([{"order": "racks", "create": CREATE["create"]}], "'narration' is a required property"),
        ([{**CREATE, "cancel": True}], r"steps\[0\]"),
        ([SHIP], r"step 1: no step before created order 'racks'; created are \[\]"),
        ([CREATE, CREATE], "step 2: order 'racks' exists already"),
        (
            [CREATE, {**SHIP, "update": {"LineItems": {"two": {"Status": "SHIPPED"}}}}],
            r"step 2: order 'racks' has no line items \['two'\]; it has \['one'\]",
        ),
        ([CREATE, {**SHIP, "update": {"Status": "SHIPED"}}], r"step 2: .*'SHIPED' at 'Status' .* enum value set"),
        ([CREATE, {**SHIP, "update": {"Statsu": "ERROR"}}], 'step 2: (.|\n)*Unknown parameter in input: "Statsu"'),
        ([CREATE, {"order": "other", "narration": "No.", "cancel": True}], "step 2: no step before created"),
        (
            [CREATE, {"order": "new", "narration": "No.", "replace": {"order": "racks", "line_item": "two"}}],
            "step 2: order 'racks' has no line items",
        ),
    ],
)
def test_a_scenario_that_cannot_be_played_says_why(tmp_path: Path, steps: list[Any], fault: str) -> None:
    """A wrong file is named with the step and what is wrong with it."""
    content = {"title": "Wrong", "outpost": {"Name": "Cork", "SupportedHardwareType": "RACK"}, "steps": steps}
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump(content))

    with pytest.raises(ScenarioError, match=rf"wrong\.yaml, (?s:.)*{fault}"):
        load_scenario(path)


def test_a_file_that_is_not_yaml_says_so(tmp_path: Path) -> None:
    """A file with broken YAML is named with the place."""
    path = tmp_path / "wrong.yaml"
    path.write_text("title: [")

    with pytest.raises(ScenarioError, match=r"wrong\.yaml is not YAML(?s:.)*line 1"):
        load_scenario(path)
