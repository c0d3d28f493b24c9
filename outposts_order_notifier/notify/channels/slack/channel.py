"""The channel, for each kind of credentials."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from outposts_order_notifier.notify.channel import ChannelError, Posting, TimeLeft
from outposts_order_notifier.notify.channels.slack import webhook
from outposts_order_notifier.notify.channels.slack.credentials import BotToken, Webhook, access_of
from outposts_order_notifier.notify.channels.slack.pace import Pace
from outposts_order_notifier.notify.notification import (
    AlarmNotification,
    Notification,
    OrderNotification,
    SummaryNotification,
)
from outposts_order_notifier.notify.secrets import read_secret
from outposts_order_notifier.notify.state import Threads

if TYPE_CHECKING:
    from outposts_order_notifier.store.table import SnapshotTable


@dataclass(frozen=True, slots=True)
class Slack:
    """Slack, by a webhook or a bot, depending on the secret.

    Attributes:
        origin: The origin of the local cloud's Slack; None on AWS.
        pace: Slack's pace, shared by all runs.
        channel: A bot's channel, by id or name; None if it is not configured. A webhook has its own.
        snapshots: The orders that a bot's cards show; None without a channel.
        board_url: Where all orders are shown; empty without a board.
    """

    secret_name: str
    origin: str | None
    pace: Pace
    channel: str | None
    threads: Threads
    snapshots: "SnapshotTable | None"
    board_url: str
    name: ClassVar = "slack"
    shows_muted: ClassVar = True  # on a bot's cards
    accepts: ClassVar = (OrderNotification, AlarmNotification, SummaryNotification)

    def postings(self, notifications: Sequence[Notification], time_left: TimeLeft) -> Iterable[Posting[Notification]]:
        """Arrange notifications into messages, as the credentials allow.

        Raises:
            ChannelError: The secret or the channel cannot be used.
        """
        access = access_of(read_secret(self.secret_name), self.secret_name, self.origin)
        if isinstance(access, Webhook):
            return webhook.postings(access, notifications, self.pace)
        return self._as_bot(access, notifications, time_left)

    def _as_bot(
        self, access: BotToken, notifications: Sequence[Notification], time_left: TimeLeft
    ) -> Iterable[Posting[Notification]]:
        # A webhook's cold start does not load what only a bot needs: above all Slack's SDK, which brings asyncio along.
        from outposts_order_notifier.notify.channels.slack.api import Api  # noqa: PLC0415
        from outposts_order_notifier.notify.channels.slack.bot import Bot  # noqa: PLC0415

        if self.channel is None:
            raise ChannelError("a bot needs a channel: configure notifier.slack.channel", permanent=True)
        api = Api(access, self.pace, time_left)
        return Bot(api, self.channel, self.threads, self.snapshots, self.board_url).postings(notifications)
