"""What Slack needs: its secret, and for a bot its threads and the snapshots that its cards show (CDK)."""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_iam as iam

from outposts_order_notifier.notify.channels.slack import CHANNEL, ORIGIN, SECRET, SNAPSHOTS
from outposts_order_notifier.notify.channels.slack.settings import KEY, Slack
from outposts_order_notifier.notify.infrastructure import Needs, Site, reading_secret

DISTRIBUTIONS = ("slack-sdk",)


def needs(channels: Mapping[str, Any], site: Site) -> Needs | None:
    """Return what the function needs if Slack is configured."""
    slack: Slack | None = channels.get(KEY)
    if not slack:
        return None
    environment = {SECRET: slack.secret.secret_name}
    statements = reading_secret(site.scope, slack.secret)
    if slack.channel:
        environment |= {
            CHANNEL: json.dumps(slack.channel)[1:-1],  # the template is ASCII
            SNAPSHOTS: site.snapshots.table_name,
        }
        statements += [
            iam.PolicyStatement(actions=["dynamodb:GetItem"], resources=[site.state.table_arn]),
            iam.PolicyStatement(actions=["dynamodb:BatchGetItem"], resources=[site.snapshots.table_arn]),
            iam.PolicyStatement(actions=["dynamodb:Query"], resources=[site.snapshot_index_arn]),
        ]
    if site.slack_origin:
        environment[ORIGIN] = site.slack_origin
    return Needs(environment, statements)
