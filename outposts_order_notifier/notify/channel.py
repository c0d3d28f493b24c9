"""What channels and delivery tell each other."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from outposts_order_notifier.wording.message import Message

# Gives the milliseconds that the function still has.
TimeLeft = Callable[[], int]

# A call of a channel takes at most 15 seconds to answer or give up; then what it was told is still to be written down.
ENOUGH_MS = 20_000


@dataclass(frozen=True, slots=True)
class Notice:
    """One event to tell people of.

    Attributes:
        event_id: By which it is remembered what was told.
        message: The event in words.
        variables: What a Slack workflow's webhook gets beside the text.
        detail: An order's `Outposts Order Updated`; None where it is an alarm.
    """

    event_id: str
    message: Message
    variables: Mapping[str, str]
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """One message of a channel, and the notices that it stands for."""

    notices: Sequence[Notice]
    send: Callable[[], None]


class Channel(Protocol):
    """A way to tell people."""

    @property
    def name(self) -> str:
        """By which it is remembered what this channel was told."""

    def postings(self, notices: Sequence[Notice], time_left: TimeLeft) -> Iterable[Posting]:
        """Put notices into messages, each notice into exactly one.

        Args:
            notices: What to tell.
            time_left: For a message of several calls, which asks for `enough` of it before each.

        Raises:
            ChannelError: The channel can send nothing.
        """


class ChannelError(Exception):
    """A channel refused a message or could not be reached. The text holds no secret.

    Attributes:
        permanent: The same message will be refused again until somebody mends something.
        retry_after: Seconds that the channel asked to wait, 0 where it did not ask.
    """

    def __init__(self, text: str, *, permanent: bool = False, retry_after: int = 0) -> None:
        super().__init__(text)
        self.permanent = permanent
        self.retry_after = retry_after


class LaterError(Exception):
    """It is not yet this message's turn, which is no failure.

    Attributes:
        retry_after: Seconds until it is.
    """

    def __init__(self, text: str, retry_after: int) -> None:
        super().__init__(text)
        self.retry_after = retry_after


def enough(time_left: TimeLeft) -> None:
    """See to it that there is time for one call of a channel.

    Raises:
        LaterError: The function might be ended between the call and writing down what came of it.
    """
    if time_left() < ENOUGH_MS:
        raise LaterError("The function's time is nearly up", 1)
