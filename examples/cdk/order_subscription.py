"""Subscribe to the events of the Outposts order notifier: copy this one file into your CDK application.

It needs `aws_cdk` and `constructs`, and nothing else from the notifier:

    OrderSubscription(
        self,
        "Replaced",
        events=[line_item_replaced(), any_error()],
        targets=[targets.LambdaFunction(function)],
    )

A filter returns an EventBridge pattern, a plain dictionary: it also works in a template or with `put-rule`, and you can
list your own patterns next to it.
"""

import inspect
import json
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, get_args

import aws_cdk as cdk
import jsii
from aws_cdk import aws_events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm
from constructs import Construct

Pattern: TypeAlias = dict[str, Any]
# As documented by the Outposts API; RECEIVED, PENDING, PROCESSING, INSTALLING and FULFILLED are deprecated.
OrderStatus: TypeAlias = Literal[
    "PREPARING",
    "IN_PROGRESS",
    "DELIVERED",
    "COMPLETED",
    "CANCELLED",
    "ERROR",
    "RECEIVED",
    "PENDING",
    "PROCESSING",
    "INSTALLING",
    "FULFILLED",
]
LineItemStatus: TypeAlias = Literal[
    "PREPARING",
    "BUILDING",
    "SHIPPED",
    "DELIVERED",
    "INSTALLING",
    "INSTALLED",
    "ERROR",
    "CANCELLED",
    "REPLACED",
]

SOURCE = "outposts-order-notifier"
BUS_NAME_PARAMETER = "/outposts-order-notifier/event-bus-name"
ORDER_STATUS_CHANGE = "Outposts Order Status Change"
LINE_ITEM_STATUS_CHANGE = "Outposts Line Item Status Change"
SHIPMENT_CHANGE = "Outposts Line Item Shipment Change"
STALLED = "Outposts Order Stalled"
UPDATED = "Outposts Order Updated"
MAX_PATTERN_CHARACTERS = 2_048  # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html


def everything() -> Pattern:
    """Select every change once: all events except `Outposts Order Updated`, which repeats the others."""
    return _pattern({"anything-but": [UPDATED]})


def order_status(*statuses: OrderStatus) -> Pattern:
    """Select orders that enter one of these statuses, or without arguments, any status.

    Raises:
        ValueError: The Outposts API has no such status.
    """
    return _pattern(ORDER_STATUS_CHANGE, status=_known(statuses, get_args(OrderStatus)))


def order_completed() -> Pattern:
    """Select orders that are completed."""
    return order_status("COMPLETED")


def line_item_status(*statuses: LineItemStatus) -> Pattern:
    """Select line items that enter one of these statuses, or without arguments, any status.

    Raises:
        ValueError: The Outposts API has no such status.
    """
    return _pattern(LINE_ITEM_STATUS_CHANGE, status=_known(statuses, get_args(LineItemStatus)))


def line_item_replaced() -> Pattern:
    """Select line items whose hardware AWS replaces."""
    return line_item_status("REPLACED")


def any_error() -> Pattern:
    """Select orders and line items that enter ERROR."""
    return _pattern(ORDER_STATUS_CHANGE, LINE_ITEM_STATUS_CHANGE, status=["ERROR"])


def shipped_with_tracking() -> Pattern:
    """Select shipments with a tracking number, when it or the carrier appears or changes."""
    any_text = {"prefix": ""}  # `exists` would also match null
    return _pattern(SHIPMENT_CHANGE, shipment={"trackingNumber": [any_text]})


def stalled() -> Pattern:
    """Select orders and line items that have been in one status for longer than configured in the notifier."""
    return _pattern(STALLED)


def in_update(wanted: Pattern) -> Pattern:
    """Select each `Outposts Order Updated`, one event for a whole observation, that contains such a change: for people.

    Args:
        wanted: A filter of this file, or another pattern on the `detail-type` and the further keys of an event.
    """
    return _pattern(UPDATED, changes={"detailType": wanted["detail-type"], **wanted.get("detail", {})})


def rule_pattern(  # noqa: PLR0913 - each narrows by a different key
    filters: Sequence[Pattern],
    *,
    outpost_ids: Sequence[str] = (),
    accounts: Sequence[str] = (),
    regions: Sequence[str] = (),
    order_types: Sequence[str] = (),
    include_baseline: bool = False,
) -> Pattern:
    """Return one rule's pattern: any of the filters, narrowed by each argument that is not empty.

    One rule for all filters, so that an event that matches two of them arrives once.

    Args:
        filters: The filters.
        outpost_ids: Only orders for these Outposts.
        accounts: Only orders in these accounts.
        regions: Only orders in these regions.
        order_types: Only these types of orders: `OUTPOST`, `REPLACEMENT`.
        include_baseline: Whether to include what the notifier's first poll found.

    Raises:
        TypeError: An argument is a string instead of a list.
        ValueError: There is no filter, or the pattern is longer than EventBridge allows.
    """
    if isinstance(filters, dict):
        raise TypeError("events is one filter; pass a list, such as [everything()]")
    if not filters:
        raise ValueError("events is empty; pass at least one filter, such as everything()")
    wanted = {
        "outpostId": _several("outpost_ids", outpost_ids),
        "account": _several("accounts", accounts),
        "region": _several("regions", regions),
        "orderType": _several("order_types", order_types),
    }
    narrowing: Pattern = {key: values for key, values in wanted.items() if values}
    if not include_baseline:
        narrowing["baseline"] = [False]
    alternatives = [{key: value for key, value in each.items() if key != "source"} for each in filters]
    if len(alternatives) == 1:
        (only,) = alternatives
        pattern = {"source": [SOURCE], **only, "detail": {**only.get("detail", {}), **narrowing}}
    else:
        pattern = {"source": [SOURCE], "detail": narrowing, "$or": alternatives}
    pattern = {key: value for key, value in pattern.items() if value}  # EventBridge refuses an empty object
    if (length := len(json.dumps(pattern, separators=(",", ":")))) > MAX_PATTERN_CHARACTERS:
        raise ValueError(
            f"the pattern has {length} characters, EventBridge allows {MAX_PATTERN_CHARACTERS}: create several "
            "subscriptions, and divide the filters or the Outposts among them"
        )
    return pattern


