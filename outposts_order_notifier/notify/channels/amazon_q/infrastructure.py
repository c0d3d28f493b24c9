"""The topic of Amazon Q Developer (CDK)."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns

from outposts_order_notifier.notify.channels.amazon_q import TOPIC
from outposts_order_notifier.notify.channels.amazon_q.settings import KEY
from outposts_order_notifier.notify.infrastructure import Needs, Site


def needs(channels: Mapping[str, Any], site: Site) -> Needs | None:
    """Create the topic if it is configured."""
    if not channels.get(KEY):
        return None
    topic = sns.Topic(site.scope, "AmazonQTopic", display_name="Outposts orders", enforce_ssl=True)
    publish = iam.PolicyStatement(actions=["sns:Publish"], resources=[topic.topic_arn])
    return Needs({TOPIC: topic.topic_arn}, [publish], topic)
