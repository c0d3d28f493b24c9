"""Notify's environment variables, read once at cold start."""

import json
import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Environment:
    """What the stack tells the function.

    Attributes:
        topic_arn: The SNS topic of notifications.
        idempotency_table_name: Where it is remembered which channel was told what.
        queue_url: The queue that the function is fed from.
        amazon_q_topic_arn: The topic of Amazon Q Developer; None where that is not configured.
        slack_secret_name: The secret that holds Slack's webhook or bot token; None where Slack is not configured.
        slack_channel: The channel that a bot writes to; None where none is configured.
        snapshot_table_name: Where a bot reads what its cards show; None where no channel is configured.
        slack_origin: The local cloud's Slack; None in AWS.
    """

    topic_arn: str
    idempotency_table_name: str
    queue_url: str
    amazon_q_topic_arn: str | None
    slack_secret_name: str | None
    slack_channel: str | None
    snapshot_table_name: str | None
    slack_origin: str | None

    @classmethod
    def load(cls) -> "Environment":
        """Read the variables.

        Raises:
            KeyError: A required one is missing; the text is its name.
        """
        channel = os.environ.get("SLACK_CHANNEL")
        return cls(
            topic_arn=os.environ["NOTIFICATION_TOPIC_ARN"],
            idempotency_table_name=os.environ["IDEMPOTENCY_TABLE_NAME"],
            queue_url=os.environ["NOTIFY_QUEUE_URL"],
            amazon_q_topic_arn=os.environ.get("AMAZON_Q_TOPIC_ARN"),
            slack_secret_name=os.environ.get("SLACK_SECRET_NAME"),
            # The template is ASCII, so a name of another script comes with JSON's escapes.
            slack_channel=json.loads(f'"{channel}"') if channel else None,
            snapshot_table_name=os.environ.get("SNAPSHOT_TABLE_NAME"),
            slack_origin=os.environ.get("SLACK_ORIGIN"),
        )
