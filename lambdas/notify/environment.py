"""Notify's environment variables, read once at cold start."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Environment:
    """What the stack tells the function.

    Attributes:
        topic_arn: The SNS topic of notifications.
        idempotency_table_name: Where it is remembered which channel was told what.
        queue_url: The queue that the function is fed from.
        slack_secret_name: The secret that holds Slack's webhook; None where Slack is not configured.
        slack_webhook_origin: An origin accepted besides Slack's own, for the local cloud; None in AWS.
    """

    topic_arn: str
    idempotency_table_name: str
    queue_url: str
    slack_secret_name: str | None
    slack_webhook_origin: str | None

    @classmethod
    def load(cls) -> "Environment":
        """Read the variables.

        Raises:
            KeyError: A required one is missing; the text is its name.
        """
        return cls(
            topic_arn=os.environ["NOTIFICATION_TOPIC_ARN"],
            idempotency_table_name=os.environ["IDEMPOTENCY_TABLE_NAME"],
            queue_url=os.environ["NOTIFY_QUEUE_URL"],
            slack_secret_name=os.environ.get("SLACK_SECRET_NAME"),
            slack_webhook_origin=os.environ.get("SLACK_WEBHOOK_ORIGIN"),
        )
