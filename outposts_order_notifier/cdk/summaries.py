"""The weekly summary's schedules: one for each route, so that routes fail and retry independently."""

import json
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduler_targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from outposts_order_notifier.cdk.scheduler_role import scheduler_role
from outposts_order_notifier.cdk.weekly import Weekly
from outposts_order_notifier.notify.notification import SUMMARY
from outposts_order_notifier.notify.routes import DEFAULT, enveloped
from outposts_order_notifier.notify.summary import SCHEDULED_TIME

CAUGHT_UP_WITHIN = cdk.Duration.hours(24)  # EventBridge Scheduler retries for so long, at most


class Summaries(Construct):
    """Sends the message of each route's summary to notify's queue."""

    def __init__(  # noqa: PLR0913 - what it connects
        self,
        scope: Construct,
        construct_id: str,
        *,
        weekly: Weekly,
        routes: Sequence[str],
        queue: sqs.IQueue,
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        role = self._role(queue, dead_letters)
        message = json.dumps({SUMMARY: SCHEDULED_TIME})
        for route in (DEFAULT, *routes):
            schedule = scheduler.Schedule(
                self,
                f"Route-{route}" if route else "Default",
                description=f"The weekly summary of Outposts orders{f' for the route {route}' if route else ''}",
                schedule=scheduler.ScheduleExpression.cron(
                    minute=str(weekly.at.minute),
                    hour=str(weekly.at.hour),
                    week_day=weekly.day[:3],
                    time_zone=cdk.TimeZone.of(weekly.zone),
                ),
                target=scheduler_targets.SqsSendMessage(
                    queue,
                    input=scheduler.ScheduleTargetInput.from_text(enveloped(route, message) if route else message),
                    dead_letter_queue=dead_letters,
                    max_event_age=CAUGHT_UP_WITHIN,
                    role=role.without_policy_updates(),
                ),
            )
            schedule.node.add_dependency(role)

    def _role(self, queue: sqs.IQueue, dead_letters: sqs.IQueue) -> iam.Role:
        description = "What the schedules of the Outposts order notifier's summaries may do"
        role = scheduler_role(self, "Role", description)
        queues = [queue.queue_arn, dead_letters.queue_arn]
        role.add_to_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=queues))
        return role
