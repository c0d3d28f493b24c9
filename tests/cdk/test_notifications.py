"""From the bus to people."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from testing.synthesis import ACCOUNT, FULL, only, statements_of, template_of

ROLE = "What the notify function of the Outposts order notifier may do"


def rule_pattern(template: Template) -> dict[str, Any]:
    """Return the pattern of the events about which people are notified."""
    rule = only(template, "AWS::Events::Rule", EventPattern={"source": ["outposts-order-notifier"]})
    pattern: dict[str, Any] = rule["EventPattern"]
    return pattern


def notify_function(template: Template) -> dict[str, Any]:
    """Return the notify function's properties."""
    return only(template, "AWS::Lambda::Function", Handler="lambdas.notify.handler.handler")


class TestRule:
    """The events about which people are notified."""

    @pytest.mark.parametrize(
        ("notifier", "detail"),
        [
            ({}, {"baseline": [False]}),
            ({"announceExistingOrders": True}, None),
            ({"notify": {"orderStatus": ["ERROR"]}}, {"baseline": [False], "orderStatus": ["ERROR"]}),
            ({"announceExistingOrders": True, "notify": {"region": ["eu-west-1"]}}, {"region": ["eu-west-1"]}),
        ],
    )
    def test_matches_whole_observations_that_the_configuration_selects(
        self, notifier: dict[str, Any], detail: dict[str, Any] | None
    ) -> None:
        """`notify` and `announceExistingOrders` add to the rule's pattern; what a first poll finds is not reported."""
        pattern = rule_pattern(template_of(notifier))
        assert pattern["detail-type"] == ["Outposts Order Updated"]
        assert pattern.get("detail") == detail

    def test_null_reaches_event_bridge(self) -> None:
        """CloudFormation rejects null in an object, so a pattern with null is text in the template."""
        notify = {"outpostId": [None, "op-0123456789abcdef0"], "changes": {"shipment": [None]}}
        (rule,) = (
            rule["Properties"]["EventPattern"]
            for rule in template_of({"notify": notify}).find_resources("AWS::Events::Rule").values()
            if "outpostId" in rule["Properties"]["EventPattern"]
        )
        assert json.loads(rule) == {
            "source": ["outposts-order-notifier"],
            "detail-type": ["Outposts Order Updated"],
            "detail": {"baseline": [False], **notify},
        }

    def test_leaves_what_it_cannot_deliver_in_the_dead_letter_queue(self, minimal: Template) -> None:
        """An event that never reached the queue is with the notifications that were given up."""
        rule = only(minimal, "AWS::Events::Rule", EventPattern={"source": ["outposts-order-notifier"]})
        (target,) = rule["Targets"]
        assert "NotificationsDeadLetterQueue" in str(target["DeadLetterConfig"])


ROUTES: list[dict[str, Any]] = [
    {
        "name": "dublin",
        "notify": {"outpostId": ["op-0123456789abcdef0"]},
        "slack": {"secretName": "outposts/slack", "channel": "#outposts-dublin"},
    },
    {
        "name": "cork-2",
        "notify": {"changes": {"shipment": [None]}},
        "webhook": {"secretName": "cork/webhook"},
        "emails": ["cork@example.com"],
    },
]


def of_route(template: Template, resource_type: str) -> dict[str, Any]:
    """Return the resources of a type that routes add, by logical id."""
    found = template.find_resources(resource_type)
    return {name: each for name, each in found.items() if name.startswith("NotificationsRoute")}


