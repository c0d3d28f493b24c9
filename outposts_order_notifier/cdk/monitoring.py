"""The notifier's own failures: alarms, which reach people like notifications about orders, and the dashboard.

The alarms' form follows from how CloudWatch evaluates them. tests/cdk/cloudwatch_alarms.py models this, and
tests/cdk/test_alarms.py runs every alarm of every configuration through the model.

1. A metric arrives up to three minutes late, and an alarm's window, the last `period`, moves every minute. So each
   window is longer than this delay plus the time between two data points: lateness alone never leaves it empty.
2. If data points are missing, CloudWatch searches further back, by a number that it does not publish. So every metric
   is filled with 0, and nothing depends on that number. The functions' own metrics are missing most of the time: they
   are sent only by a run that has something to count.
"""

import math

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from outposts_order_notifier.cdk.board import Board
from outposts_order_notifier.cdk.configuration import Configuration
from outposts_order_notifier.cdk.dashboard import dashboard
from outposts_order_notifier.cdk.local_cloud import ALARM_SOURCE
from outposts_order_notifier.cdk.metrics import MetricName, metric
from outposts_order_notifier.cdk.notifications import Notifications
from outposts_order_notifier.cdk.physical_names import PhysicalNames
from outposts_order_notifier.cdk.planner import Planner
from outposts_order_notifier.cdk.poller import Poller

LATE_MINUTES = 3  # after which a metric's data point has reached CloudWatch
JITTER_MINUTES = 1  # EventBridge Scheduler is accurate to the minute
LONGEST_WARM_UP = 2_880  # minutes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-warm-up.html
QUEUE_PERIOD = cdk.Duration.minutes(5)  # SQS publishes a data point each minute, which may be late like any other


def silence(tick_minutes: int) -> cdk.Duration:
    """Return for how long a run that happens each tick may be unseen: three ticks, or more if they are very short.

    One run may be just before the window and one may be late; a third must be in it.
    """
    unseen = math.ceil((LATE_MINUTES + JITTER_MINUTES) / tick_minutes)
    return cdk.Duration.minutes((unseen + 2) * tick_minutes)


def trouble(tick_minutes: int) -> cdk.Duration:
    """Return a window that always contains a data point of each source: a tick, plus the possible delays."""
    return cdk.Duration.minutes(tick_minutes + LATE_MINUTES + 2 * JITTER_MINUTES)


