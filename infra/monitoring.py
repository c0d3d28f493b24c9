"""The notifier's own trouble: alarms, told where orders are told, and the dashboard."""

from urllib.parse import urlsplit

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.board import Board
from infra.configuration import Configuration
from infra.function import METRICS_NAMESPACE
from infra.notifications import Notifications
from infra.planner import Planner
from infra.poller import Poller
from lambdas.orders.console import orders_url

MINUTE = cdk.Duration.minutes(1)


class Monitoring(Construct):
    """An alarm for each way in which the notifier could fall silent, so that silence means that nothing happened.

    Each alarm tells the topic when it begins and when it is over; its description says what to look at first.
    """

    def __init__(  # noqa: PLR0913 - what it watches
        self,
        scope: Construct,
        construct_id: str,
        *,
        configuration: Configuration,
        poller: Poller,
        planner: Planner | None,
        notifications: Notifications,
        board: Board,
    ) -> None:
        super().__init__(scope, construct_id)
        self._stack = cdk.Stack.of(self)
        self._topic = actions.SnsAction(notifications.topic)
        self._tick = cdk.Duration.minutes(configuration.poll_every_minutes)
        alarms = [
            *self._poll_alarms(poller, planner, sources=len(configuration.sources)),
            *([self._plan_alarm(planner)] if planner else []),
            *self._queue_alarms(poller, notifications),
        ]
        self._dashboard(poller, planner, notifications, board, alarms)
        self.dashboard_url = (
            f"https://{urlsplit(orders_url(self._stack.region)).netloc}/cloudwatch/home"
            f"?region={self._stack.region}#dashboards/dashboard/{self._stack.stack_name}"
        )

    def _poll_alarms(self, poller: Poller, planner: Planner | None, *, sources: int) -> list[cloudwatch.Alarm]:
        # An invocation polls one source, but for the batches that come of a plan.
        polls: cloudwatch.IMetric = poller.function.metric_invocations(period=self._tick)
        failures: cloudwatch.IMetric = poller.function.metric_errors(period=self._tick)
        if planner:
            polled, planned = self._metric("poll", "SourcesPolled"), self._metric("planner", "SourcesPlanned")
            polls = self._sum("FILL(polled, 0) - FILL(planned, 0)", polled=polled, planned=planned)
            failed = self._metric("poll", "PollFailures")
            failures = self._sum("FILL(failures, 0) + FILL(errors, 0)", failures=failed, errors=failures)
        stopped = self._alarm(
            "PollsStopped",
            polls,
            "Fewer polls than sources, three ticks in a row: nobody would hear of an order that changes. Look at the "
            "schedules (enabled?) and at the poll function's throttles; with an organization, at the planner's queue.",
            threshold=sources,
            ticks=3,
            comparison=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            missing=cloudwatch.TreatMissingData.BREACHING,
        )
        # A schedule polls as soon as it is made, the alarm would ring as soon as it is made: the poll goes first.
        stopped.node.add_dependency(*poller.schedules, *([planner.schedule] if planner else []))
        return [
            stopped,
            self._alarm(
                "PollFailures",
                failures,
                "Polls failed two ticks in a row: some orders could not be read, stored or published. The poll "
                "function's log names each order and its error.",
                ticks=2,
            ),
            self._alarm(
                "PendingEvents",
                self._metric("poll", "PendingEvents", statistic="Maximum"),
                "Events wait to be published, three ticks in a row. The poll function's log says what PutEvents "
                "answered.",
                ticks=3,
            ),
            self._alarm(
                "OrdersLeft",
                self._metric("poll", "OrdersLeft", statistic="Maximum"),
                "Polls had no time for some orders, three ticks in a row. The next poll reads these first, so all are "
                "late. The poll function's log says how many, and whether Outposts throttles or answers slowly.",
                ticks=3,
            ),
            self._alarm(
                "SnapshotsSetAside",
                self._metric("poll", "SnapshotsSetAside"),
                "A stored snapshot could not be read and was set aside; its order is discovered anew. The poll "
                "function's log names the order; the snapshot table keeps the item under set-aside#<order id>.",
            ),
        ]

    def _plan_alarm(self, planner: Planner) -> cloudwatch.Alarm:
        runs, errors = (
            planner.function.metric_invocations(period=self._tick),
            planner.function.metric_errors(period=self._tick),
        )
        missing = self._alarm(
            "PlansMissing",
            self._sum("runs - FILL(errors, 0)", runs=runs, errors=errors),
            "The organization's accounts were not listed, or not all of them put on the queue, three ticks in a row: "
            "some are not polled. The planner function's log says why.",
            ticks=3,
            comparison=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            missing=cloudwatch.TreatMissingData.BREACHING,
        )
        missing.node.add_dependency(planner.schedule)
        return missing

    def _queue_alarms(self, poller: Poller, notifications: Notifications) -> list[cloudwatch.Alarm]:
        return [
            self._alarm(
                "NotificationsDelayed",
                # SQS leaves what was received more than three times out of its queue's age. A message is tried at
                # least every quarter of an hour, so the alarm stays until the last one is told.
                self._metric("notify", "NotificationDelay", "Maximum", period=cdk.Duration.minutes(30)),
                "A notification has waited for more than 15 minutes: a channel refuses or is down. The notify "
                "function's log says which, and what it answered.",
                threshold=cdk.Duration.minutes(15).to_seconds(),
            ),
            self._alarm(
                "NotificationsNotTaken",
                notifications.queue.metric_approximate_age_of_oldest_message(period=MINUTE, statistic="Maximum"),
                "Notifications wait in the queue, and the notify function does not take them, or ends before it has "
                "told them. Look at its log, its throttles, and whether its event source mapping is enabled.",
                threshold=cdk.Duration.minutes(15).to_seconds(),
            ),
            self._alarm(
                "DeadLetters",
                _waiting(notifications.dead_letter_queue),
                "Notifications could not be delivered for hours and wait in the dead-letter queue. Repair the channel, "
                "then send them again by `python -m notifier redrive`.",
            ),
            self._alarm(
                "PollsNotStarted",
                _waiting(poller.dead_letter_queue),
                "Schedule or rule could not start polls; the next tick polls again. The messages in the poller's "
                "dead-letter queue say why in their attributes; purge it afterwards.",
            ),
        ]

    def _alarm(  # noqa: PLR0913 - each differs between alarms
        self,
        name: str,
        metric: cloudwatch.IMetric,
        description: str,
        *,
        threshold: float = 1,
        ticks: int = 1,
        comparison: cloudwatch.ComparisonOperator = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"{self._stack.stack_name}-{name}",  # people read it in their messages
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            evaluation_periods=ticks,
            comparison_operator=comparison,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._topic)
        alarm.add_ok_action(self._topic)
        return alarm

    def _sum(self, expression: str, **metrics: cloudwatch.IMetric) -> cloudwatch.MathExpression:
        return cloudwatch.MathExpression(expression=expression, using_metrics=metrics, period=self._tick)

    def _metric(
        self, service: str, name: str, statistic: str = "Sum", period: cdk.Duration | None = None
    ) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=METRICS_NAMESPACE,
            metric_name=name,
            dimensions_map={"service": service},
            statistic=statistic,
            period=period or self._tick,
        )

    def _dashboard(
        self,
        poller: Poller,
        planner: Planner | None,
        notifications: Notifications,
        board: Board,
        alarms: list[cloudwatch.Alarm],
    ) -> None:
        functions = {"poll": poller.function, "notify": notifications.function, "board": board.function}
        if planner:
            functions["planner"] = planner.function
        graphs = {
            "Orders": [self._metric("poll", name) for name in ("OrdersWatched", "OrdersInFlight", "OrdersRead")],
            "Transitions": [self._metric("poll", name) for name in ("OrdersChanged", "TransitionsPublished")],
            "Trouble": [
                self._metric("poll", "PollFailures"),
                self._metric("poll", "PendingEvents", statistic="Maximum"),
                self._metric("poll", "OrdersLeft", statistic="Maximum"),
                self._metric("poll", "SnapshotsSetAside"),
                self._metric("notify", "NotificationFailures"),
                _waiting(notifications.dead_letter_queue, "dead letters"),
            ],
            "Notifications": [
                self._metric("notify", "NotificationsSent"),
                notifications.queue.metric_approximate_age_of_oldest_message(label="seconds the oldest has waited"),
            ],
            "Duration": [function.metric_duration(label=name) for name, function in functions.items()],
            "Errors and throttles": [
                metric
                for name, function in functions.items()
                for metric in (
                    function.metric_errors(label=f"{name} errors"),
                    function.metric_throttles(label=f"{name} throttles"),
                )
            ],
        }
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=self._stack.stack_name,
            default_interval=cdk.Duration.days(7),
            widgets=[
                [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=alarms, width=24, height=3)],
                [board.widget],
                [cloudwatch.GraphWidget(title=title, left=metrics, width=8) for title, metrics in graphs.items()],
            ],
        )


def _waiting(queue: sqs.Queue, label: str | None = None) -> cloudwatch.Metric:
    return queue.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="Maximum", label=label)
