"""`doctor`'s check of the topic's subscriptions."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from outposts_order_notifier.notify.channels.sns import TOPIC
from outposts_order_notifier.notify.check import Check, Deployment

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient

NAME = "subscriptions"


def check(deployment: Deployment) -> Iterator[Check]:
    """Check that the topic has subscribers, and that each has confirmed."""
    if not (topic := deployment.variables("NotifyFunctionName").get(TOPIC)):
        return  # a route without e-mail addresses
    sns = deployment.session.client("sns")
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    own = {
        each.name: each.logical_id
        for each in deployment.of_kind("AWS::SNS::Subscription")
        if each.name.startswith(f"{topic}:")
    }
    found = [subscription for page in pages for subscription in page["Subscriptions"]]
    arns = {each["SubscriptionArn"] for each in found}
    if gone := [name for arn, name in own.items() if arn not in arns and not _is_pending(sns, arn)]:
        todo = "Remove it from emails and deploy; to subscribe it again, add it and deploy once more"
        yield Check(NAME, "fail", f"unsubscribed: {', '.join(gone)}", todo)
    waiting = [each["Endpoint"] for each in found if each["SubscriptionArn"] == "PendingConfirmation"]
    internal = [each for each in found if each["SubscriptionArn"] in own and each["Protocol"] in {"sqs", "lambda"}]
    readers = [each for each in found if each["SubscriptionArn"].startswith("arn:") and each not in internal]
    if waiting:
        yield Check(NAME, "fail", f"unconfirmed: {', '.join(waiting)}", "Confirm by the link in AWS's mail")
    elif readers:
        yield Check(NAME, "ok", f"{len(readers)} confirmed")
    elif internal:
        yield Check(NAME, "ok", "only the notify function's, which serves the other channels")
    else:
        todo = "Configure emails or another channel, or subscribe"
        yield Check(NAME, "warn", "nobody is subscribed to the topic", todo)


def _is_pending(sns: "SNSClient", arn: str) -> bool:
    """Return whether a subscription that SNS does not list by its ARN waits for confirmation; otherwise it is gone."""
    try:
        attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    except sns.exceptions.NotFoundException:
        return False
    return attributes["PendingConfirmation"] == "true"
