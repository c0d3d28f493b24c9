"""Loading scenarios from their files, and playing them against the Outposts simulator."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from local.outposts.constraints import check
from local.outposts.control_plane import ControlPlane
from local.outposts.errors import ServiceError
from machine import aws_data

if TYPE_CHECKING:
    from mypy_boto3_outposts import OutpostsClient

Json = dict[str, Any]

HERE = Path(__file__).parent
SCHEMA = Draft202012Validator(json.loads((HERE / "schema.json").read_text("utf-8")))
MODEL = aws_data.session().get_service_model("outposts")


class ScenarioError(ValueError):
    """A scenario's file says something that cannot be played."""


@dataclass(frozen=True, slots=True)
class PlayedStep:
    """A step that has just happened.

    Args:
        title: The scenario's title.
        day: The scenario's day on which it happened, counted from 0.
        narration: What happened, in one line.
        order_id: The order that it happened to.
        is_order_call: Whether it was the customer's CreateOrder or CancelOrder, which CloudTrail records.
    """

    title: str
    day: float
    narration: str
    order_id: str
    is_order_call: bool


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens to one or more orders, step by step.

    Args:
        name: The name of its file, without the suffix.
        title: What it is about, in a few words.
        outpost: CreateOutpost's request, but for the site.
        steps: What happens, as `schema.json` describes it.
    """

    name: str
    title: str
    outpost: Json
    steps: list[Json]

    @property
    def days(self) -> float:
        """How many days it takes from its beginning to its last step."""
        return float(sum(step.get("after_days", 0) for step in self.steps))

    def play(
        self,
        outposts: "OutpostsClient",
        pause: Callable[[float], object],
        on_step: Callable[[PlayedStep], object],
    ) -> dict[str, str]:
        """Play the scenario: the customer's part through the Outposts API, AWS's through the control plane.

        Args:
            outposts: A client of the simulator.
            pause: Waits for the given number of days, in whatever time a day takes here.
            on_step: Called with each step once it has happened.

        Returns:
            The orders' ids, by the scenario's names.
        """
        stage = _Stage(outposts, self.outpost)
        day = 0.0
        for step in self.steps:
            pause(step.get("after_days", 0))
            day += step.get("after_days", 0)
            stage.act(step)
            is_call = not step.keys().isdisjoint({"create", "cancel"})
            on_step(PlayedStep(self.title, day, step["narration"], stage.order_ids[step["order"]], is_call))
        return stage.order_ids


class _Stage:
    """What a scenario's names stand for while it is played."""

    def __init__(self, outposts: "OutpostsClient", outpost: Json) -> None:
        self._outposts = outposts
        self._control_plane = ControlPlane(outposts.meta.endpoint_url)
        site = outposts.list_sites()["Sites"][0]["SiteId"]
        self._outpost = outposts.create_outpost(SiteId=site, **outpost)["Outpost"]["OutpostId"]
        self.order_ids: dict[str, str] = {}
        self._line_item_ids: dict[str, dict[str, str]] = {}

    def act(self, step: Json) -> None:
        order = step["order"]
        match step:
            case {"create": request}:
                names = list(request["LineItems"])
                requested = {**request, "LineItems": list(request["LineItems"].values())}
                answer = self._outposts.create_order(OutpostIdentifier=self._outpost, **requested)
                self._name(order, names, answer["Order"])
            case {"cancel": True}:
                self._outposts.cancel_order(OrderId=self.order_ids[order])
            case {"update": changes}:
                items = {self._line_item_ids[order][name]: item for name, item in _items(changes).items()}
                self._control_plane.update_order(self.order_ids[order], {**changes, "LineItems": items})
            case {"replace": {"order": old, "line_item": name}}:
                created = self._control_plane.replace_line_item(self.order_ids[old], self._line_item_ids[old][name])
                self._name(order, [name], created)

    def _name(self, order: str, line_items: list[str], created: Any) -> None:
        self.order_ids[order] = created["OrderId"]
        ids = [item["LineItemId"] for item in created["LineItems"]]
        self._line_item_ids[order] = dict(zip(line_items, ids, strict=True))


def load_scenarios(folder: Path = HERE) -> list[Scenario]:
    """Load all scenarios of a folder, by name.

    Raises:
        ScenarioError: A file cannot be played; it says which step, why, and what is allowed.
    """
    return [load_scenario(path) for path in sorted(folder.glob("*.yaml"))]


def load_scenario(path: Path) -> Scenario:
    """Load one scenario.

    Raises:
        ScenarioError: The file cannot be played; it says which step, why, and what is allowed.
    """
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path.name} is not YAML: {error}") from error
    if fault := best_match(SCHEMA.iter_errors(content)):
        raise ScenarioError(f"{path.name}, {fault.json_path}: {fault.message}")
    scenario = Scenario(path.stem, **content)
    known: dict[str, set[str]] = {}
    for number, step in enumerate(scenario.steps, start=1):
        try:
            _check_step(step, known)
        except ServiceError as error:
            raise ScenarioError(f"{path.name}, step {number}: {error.message}") from error
        except ScenarioError as error:
            raise ScenarioError(f"{path.name}, step {number}: {error}") from error
    return scenario


def _check_step(step: Json, known: dict[str, set[str]]) -> None:
    """Check that a step speaks of what exists by then; add to `known` what it brings about."""
    order = step["order"]
    match step:
        case {"create": request}:
            _check_new(order, known)
            _check_shape({"OutpostIdentifier": f"op-{0:017}", **request}, "CreateOrderInput")
            known[order] = set(request["LineItems"])
        case {"replace": {"order": old, "line_item": name}}:
            _check_new(order, known)
            _check_known(old, {name}, known)
            known[order] = {name}
        case {"update": changes}:
            _check_known(order, set(_items(changes)), known)
            _check_shape(changes, "Order")
        case _:
            _check_known(order, set(), known)


def _check_shape(content: Json, shape: str) -> None:
    check({**content, "LineItems": list(_items(content).values())}, MODEL.shape_for(shape))


def _check_new(order: str, known: dict[str, set[str]]) -> None:
    if order in known:
        raise ScenarioError(f"order {order!r} exists already; give the new one another name.")


def _check_known(order: str, line_items: set[str], known: dict[str, set[str]]) -> None:
    if order not in known:
        raise ScenarioError(f"no step before created order {order!r}; created are {sorted(known)}.")
    if unknown := line_items - known[order]:
        raise ScenarioError(f"order {order!r} has no line items {sorted(unknown)}; it has {sorted(known[order])}.")


def _items(changes: Json) -> dict[str, Json]:
    items: dict[str, Json] = changes.get("LineItems", {})
    return items
