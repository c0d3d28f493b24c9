"""The poll function and its triggers: a schedule for each source, and CloudTrail's record of a new order."""

import json
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as event_targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduler_targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from outposts_order_notifier.cdk import memory
from outposts_order_notifier.cdk.configuration import Configuration
from outposts_order_notifier.cdk.configuration_schema import regions
from outposts_order_notifier.cdk.function import Function
from outposts_order_notifier.cdk.local_cloud import TRAIL_SOURCE
from outposts_order_notifier.cdk.physical_names import PhysicalNames
from outposts_order_notifier.cdk.scheduler_role import scheduler_role
from outposts_order_notifier.cdk.snapshots import Snapshots
from outposts_order_notifier.domain.places import Arn
from outposts_order_notifier.sources.names import ACTIONS
from outposts_order_notifier.sources.settings import OrganizationSettings, SourceSettings

TIMEOUT = cdk.Duration.minutes(5)
TARGETS_PER_RULE = 5  # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html


class Poller(Construct):
    """The poll function, its triggers, and the queue of runs that could not be started.

    The next tick is the retry of a failed run. So Lambda does not retry, and drops an invocation older than a tick.
    """

    def __init__(  # noqa: PLR0913 - its parts
        self,
        scope: Construct,
        construct_id: str,
        *,
        configuration: Configuration,
        snapshots: Snapshots,
        bus: events.EventBus,
        names: PhysicalNames,
        local: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self._tick = cdk.Duration.minutes(configuration.poll_every_minutes)
        self.dead_letter_queue = sqs.Queue(
            self, "DeadLetterQueue", enforce_ssl=True, retention_period=cdk.Duration.days(14)
        )
        cdk.Validations.of(self.dead_letter_queue).acknowledge(
            cdk.Acknowledgment(id="AwsSolutions-SQS3", reason="It is the dead-letter queue of a schedule and of a rule")
        )
        url, organization = configuration.outposts_endpoint_url, configuration.organization
        self.function = Function(
            self,
            "Function",
            name="poll",
            description="Reads Outposts orders, compares them with their snapshots, publishes what changed",
            timeout=TIMEOUT,
            memory=memory.POLL,
            environment={
                "SNAPSHOT_TABLE_NAME": snapshots.table.table_name,
                "EVENT_BUS_NAME": bus.event_bus_name,
                "SOURCES": json.dumps([source.as_json() for source in configuration.sources]),
                "STALLED_AFTER_DAYS": json.dumps(configuration.stalled_after_days),
                **({"ORGANIZATION": json.dumps(organization.as_json())} if organization else {}),
                **configuration.names_variable(),
                **({"AWS_ENDPOINT_URL_OUTPOSTS": url} if url else {}),
            },
            statements=[*_storing(snapshots, bus), *_reading(configuration.sources)],
            names=names,
            local=local,
        )
        if organization:
            self._read_the_organization(organization)
        self._scheduler_role = self._role_of_schedules()
        self._run_once_a_tick(self.function)
        self.schedules = [
            self._schedule(
                f"Schedule{number}",
                f"Polls the Outposts orders of {source.region} in {_account(source)}",
                self.function,
                source.as_json(),
            )
            for number, source in enumerate(configuration.sources)
        ]
        event_sources = ["aws.outposts", *([TRAIL_SOURCE] if local else [])]
        own = [
            (number, source)
            for number, source in enumerate(configuration.sources)
            if source.region == cdk.Stack.of(self).region and not source.role_arn
        ]
        # As few rules as possible: each adds a statement to the policies of the queue and the function, which are
        # limited.
        for start in range(0, len(own), TARGETS_PER_RULE):
            numbers, sources = zip(*own[start : start + TARGETS_PER_RULE], strict=True)
            self._poll_at_once(numbers[0], sources, event_sources)

    def _read_the_organization(self, organization: OrganizationSettings) -> None:
        """Allow poll to assume the role of one name in every account of the organization."""
        roles = f"arn:{regions()[cdk.Stack.of(self).region]}:iam::*:role/{organization.role_name}"
        self.function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["sts:AssumeRole"],
                resources=[roles],
                # Excludes roles of this name outside the organization. An account in no organization lacks this key,
                # so the operator must not be one that matches a missing key:
                # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
                conditions={"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}},
            )
        )
        cdk.Validations.of(self.function.role or self).acknowledge(
            cdk.Acknowledgment(
                id=f"AwsSolutions-IAM5[Resource::{roles}]",
                reason="An organization's accounts come and go; the role's name and the organization limit which",
            )
        )

    def _role_of_schedules(self) -> iam.Role:
        role = scheduler_role(self, "SchedulerRole", "What the schedules of the Outposts order notifier may do")
        send = ["sqs:SendMessage"]
        role.add_to_policy(iam.PolicyStatement(actions=send, resources=[self.dead_letter_queue.queue_arn]))
        return role

    def run_each_tick(self, construct_id: str, description: str, function: Function) -> scheduler.Schedule:
        """Schedule another function like poll: at the same rate, without retries."""
        self._run_once_a_tick(function)
        return self._schedule(construct_id, description, function, {})

    def _run_once_a_tick(self, function: Function) -> None:
        function.configure_async_invoke(
            retry_attempts=0, max_event_age=cdk.Duration.minutes(min(self._tick.to_minutes(), 360))
        )
        invoke = ["lambda:InvokeFunction"]
        self._scheduler_role.add_to_policy(iam.PolicyStatement(actions=invoke, resources=[function.function_arn]))

    def _schedule(
        self, construct_id: str, description: str, function: Function, function_input: dict[str, Any]
    ) -> scheduler.Schedule:
        schedule = scheduler.Schedule(
            self,
            construct_id,
            description=description,
            schedule=scheduler.ScheduleExpression.rate(self._tick),
            target=scheduler_targets.LambdaInvoke(
                function,
                input=scheduler.ScheduleTargetInput.from_object(function_input),
                dead_letter_queue=self.dead_letter_queue,
                max_event_age=self._tick,
                retry_attempts=5,
                # By default, the target would also allow the role to invoke every version of the function.
                role=self._scheduler_role.without_policy_updates(),
            ),
        )
        schedule.node.add_dependency(self._scheduler_role)
        return schedule

    def _poll_at_once(self, number: int, sources: tuple[SourceSettings, ...], event_sources: list[str]) -> None:
        """Poll as soon as CloudTrail records that an order was created or cancelled."""
        events.Rule(
            self,
            f"OrderCalls{number}",
            description="CreateOrder and CancelOrder, as CloudTrail records them, make the notifier poll at once",
            event_pattern=events.EventPattern(
                source=event_sources,
                detail_type=["AWS API Call via CloudTrail"],
                detail={
                    "eventSource": ["outposts.amazonaws.com"],
                    "eventName": ["CreateOrder", "CancelOrder"],
                    "errorCode": [{"exists": False}],
                },
            ),
            targets=[
                event_targets.LambdaFunction(
                    self.function,
                    event=events.RuleTargetInput.from_object(source.as_json()),
                    dead_letter_queue=self.dead_letter_queue,
                    max_event_age=self._tick,
                    retry_attempts=5,
                )
                for source in sources
            ],
        )


