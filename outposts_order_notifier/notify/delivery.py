"""Sends each notification once to each channel, independently of the other channels."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from aws_lambda_powertools.utilities.typing import LambdaContext

from outposts_order_notifier.notify.channel import (
    NOT_SENT,
    SENT,
    Channel,
    ChannelError,
    LaterError,
    N,
    Posting,
    enough,
)
from outposts_order_notifier.notify.notification import Notification
from outposts_order_notifier.notify.state import SentNotifications
from outposts_order_notifier.runtime.observability import logger

FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 900
# SQS excludes messages received more than three times from the age of its queue's oldest message. What a channel
# refuses reaches that within two minutes, so that the alarm on that age fires only for messages that nobody receives.
QUICK_ATTEMPTS = 3

Errors = dict[str, Exception]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Sends to channels, and records what was sent."""

    sent: SentNotifications

    def deliver(
        self, channel: Channel[N], notifications: Sequence[Notification], context: LambdaContext
    ) -> tuple[int, Errors]:
        """Send a channel the notifications that it accepts and has not sent yet.

        1. Claim each event until the function's deadline, so that no concurrent run sends it too, and the claim of a
           run that was killed expires.
        2. Send. An event counts as sent only after the channel's answer.
        3. Record each event of a message that was sent; release those of one that was not.

        Args:
            channel: The channel.
            notifications: Each `event_id` once.
            context: The Lambda context, for the function's deadline.

        Returns:
            How many events were sent, and for each of the others the error by its `event_id`.
        """
        heard = notifications if channel.shows_muted else [each for each in notifications if not each.is_muted]
        accepted = [each for each in heard if isinstance(each, channel.accepts)]
        claims = {each.event_id: self._claim(channel, each, context) for each in accepted}
        errors = {event_id: claim for event_id, claim in claims.items() if isinstance(claim, Exception)}
        due = [each for each in accepted if claims[each.event_id] is True]
        if not due:
            return 0, errors
        try:
            postings = list(channel.postings(due, context.get_remaining_time_in_millis))
        except Exception as error:  # noqa: BLE001 - for any error of the channel, its events are released
            return 0, errors | self._release(channel, due, error)
        sent = 0
        for posting in postings:
            covered, failed = self._send(channel, posting, context)
            sent, errors = sent + covered, errors | failed
        return sent, errors

    def _claim(self, channel: Channel[N], notification: N, context: LambdaContext) -> bool | Exception:
        """Return whether a notification is due, or why it cannot be claimed."""
        try:
            remaining = context.get_remaining_time_in_millis()
            return self.sent.claim(channel.name, notification.event_id, remaining)
        except LaterError as error:
            return error
        except Exception as error:  # noqa: BLE001 - only this event returns to the queue
            _log(channel, notification, error)
            return error

    def _send(self, channel: Channel[N], posting: Posting[N], context: LambdaContext) -> tuple[int, Errors]:
        try:
            enough(context.get_remaining_time_in_millis)
            posting.send()
        except Exception as error:  # noqa: BLE001 - for any error of the channel, its other messages are sent
            return 0, self._release(channel, posting.notifications, error)
        errors: Errors = {}
        for notification in posting.notifications:
            try:
                self.sent.record(channel.name, notification.event_id)
            except Exception as error:  # noqa: BLE001 - sent, but not recorded: it will be sent again
                _log(channel, notification, error)
                errors[notification.event_id] = error
        logger.info(SENT, channel=channel.name, eventIds=[each.event_id for each in posting.notifications])
        return len(posting.notifications), errors

    def _release(self, channel: Channel[N], notifications: Iterable[N], error: Exception) -> Errors:
        """Release what was not sent; return the error of each."""
        errors: Errors = {}
        for notification in notifications:
            _log(channel, notification, error)
            errors[notification.event_id] = error
            try:
                self.sent.release(channel.name, notification.event_id, error)
            except Exception as kept:  # noqa: BLE001 - the event then waits until the claim expires
                logger.warning("A claim stays until the deadline", eventId=notification.event_id, error=str(kept))
        return errors


def wait_before_retry(errors: Collection[Exception], attempt: int) -> int:
    """Return the seconds until a message is tried again: doubling from 15 to 900, never less than a channel asked for.

    Args:
        errors: What went wrong. A permanent error makes every attempt but the first few wait for 900 seconds. If every
            error only asks to wait for a turn, the latest turn is waited for.
        attempt: The number of this delivery, from 1.
    """
    asked = [error.retry_after for error in errors if isinstance(error, ChannelError | LaterError)]
    if all(isinstance(error, LaterError) for error in errors):
        return max(asked)
    permanent = any(isinstance(error, ChannelError) and error.permanent for error in errors)
    slow = permanent and attempt > QUICK_ATTEMPTS
    doubled = LONGEST_WAIT_SECONDS if slow else FIRST_WAIT_SECONDS * 2 ** min(attempt - 1, 6)
    return max(min(doubled, LONGEST_WAIT_SECONDS), *asked, 0)


def _log(channel: Channel[N], notification: N, error: Exception) -> None:
    log = logger.info if isinstance(error, LaterError) else logger.warning
    log(NOT_SENT, channel=channel.name, eventId=notification.event_id, error=str(error))