def span(minutes: float) -> str:
    """Return a time for people, such as `2 hours 10 minutes`."""
    days, rest = divmod(round(minutes), 24 * 60)
    parts = {"day": days, "hour": rest // 60, "minute": rest % 60}
    return " ".join(f"{number} {unit}{'s' if number > 1 else ''}" for unit, number in parts.items() if number)


class Monitoring(Construct):
    """An alarm for each way in which the notifier could fail silently, so that silence means that nothing happened.

    Each alarm notifies the topic when it fires and when it clears; its description says what to check first.
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
        names: PhysicalNames,
        local: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self._stack = cdk.Stack.of(self)
        self._topic = notifications.topic
        self._names = names
        self._tick = cdk.Duration.minutes(configuration.poll_every_minutes)
        self._silence = silence(configuration.poll_every_minutes)
        self._trouble = trouble(configuration.poll_every_minutes)
        self._local = local
        alarms = [
            *self._poll_alarms(poller, planner),
            *([self._plan_alarm(planner)] if planner else []),
            *self._queue_alarms(poller, notifications),
        ]
        self.alarms = {alarm.node.id: alarm for alarm in alarms}
        self._notify_of_clearing(alarms, notifications.dead_letter_queue)
        shown = configuration.dashboard
        self.dashboard = self._dashboard(poller, planner, notifications, board, alarms) if shown else None

    def _poll_alarms(self, poller: Poller, planner: Planner | None) -> list[cloudwatch.Alarm]:
        failing = span(2 * self._trouble.to_minutes())
        return [
            self._polls_alarm(poller, planner),
            self._recurring(
                "PollFailures",
                f"Polls have been failing for {failing}: some orders could not be read, stored or published. The poll "
                "function's log names each order and its error.",
                errors=poller.function.metric_errors(),
                # A batch of an organization's sources reports those that failed, and does not fail as a whole.
                **({"failures": self._metric("PollFailures")} if planner else {}),
            ),
            self._recurring(
                "PendingEvents",
                f"Events have been waiting to be published for {failing}. The poll function's log says what PutEvents "
                "answered.",
                pending=self._metric("PendingEvents"),
            ),
            self._recurring(
                "OrdersLeft",
                f"Polls have not had time for all orders for {failing}. The next poll reads those first, so all are "
                "late. The poll function's log says how many, and whether Outposts throttles or answers slowly.",
                left=self._metric("OrdersLeft"),
            ),
            self._alarm(
                "SnapshotsSetAside",
                self._filled(self._trouble, damaged=self._metric("SnapshotsSetAside")),
                "A stored snapshot could not be read and was set aside; its order is discovered again. The poll "
                "function's log names the order; the snapshot table keeps the item under set-aside#<order id>.",
            ),
        ]

    def _polls_alarm(self, poller: Poller, planner: Planner | None) -> cloudwatch.Alarm:
        if planner:
            # A plan is polled within a tick, so three ticks contain all polls of at least one plan. The largest plan,
            # not the sum: that would jump whenever a plan enters or leaves the window. Two windows, because a plan that
            # is much larger than the previous one has no polls yet.
            polled = self._metric("SourcesPolled")
            planned = self._metric("SourcesPlanned")
            return self._alarm(
                "PollsStopped",
                self._sum("FILL(polled, 0) - FILL(planned, 0)", self._silence, polled=polled, planned=planned),
                f"Hardly any of the organization's sources has been polled for "
                f"{span(2 * self._silence.to_minutes())}: nobody would learn of an order that changes. Look at the "
                "poll function's log and throttles.",
                threshold=0,
                periods=2,
                below=True,
            )
        return self._missing(
            "PollsStopped",
            self._filled(self._silence, polls=poller.function.metric_invocations()),
            f"No poll has run for {span(self._silence.to_minutes())}: nobody would learn of an order that changes. "
            "Look at the schedules (enabled?) and at the poll function's throttles.",
            poller.schedules,
        )

    def _plan_alarm(self, planner: Planner) -> cloudwatch.Alarm:
        runs, errors = planner.function.metric_invocations(), planner.function.metric_errors()
        return self._missing(
            "PlansMissing",
            self._sum("FILL(runs, 0) - FILL(errors, 0)", self._silence, runs=runs, errors=errors),
            f"For {span(self._silence.to_minutes())} the organization's accounts have not been listed, or not all of "
            "them put on the queue: some are not polled. The planner function's log says why.",
            [planner.schedule],
        )

    def _queue_alarms(self, poller: Poller, notifications: Notifications) -> list[cloudwatch.Alarm]:
        return [
            self._alarm(
                "NotificationsDelayed",
                # SQS excludes messages received more than three times from the queue's age. A message is tried at
                # least every 15 minutes, so the alarm keeps firing until the last one is delivered.
                self._filled(cdk.Duration.minutes(30), delay=self._metric("NotificationDelay")),
                "A notification has waited for more than 15 minutes: a channel refuses or is down. The notify "
                "function's log says which, and what it answered.",
                threshold=15 * 60,
            ),
            self._alarm(
                "NotificationsNotTaken",
                self._filled(QUEUE_PERIOD, age=notifications.queue.metric_approximate_age_of_oldest_message()),
                "A notification has been in the queue for 15 minutes, and the notify function has not taken it more "
                "than once or twice. Look at the function's log, its throttles, and whether its event source mapping "
                "is enabled.",
                threshold=15 * 60,
            ),
            self._alarm(
                "DeadLetters",
                self._filled(QUEUE_PERIOD, letters=_waiting(notifications.dead_letter_queue)),
                "Notifications could not be delivered for hours and wait in the dead-letter queue. Fix the channel, "
                "then send them again by `python -m notifier redrive`.",
            ),
            self._alarm(
                "PollsNotStarted",
                self._filled(QUEUE_PERIOD, letters=_waiting(poller.dead_letter_queue)),
                "Schedule or rule could not start polls; the next tick polls again. The messages in the poller's "
                "dead-letter queue say why in their attributes; purge it afterwards.",
            ),
        ]

    def _missing(
        self, name: str, metric: cloudwatch.IMetric, description: str, schedules: list[scheduler.Schedule]
    ) -> cloudwatch.Alarm:
        """Create an alarm that fires if something does not happen each tick."""
        alarm = self._alarm(name, metric, description, below=True, missing=cloudwatch.TreatMissingData.BREACHING)
        alarm.node.add_dependency(*schedules)
        if isinstance(alarm.node.default_child, cloudwatch.CfnAlarm):
            alarm.node.default_child.warm_up_configuration = cloudwatch.CfnAlarm.WarmUpConfigurationProperty(
                # In a new stack, nothing has happened yet.
                warm_up_period_duration_in_minutes=min(self._silence.to_minutes() + 10, LONGEST_WARM_UP),
                # Filled values count as data, which would end the warm-up at once.
                only_start_evaluating_after_warm_up_period_ends=True,
            )
        return alarm

    def _recurring(self, name: str, description: str, **metrics: cloudwatch.Metric) -> cloudwatch.Alarm:
        """Create an alarm on repeated trouble: that of a single tick never reaches into three windows."""
        return self._alarm(name, self._filled(self._trouble, **metrics), description, periods=3)

    def _alarm(  # noqa: PLR0913 - each differs between alarms
        self,
        name: str,
        metric: cloudwatch.IMetric,
        description: str,
        *,
        threshold: float = 1,
        periods: int = 1,
        below: bool = False,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> cloudwatch.Alarm:
        operator = cloudwatch.ComparisonOperator
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=self._names.alarm(name),
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=operator.LESS_THAN_THRESHOLD if below else operator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(actions.SnsAction(self._topic))
        return alarm

    def _notify_of_clearing(self, alarms: list[cloudwatch.Alarm], dead_letters: sqs.IQueue) -> None:
        """Notify the topic when an alarm that fired clears.

        An alarm's own action on OK would also run when the alarm is new, and no trouble has ended. The message has
        those members of CloudWatch's own messages that docs/operations.md lists.
        """
        field = events.EventField.from_path
        # Without a role, the topic's policy would have to allow every rule of every account to publish:
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
        role = iam.Role(
            self,
            "ClearedRole",
            description="What the rule about cleared alarms of the Outposts order notifier may do",
            assumed_by=iam.ServicePrincipal(
                "events.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": self._stack.account}}
            ),
        )
        events.Rule(
            self,
            "Cleared",
            description="Alarms of the Outposts order notifier that fired and have cleared notify its topic",
            event_pattern=events.EventPattern(
                source=["aws.cloudwatch", *([ALARM_SOURCE] if self._local else [])],
                detail_type=["CloudWatch Alarm State Change"],
                resources=[alarm.alarm_arn for alarm in alarms],
                detail={"state": {"value": ["OK"]}, "previousState": {"value": ["ALARM"]}},
            ),
            targets=[
                targets.SnsTopic(
                    self._topic,
                    role=role,
                    message=events.RuleTargetInput.from_object(
                        {
                            "AlarmName": field("$.detail.alarmName"),
                            "AlarmDescription": field("$.detail.configuration.description"),
                            "AWSAccountId": field("$.account"),
                            "NewStateValue": field("$.detail.state.value"),
                            "NewStateReason": field("$.detail.state.reason"),
                            "StateChangeTime": field("$.detail.state.timestamp"),
                            "AlarmArn": self._stack.format_arn(
                                service="cloudwatch",
                                resource="alarm",
                                resource_name=field("$.detail.alarmName"),
                                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
                            ),
                            "OldStateValue": field("$.detail.previousState.value"),
                        }
                    ),
                    dead_letter_queue=dead_letters,
                )
            ],
        )

    def _filled(self, period: cdk.Duration, **metrics: cloudwatch.Metric) -> cloudwatch.IMetric:
        """Add up metrics over a period, with 0 for each without a data point."""
        return self._sum(" + ".join(f"FILL({name}, 0)" for name in metrics), period, **metrics)

    def _sum(self, expression: str, period: cdk.Duration, **metrics: cloudwatch.Metric) -> cloudwatch.IMetric:
        over_period: dict[str, cloudwatch.IMetric] = {name: each.with_(period=period) for name, each in metrics.items()}
        if self._local:  # the emulator's CloudFormation has no alarms on math expressions
            (metric,) = over_period.values()
            return metric
        return cloudwatch.MathExpression(expression=expression, using_metrics=over_period, period=period)

    def _metric(self, name: MetricName) -> cloudwatch.Metric:
        return metric(self._names, name, period=self._tick)

    def _dashboard(
        self,
        poller: Poller,
        planner: Planner | None,
        notifications: Notifications,
        board: Board,
        alarms: list[cloudwatch.Alarm],
    ) -> cloudwatch.Dashboard:
        functions = {"poll": poller.function, "notify": notifications.function, "board": board.function}
        if planner:
            functions["planner"] = planner.function
        trouble = [
            self._metric("PollFailures"),
            self._metric("PendingEvents"),
            self._metric("OrdersLeft"),
            self._metric("SnapshotsSetAside"),
            self._metric("NotificationFailures"),
            _waiting(notifications.dead_letter_queue, "dead letters"),
        ]
        waiting = notifications.queue.metric_approximate_age_of_oldest_message(label="seconds the oldest has waited")
        return dashboard(self, self._names.prefix, functions, board.widget, alarms, trouble, waiting)


def _waiting(queue: sqs.Queue, label: str | None = None) -> cloudwatch.Metric:
    return queue.metric_approximate_number_of_messages_visible(period=QUEUE_PERIOD, label=label)
