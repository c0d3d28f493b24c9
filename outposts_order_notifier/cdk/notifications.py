"""Notifications: rule, queue, notify function, and what the channels need."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from outposts_order_notifier.cdk import memory
from outposts_order_notifier.cdk.configuration import Configuration, Route
from outposts_order_notifier.cdk.console import dashboard_link
from outposts_order_notifier.cdk.event_pattern import holds_null, text_of
from outposts_order_notifier.cdk.function import TIME_ZONE_DATA, Function
from outposts_order_notifier.cdk.local_cloud import LocalCloud
from outposts_order_notifier.cdk.physical_names import PhysicalNames
from outposts_order_notifier.cdk.snapshots import Snapshots
from outposts_order_notifier.cdk.summaries import Summaries
from outposts_order_notifier.domain.events import SOURCE
from outposts_order_notifier.notify.channels import amazon_q
from outposts_order_notifier.notify.channels import sns as sns_channel
from outposts_order_notifier.notify.channels.registry import is_setting, parts
from outposts_order_notifier.notify.environment import BOARD_URL, QUEUE, TABLE
from outposts_order_notifier.notify.infrastructure import Needs, Site
from outposts_order_notifier.notify.routes import DEFAULT, ROUTES, WHOLE_EVENT, enveloped, rule_name, rule_pattern
from outposts_order_notifier.notify.summary import PATTERNS, SUMMARY_TABLE
from outposts_order_notifier.wording.summary import ORDER_KEYS

TIMEOUT = cdk.Duration.minutes(2)
RECEIVES = 20  # with the function's back-off of 15 seconds, doubled up to 15 minutes: about four hours


class Notifications(Construct):
    """From the event `Outposts Order Updated` to the channels."""

    def __init__(  # noqa: PLR0913 - the stack's parts that it connects
        self,
        scope: Construct,
        construct_id: str,
        *,
        configuration: Configuration,
        bus: events.EventBus,
        snapshots: Snapshots,
        names: PhysicalNames,
        local_cloud: LocalCloud | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letter_queue = sqs.Queue(
            self, "DeadLetterQueue", enforce_ssl=True, retention_period=cdk.Duration.days(14)
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            enforce_ssl=True,
            # Six times the function's time-out, as Lambda's guide for event sources recommends.
            visibility_timeout=cdk.Duration.minutes(6 * TIMEOUT.to_minutes()),
            retention_period=cdk.Duration.days(4),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letter_queue, max_receive_count=RECEIVES),
        )
        self._snapshots = snapshots
        self._names = names
        self._state = dynamodb.TableV2(
            self,
            "Idempotency",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            time_to_live_attribute="expiration",
            billing=dynamodb.Billing.on_demand(),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        site = Site(
            scope=self,
            state=self._state,
            snapshots=snapshots.table,
            snapshot_index_arn=snapshots.index_arn,
            slack_origin=local_cloud.slack_origin if local_cloud else None,
        )
        needs = {each.__package__: each.needs(configuration.channels, site) for each in parts("infrastructure")}
        self.topic: sns.Topic = needs[sns_channel.__name__].topic
        amazon_q_needs: Needs | None = needs[amazon_q.__name__]
        self.amazon_q_topic = amazon_q_needs.topic if amazon_q_needs else None
        channels: list[Needs] = [each for each in needs.values() if each]
        routes = {each.name: self._needs_of(each, site) for each in configuration.routes}
        self.function = self._function(configuration, channels, routes, local=bool(local_cloud))
        self._rule(configuration, bus)
        self._rules_of_routes(configuration, bus)
        if configuration.weekly_summary:
            Summaries(
                self,
                "Summaries",
                weekly=configuration.weekly_summary,
                routes=[each.name for each in configuration.routes],
                queue=self.queue,
                dead_letters=self.dead_letter_queue,
            )
        if any(each.alarms for each in channels):
            # The topic's subscribers get alarms directly; the function sends them to the other channels.
            alarms = sns.FilterOrPolicy.filter(sns.SubscriptionFilter.exists_filter())
            self.topic.add_subscription(
                subscriptions.SqsSubscription(
                    self.queue,
                    raw_message_delivery=True,
                    filter_policy_with_message_body={"AlarmName": alarms},
                )
            )

    def _needs_of(self, route: Route, site: Site) -> list[Needs]:
        site = replace(site, scope=Construct(self, f"Route-{route.name}"), route=route.name)
        return [needs for each in parts("infrastructure") if (needs := each.needs(route.channels, site))]

    def _function(
        self, configuration: Configuration, channels: list[Needs], routes: Mapping[str, Sequence[Needs]], *, local: bool
    ) -> Function:
        item_actions = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
        names = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility")
        queue_actions = [f"sqs:{name}" for name in names]
        environment = {
            TABLE: self._state.table_name,
            QUEUE: self.queue.queue_url,
            **configuration.time_zone_variable(),
            **({BOARD_URL: dashboard_link(self, self._names.prefix)} if configuration.dashboard and not local else {}),
        }
        statements = [
            iam.PolicyStatement(actions=item_actions, resources=[self._state.table_arn]),
            iam.PolicyStatement(actions=queue_actions, resources=[self.queue.queue_arn]),
        ]
        if configuration.weekly_summary:
            environment |= {
                SUMMARY_TABLE: self._snapshots.table.table_name,
                PATTERNS: json.dumps(_patterns_about_orders(configuration), separators=(",", ":")),
                **configuration.names_variable(),
            }
            statements += [
                iam.PolicyStatement(actions=["dynamodb:Scan"], resources=[self._snapshots.index_arn]),
                iam.PolicyStatement(actions=["dynamodb:BatchGetItem"], resources=[self._snapshots.table.table_arn]),
            ]
        for each in channels:
            environment |= each.environment
            statements += each.statements
        if routes:
            of_all = {name: _variables(needs) for name, needs in routes.items()}
            own = {name: {key: each[key] for key in each if is_setting(key)} for name, each in of_all.items()}
            environment[ROUTES] = json.dumps(own, separators=(",", ":"))
            for name, needs in routes.items():
                environment |= {key: value for key, value in of_all[name].items() if not is_setting(key)}
                statements += [statement for each in needs for statement in each.statements]
        function = Function(
            self,
            "Function",
            name="notify",
            description="Notifies the configured channels of changes to Outposts orders",
            # Those of all channels: the package does not depend on the configuration.
            distributions=(
                TIME_ZONE_DATA,
                *(name for each in parts("infrastructure") for name in getattr(each, "DISTRIBUTIONS", ())),
            ),
            timeout=TIMEOUT,
            memory=memory.NOTIFY,
            environment=environment,
            statements=statements,
            names=self._names,
            local=local,
        )
        lambda_.EventSourceMapping(
            self,
            "FromQueue",
            target=function,
            event_source_arn=self.queue.queue_arn,
            # A flood arrives in few batches, so that Slack gets digests. Lambda itself ends a batch at its payload's
            # limit of 6 MB: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
            batch_size=100,
            max_batching_window=cdk.Duration.seconds(5),
            # Slack accepts about one message a second and would reject more.
            max_concurrency=2,
            report_batch_item_failures=True,
        )
        return function

    def _rule(self, configuration: Configuration, bus: events.EventBus) -> None:
        rule = events.Rule(
            self,
            "Rule",
            event_bus=bus,
            description="What people are notified of: whole observations of an order, narrowed by the configuration",
            event_pattern=events.EventPattern(source=[SOURCE]),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letter_queue)],
        )
        resource = rule.node.default_child
        assert isinstance(resource, events.CfnRule)  # noqa: S101 - for the type checker; the CDK documents it
        _set_pattern(resource, configuration.notify, announce=configuration.announce_existing_orders)

    def _rules_of_routes(self, configuration: Configuration, bus: events.EventBus) -> None:
        """Create a rule for each route, which puts its events into the route's envelope.

        One statement allows all of them to use a queue: a queue's policy may have only ten conditions.
        """
        target = events.CfnRule.TargetProperty(
            arn=self.queue.queue_arn,
            id="Target0",
            dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=self.dead_letter_queue.queue_arn),
        )
        rules = []
        for each in configuration.routes:
            rule = events.CfnRule(
                self,
                f"RouteRule-{each.name}",
                name=rule_name(self._names.prefix, each.name),
                event_bus_name=bus.event_bus_name,
                description=f"What the route {each.name} is notified of",
                state="ENABLED",
                targets=[target],
            )
            template = enveloped(each.name, WHOLE_EVENT)
            rule.add_property_override("Targets.0.InputTransformer", {"InputTemplate": template})
            _set_pattern(rule, each.notify, announce=configuration.announce_existing_orders)
            # A function that does not know the route yet would notify nobody.
            rule.node.add_dependency(self.function)
            rules.append(rule)
        if rules:
            for queue in (self.queue, self.dead_letter_queue):
                queue.add_to_resource_policy(_sending_by(rules, queue))


def _variables(needs: Iterable[Needs]) -> dict[str, str]:
    return {name: value for each in needs for name, value in each.environment.items()}


def _sending_by(rules: list[events.CfnRule], queue: sqs.IQueue) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="Routes",
        principals=[iam.ServicePrincipal("events.amazonaws.com")],
        actions=["sqs:SendMessage"],
        resources=[queue.queue_arn],
        conditions={"ArnEquals": {"aws:SourceArn": [rule.attr_arn for rule in rules]}},
    )


def _set_pattern(rule: events.CfnRule, notify: Mapping[str, Any], *, announce: bool) -> None:
    pattern = rule_pattern(notify, announce_existing_orders=announce)
    if holds_null(pattern) or not json.dumps(pattern, ensure_ascii=False).isascii():
        # jsii drops null from a list; CloudFormation rejects it in an object, and replaces characters beyond ASCII.
        # A text with JSON's escapes reaches EventBridge unchanged:
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-null-values.html
        rule.add_property_override("EventPattern", text_of(pattern))
    else:
        rule.event_pattern = pattern


def _patterns_about_orders(configuration: Configuration) -> dict[str, dict[str, Any]]:
    """Return what each route's pattern says about orders, for the summary."""
    patterns = {DEFAULT: configuration.notify, **{each.name: each.notify for each in configuration.routes}}
    found = {name: {key: pattern[key] for key in ORDER_KEYS if key in pattern} for name, pattern in patterns.items()}
    return {name: pattern for name, pattern in found.items() if pattern}
