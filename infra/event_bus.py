"""The event bus, its archive, and who may put rules on it from outside."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from lambdas.orders.events import SOURCE

ARCHIVE_RETENTION = cdk.Duration.days(365)


class EventBus(Construct):
    """The stack's own bus.

    Args:
        scope: The stack.
        construct_id: Its id there.
        readers: Account ids and organization ids that may put rules on the bus.
        local: Whether this is the local cloud, whose CloudFormation knows neither archives nor bus policies.
    """

    def __init__(self, scope: Construct, construct_id: str, *, readers: tuple[str, ...], local: bool) -> None:
        super().__init__(scope, construct_id)
        self.bus = events.EventBus(
            self, "Bus", event_bus_name=SOURCE, description="What happens to Outposts orders, one event a transition"
        )
        if local:
            return
        self.bus.archive(
            "Archive",
            description="Every event of the notifier, to be replayed",
            event_pattern=events.EventPattern(source=[SOURCE]),
            retention=ARCHIVE_RETENTION,
        )
        for reader in readers:
            self.bus.add_to_resource_policy(self._rules_of(reader))

    def _rules_of(self, reader: str) -> iam.PolicyStatement:
        """Let others manage rules on the bus, each account its own.

        Follows https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-example-policy-cross-account-custom-bus-source.html
        and the condition key `events:creatorAccount` of
        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html.
        """
        organization = reader.startswith("o-")
        conditions = {"StringEqualsIfExists": {"events:creatorAccount": "${aws:PrincipalAccount}"}}
        if organization:
            conditions["StringEquals"] = {"aws:PrincipalOrgID": reader}
        actions = [
            "PutRule",
            "DescribeRule",
            "EnableRule",
            "DisableRule",
            "DeleteRule",
            "PutTargets",
            "ListTargetsByRule",
            "RemoveTargets",
            "TagResource",
            "UntagResource",
            "ListTagsForResource",
        ]
        return iam.PolicyStatement(
            sid=f"RulesOf{reader.replace('-', '')}",
            principals=[iam.AnyPrincipal() if organization else iam.AccountPrincipal(reader)],
            actions=[f"events:{action}" for action in actions],
            resources=[
                cdk.Stack.of(self).format_arn(
                    service="events", resource="rule", resource_name=f"{self.bus.event_bus_name}/*"
                )
            ],
            conditions=conditions,
        )
