"""Tells every channel once: what a channel was told is remembered by event, apart from the other channels."""

import math
import time
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyItemAlreadyExistsError
from aws_lambda_powertools.utilities.typing import LambdaContext

from outposts_order_notifier.notify.channel import Channel, ChannelError, LaterError, Notice, Posting, enough
from outposts_order_notifier.runtime.observability import logger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# Longer than a dead letter rests (14 days): a channel that was told then must not be told again at a redrive.
REMEMBERED_SECONDS = 30 * 86_400

FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 900
# SQS leaves what was received more than three times out of the age of its queue's oldest message. What a channel
# refuses gets there within two minutes, so that the alarm on that age fires only for what nobody takes.
QUICK_ATTEMPTS = 3

Errors = dict[str, Exception]


class Delivery:
    """Sends to channels, and remembers in a DynamoDB table what was sent.

    It uses Powertools' store of idempotency by itself, not its decorator, since a message of many events
    must be remembered under each of them.
    """

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._store = DynamoDBPersistenceLayer(table_name, boto3_client=client)
        self._store.configure(
            IdempotencyConfig(event_key_jmespath="[eventId, channel]", expires_after_seconds=REMEMBERED_SECONDS),
            key_prefix="told",
        )

    def tell(self, channel: Channel, notices: Sequence[Notice], context: LambdaContext) -> tuple[int, Errors]:
        """Tell a channel what it was not told yet.

        1. Claim each event until the function's deadline, so that no concurrent run tells it too, and a run
           that was killed is not taken for under way.
        2. Send. An event counts as told only after the channel's answer.
        3. Remember each event of a message that was sent; release those of one that was not.

        Args:
            channel: Where to.
            notices: What, each `event_id` once.
            context: Tells the function's deadline.

        Returns:
            How many events were told, and by `event_id` why the others were not.
        """
        errors: Errors = {}
        due = [notice for notice in notices if self._claim(channel, notice, context, errors)]
        if not due:
            return 0, errors
        try:
            postings = list(channel.postings(due, context.get_remaining_time_in_millis))
        except Exception as error:  # noqa: BLE001 - whatever a channel fails with, its events are released
            self._release(channel, due, error, errors)
            return 0, errors
        return sum(self._send(channel, posting, context, errors) for posting in postings), errors

    def _claim(self, channel: Channel, notice: Notice, context: LambdaContext, errors: Errors) -> bool:
        try:
            self._store.save_inprogress(_key(channel, notice), context.get_remaining_time_in_millis())
        except IdempotencyItemAlreadyExistsError as known:
            record = known.old_data_record
            if record is None or record.status != "COMPLETED":
                until = (record and record.in_progress_expiry_timestamp) or 0
                left = math.ceil(int(until) / 1_000 - time.time()) + 1
                errors[notice.event_id] = LaterError("Another run is telling it", max(left, 1))
            return False
        except Exception as error:  # noqa: BLE001 - the event goes back alone
            _note(channel, notice, error, errors)
            return False
        return True

    def _send(self, channel: Channel, posting: Posting, context: LambdaContext, errors: Errors) -> int:
        try:
            enough(context.get_remaining_time_in_millis)
            posting.send()
        except Exception as error:  # noqa: BLE001 - whatever a channel fails with, the others are told
            self._release(channel, posting.notices, error, errors)
            return 0
        for notice in posting.notices:
            try:
                self._store.save_success(_key(channel, notice), {})
            except Exception as error:  # noqa: BLE001 - told, but not remembered: it will be told again
                _note(channel, notice, error, errors)
        logger.info("Told", channel=channel.name, eventIds=[notice.event_id for notice in posting.notices])
        return len(posting.notices)

    def _release(self, channel: Channel, notices: Iterable[Notice], error: Exception, errors: Errors) -> None:
        for notice in notices:
            _note(channel, notice, error, errors)
            try:
                self._store.delete_record(_key(channel, notice), error)
            except Exception as kept:  # noqa: BLE001 - then it waits, and is told later
                logger.warning("A claim stays until the deadline", eventId=notice.event_id, error=str(kept))


def wait_before_retry(errors: Collection[Exception], attempt: int) -> int:
    """Return the seconds until a message is tried again: doubling from 15 up to 900, never less than a channel asked.

    Args:
        errors: What went wrong. A permanent error makes every attempt but the first few wait for 900 seconds. If all
            of it was somebody else's turn, that alone is waited for.
        attempt: Which delivery this was, from 1.
    """
    asked = [error.retry_after for error in errors if isinstance(error, ChannelError | LaterError)]
    if all(isinstance(error, LaterError) for error in errors):
        return max(asked)
    lasting = any(isinstance(error, ChannelError) and error.permanent for error in errors)
    rare = lasting and attempt > QUICK_ATTEMPTS
    doubled = LONGEST_WAIT_SECONDS if rare else FIRST_WAIT_SECONDS * 2 ** min(attempt - 1, 6)
    return max(min(doubled, LONGEST_WAIT_SECONDS), *asked, 0)


def _key(channel: Channel, notice: Notice) -> dict[str, Any]:
    return {"eventId": notice.event_id, "channel": channel.name}


def _note(channel: Channel, notice: Notice, error: Exception, errors: Errors) -> None:
    errors[notice.event_id] = error
    log = logger.info if isinstance(error, LaterError) else logger.warning
    log("A channel was not told", channel=channel.name, eventId=notice.event_id, error=str(error))
