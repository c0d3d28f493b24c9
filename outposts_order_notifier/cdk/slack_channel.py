"""The one form of `slack.channel` that a bot works with."""

import re
import unicodedata

from outposts_order_notifier.notify.channels.slack.channel_id import CHANNEL_ID

MAX_CHARACTERS = 80
LIKE_AN_ID = re.compile(r"[A-Z][A-Z0-9]{8,}")
LIKE_AN_ID_IN_LOWER_CASE = re.compile(r"[cg]0[a-z0-9]{7,}")
ALLOWED = (
    "a channel's id, such as C0123456789, or its name: at most 80 letters (of any script), digits, hyphens and "
    "underscores, without spaces and periods"
)


class ChannelError(ValueError):
    """The text cannot be a channel; the error's text is what was probably meant, or empty."""


def slack_channel(given: str) -> str:
    """Give a channel's id, or its name as Slack has it: in lower case, without `#`.

    Follows https://docs.slack.dev/reference/methods/conversations.create#naming and
    https://slack.com/help/articles/217626408 for names.

    Raises:
        ChannelError: It is another thing's id, or nothing that Slack lets a channel be called.
    """
    channel = unicodedata.normalize("NFC", given.removeprefix("#"))
    if CHANNEL_ID.fullmatch(channel):
        return channel
    if LIKE_AN_ID_IN_LOWER_CASE.fullmatch(channel):
        raise ChannelError(channel.upper())
    name = unicodedata.normalize("NFC", channel.lower())
    if LIKE_AN_ID.fullmatch(channel):  # of a user (U, W) or a direct message (D), or a name in capitals
        raise ChannelError("" if re.search(r"\d", channel) else f"#{name}")
    kinds = {unicodedata.category(character)[0] for character in name if character not in "-_"}
    if not kinds & {"L", "N"} or kinds - {"L", "M", "N"} or len(name) > MAX_CHARACTERS:
        raise ChannelError
    return name