def _storing(snapshots: Snapshots, bus: events.EventBus) -> list[iam.PolicyStatement]:
    item_actions = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    return [
        iam.PolicyStatement(actions=item_actions, resources=[snapshots.table.table_arn]),
        iam.PolicyStatement(actions=["dynamodb:Query"], resources=[snapshots.index_arn]),
        iam.PolicyStatement(actions=["events:PutEvents"], resources=[bus.event_bus_arn]),
    ]


def _account(source: SourceSettings) -> str:
    return f"account {Arn.parse(source.role_arn).account}" if source.role_arn else "the stack's own account"


def _reading(sources: tuple[SourceSettings, ...]) -> list[iam.PolicyStatement]:
    roles = sorted({source.role_arn for source in sources if source.role_arn})
    statements = []
    if not all(source.role_arn for source in sources):
        # Orders have no ARN: GetOrder and ListOrders can only be allowed for all resources.
        actions = ["outposts:ListOrders", "outposts:GetOrder"]
        statements.append(iam.PolicyStatement(actions=actions, resources=["*"]))
        # A statement of its own, as a reviewer of the policy has to see what is optional.
        statements.append(iam.PolicyStatement(sid="Names", actions=list(ACTIONS), resources=["*"]))
    if roles:
        statements.append(iam.PolicyStatement(actions=["sts:AssumeRole"], resources=roles))
    return statements
