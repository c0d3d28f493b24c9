"""Links to the console from a stack, whose region may be known only when it is deployed."""

import aws_cdk as cdk
from constructs import Construct

from outposts_order_notifier.wording.console import dashboard_url

# A region of each partition whose console has an address of its own.
_ELSEWHERE = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


def dashboard_link(scope: Construct, name: str) -> str:
    """Return the URL of a dashboard in the stack's region."""
    stack = cdk.Stack.of(scope)
    link = dashboard_url(stack.region, name)
    if cdk.Token.is_unresolved(stack.region):
        for partition, region in _ELSEWHERE.items():
            there = dashboard_url(region, name).replace(region, stack.region)
            link = cdk.Fn.condition_if(_condition(stack, partition).logical_id, there, link).to_string()
    return link


def _condition(stack: cdk.Stack, partition: str) -> cdk.CfnCondition:
    construct_id = f"Is-{partition}"
    known = stack.node.try_find_child(construct_id)
    if isinstance(known, cdk.CfnCondition):
        return known
    is_there = cdk.Fn.condition_equals(cdk.Aws.PARTITION, partition)
    return cdk.CfnCondition(stack, construct_id, expression=is_there)
