"""The channel, for each kind of credentials."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from outposts_order_notifier.notify.channel import ChannelError, Posting, TimeLeft
from outposts_order_notifier.notify.channels.slack import webhook
from outposts_order_notifier.notify.channels.slack.credentials import BotToken, Webhook, credentials
from outposts_order_notifier.notify.channels.slack.pace import Pace
from outposts_order_notifier.notify.notification import AlarmNotification, Notification, OrderNotification
from outposts_order_notifier.notify.state import Threads

if TYPE_CHECKING:
    from outposts_order_notifier.store.table import SnapshotTable


@dataclass(frozen=True, slots=True)
class Slack:
    """Slack, by a webhook or a bot, depending on the secret.

    Attributes:
        secret_name: The secret's name in Secrets Manager.
        origin: Of the local cloud's Slack; None in AWS.
        pace: Slack's, shared by all runs.
        channel: The channel that a bot posts to, by id or name; None if it is not configured. A webhook has its own.
        threads: A bot's threads.
        snapshots: The orders that a bot's cards show; None if no channel is configured.
    """

    secret_name: str
    origin: str | None
    pace: Pace
    channel: str | None
    threads: Threads
    snapshots: "SnapshotTable | None"
    name: ClassVar = "slack"
    accepts: ClassVar = (OrderNotification, AlarmNotification)

    def postings(self, notifications: Sequence[Notification], time_left: TimeLeft) -> Iterable[Posting[Notification]]:
        """Arrange notifications into messages, as the credentials allow.

        Raises:
            ChannelError: The secret or the channel cannot be used.
        """
        access = credentials(self.secret_name, self.origin)
        if isinstance(access, Webhook):
            return webhook.postings(access, notifications, self.pace)
        return self._as_bot(access, notifications, time_left)

    def _as_bot(
        self, access: BotToken, notifications: Sequence[Notification], time_left: TimeLeft
    ) -> Iterable[Posting[Notification]]:
        # A webhook's cold start does not load what only a bot needs.
        from outposts_order_notifier.notify.channels.slack.api import Api  # noqa: PLC0415
        from outposts_order_notifier.notify.channels.slack.bot import Bot  # noqa: PLC0415

        if self.channel is None:
            raise ChannelError("a bot needs a channel: configure notifier.slack.channel", permanent=True)
        api = Api(access, self.pace, time_left)
        return Bot(api, self.channel, self.threads, self.snapshots).postings(notifications)
