"""The scenarios' orders as the notifier would have recorded them by a given moment, if each day had taken a day.

Nothing is deployed: a scenario is played against the simulator, and after each step the orders are read and observed as
the poll function does it, at times that follow from the scenario's days.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate

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


def lives_today(now: datetime, source: Source) -> list[Snapshot]:
    """Return the snapshots of all scenarios' orders, for which now is the end of the day in `TODAY`.

    Needs credentials in the environment, as any client does; any will do.
    """
    return [snapshot for scenario in load_scenarios() for snapshot in _lived(scenario, now, source)]


def _lived(scenario: Scenario, now: datetime, source: Source) -> list[Snapshot]:
    snapshots = dict[str, Snapshot]()
    today = TODAY[scenario.name]
    days = accumulate(step.get("after_days", 0) for step in scenario.steps)
    until_now = replace(scenario, steps=[step for step, day in zip(scenario.steps, days, strict=True) if day <= today])

    def observation(day: float) -> Observation:
        return Observation(source.account, source.region, to_iso8601(now - timedelta(days=today - day)))

    def poll(step: PlayedStep) -> None:
        seen = observation(step.day)
        for listed in outposts.list_orders()["Orders"]:
            known = snapshots.get(listed["OrderId"])
            order = get_order(outposts, listed["OrderId"])
            # The simulator uses this machine's clock.
            order["OrderSubmissionDate"] = known.order["OrderSubmissionDate"] if known else seen.observed_at
            order.pop("OrderFulfilledDate", None)
            if snapshot := observe(known, order, seen, b""):
                snapshots[snapshot.order_id] = snapshot

    with Server(OutpostsSimulator(source.account, source.region)) as server:
        outposts = boto3.client("outposts", region_name=source.region, endpoint_url=server.url)
        until_now.play(outposts, lambda _: None, poll)
    return [
        observe(each, each.order, observation(today), b"", stalled_after=Thresholds()) or each
        for each in snapshots.values()
    ]
