"""The interface between delivery and the channels."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from outposts_order_notifier.notify.notification import Notification

# Returns the milliseconds that the function has left.
TimeLeft = Callable[[], int]

# The log lines that report what became of each notification; `test-notification` reads them in the function's log.
SENT = "Notification sent"  # with `channel` and `eventIds`
NOT_SENT = "Notification not sent"  # with `channel`, `eventId` and `error`

# A channel answers or times out within 15 seconds; the rest is for recording the outcome.
ENOUGH_MS = 20_000

N = TypeVar("N", bound=Notification)


@dataclass(frozen=True, slots=True)
class Posting(Generic[N]):
    """One message of a channel, and the notifications that it covers."""

    notifications: Sequence[N]
    send: Callable[[], None]


class Channel(Protocol[N]):
    """A way to notify people."""

    @property
    def name(self) -> str:
        """Part of the key under which a delivery is recorded; it never changes."""

    @property
    def accepts(self) -> tuple[type[N], ...]:
        """The kinds of notifications that this channel sends."""

    @property
    def shows_muted(self) -> bool:
        """Whether it wants muted notifications too, to update what it shows of their orders and notify nobody."""

    def postings(self, notifications: Sequence[N], time_left: TimeLeft, /) -> Iterable[Posting[N]]:
        """Arrange notifications into messages, each notification in exactly one.

        Args:
            notifications: What to send, of the kinds in `accepts`.
            time_left: For messages of several calls, which check before each that there is `enough`.

        Raises:
            ChannelError: The channel cannot send anything.
        """


@dataclass(frozen=True, slots=True)
class ChannelOfRoute(Generic[N]):
    """A channel of a route, whose deliveries are recorded apart from those of other routes' channels."""

    route: str
    channel: Channel[N]

    @property
    def name(self) -> str:
        """The route and the channel."""
        return f"{self.route}/{self.channel.name}"

    @property
    def accepts(self) -> tuple[type[N], ...]:
        """The kinds of notifications that the channel sends."""
        return self.channel.accepts

    @property
    def shows_muted(self) -> bool:
        """Whether the channel wants muted notifications too."""
        return self.channel.shows_muted

    def postings(self, notifications: Sequence[N], time_left: TimeLeft) -> Iterable[Posting[N]]:
        """Arrange notifications into the channel's messages."""
        return self.channel.postings(notifications, time_left)


class ChannelError(Exception):
    """A channel refused a message or could not be reached. The text contains no secret.

    Attributes:
        permanent: The same message will be refused until somebody fixes something.
        retry_after: The seconds that the channel asked to wait; 0 if it did not ask.
    """

    def __init__(self, text: str, *, permanent: bool = False, retry_after: int = 0) -> None:
        super().__init__(text)
        self.permanent = permanent
        self.retry_after = retry_after


class LaterError(Exception):
    """A message has to wait for its turn, which is not a failure.

    Attributes:
        retry_after: The seconds until its turn.
    """

    def __init__(self, text: str, retry_after: int) -> None:
        super().__init__(text)
        self.retry_after = retry_after


def enough(time_left: TimeLeft) -> None:
    """Ensure that there is time for one call of a channel.

    Raises:
        LaterError: The function might be stopped between the call and the record of its outcome.
    """
    if time_left() < ENOUGH_MS:
        raise LaterError("The function's time is nearly up", 1)
