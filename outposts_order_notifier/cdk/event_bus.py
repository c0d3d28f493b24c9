"""The event bus, its archive, and who may put rules on it from outside."""

from collections.abc import Mapping
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from outposts_order_notifier.domain.events import SOURCE

ARCHIVE_RETENTION = cdk.Duration.days(365)
ACTIONS = (
    *("PutRule", "DescribeRule", "EnableRule", "DisableRule", "DeleteRule", "PutTargets", "ListTargetsByRule"),
    *("RemoveTargets", "TagResource", "UntagResource", "ListTagsForResource"),
)


class EventBus(Construct):
    """The notifier's own bus, on which `readers` (account ids and organization ids) may put rules."""

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, readers: tuple[str, ...], local: bool
    ) -> None:
        super().__init__(scope, construct_id)
        self.bus = events.EventBus(
            self, "Bus", event_bus_name=name, description="What happens to Outposts orders, one event a transition"
        )
        if local:  # its CloudFormation has neither archives nor bus policies; `local` creates the archive by the API
            return
        archive = self.bus.archive(
            "Archive",
            description="Every event of the notifier, to be replayed",
            event_pattern=events.EventPattern(source=[SOURCE]),
            retention=ARCHIVE_RETENTION,
        )
        # The CDK writes "", which some regions reject: https://github.com/aws/aws-cdk/issues/37847
        cast("cdk.CfnResource", archive.node.default_child).add_property_deletion_override("KmsKeyIdentifier")
        self._allow(readers)

    def _allow(self, readers: tuple[str, ...]) -> None:
        """Add a statement for all accounts, and one for each organization.

        A bus has one policy of limited size, and EventBridge accepts one change of it at a time. So all accounts share
        a statement, and CloudFormation creates the statements one after another.
        """
        organizations = [reader for reader in readers if reader.startswith("o-")]
        accounts = [iam.AccountPrincipal(reader) for reader in readers if reader not in organizations]
        statements = [self._rules_of("ReaderAccounts", accounts)] if accounts else []
        statements += [
            self._rules_of(
                organization.replace("-", ""),
                [iam.AnyPrincipal()],
                {"StringEquals": {"aws:PrincipalOrgID": organization}},
            )
            for organization in organizations
        ]
        earlier = None
        for statement in statements:
            policy = cast("Construct", self.bus.add_to_resource_policy(statement).policy_dependable)
            if earlier:
                policy.node.add_dependency(earlier)
            earlier = policy

    def _rules_of(
        self,
        name: str,
        principals: list[iam.AccountPrincipal] | list[iam.AnyPrincipal],
        conditions: Mapping[str, Mapping[str, str]] | None = None,
    ) -> iam.PolicyStatement:
        """Allow others to manage rules on the bus, each account its own.

        Follows https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-example-policy-cross-account-custom-bus-source.html
        and the condition key `events:creatorAccount` of
        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html.
        """
        return iam.PolicyStatement(
            sid=f"RulesOf{name}",
            principals=list(principals),
            actions=[f"events:{action}" for action in ACTIONS],
            resources=[
                cdk.Stack.of(self).format_arn(
                    service="events", resource="rule", resource_name=f"{self.bus.event_bus_name}/*"
                )
            ],
            conditions={
                "StringEqualsIfExists": {"events:creatorAccount": "${aws:PrincipalAccount}"},
                **(conditions or {}),
            },
        )
