"""Publish to a topic of SNS, for the channels that do."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from outposts_order_notifier.notify.channel import ChannelError

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient


def publish(client: "SNSClient", arguments: Mapping[str, Any]) -> None:
    """Call Publish.

    Raises:
        ChannelError: SNS refuses or was not reached.
    """
    try:
        client.publish(**arguments)
    except (BotoCoreError, ClientError) as error:
        raise ChannelError(f"SNS: {error}") from error