class OrderSubscription(Construct):
    """A rule on the notifier's bus, with a dead-letter queue for events that a target refuses.

    Without one, EventBridge drops an event that a target has refused for 24 hours. The queue keeps it for 14 days: put
    an alarm on its `ApproximateNumberOfMessagesVisible`.

    Args:
        scope: The stack.
        construct_id: Its id there.
        events: Filters of this file, or other patterns. An event that matches several of them arrives once.
        targets: At most 5 targets, from `aws_cdk.aws_events_targets`.
        bus: The bus's name, or, from another account, its ARN; the target must then be a bus in your account.
            By default the name in the notifier's parameter in Parameter Store, in the same account and region.
        dead_letter_queue: For targets that have none; created by default. An imported one
            must allow EventBridge to send messages.
        narrowing: The arguments of `rule_pattern`: outpost_ids, accounts, regions, order_types, include_baseline.

    Attributes:
        rule: The rule.
        dead_letter_queue: Events that the targets refused.

    Raises:
        TypeError, ValueError: As `rule_pattern`.
    """

    def __init__(  # noqa: PLR0913 - each has its own meaning
        self,
        scope: Construct,
        construct_id: str,
        *,
        events: Sequence[Pattern],
        targets: Sequence[aws_events.IRuleTarget],
        bus: str | None = None,
        dead_letter_queue: sqs.IQueue | None = None,
        **narrowing: Any,
    ) -> None:
        super().__init__(scope, construct_id)
        pattern = rule_pattern(events, **narrowing)
        name = bus or ssm.StringParameter.value_for_string_parameter(self, BUS_NAME_PARAMETER)
        self.rule = aws_events.Rule(
            self,
            "Rule",
            event_bus=aws_events.EventBus.from_event_bus_name(self, "Bus", name),
            event_pattern=aws_events.EventPattern(source=[SOURCE]),
        )
        # `EventPattern` does not support `$or`.
        _cfn_rule(self.rule).event_pattern = pattern
        self.dead_letter_queue = dead_letter_queue or sqs.Queue(
            self, "DeadLetters", retention_period=cdk.Duration.days(14), enforce_ssl=True
        )
        self.dead_letter_queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("events.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.dead_letter_queue.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": self.rule.rule_arn}},
            )
        )
        for target in targets:
            self.rule.add_target(_WithDeadLetters(target, self.dead_letter_queue))


@jsii.implements(aws_events.IRuleTarget)
class _WithDeadLetters:
    """The given target, with a dead-letter queue if it has none."""

    def __init__(self, target: aws_events.IRuleTarget, queue: sqs.IQueue) -> None:
        self._target = target
        self._queue = queue

    def bind(self, rule: Any, id: str | None = None) -> aws_events.RuleTargetConfig:  # noqa: A002 - CDK's
        config = self._target.bind(rule, id)
        if config.dead_letter_config is not None:
            return config
        members = {name: getattr(config, name) for name in inspect.signature(aws_events.RuleTargetConfig).parameters}
        queue = aws_events.CfnRule.DeadLetterConfigProperty(arn=self._queue.queue_arn)
        return aws_events.RuleTargetConfig(**{**members, "dead_letter_config": queue})


def _cfn_rule(rule: aws_events.Rule) -> aws_events.CfnRule:
    child = rule.node.default_child
    assert isinstance(child, aws_events.CfnRule)  # noqa: S101 - for the type checker; CDK's own promise
    return child


def _pattern(*detail_types: str | Pattern, **detail: Any) -> Pattern:
    pattern: Pattern = {"source": [SOURCE], "detail-type": list(detail_types)}
    wanted = {key: value for key, value in detail.items() if value}
    return {**pattern, "detail": wanted} if wanted else pattern


def _known(statuses: Sequence[str], known: Sequence[str]) -> list[str]:
    for status in statuses:
        if status not in known:
            raise ValueError(f"{status!r} is not a known status; known are {', '.join(known)}")
    return list(statuses)


def _several(name: str, values: Sequence[str]) -> list[str]:
    if isinstance(values, str):
        raise TypeError(f"{name}: {values!r} is a string; pass a list, [{values!r}]")
    return list(values)