class TestRoutes:
    """Further recipients, each with its own pattern."""

    def test_each_has_a_rule_with_its_pattern_and_envelope(self) -> None:
        """It sends the whole event to notify's queue, so that nulls and numbers survive."""
        rules = of_route(template_of({"routes": ROUTES}), "AWS::Events::Rule").values()
        dublin, cork = (rule["Properties"] for rule in rules)
        assert dublin["Name"] == "OutpostsOrderNotifier-route-dublin"
        assert dublin["EventPattern"] == {
            "source": ["outposts-order-notifier"],
            "detail-type": ["Outposts Order Updated"],
            "detail": {"baseline": [False], "outpostId": ["op-0123456789abcdef0"]},
        }
        assert json.loads(cork["EventPattern"])["detail"] == {"baseline": [False], "changes": {"shipment": [None]}}
        for route, rule in {"dublin": dublin, "cork-2": cork}.items():
            (target,) = rule["Targets"]
            assert "NotificationsQueue" in str(target["Arn"])
            assert "NotificationsDeadLetterQueue" in str(target["DeadLetterConfig"])
            template = f'{{"route":"{route}","event":<aws.events.event.json>}}'
            assert target["InputTransformer"] == {"InputTemplate": template}

    def test_existing_orders_are_announced_to_routes_as_well(self) -> None:
        """Or to nobody."""
        template = template_of({"announceExistingOrders": True, "routes": ROUTES[:1]})
        (rule,) = of_route(template, "AWS::Events::Rule").values()
        assert rule["Properties"]["EventPattern"]["detail"] == {"outpostId": ["op-0123456789abcdef0"]}

    def test_the_function_knows_a_route_before_its_rule_sends(self) -> None:
        """It would drop the messages of a route that it does not know."""
        template = template_of({"routes": ROUTES})
        (function,) = template.find_resources(
            "AWS::Lambda::Function", {"Properties": {"Handler": "lambdas.notify.handler.handler"}}
        )
        assert all(function in rule["DependsOn"] for rule in of_route(template, "AWS::Events::Rule").values())

    def test_the_function_knows_the_channels_of_each(self) -> None:
        """What all of them need is a variable of its own."""
        template = template_of({"routes": ROUTES})
        variables = notify_function(template)["Environment"]["Variables"]
        before, topic, after = variables["ROUTES"]["Fn::Join"][1]
        assert topic["Ref"] in of_route(template, "AWS::SNS::Topic")
        assert json.loads(f"{before}topic{after}") == {
            "dublin": {"SLACK_SECRET_NAME": "outposts/slack", "SLACK_CHANNEL": "outposts-dublin"},
            "cork-2": {"NOTIFICATION_TOPIC_ARN": "topic", "WEBHOOK_SECRET_NAME": "cork/webhook"},
        }
        assert "SNAPSHOT_TABLE_NAME" in variables
        assert variables["NOTIFICATION_TOPIC_ARN"] != topic
        assert not {"SLACK_SECRET_NAME", "SLACK_CHANNEL", "WEBHOOK_SECRET_NAME"} & variables.keys()

    def test_one_with_addresses_has_a_topic_that_gets_no_alarms(self) -> None:
        """An e-mail's sender is the topic's display name."""
        template = template_of({"routes": ROUTES})
        (topic,) = of_route(template, "AWS::SNS::Topic").values()
        assert topic["Properties"]["DisplayName"] == "Outposts orders cork-2"
        (policy,) = of_route(template, "AWS::SNS::TopicPolicy").values()
        (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        (subscription,) = template.find_resources("AWS::SNS::Subscription").values()
        assert subscription["Properties"]["Endpoint"] == "cork@example.com"

    def test_the_default_route_is_unchanged(self, full: Template) -> None:
        """An upgrade that adds routes replaces nothing."""
        added = template_of({**FULL, "routes": ROUTES}).to_json()["Resources"]
        kept = {
            name: each for name, each in full.to_json()["Resources"].items() if each["Type"] != "AWS::Lambda::Function"
        }
        changed = {each["Type"] for name, each in kept.items() if added[name] != each}
        assert changed <= {"AWS::SQS::QueuePolicy", "AWS::IAM::Policy"}


class TestQueues:
    """The queue before the function, and the dead-letter queues."""

    def test_every_queue_requires_tls(self, minimal: Template) -> None:
        """Each queue's policy denies requests without TLS."""
        queues = minimal.find_resources("AWS::SQS::Queue")
        policies = minimal.find_resources("AWS::SQS::QueuePolicy")
        guarded = {
            policy["Properties"]["Queues"][0]["Ref"]
            for policy in policies.values()
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        }
        assert guarded == queues.keys()

    def test_a_notification_is_tried_for_hours_and_then_kept_for_two_weeks(self, minimal: Template) -> None:
        """Twenty receives, about four hours with the function's back-off, precede the dead-letter queue."""
        queue = only(minimal, "AWS::SQS::Queue", RedrivePolicy={"maxReceiveCount": 20})
        assert "NotificationsDeadLetterQueue" in str(queue["RedrivePolicy"]["deadLetterTargetArn"])
        minimal.resource_properties_count_is("AWS::SQS::Queue", {"MessageRetentionPeriod": 1_209_600}, 2)

    def test_a_message_stays_hidden_for_six_runs_of_the_function(self, minimal: Template) -> None:
        """Lambda's guide recommends six times the function's time-out."""
        queue = only(minimal, "AWS::SQS::Queue", RedrivePolicy={"maxReceiveCount": 20})
        assert queue["VisibilityTimeout"] >= 6 * notify_function(minimal)["Timeout"]

    def test_only_the_failed_messages_of_a_batch_are_retried(self, minimal: Template) -> None:
        """One message's failure does not cause the others in its batch to be sent again."""
        mapping = only(minimal, "AWS::Lambda::EventSourceMapping")
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}

    def test_a_flood_is_received_in_large_batches(self, minimal: Template) -> None:
        """Only the messages of one batch can share a digest."""
        mapping = only(minimal, "AWS::Lambda::EventSourceMapping")
        assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (100, 5)


