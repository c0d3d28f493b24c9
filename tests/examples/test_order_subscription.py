"""The construct in a template."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Template
from order_subscription import OrderSubscription, any_error, order_completed, stalled

from testing.synthesis import only

BUS_ARN = "arn:aws:events:eu-west-1:111122223333:event-bus/outposts-order-notifier"


def rule_of(stack: cdk.Stack) -> dict[str, Any]:
    """Synthesize a stack, and return its only rule."""
    return only(Template.from_stack(stack), "AWS::Events::Rule")


class TestOrderSubscription:
    """One line subscribes."""

    def test_it_finds_the_bus_by_its_parameter(self) -> None:
        """The name comes from Parameter Store when the stack is deployed: no look-up, no copy of the name."""
        stack = cdk.Stack()
        OrderSubscription(stack, "Done", events=[order_completed()], targets=[targets.SqsQueue(sqs.Queue(stack, "Q"))])
        template = Template.from_stack(stack)
        (parameter,) = template.find_parameters(
            "*",
            {
                "Type": "AWS::SSM::Parameter::Value<String>",
                "Default": "/outposts-order-notifier/event-bus-name",
            },
        )
        assert only(template, "AWS::Events::Rule")["EventBusName"] == {"Ref": parameter}

    def test_several_filters_result_in_one_rule(self) -> None:
        """An event that matches two of them arrives once."""
        stack = cdk.Stack()
        OrderSubscription(
            stack,
            "Trouble",
            events=[any_error(), stalled()],
            targets=[targets.SqsQueue(sqs.Queue(stack, "Q"))],
            bus="test-bus",
            outpost_ids=["op-1"],
        )
        rule = rule_of(stack)
        assert rule["EventBusName"] == "test-bus"
        assert rule["EventPattern"]["detail"] == {"outpostId": ["op-1"], "baseline": [False]}
        assert [each["detail-type"] for each in rule["EventPattern"]["$or"]] == [
            ["Outposts Order Status Change", "Outposts Line Item Status Change"],
            ["Outposts Order Stalled"],
        ]

    def test_each_target_has_a_dead_letter_queue(self) -> None:
        """It is the subscription's, and only accepts this rule; a target's own queue is not changed."""
        stack = cdk.Stack()
        queue, own = sqs.Queue(stack, "Q"), sqs.Queue(stack, "Own")
        subscription = OrderSubscription(
            stack,
            "Done",
            events=[order_completed()],
            targets=[targets.SqsQueue(queue), targets.SqsQueue(queue, dead_letter_queue=own)],
        )
        made, given = rule_of(stack)["Targets"]
        letters = stack.resolve(subscription.dead_letter_queue.queue_arn)
        assert made["DeadLetterConfig"] == {"Arn": letters}
        assert given["DeadLetterConfig"] == {"Arn": stack.resolve(own.queue_arn)}
        policies = Template.from_stack(stack).find_resources("AWS::SQS::QueuePolicy")
        statements = [
            statement
            for policy in policies.values()
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            if statement["Resource"] == letters and statement["Effect"] == "Allow"
        ]
        rule = stack.resolve(subscription.rule.rule_arn)
        assert [statement["Condition"] for statement in statements] == [{"ArnEquals": {"aws:SourceArn": rule}}]

    def test_a_dead_letter_queue_can_be_configured(self) -> None:
        """A team can use one queue for all its subscriptions."""
        stack = cdk.Stack()
        letters = sqs.Queue(stack, "Letters")
        target = targets.SqsQueue(sqs.Queue(stack, "Q"))
        OrderSubscription(stack, "Done", events=[order_completed()], targets=[target], dead_letter_queue=letters)
        (target_of_rule,) = rule_of(stack)["Targets"]
        assert target_of_rule["DeadLetterConfig"] == {"Arn": stack.resolve(letters.queue_arn)}
        Template.from_stack(stack).resource_count_is("AWS::SQS::Queue", 2)

    def test_from_another_account_the_rule_is_put_on_the_bus_by_its_arn(self) -> None:
        """The target of this rule is the other account's bus, with a role that may put events there."""
        stack = cdk.Stack()
        own = events.EventBus(stack, "Orders")
        OrderSubscription(stack, "All", events=[stalled()], targets=[targets.EventBus(own)], bus=BUS_ARN)
        rule = rule_of(stack)
        assert rule["EventBusName"] == BUS_ARN
        (target,) = rule["Targets"]
        assert target["Arn"] == stack.resolve(own.event_bus_arn)
        assert "RoleArn" in target
