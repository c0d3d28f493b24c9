"""The stack: its parts and its outputs (docs/operations.md#the-stacks-outputs)."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from outposts_order_notifier.cdk.board import Board
from outposts_order_notifier.cdk.configuration import Configuration
from outposts_order_notifier.cdk.event_bus import EventBus
from outposts_order_notifier.cdk.local_cloud import LocalCloud
from outposts_order_notifier.cdk.monitoring import Monitoring
from outposts_order_notifier.cdk.notifications import Notifications
from outposts_order_notifier.cdk.outposts_regions import WARNING, warnings
from outposts_order_notifier.cdk.planner import Planner
from outposts_order_notifier.cdk.poller import Poller
from outposts_order_notifier.cdk.schemas import Schemas
from outposts_order_notifier.cdk.snapshots import Snapshots
from outposts_order_notifier.wording.console import dashboard_url


class OutpostsOrderNotifier(cdk.Stack):
    """The notifier, deployed onto AWS or with `local_cloud` onto the local cloud."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        configuration: Configuration,
        local_cloud: LocalCloud | None = None,
        **stack_properties: Any,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Notifies a team, within minutes, of what happens to its AWS Outposts hardware orders",
            **stack_properties,
        )
        for warning in warnings(configuration):
            cdk.Annotations.of(self).add_warning_v2(WARNING, warning)
        local = local_cloud is not None
        snapshots = Snapshots(self, "Snapshots")
        bus = EventBus(self, "EventBus", readers=configuration.event_bus_readers, local=local).bus
        if not local:  # its CloudFormation does not support them
            Schemas(self, "Schemas")
        poller = Poller(self, "Poller", configuration=configuration, snapshots=snapshots, bus=bus, local=local)
        organization = configuration.organization
        planner = (
            Planner(self, "Planner", configuration=configuration, organization=organization, poller=poller, local=local)
            if organization
            else None
        )
        notifications = Notifications(
            self,
            "Notifications",
            configuration=configuration,
            bus=bus,
            snapshots=snapshots,
            local_cloud=local_cloud,
        )
        Monitoring(
            self,
            "Monitoring",
            configuration=configuration,
            poller=poller,
            planner=None if local else planner,  # the emulator has no alarms on several metrics
            notifications=notifications,
            board=Board(self, "Board", configuration=configuration, snapshots=snapshots, local=local),
            local=local,
        )
        for name, value in {"name": bus.event_bus_name, "arn": bus.event_bus_arn}.items():
            ssm.StringParameter(
                self,
                f"EventBus{name.title()}Parameter",
                parameter_name=f"/outposts-order-notifier/event-bus-{name}",
                string_value=value,
            )
        outputs = {
            "EventBusName": bus.event_bus_name,
            "EventBusArn": bus.event_bus_arn,
            "SnapshotTableName": snapshots.table.table_name,
            "PollFunctionName": poller.function.function_name,
            "NotifyFunctionName": notifications.function.function_name,
            "NotificationTopicArn": notifications.topic.topic_arn,
            "DeadLetterQueueUrl": notifications.dead_letter_queue.queue_url,
            "DashboardUrl": dashboard_url(self.region, self.stack_name),
        }
        if notifications.amazon_q_topic:
            outputs["AmazonQTopicArn"] = notifications.amazon_q_topic.topic_arn
        if planner:
            outputs["PlannerFunctionName"] = planner.function.function_name
        if configuration.time_zone_variable():
            outputs["TimeZone"] = configuration.time_zone
        for name, value in outputs.items():
            cdk.CfnOutput(self, name, value=value)