class TestTopic:
    """The topic."""

    def test_requires_tls_and_lets_this_accounts_alarms_publish(self, minimal: Template) -> None:
        """Nothing without TLS may publish."""
        policy = only(minimal, "AWS::SNS::TopicPolicy")
        deny, allow = policy["PolicyDocument"]["Statement"]
        assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
        assert allow["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}

    def test_each_address_is_subscribed(self, full: Template) -> None:
        """Every configured address receives the topic's e-mails."""
        for email in FULL["emails"]:
            full.has_resource_properties("AWS::SNS::Subscription", {"Protocol": "email", "Endpoint": email})

    def test_alarms_go_to_the_queue_for_slack(self, full: Template) -> None:
        """Of the topic's messages, the queue receives only alarms, as CloudWatch wrote them."""
        subscription = only(full, "AWS::SNS::Subscription", Protocol="sqs")
        assert subscription["RawMessageDelivery"] is True
        assert subscription["FilterPolicyScope"] == "MessageBody"
        assert subscription["FilterPolicy"] == {"AlarmName": [{"exists": True}]}

    def test_alarms_go_to_the_queue_for_amazon_q_only(self) -> None:
        """Even without Slack: the function turns them into custom notifications."""
        template = template_of({"amazonQDeveloper": True})
        assert only(template, "AWS::SNS::Subscription")["FilterPolicy"] == {"AlarmName": [{"exists": True}]}

    def test_alarms_go_to_the_queue_for_a_webhook_only(self) -> None:
        """The function posts them."""
        template = template_of({"webhook": {"secretName": "outposts/webhook"}})
        assert only(template, "AWS::SNS::Subscription")["FilterPolicy"] == {"AlarmName": [{"exists": True}]}

    def test_without_another_channel_the_topic_delivers_alarms(self, minimal: Template) -> None:
        """They do not go through the queue."""
        minimal.resource_count_is("AWS::SNS::Subscription", 0)


class TestNotifyFunction:
    """The function."""

    def test_its_environment_names_its_resources(self, full: Template) -> None:
        """The function's environment has topic, table, queue and Slack, but not the secret's value."""
        variables = notify_function(full)["Environment"]["Variables"]
        assert variables.keys() == {
            "NOTIFICATION_TOPIC_ARN",
            "IDEMPOTENCY_TABLE_NAME",
            "BOARD_URL",
            "NOTIFY_QUEUE_URL",
            "SLACK_SECRET_NAME",
            "SLACK_CHANNEL",
            "SNAPSHOT_TABLE_NAME",
            "POWERTOOLS_SERVICE_NAME",
            "POWERTOOLS_METRICS_NAMESPACE",
            "POWERTOOLS_LOG_LEVEL",
        }
        slack = FULL["slack"]
        assert (variables["SLACK_SECRET_NAME"], variables["SLACK_CHANNEL"]) == (slack["secretName"], "outposts")

    def test_a_webhook_only_needs_its_secret(self) -> None:
        """The secret's name is a variable; its URL and key are not."""
        template = template_of({"webhook": {"secretName": "outposts/webhook"}})
        variables = notify_function(template)["Environment"]["Variables"]
        assert {name: value for name, value in variables.items() if "WEBHOOK" in name} == {
            "WEBHOOK_SECRET_NAME": "outposts/webhook"
        }
        (reading,) = [each for each in statements_of(template, ROLE) if "secretsmanager" in str(each)]
        assert reading["Action"] == "secretsmanager:GetSecretValue"
        assert ":secret:outposts/webhook-??????" in str(reading["Resource"])

    def test_without_slack_it_may_not_read_secrets(self, minimal: Template) -> None:
        """Secrets Manager is only allowed if a secret is configured."""
        assert "secretsmanager" not in str(statements_of(minimal, ROLE))

    def test_what_was_sent_is_recorded_until_it_expires(self, minimal: Template) -> None:
        """The idempotency table's items expire, and it is deleted with the stack."""
        minimal.has_resource(
            "AWS::DynamoDB::GlobalTable",
            {
                "Properties": {
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "TimeToLiveSpecification": {"AttributeName": "expiration", "Enabled": True},
                    "BillingMode": "PAY_PER_REQUEST",
                    "Replicas": Match.any_value(),
                },
                "DeletionPolicy": "Delete",
            },
        )
