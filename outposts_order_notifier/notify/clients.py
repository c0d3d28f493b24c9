"""Notify's AWS clients, each created once."""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from outposts_order_notifier.runtime.client_config import brief

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sqs.client import SQSClient


@cache
def dynamodb() -> "DynamoDBClient":
    """Return DynamoDB's client."""
    return boto3.client("dynamodb", config=brief(3))


@cache
def sns() -> "SNSClient":
    """Return SNS's client: a publication takes at most 12 seconds, which leaves time to record it."""
    return boto3.client("sns", config=Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 2}))


@cache
def sqs() -> "SQSClient":
    """Return SQS's client."""
    return boto3.client("sqs", config=brief(2))
