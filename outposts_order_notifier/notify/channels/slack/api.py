"""The methods of Slack's Web API that a bot needs, and the verdicts on their errors.

https://docs.slack.dev/reference/methods
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient

from outposts_order_notifier.notify.channel import ChannelError, TimeLeft, enough
from outposts_order_notifier.notify.channels.slack.channel_id import CHANNEL_ID
from outposts_order_notifier.notify.channels.slack.clients import web_client
from outposts_order_notifier.notify.channels.slack.credentials import BotToken
from outposts_order_notifier.notify.channels.slack.errors import BOT, Kind
from outposts_order_notifier.notify.channels.slack.pace import Pace
from outposts_order_notifier.notify.channels.slack.transport import SERVER_ERRORS, TOO_MANY_REQUESTS, retry_after
from outposts_order_notifier.runtime.observability import logger

PAGE = 200
MAX_PAGES = 20
ERROR_NAME = re.compile(r"[a-z_]+")


class GoneError(ChannelError):
    """The message that a call was about no longer exists."""


class ChannelLostError(ChannelError):
    """Slack accepts no message for a channel's id; the channel's name may belong to another one by now."""


class RefusedError(ChannelError):
    """Slack refuses this message, but not others."""


class UnknownOutcomeError(ChannelError):
    """Slack may or may not have done what it was asked to."""


@dataclass(frozen=True, slots=True)
class Api:
    """Slack's Web API, called as a bot. No call starts without enough of the function's `time_left` for it."""

    access: BotToken
    pace: Pace
    time_left: TimeLeft

    def channel_id(self, channel: str, *, again: bool = False) -> str:
        """Return a channel's id by its name or id; a name is looked up among the bot's channels, `again` if need be.

        Raises:
            ChannelError: Slack refuses, or the bot is not in the channel.
        """
        if CHANNEL_ID.fullmatch(channel):
            return channel
        known = (self.access, channel.removeprefix("#"))
        if again or known not in _channel_ids:
            _channel_ids[known] = self._look_up(known[1])
        return _channel_ids[known]

    def _look_up(self, name: str) -> str:
        arguments = {"types": "public_channel,private_channel", "exclude_archived": True}
        for page in self._pages("users.conversations", arguments):
            for channel in page["channels"]:
                if channel["name"] == name:
                    return str(channel["id"])
        advice = BOT["not_in_channel"].advice
        raise ChannelError(f"Slack: no channel #{name} that the app is in. {advice}", permanent=True)

    def post(self, channel: str, payload: Mapping[str, Any]) -> str:
        """Post a message, and return its `ts`.

        Raises:
            LaterError: Slack's pace or the function's time does not allow it.
            GoneError: The thread no longer exists.
            UnknownOutcomeError: It may have been posted.
            ChannelError: Slack refuses.
        """
        self.pace.wait()
        return str(self.call("chat.postMessage", {"channel": channel, "unfurl_links": False, **payload})["ts"])

    def update(self, channel: str, ts: str, payload: Mapping[str, Any]) -> None:
        """Update a message in place.

        Raises:
            LaterError: Slack's pace or the function's time does not allow it.
            GoneError: The message no longer exists.
            RefusedError: Slack refuses this message only.
            ChannelError: Slack refuses.
        """
        self.pace.wait()
        self.call("chat.update", {"channel": channel, "ts": ts, **payload})

    def permalink(self, channel: str, ts: str) -> str | None:
        """Return the address of a message; None if Slack returns none.

        https://docs.slack.dev/reference/methods/chat.getPermalink, for which an app needs no scope.
        """
        known = (channel, ts)
        if known not in _permalinks:
            try:
                answer = self.call("chat.getPermalink", {"channel": channel, "message_ts": ts}, form=True)
            except ChannelError as error:
                logger.info("A message's address is not known", error=str(error))
                return None
            _permalinks[known] = str(answer["permalink"])
        return _permalinks[known]

    def metadata_since(self, channel: str, oldest: float, thread: str | None = None) -> Iterator[tuple[str, Any]]:
        """Return the `ts` and the metadata of messages posted since a time, in the channel or in a thread.

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
        """Call a method, and return its answer.

        Args:
            method: The method's name.
            arguments: The method's arguments.
            form: Whether it accepts a form, like methods that only read, instead of JSON.

        Raises:
            LaterError: The function's time is nearly up.
            ChannelError: Slack refuses or was not reached. The text contains only Slack's name of the error.
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
        raise failure  # outside the handler, so that the original error, which may quote the token, is not its context


@cache
def _client(token: str, url: str) -> WebClient:
    return web_client(token, url)


def _failure(method: str, error: SlackApiError) -> ChannelError:
    """Return what an answer means: whether to try again, and when."""
    status, data = error.response.status_code, error.response.data
    name = data.get("error") if isinstance(data, dict) else None
    if not isinstance(name, str) or not ERROR_NAME.fullmatch(name):
        name = f"HTTP {status}"
    verdict = BOT.get(name)
    if status == TOO_MANY_REQUESTS or (verdict and verdict.kind is Kind.SLOW_DOWN):
        return ChannelError("Slack asked to wait", retry_after=retry_after(error.response.headers))
    text = f"Slack answered {method} with {name}"
    if verdict and verdict.kind in LASTING:
        return LASTING[verdict.kind](f"{text}. {verdict.advice}", permanent=True)
    if verdict and verdict.kind is Kind.GONE:
        return GoneError(text)
    if status in SERVER_ERRORS or name.startswith("HTTP") or (verdict and verdict.kind is Kind.UNKNOWN):
        return UnknownOutcomeError(text)
    return ChannelError(text)


LASTING: Mapping[Kind, type[ChannelError]] = {
    Kind.LASTING: ChannelError,
    Kind.CHANNEL: ChannelLostError,
    Kind.REFUSED: RefusedError,
}
_channel_ids: dict[tuple[BotToken, str], str] = {}  # a warm function keeps them
_permalinks: dict[tuple[str, str], str] = {}  # and these
