"""The role with which EventBridge Scheduler runs the stack's schedules."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct


def scheduler_role(scope: Construct, construct_id: str, description: str) -> iam.Role:
    """Create a role that only this account's schedules of the default group can assume; it has no permissions yet.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """
    stack = cdk.Stack.of(scope)
    group = stack.format_arn(service="scheduler", resource="schedule-group", resource_name="default")
    return iam.Role(
        scope,
        construct_id,
        description=description,
        assumed_by=iam.ServicePrincipal(
            "scheduler.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": stack.account, "aws:SourceArn": group}},
        ),
    )
