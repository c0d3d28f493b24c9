"""The dashboard: alarms, the order board, and graphs.

What no alarm needs is read from the functions' logs when somebody looks: a metric would cost all month, a query costs
by what it reads, which is a few megabytes.
"""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from outposts_order_notifier.cdk.function import Function

WIDTH, HEIGHT = 8, 6  # of a graph, in units of the dashboard's grid, which is 24 wide
_SOURCES = "count_distinct(summary.source)"
_PER_RUN = {"watched": "summary.ordersListed", "in_flight": "ordersInFlight", "read": "summary.ordersRead"}
# Each source logs its own line, so the average of all lines is multiplied by the number of sources.
ORDERS = (
    'filter message = "Polled"',
    f"stats {', '.join(f'avg({field}) * {_SOURCES} as {name}' for name, field in _PER_RUN.items())} by bin(1h)",
)
TRANSITIONS = (
    "filter message like /^Polled/",
    "stats sum(summary.ordersChanged) as orders_changed, sum(transitionsPublished) as transitions by bin(1h)",
)
NOTIFICATIONS = ('filter message = "Notified"', "stats sum(sent) as sent, sum(failed) as failed by bin(1h)")


def logged(title: str, function: Function, query: Sequence[str]) -> cloudwatch.IWidget:
    """Return a graph of what a function's log says."""
    return cloudwatch.LogQueryWidget(
        title=title,
        log_group_names=[function.log_group.log_group_name],
        query_lines=list(query),
        view=cloudwatch.LogQueryVisualizationType.LINE,
        width=WIDTH,
        height=HEIGHT,
    )


def dashboard(  # noqa: PLR0913, PLR0917 - what it shows
    scope: Construct,
    name: str,
    functions: Mapping[str, Function],
    board: cloudwatch.IWidget,
    alarms: Sequence[cloudwatch.IAlarm],
    trouble: Sequence[cloudwatch.IMetric],
    waiting: cloudwatch.IMetric,
) -> cloudwatch.Dashboard:
    """Create the dashboard.

    Args:
        scope: The construct that contains it.
        name: Its name.
        functions: All functions, by name.
        board: The order board.
        alarms: All alarms.
        trouble: The metrics that show what is wrong.
        waiting: For how many seconds the oldest notification has waited.
    """
    errors = [
        metric
        for name, function in functions.items()
        for metric in (
            function.metric_errors(label=f"{name} errors"),
            function.metric_throttles(label=f"{name} throttles"),
        )
    ]
    return cloudwatch.Dashboard(
        scope,
        "Dashboard",
        dashboard_name=name,
        default_interval=cdk.Duration.days(7),
        widgets=[
            [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=24, height=3)],
            [board],
            [
                logged("Orders", functions["poll"], ORDERS),
                logged("Transitions", functions["poll"], TRANSITIONS),
                logged("Notifications", functions["notify"], NOTIFICATIONS),
                cloudwatch.GraphWidget(
                    title="Trouble", left=list(trouble), right=[waiting], width=WIDTH, height=HEIGHT
                ),
                cloudwatch.GraphWidget(
                    title="Duration",
                    left=[function.metric_duration(label=name) for name, function in functions.items()],
                    width=WIDTH,
                    height=HEIGHT,
                ),
                cloudwatch.GraphWidget(title="Errors and throttles", left=errors, width=WIDTH, height=HEIGHT),
            ],
        ],
    )
