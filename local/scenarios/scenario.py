"""Load the scenarios from their files, and play them against the Outposts simulator."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from local.outposts.control_plane import ControlPlane

if TYPE_CHECKING:
    from mypy_boto3_outposts import OutpostsClient

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlayedStep:
    """A step of a scenario that was just played; CloudTrail records those that are order calls."""

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
        outpost: CreateOutpost's request, without the site.
        steps: What happens. Each has `order`, the scenario's name for the order; `narration`, one line for people;
            `after_days`, the days since the previous step; and one of

            - `create`: the customer calls CreateOrder with this request, whose line items have names;
            - `cancel`: the customer calls CancelOrder;
            - `update`: AWS changes these members of the order, line items under their names;
            - `replace`: AWS replaces the hardware of this `order` and `line_item` through the step's order, whose line
              item keeps the name;
            - `mute`: people mute the order for these `days`, with a `note`;
            - `expect`: they expect it on the day that is so many `days` from now; -1 is yesterday.
    """

    name: str
    title: str
    outpost: Json
    steps: list[Json]

    @property
    def days(self) -> float:
        """The days from its first to its last step."""
        return float(sum(step.get("after_days", 0) for step in self.steps))

    def play(
        self,
        outposts: "OutpostsClient",
        pause: Callable[[float], object],
        on_step: Callable[[PlayedStep], object],
        annotate: Callable[[str, Json], object] = lambda *_: None,
    ) -> dict[str, str]:
        """Play the scenario: the customer's part through the Outposts API, AWS's part through the control plane.

        Args:
            outposts: A client of the simulator.
            pause: Waits for this number of days, however long a day takes.
            on_step: Called after each step.
            annotate: Adds what people do in a step to the order with this id; without a deployed stack, nothing does.

        Returns:
            The orders' ids, by the scenario's names.
        """
        stage = _Stage(outposts, self.outpost)
        day = 0.0
        for step in self.steps:
            pause(step.get("after_days", 0))
            day += step.get("after_days", 0)
            stage.act(step)
            if not step.keys().isdisjoint({"mute", "expect"}):
                annotate(stage.order_ids[step["order"]], step)
            is_call = not step.keys().isdisjoint({"create", "cancel"})
            on_step(PlayedStep(self.title, day, step["narration"], stage.order_ids[step["order"]], is_call))
        return stage.order_ids


class _Stage:
    """The ids of what a scenario's names stand for, while it is played."""

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
                named = changes.get("LineItems", {})
                items = {self._line_item_ids[order][name]: item for name, item in named.items()}
                self._control_plane.update_order(self.order_ids[order], {**changes, "LineItems": items})
            case {"replace": {"order": old, "line_item": name}}:
                created = self._control_plane.replace_line_item(self.order_ids[old], self._line_item_ids[old][name])
                self._name(order, [name], created)

    def _name(self, order: str, line_items: list[str], created: Any) -> None:
        self.order_ids[order] = created["OrderId"]
        ids = [item["LineItemId"] for item in created["LineItems"]]
        self._line_item_ids[order] = dict(zip(line_items, ids, strict=True))


def load_scenarios() -> list[Scenario]:
    """Load all scenarios, by name."""
    paths = sorted(Path(__file__).parent.glob("*.yaml"))
    return [Scenario(path.stem, **yaml.safe_load(path.read_text("utf-8"))) for path in paths]
