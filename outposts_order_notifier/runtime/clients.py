"""Builds the functions' AWS clients: their time-outs, retries and connections.

botocore waits a minute for a connection and another for an answer, which with its retries outlasts a function. Here, an
attempt takes at most 12 seconds.

Clients of other accounts, and what reads their answers, are in `outposts_order_notifier.sources`.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_organizations.client import OrganizationsClient
    from mypy_boto3_secretsmanager.client import SecretsManagerClient
    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sts.client import STSClient

Mode = Literal["standard", "adaptive"]  # adaptive: a throttled call slows down all threads that share the client

# Names the notifier in CloudTrail; boto3 appends botocore's version. Without it, botocore composes a longer text twice
# for each call, which takes a quarter of the call's processor time.
USER_AGENT = f"outposts-order-notifier Boto3/{boto3.__version__}"

# Creates a client from a service's name, `region_name` and `config`. Tests may replace it, and then call `clear`.
create: Callable[..., Any] = boto3.client


def configuration(attempts: int, *, mode: Mode = "standard", connections: int = 10, read_timeout: int = 8) -> Config:
    """Return a client's configuration. `attempts` includes the first one, `read_timeout` is in seconds."""
    return Config(
        connect_timeout=2,
        read_timeout=read_timeout,
        retries={"mode": mode, "total_max_attempts": attempts},
        max_pool_connections=connections,
        user_agent=USER_AGENT,
    )


@cache
def _client(service: str, attempts: int, region: str | None = None, **options: Any) -> Any:
    return create(service, region_name=region, config=configuration(attempts, **options))


def clear() -> None:
    """Forget all clients, so that the next call creates them again."""
    _client.cache_clear()


def dynamodb(attempts: int = 3, connections: int = 10) -> "DynamoDBClient":
    """Return the DynamoDB client."""
    return cast("DynamoDBClient", _client("dynamodb", attempts, connections=connections))


def events() -> "EventBridgeClient":
    """Return the EventBridge client. It makes one attempt, as `poll.event_bus` retries single entries."""
    return cast("EventBridgeClient", _client("events", 1))


def organizations() -> "OrganizationsClient":
    """Return the Organizations client. 10,000 accounts are 500 pages, which Organizations throttles."""
    return cast("OrganizationsClient", _client("organizations", 10, mode="adaptive"))


def secrets_manager() -> "SecretsManagerClient":
    """Return the Secrets Manager client."""
    return cast("SecretsManagerClient", _client("secretsmanager", 2, read_timeout=4))


def sns() -> "SNSClient":
    """Return the SNS client. A publication takes at most 12 seconds, which leaves time to record it."""
    return cast("SNSClient", _client("sns", 2, read_timeout=4))


def sqs(attempts: int = 2) -> "SQSClient":
    """Return the SQS client."""
    return cast("SQSClient", _client("sqs", attempts))


def sts(region: str) -> "STSClient":
    """Return the STS client of a region's own endpoint."""
    return cast("STSClient", _client("sts", 2, region))
