"""The scenarios' orders as the notifier would know them had each day been a day, at a moment of one's choice.

Nothing is deployed. A scenario is played against the simulator, and each step is read and observed as the poll function
does, on a clock that the scenario's own pauses turn.
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

# The day of each scenario that is today: two orders are under way, one has failed and stalls, two have ended.
TODAY = {"rack": 41.0, "replacement": 33.0, "error": 45.0, "cancelled": 20.0}


class _OverError(Exception):
    """The moment has come."""


def lives_today(now: datetime, source: Source) -> list[Snapshot]:
    """Give all scenarios' orders on the days of `TODAY`; arguments as for `snapshots_of`."""
    return [
        snapshot
        for scenario in load_scenarios()
        for snapshot in snapshots_of(scenario, TODAY.get(scenario.name, scenario.days), now, source)
    ]


def snapshots_of(scenario: Scenario, days: float, now: datetime, source: Source) -> list[Snapshot]:
    """Play a scenario for some of its days, the last of which is now, and give its orders' snapshots.

    Needs credentials in the environment, as any client does; whose does not matter.

    Args:
        scenario: What is played.
        days: How many of its days.
        now: When they are over.
        source: The account and region that it is played in.
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
            # The simulator's own clock is this machine's.
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
