"""The topic of notifications; CloudWatch publishes alarms to the default route's as well (CDK)."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions

from outposts_order_notifier.notify.channels.sns import TOPIC
from outposts_order_notifier.notify.channels.sns.settings import KEY
from outposts_order_notifier.notify.infrastructure import Needs, Site


def needs(channels: Mapping[str, Any], site: Site) -> Needs | None:
    """Create the topic, with a subscription for each address; a route without addresses needs none."""
    emails = channels.get(KEY, ())
    if site.route and not emails:
        return None
    display_name = f"Outposts orders {site.route}".strip()
    topic = sns.Topic(site.scope, "Topic", display_name=display_name, enforce_ssl=True)
    if not site.route:
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisAccount",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(site.scope).account}},
            )
        )
    for email in emails:
        topic.add_subscription(subscriptions.EmailSubscription(email))
    publish = iam.PolicyStatement(actions=["sns:Publish"], resources=[topic.topic_arn])
    return Needs({TOPIC: topic.topic_arn}, [publish], topic, alarms=False)
