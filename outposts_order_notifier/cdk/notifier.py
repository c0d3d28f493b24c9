"""The notifier as a construct, for any CDK application (docs/construct.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Unpack

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from outposts_order_notifier.cdk.board import Board
from outposts_order_notifier.cdk.configuration import Configuration, ConfigurationError
from outposts_order_notifier.cdk.console import dashboard_link
from outposts_order_notifier.cdk.event_bus import EventBus
from outposts_order_notifier.cdk.local_cloud import LocalCloud
from outposts_order_notifier.cdk.metrics import MetricName, metric
from outposts_order_notifier.cdk.monitoring import Monitoring
from outposts_order_notifier.cdk.notifications import Notifications
from outposts_order_notifier.cdk.outposts_regions import WARNING, warnings
from outposts_order_notifier.cdk.physical_names import MAX_PREFIX, PhysicalNames, check_names
from outposts_order_notifier.cdk.planner import Planner
from outposts_order_notifier.cdk.poller import Poller
from outposts_order_notifier.cdk.properties import Properties, configuration_of
from outposts_order_notifier.cdk.schemas import Schemas
from outposts_order_notifier.cdk.snapshots import Snapshots
from outposts_order_notifier.domain.events import SOURCE


def unique_prefix(scope: Construct) -> str:
    """Return a prefix of names that no other construct in the account and region has.

    It is made of letters and digits of the stack's name and the construct's path in it, with a hash of both.
    """
    return cdk.Names.unique_resource_name(scope, max_length=MAX_PREFIX)


class OutpostsOrderNotifier(Construct):
    """Notifies a team of what happens to its AWS Outposts hardware orders, and publishes each change as an event.

    Without properties, it watches the orders of the stack's account in the stack's region, and notifies nobody.

    Args:
        scope: The stack, or a construct in it.
        construct_id: Its id there.
        configuration: A parsed configuration instead of properties.
        name_prefix: What the names of alarms and routes' rules begin with, the dashboard's name and the namespace of
            the metrics. By default, it is made of the stack's name and the construct's path.
        event_bus_name: The name of the bus and of the registry of its events' schemas; by default, the prefix.
        parameter_prefix: The path below which Parameter Store has the bus's name and ARN for other stacks; by default,
            there are no parameters.
        local_cloud: The local cloud's settings; by default, those in the context key `localCloud`; None on AWS.
        properties: What to watch and whom to notify: the configuration's keys, in Python's spelling.

    Attributes:
        bus: The event bus.
        table: The table of the orders' snapshots.
        topic: The topic of notifications and alarms.
        poll_function: The function that reads orders and publishes events.
        notify_function: The function that notifies people.
        dead_letter_queue: The notifications that could not be delivered.
        alarms: The alarms, by name such as `PollFailures`.
        dashboard: The dashboard; None with `dashboard=False`.
        outputs: What the command line needs of a stack, by the name of an output.

    Raises:
        ConfigurationError: A property is wrong; the text is one line that names it.
    """

    def __init__(  # noqa: PLR0913 - each is a property
        self,
        scope: Construct,
        construct_id: str,
        *,
        configuration: Configuration | None = None,
        name_prefix: str | None = None,
        event_bus_name: str | None = None,
        parameter_prefix: str | None = None,
        local_cloud: LocalCloud | None = None,
        **properties: Unpack[Properties],
    ) -> None:
        super().__init__(scope, construct_id)
        check_names(
            self.node.path, name_prefix=name_prefix, event_bus_name=event_bus_name, parameter_prefix=parameter_prefix
        )
        local_cloud = local_cloud or LocalCloud.parse(self.node.try_get_context("localCloud"))
        configuration = self._configured(configuration, properties, local_cloud)
        for warning in warnings(configuration) if self._region_is_known else ():
            cdk.Annotations.of(self).add_warning_v2(WARNING, warning)
        prefix = name_prefix or unique_prefix(self)
        names = PhysicalNames(prefix, event_bus_name or prefix, parameter_prefix)
        local = local_cloud is not None
        self._configuration, self._names = configuration, names
        self._snapshots = Snapshots(self, "Snapshots")
        readers = configuration.event_bus_readers
        self._bus = EventBus(self, "EventBus", name=names.event_bus, readers=readers, local=local).bus
        if not local:  # its CloudFormation does not support them
            Schemas(self, "Schemas", name=names.event_bus)
        self._poller = Poller(
            self,
            "Poller",
            configuration=configuration,
            snapshots=self._snapshots,
            bus=self._bus,
            names=names,
            local=local,
        )
        self._planner = self._plan(configuration, names, local=local)
        self._notifications = Notifications(
            self,
            "Notifications",
            configuration=configuration,
            bus=self._bus,
            snapshots=self._snapshots,
            names=names,
            local_cloud=local_cloud,
        )
        self._monitoring = Monitoring(
            self,
            "Monitoring",
            configuration=configuration,
            poller=self._poller,
            planner=None if local else self._planner,  # the emulator has no alarms on several metrics
            notifications=self._notifications,
            board=Board(
                self, "Board", configuration=configuration, snapshots=self._snapshots, names=names, local=local
            ),
            names=names,
            local=local,
        )
        if names.parameters:
            self._put_into_parameter_store(names.parameters)

    @property
    def bus(self) -> events.EventBus:
        """The event bus: the target of your rules."""
        return self._bus

    @property
    def table(self) -> dynamodb.TableV2:
        """The table of the orders' snapshots."""
        return self._snapshots.table

    @property
    def topic(self) -> sns.Topic:
        """The topic of notifications and alarms."""
        return self._notifications.topic

    @property
    def poll_function(self) -> lambda_.Function:
        """The function that reads orders and publishes events."""
        return self._poller.function

    @property
    def notify_function(self) -> lambda_.Function:
        """The function that notifies people."""
        return self._notifications.function

    @property
    def dead_letter_queue(self) -> sqs.Queue:
        """The queue of notifications that could not be delivered."""
        return self._notifications.dead_letter_queue

    @property
    def alarms(self) -> Mapping[str, cloudwatch.Alarm]:
        """The alarms by name, such as `PollFailures`; docs/operations.md has all."""
        return self._monitoring.alarms

    @property
    def dashboard(self) -> cloudwatch.Dashboard | None:
        """The dashboard; None without one."""
        return self._monitoring.dashboard

    @property
    def outputs(self) -> Mapping[str, str]:
        """What the command line reads from a stack's outputs, by their names (docs/operations.md)."""
        outputs = {
            "EventBusName": self.bus.event_bus_name,
            "EventBusArn": self.bus.event_bus_arn,
            "SnapshotTableName": self.table.table_name,
            "PollFunctionName": self.poll_function.function_name,
            "NotifyFunctionName": self.notify_function.function_name,
            "NotificationTopicArn": self.topic.topic_arn,
            "DeadLetterQueueUrl": self.dead_letter_queue.queue_url,
        }
        if self.dashboard:
            outputs["DashboardUrl"] = dashboard_link(self, self._names.prefix)
        if self._notifications.amazon_q_topic:
            outputs["AmazonQTopicArn"] = self._notifications.amazon_q_topic.topic_arn
        if self._planner:
            outputs["PlannerFunctionName"] = self._planner.function.function_name
        if self._configuration.time_zone_variable():
            outputs["TimeZone"] = self._configuration.time_zone
        return outputs

    def metric(
        self, name: MetricName, *, statistic: str | None = None, period: cdk.Duration | None = None
    ) -> cloudwatch.Metric:
        """Return one of the functions' own metrics.

        Args:
            name: Its name.
            statistic: By default, the sum of what is counted, and the maximum of what is measured by each run.
            period: By default, five minutes.
        """
        return metric(self._names, name, statistic=statistic, period=period)

    def on_event(
        self,
        construct_id: str,
        *,
        detail_type: Sequence[str] | None = None,
        detail: Mapping[str, Any] | None = None,
        target: events.IRuleTarget | None = None,
        description: str | None = None,
    ) -> events.Rule:
        """Create a rule on the bus.

        Args:
            construct_id: The rule's id in this construct.
            detail_type: The types of events, such as `Outposts Order Status Change`; all by default. Leave out
                `Outposts Order Updated`, which repeats the others, or name it alone.
            detail: A pattern on their detail. By default, all but what a first poll finds.
            target: Where the events are sent; `Rule.add_target` adds more.
            description: The rule's.
        """
        rule = events.Rule(
            self,
            construct_id,
            event_bus=self.bus,
            description=description,
            event_pattern=events.EventPattern(
                source=[SOURCE],
                detail_type=detail_type and list(detail_type),
                detail={"baseline": [False], **(detail or {})},
            ),
        )
        if target:
            rule.add_target(target)
        return rule

    @property
    def _region_is_known(self) -> bool:
        return not cdk.Token.is_unresolved(cdk.Stack.of(self).region)

    def _configured(
        self, configuration: Configuration | None, properties: Properties, local_cloud: LocalCloud | None
    ) -> Configuration:
        """Return the given configuration, or that of the properties, with the local cloud's endpoint of Outposts."""
        path, stack = self.node.path, cdk.Stack.of(self)
        if configuration and properties:
            given = f"given together with {', '.join(properties)}"
            raise ConfigurationError(f"{path}.configuration", given, "either a configuration or properties")
        if configuration is None:
            account = None if cdk.Token.is_unresolved(stack.account) else stack.account
            configuration = configuration_of(
                properties, path, stack.region, account, region_is_known=self._region_is_known
            )
        url = configuration.outposts_endpoint_url or (local_cloud.outposts_endpoint_url if local_cloud else None)
        return replace(configuration, outposts_endpoint_url=url)

    def _plan(self, configuration: Configuration, names: PhysicalNames, *, local: bool) -> Planner | None:
        return (
            Planner(
                self,
                "Planner",
                configuration=configuration,
                organization=configuration.organization,
                poller=self._poller,
                names=names,
                local=local,
            )
            if configuration.organization
            else None
        )

    def _put_into_parameter_store(self, path: str) -> None:
        for name, value in {"name": self.bus.event_bus_name, "arn": self.bus.event_bus_arn}.items():
            ssm.StringParameter(
                self,
                f"EventBus{name.title()}Parameter",
                parameter_name=f"{path}/event-bus-{name}",
                string_value=value,
            )
