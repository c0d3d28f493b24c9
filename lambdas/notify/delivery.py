"""Tells every channel once: what a channel was told is remembered by event, apart from the other channels."""

from collections.abc import Callable, Mapping

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.notify.channel import ChannelError
from lambdas.orders.observability import count, logger

# Longer than a dead letter rests (14 days): a channel that was told then must not be told again at a redrive.
REMEMBERED_SECONDS = 30 * 86_400

FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 900


class Delivery:
    """Sends to channels, and remembers in a DynamoDB table what was sent."""

    def __init__(self, table_name: str) -> None:
        self._config = IdempotencyConfig(
            event_key_jmespath="[eventId, channel]", expires_after_seconds=REMEMBERED_SECONDS
        )
        self._send_once: Callable[..., None] = idempotent_function(
            _send,
            data_keyword_argument="delivery",
            persistence_store=DynamoDBPersistenceLayer(table_name),
            config=self._config,
        )

    def tell(
        self, event_id: str, channels: Mapping[str, Callable[[], None]], context: LambdaContext
    ) -> dict[str, Exception]:
        """Send one event to each channel that was not told yet.

        Args:
            event_id: By which it is remembered.
            channels: How to send it, by channel name; a channel that fails stops no other.
            context: Tells how long a delivery can take at most, so that one cut off is not taken for under way.

        Returns:
            What went wrong, by channel; empty where all were told.
        """
        self._config.register_lambda_context(context)
        errors: dict[str, Exception] = {}
        for channel, send in channels.items():
            try:
                self._send_once(delivery={"eventId": event_id, "channel": channel}, send=send)
            except Exception as error:  # noqa: BLE001 - whatever a channel fails with, the others are told
                errors[channel] = error
                count(NotificationFailures=1)
                logger.warning("A channel was not told", channel=channel, error=str(error))
        return errors


def _send(*, delivery: Mapping[str, str], send: Callable[[], None]) -> None:
    send()
    count(NotificationsSent=1)
    logger.info("Told", channel=delivery["channel"])


def wait_before_retry(errors: Mapping[str, Exception], attempt: int) -> int:
    """Seconds until a delivery is tried again: doubling from 15 up to 900, never less than a channel asked for.

    Args:
        errors: What went wrong, by channel.
        attempt: Which delivery this was, from 1.
    """
    asked = [error.retry_after for error in errors.values() if isinstance(error, ChannelError)]
    lasting = [error for error in errors.values() if isinstance(error, ChannelError) and error.permanent]
    doubled = LONGEST_WAIT_SECONDS if lasting else FIRST_WAIT_SECONDS * 2 ** min(attempt - 1, 6)
    return max(min(doubled, LONGEST_WAIT_SECONDS), *asked, 0)
