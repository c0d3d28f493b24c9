"""Telling people: rule, queue, notify function, topic."""

import json

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
from outposts_order_notifier.cdk.configuration import Configuration, Slack
from outposts_order_notifier.cdk.event_pattern import holds_null, text_of
from outposts_order_notifier.cdk.function import Function
from outposts_order_notifier.cdk.local_cloud import LocalCloud
from outposts_order_notifier.cdk.notify_pattern import rule_pattern
from outposts_order_notifier.cdk.snapshots import Snapshots
from outposts_order_notifier.domain.events import SOURCE

TIMEOUT = cdk.Duration.minutes(2)
RECEIVES = 20  # with the function's back-off of 15 seconds, doubled up to 15 minutes: about four hours


class Notifications(Construct):
    """From the event `Outposts Order Updated` to the topic and to Slack."""

    def __init__(  # noqa: PLR0913 - the stack's parts that it stands between
        self,
        scope: Construct,
        construct_id: str,
        *,
        configuration: Configuration,
        bus: events.EventBus,
        snapshots: Snapshots,
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
            # Six times the function's time-out, as Lambda's guide for event sources asks for.
            visibility_timeout=cdk.Duration.minutes(6 * TIMEOUT.to_minutes()),
            retention_period=cdk.Duration.days(4),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letter_queue, max_receive_count=RECEIVES),
        )
        self.topic = self._topic(configuration.emails)
        self.amazon_q_topic = (
            sns.Topic(self, "AmazonQTopic", display_name="Outposts orders", enforce_ssl=True)
            if configuration.amazon_q_developer
            else None
        )
        self.function = self._function(configuration.slack, snapshots, local_cloud)
        self._rule(configuration, bus)
        if configuration.slack or configuration.amazon_q_developer:
            # Alarms reach the topic's subscribers by themselves; chats hear of them from the function.
            alarms = sns.FilterOrPolicy.filter(sns.SubscriptionFilter.exists_filter())
            self.topic.add_subscription(
                subscriptions.SqsSubscription(
                    self.queue,
                    raw_message_delivery=True,
                    filter_policy_with_message_body={"AlarmName": alarms},
                )
            )

    def _topic(self, emails: tuple[str, ...]) -> sns.Topic:
        topic = sns.Topic(self, "Topic", display_name="Outposts orders", enforce_ssl=True)
        stack = cdk.Stack.of(self)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisAccount",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
            )
        )
        for email in emails:
            topic.add_subscription(subscriptions.EmailSubscription(email))
        return topic

    def _function(self, slack: Slack | None, snapshots: Snapshots, local_cloud: LocalCloud | None) -> Function:
        idempotency = dynamodb.TableV2(
            self,
            "Idempotency",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            time_to_live_attribute="expiration",
            billing=dynamodb.Billing.on_demand(),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        item_actions = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
        queue_actions = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ChangeMessageVisibility",
        ]
        statements = [
            iam.PolicyStatement(actions=["sns:Publish"], resources=[self.topic.topic_arn]),
            iam.PolicyStatement(actions=item_actions, resources=[idempotency.table_arn]),
            iam.PolicyStatement(actions=queue_actions, resources=[self.queue.queue_arn]),
        ]
        environment = {
            "NOTIFICATION_TOPIC_ARN": self.topic.topic_arn,
            "IDEMPOTENCY_TABLE_NAME": idempotency.table_name,
            "NOTIFY_QUEUE_URL": self.queue.queue_url,
        }
        if self.amazon_q_topic:
            environment["AMAZON_Q_TOPIC_ARN"] = self.amazon_q_topic.topic_arn
            statements.append(iam.PolicyStatement(actions=["sns:Publish"], resources=[self.amazon_q_topic.topic_arn]))
        if slack:
            environment["SLACK_SECRET_NAME"] = slack.secret_name
            statements += self._reading_the_secret_of(slack)
            if slack.channel:  # a bot's: it looks for its threads, and its cards show the snapshots
                environment |= {
                    "SLACK_CHANNEL": json.dumps(slack.channel)[1:-1],  # the template is ASCII
                    "SNAPSHOT_TABLE_NAME": snapshots.table.table_name,
                }
                statements += [
                    iam.PolicyStatement(actions=["dynamodb:GetItem"], resources=[idempotency.table_arn]),
                    iam.PolicyStatement(actions=["dynamodb:BatchGetItem"], resources=[snapshots.table.table_arn]),
                    iam.PolicyStatement(actions=["dynamodb:Query"], resources=[snapshots.index_arn]),
                ]
        if local_cloud:
            environment["SLACK_ORIGIN"] = local_cloud.slack_origin
        function = Function(
            self,
            "Function",
            name="notify",
            description="Tells the SNS topic and Slack what happened to an Outposts order",
            distributions=("slack-sdk",),
            timeout=TIMEOUT,
            memory=memory.NOTIFY,
            environment=environment,
            statements=statements,
            local=bool(local_cloud),
        )
        lambda_.EventSourceMapping(
            self,
            "FromQueue",
            target=function,
            event_source_arn=self.queue.queue_arn,
            # A flood comes in few batches, so that Slack gets digests. Lambda ends a batch at its payload's limit of
            # 6 MB by itself: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
            batch_size=100,
            max_batching_window=cdk.Duration.seconds(5),
            # Slack takes about one message a second, so more at once would only be turned away.
            max_concurrency=2,
            report_batch_item_failures=True,
        )
        return function

    def _reading_the_secret_of(self, slack: Slack) -> list[iam.PolicyStatement]:
        stack = cdk.Stack.of(self)
        # Secrets Manager adds six characters of its own to the name in the ARN.
        arn = stack.format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{slack.secret_name}-??????",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        statements = [iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[arn])]
        if slack.kms_key_arn:
            # Secrets Manager decrypts with the caller's permissions, and names itself and the secret:
            # https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
            conditions = {
                "StringEquals": {"kms:ViaService": f"secretsmanager.{stack.region}.amazonaws.com"},
                "StringLike": {"kms:EncryptionContext:SecretARN": arn},
            }
            statements.append(
                iam.PolicyStatement(actions=["kms:Decrypt"], resources=[slack.kms_key_arn], conditions=conditions)
            )
        return statements

    def _rule(self, configuration: Configuration, bus: events.EventBus) -> None:
        rule = events.Rule(
            self,
            "Rule",
            event_bus=bus,
            description="What people are told of: whole observations of an order, narrowed by the configuration",
            event_pattern=events.EventPattern(source=[SOURCE]),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letter_queue)],
        )
        resource = rule.node.default_child
        assert isinstance(resource, events.CfnRule)  # noqa: S101 - for the type checker; CDK's own promise
        pattern = rule_pattern(configuration.notify, announce_existing_orders=configuration.announce_existing_orders)
        if holds_null(pattern) or not json.dumps(pattern, ensure_ascii=False).isascii():
            # jsii drops null from a list, CloudFormation refuses it in an object, and it answers with ? for what is not
            # ASCII. As a text with JSON's escapes, all of it reaches EventBridge:
            # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-null-values.html
            resource.add_property_override("EventPattern", text_of(pattern))
        else:
            resource.event_pattern = pattern
