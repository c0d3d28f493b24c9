"""The methods of Slack's Web API that a bot needs, and its verdicts on their errors.

https://docs.slack.dev/reference/methods
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient

from lambdas.notify.channel import ChannelError, TimeLeft, enough
from lambdas.notify.pace import Pace
from lambdas.notify.slack.channel_id import CHANNEL_ID
from lambdas.notify.slack.clients import SERVER_ERRORS, TOO_MANY_REQUESTS, retry_after, web_client
from lambdas.notify.slack.credentials import BotToken

PAGE = 200
MAX_PAGES = 20
ERROR_NAME = re.compile(r"[a-z_]+")

WRONG_MESSAGE = (
    *("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text"),
    *("metadata_too_large", "invalid_metadata_format", "invalid_arguments", "invalid_arg_name"),
)
EDIT_WINDOW_CLOSED = "edit_window_closed"

# What somebody has to do, by Slack's error; the same call is refused until then.
REMEDIES = {
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "user_removed_from_team"),
        "the token is not valid (any more): install the app again, and put its bot token into the secret",
    ),
    **dict.fromkeys(
        ("missing_scope", "no_permission", "not_allowed_token_type"),
        "the app lacks a scope: give it those of the manifest in docs/slack.md, and install it again",
    ),
    **dict.fromkeys(
        ("not_in_channel", "channel_not_found"),
        "the app is not in the channel: write `/invite @` and its name there, and check notifier.slack.channel",
    ),
    **dict.fromkeys(
        ("is_archived", "is_inactive"), "the channel is archived: unarchive it, or change notifier.slack.channel"
    ),
    **dict.fromkeys(
        (
            *("restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel"),
            *("restricted_action_non_threadable_channel", "access_denied", "ekm_access_denied", "org_login_required"),
            *("team_access_not_granted", "enterprise_is_restricted", "two_factor_setup_required"),
        ),
        "the workspace's rules forbid it: ask its administrators",
    ),
    **dict.fromkeys(WRONG_MESSAGE, "it finds the message wrong, which is this software's fault: please report it"),
    EDIT_WINDOW_CLOSED: "the workspace lets messages be edited for some time only: ask its administrators to let apps",
}
# What is wrong with one message alone: others are taken.
REFUSED = frozenset({*WRONG_MESSAGE, EDIT_WINDOW_CLOSED})

# The message, or the thread's first one, is there no more or is another app's.
GONE = frozenset(
    {"message_not_found", "thread_not_found", "cant_update_message", "cannot_reply_to_message", "invalid_thread_ts"}
)
# "It's possible some aspect of the operation succeeded before the error was raised."
MAYBE_DONE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})


class GoneError(ChannelError):
    """The message that a call was about is there no more."""


class RefusedError(ChannelError):
    """Slack does not take the message that a call was about, whatever it does with others."""


class UnknownOutcomeError(ChannelError):
    """Slack may have done what it was asked to, or not."""


@dataclass(frozen=True, slots=True)
class Api:
    """Slack's Web API, called as a bot.

    Attributes:
        access: The bot's.
        pace: Slack's, which all runs keep together.
        time_left: The function's; no call begins without time enough for it.
    """

    access: BotToken
    pace: Pace
    time_left: TimeLeft = field(compare=False)  # it is another at each run, and channels' ids are the same

    def channel_id(self, channel: str) -> str:
        """Give a channel's id by its name. A name is looked for among the channels that the bot was invited to.

        Raises:
            ChannelError: Slack refuses, or the bot is in no such channel.
        """
        return channel if CHANNEL_ID.fullmatch(channel) else _channel_id(self, channel.removeprefix("#"))

    def post(self, channel: str, payload: Mapping[str, Any]) -> str:
        """Post a message; gives its `ts`.

        Raises:
            LaterError: Slack's pace or the function's time does not allow it.
            GoneError: The thread is there no more.
            UnknownOutcomeError: It may have been posted.
            ChannelError: Slack refuses.
        """
        self.pace.wait()
        return str(self.call("chat.postMessage", {"channel": channel, "unfurl_links": False, **payload})["ts"])

    def update(self, channel: str, ts: str, payload: Mapping[str, Any]) -> None:
        """Change a message in its place.

        Raises:
            LaterError: Slack's pace or the function's time does not allow it.
            GoneError: The message is there no more.
            RefusedError: Slack takes all but this.
            ChannelError: Slack refuses.
        """
        self.pace.wait()
        self.call("chat.update", {"channel": channel, "ts": ts, **payload})

    def metadata_since(self, channel: str, oldest: float, thread: str | None = None) -> Iterator[tuple[str, Any]]:
        """List the `ts` and the metadata of messages posted since a time, of the channel or of a thread.

        Raises:
            ChannelError: Slack refuses.
        """
        arguments = {"channel": channel, "oldest": f"{oldest:.6f}", "include_all_metadata": True}
        method = "conversations.replies" if thread else "conversations.history"
        for page in self._pages(method, {**arguments, **({"ts": thread} if thread else {})}):
            for message in page["messages"]:
                yield message["ts"], message.get("metadata") or {}

    def _pages(self, method: str, arguments: Mapping[str, Any]) -> Iterator[Any]:
        cursor = ""
        for _ in range(MAX_PAGES):
            page = self.call(method, {**arguments, "limit": PAGE, **({"cursor": cursor} if cursor else {})}, form=True)
            yield page
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return

    def call(self, method: str, arguments: Mapping[str, Any], *, form: bool = False) -> Any:
        """Call a method; gives its answer.

        Args:
            method: Its name.
            arguments: Its arguments.
            form: Whether it takes a form, as methods that only read do, or JSON.

        Raises:
            LaterError: The function's time is nearly up.
            ChannelError: Slack refuses or was not reached. The text holds nothing but Slack's name of the error.
        """
        enough(self.time_left)
        try:
            client = _client(self.access.token, self.access.api_url)
            given = dict(arguments)
            return (client.api_call(method, data=given) if form else client.api_call(method, json=given)).data
        except SlackApiError as error:
            failure = _failure(method, error)
        except Exception as error:  # noqa: BLE001 - urllib raises many kinds, some of which quote what was sent
            failure = UnknownOutcomeError(f"Slack was not reached: {type(error).__name__}")
        if failure.retry_after:
            self.pace.hold(failure.retry_after)
        raise failure from None


@cache
def _client(token: str, url: str) -> WebClient:
    return web_client(token, url)


@cache
def _channel_id(api: Api, name: str) -> str:
    arguments = {"types": "public_channel,private_channel", "exclude_archived": True}
    for page in api._pages("users.conversations", arguments):  # noqa: SLF001 - its cached part
        for channel in page["channels"]:
            if channel["name"] == name:
                return str(channel["id"])
    raise ChannelError(f"Slack: no channel #{name} that the app is in: {REMEDIES['not_in_channel']}", permanent=True)


def _failure(method: str, error: SlackApiError) -> ChannelError:
    """Say what an answer means: whether to try again, and when."""
    status, data = error.response.status_code, error.response.data
    name = data.get("error") if isinstance(data, dict) else None
    if not isinstance(name, str) or not ERROR_NAME.fullmatch(name):
        name = f"HTTP {status}"
    if status == TOO_MANY_REQUESTS or name in {"ratelimited", "rate_limited", "message_limit_exceeded"}:
        return ChannelError("Slack asked to wait", retry_after=retry_after(error.response.headers))
    text = f"Slack answered {method} with {name}"
    if name in GONE:
        return GoneError(text)
    if status in SERVER_ERRORS or name in MAYBE_DONE or name.startswith("HTTP"):
        return UnknownOutcomeError(text)
    remedy = REMEDIES.get(name)
    kind = RefusedError if name in REFUSED else ChannelError
    return kind(f"{text}: {remedy}" if remedy else text, permanent=bool(remedy))
