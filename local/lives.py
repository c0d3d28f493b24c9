"""The scenarios' orders as the notifier would have recorded them by a given moment, if each day had taken a day.

Nothing is deployed: a scenario is played against the simulator, and after each step the orders are read and observed as
the poll function does it, at times that follow from the scenario's days.
"""

from contextlib import suppress
from datetime import datetime, timedelta

import boto3

from local.outposts.simulator import OutpostsSimulator
from local.scenarios import PlayedStep, Scenario, load_scenarios
from local.server import Server
from outposts_order_notifier.domain.events import Observation
from outposts_order_notifier.domain.snapshot import Snapshot, observe
from outposts_order_notifier.domain.stalled import Thresholds
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.sources.outposts import get_order
from outposts_order_notifier.sources.source import Source

# Each scenario's day that is today: two orders are in flight, one has failed and stalled, two are settled.
TODAY = {"rack": 41.0, "replacement": 33.0, "error": 45.0, "cancelled": 20.0}


class _OverError(Exception):
    """The scenario has reached its last day."""


def lives_today(now: datetime, source: Source) -> list[Snapshot]:
    """Return the snapshots of all scenarios' orders on the days of `TODAY`; arguments as for `snapshots_of`."""
    return [
        snapshot
        for scenario in load_scenarios()
        for snapshot in snapshots_of(scenario, TODAY.get(scenario.name, scenario.days), now, source)
    ]


def snapshots_of(scenario: Scenario, days: float, now: datetime, source: Source) -> list[Snapshot]:
    """Play a scenario's first days, and return its orders' snapshots.

    Needs credentials in the environment, as any client does; any will do.

    Args:
        scenario: The scenario.
        days: How many of its days.
        now: The end of the last of them.
        source: The account and region of the orders.
    """
    snapshots = dict[str, Snapshot]()
    day = 0.0

    def pause(length: float) -> None:
        nonlocal day
        day += length
        if day > days:
            raise _OverError

    def poll(_: PlayedStep) -> None:
        at = to_iso8601(now - timedelta(days=days - day))
        observation = Observation(source.account, source.region, at)
        for listed in outposts.list_orders()["Orders"]:
            known = snapshots.get(listed["OrderId"])
            order = get_order(outposts, listed["OrderId"])
            # The simulator uses this machine's clock.
            order["OrderSubmissionDate"] = known.order["OrderSubmissionDate"] if known else at
            order.pop("OrderFulfilledDate", None)
            if snapshot := observe(known, order, observation, b""):
                snapshots[snapshot.order_id] = snapshot

    def until_now(snapshot: Snapshot) -> Snapshot:
        observation = Observation(source.account, source.region, to_iso8601(now))
        return observe(snapshot, snapshot.order, observation, b"", stalled_after=Thresholds()) or snapshot

    with Server(OutpostsSimulator(source.account, source.region)) as server:
        outposts = boto3.client("outposts", region_name=source.region, endpoint_url=server.url)
        with suppress(_OverError):
            scenario.play(outposts, pause, poll)
    return [until_now(snapshot) for snapshot in snapshots.values()]
