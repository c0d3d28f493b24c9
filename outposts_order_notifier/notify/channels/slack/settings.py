"""Slack's settings: the secret that contains the webhook's URL or the bot's token, and a bot's channel. Pure."""

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from outposts_order_notifier.notify.channels.slack import CHANNEL, SECRET
from outposts_order_notifier.notify.channels.slack.channel_id import CHANNEL_ID
from outposts_order_notifier.notify.settings import SecretSettings, SettingError, a_secret, secret

KEY = "slack"
VARIABLES = {SECRET: "slack.secretName", CHANNEL: "slack.channel"}  # by the key that fills them

MAX_CHARACTERS = 80
LIKE_AN_ID = re.compile(r"[A-Z][A-Z0-9]{8,}")
LIKE_AN_ID_IN_LOWER_CASE = re.compile(r"[cg]0[a-z0-9]{7,}")
ALLOWED = (
    "a channel's id, such as C0123456789, or its name: at most 80 letters (of any script), digits, hyphens and "
    "underscores, without spaces and periods"
)


@dataclass(frozen=True, slots=True)
class Slack:
    """Slack's secret, and a bot's channel by id or name; None for a webhook."""

    secret: SecretSettings
    channel: str | None = None


def schema(partitions: str) -> dict[str, Any]:
    """Return the JSON Schema of the key; `partitions` is an alternation of their names."""
    return a_secret(partitions, channel={"type": "string", "description": ALLOWED})


def parse(settings: dict[str, Any], region: str, partition: str) -> Slack:
    """Check the settings beyond the schema.

    Raises:
        SettingError: The KMS key is of another region, or no channel can have this id or name.
    """
    channel = _channel(settings["channel"]) if "channel" in settings else None
    return Slack(secret(KEY, settings, region, partition), channel)


def _channel(given: str) -> str:
    """Return a channel's id, or its name as Slack has it: in lower case, without `#`.

    Follows https://docs.slack.dev/reference/methods/conversations.create#naming and
    https://slack.com/help/articles/217626408 for names.
    """
    channel = unicodedata.normalize("NFC", given.removeprefix("#"))
    if CHANNEL_ID.fullmatch(channel):
        return channel
    if LIKE_AN_ID_IN_LOWER_CASE.fullmatch(channel):
        raise _error(given, channel.upper())
    name = unicodedata.normalize("NFC", channel.lower())
    if LIKE_AN_ID.fullmatch(channel):  # of a user (U, W) or a direct message (D), or a name in capitals
        raise _error(given, None if re.search(r"\d", channel) else f"#{name}")
    kinds = {unicodedata.category(character)[0] for character in name if character not in "-_"}
    if not kinds & {"L", "N"} or kinds - {"L", "M", "N"} or len(name) > MAX_CHARACTERS:
        raise _error(given)
    return name


def _error(given: str, nearest: str | None = None) -> SettingError:
    return SettingError(f"{KEY}.channel", json.dumps(given, ensure_ascii=False), ALLOWED, nearest)
