"""The webhook channel: one POST for each notification."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from outposts_order_notifier.notify.channel import Posting, TimeLeft
from outposts_order_notifier.notify.channels.webhook.credentials import Target, target_of
from outposts_order_notifier.notify.channels.webhook.request import request
from outposts_order_notifier.notify.channels.webhook.transport import post
from outposts_order_notifier.notify.notification import (
    AlarmNotification,
    Notification,
    OrderNotification,
    SummaryNotification,
)
from outposts_order_notifier.notify.secrets import read_secret


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver, whose URL and signing keys are in a secret."""

    secret_name: str
    name: ClassVar = "webhook"
    shows_muted: ClassVar = False
    accepts: ClassVar = (OrderNotification, AlarmNotification, SummaryNotification)

    def postings(self, notifications: Sequence[Notification], _time_left: TimeLeft) -> Iterator[Posting[Notification]]:
        """Post each notification on its own.

        Raises:
            ChannelError: The secret cannot be used.
        """
        target = target_of(read_secret(self.secret_name), self.secret_name)
        for each in notifications:
            yield Posting([each], partial(_send, target, each))


def _send(target: Target, notification: Notification) -> None:
    post(target, request(notification, target.keys, int(time.time())))
