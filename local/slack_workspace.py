"""A stand-in for a Slack workspace as the Web API shows it to one bot: channels, messages, threads, metadata.

Methods and their errors: https://docs.slack.dev/reference/methods
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug import Request

Json = dict[str, Any]

TOKEN = "xoxb-local"  # noqa: S105 - useless anywhere else
MAX_METADATA_CHARACTERS = 8_000
IDENTITY = {
    "url": "https://local-cloud.slack.com/",
    "team": "Local cloud",
    "user": "outposts_orders",
    "team_id": "T00000000",
    "user_id": "U00000000",
    "bot_id": "B00000000",
}


class RefusalError(Exception):
    """Slack's name of an error."""


@dataclass(slots=True)
class Channel:
    """A channel; `messages` are those not deleted, by `ts`, oldest first, each with its `ts`."""

    id: str
    name: str
    joined: bool = True
    archived: bool = False
    messages: dict[str, Json] = field(default_factory=dict)

    @property
    def cards(self) -> list[Json]:
        """The messages that are not replies."""
        return [message for message in self.messages.values() if "thread_ts" not in message]

    def replies(self, ts: str) -> list[Json]:
        """Return the replies in a message's thread."""
        return [message for message in self.messages.values() if message.get("thread_ts") == ts]


class Workspace:
    """The workspace. `fault` returns Slack's error for a message, `on_post` gets each posted message.

    With `edit_window_closed`, the workspace's policy forbids editing messages.
    """

    def __init__(self, fault: Callable[[Any], str | None], on_post: Callable[[Json], object]) -> None:
        self.channels: list[Channel] = []
        self.token = TOKEN
        self.edit_window_closed = False
        self._fault = fault
        self._on_post = on_post
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._methods: dict[str, Callable[[Json], Json]] = {
            "auth.test": lambda _: IDENTITY,
            "chat.getPermalink": self._permalink,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "users.conversations": self._conversations,
        }

    def add(self, name: str) -> Channel:
        """Create a channel by its name, with or without `#`, or by its id; the bot is in it."""
        name = name.removeprefix("#")
        channel = Channel(name if name.isupper() else f"C{len(self.channels):09}", name.lower())
        self.channels.append(channel)
        return channel

    def delete(self, channel: Channel, ts: str) -> None:
        """Delete a message, as a person in the channel can."""
        with self._lock:
            del channel.messages[ts]

    def answer(self, method: str, request: Request) -> Json:
        """Answer a call of a method."""
        try:
            self._check_token(request.headers.get("Authorization", ""))
            arguments = self._arguments(method, request)
            with self._lock:
                return {"ok": True, **self._methods[method](arguments)}
        except RefusalError as error:
            return {"ok": False, "error": str(error)}

    def _check_token(self, header: str) -> None:
        if not header.startswith("Bearer "):
            raise RefusalError("not_authed")
        if header != f"Bearer {self.token}":
            raise RefusalError("invalid_auth")

    def _arguments(self, method: str, request: Request) -> Json:
        """Read the arguments: only methods that write accept JSON."""
        if method not in self._methods:
            raise RefusalError("unknown_method")
        if method not in {"chat.postMessage", "chat.update"}:
            return dict(request.form)
        if request.mimetype != "application/json":
            raise RefusalError("invalid_form_data")
        return dict(request.get_json())

    def _channel(self, arguments: Json, *, by_name: bool = False) -> Channel:
        wanted = arguments.get("channel", "")
        for channel in self.channels:
            if channel.id == wanted or (by_name and channel.name == wanted.removeprefix("#")):
                if not channel.joined:
                    raise RefusalError("not_in_channel")
                return channel
        raise RefusalError("channel_not_found")

    def _checked(self, channel: Channel, arguments: Json) -> Json:
        """Return the message that the arguments describe."""
        if channel.archived:
            raise RefusalError("is_archived")
        if fault := self._fault(arguments):
            raise RefusalError("invalid_blocks" if fault.startswith("invalid_blocks") else fault)
        metadata = arguments.get("metadata", {"event_type": "none", "event_payload": {}})
        match metadata:
            case {"event_type": str(), "event_payload": dict(payload)}:
                if len(str(metadata)) > MAX_METADATA_CHARACTERS:
                    raise RefusalError("metadata_too_large")
                if not all(_is_allowed(value) for value in payload.values()):
                    raise RefusalError("invalid_metadata_schema")
            case _:
                raise RefusalError("invalid_metadata_format")
        return {name: value for name, value in arguments.items() if name != "channel"}

    def _post(self, arguments: Json) -> Json:
        channel = self._channel(arguments, by_name=True)
        message = self._checked(channel, arguments)
        if "thread_ts" in message:
            parent = channel.messages.get(message["thread_ts"])
            if parent is None:
                raise RefusalError("thread_not_found")
            if "thread_ts" in parent:
                raise RefusalError("cannot_reply_to_message")
        ts = f"{int(time.time())}.{next(self._numbers):06}"
        channel.messages[ts] = {**message, "ts": ts}
        self._on_post(message)
        return {"channel": channel.id, "ts": ts}

    def _update(self, arguments: Json) -> Json:
        channel = self._channel(arguments)
        message, ts = self._checked(channel, arguments), arguments["ts"]
        if ts not in channel.messages:
            raise RefusalError("message_not_found")
        if self.edit_window_closed:
            raise RefusalError("edit_window_closed")
        kept = {name: value for name, value in channel.messages[ts].items() if name in {"thread_ts", "metadata"}}
        channel.messages[ts] = {**kept, **message, "updates": channel.messages[ts].get("updates", 0) + 1}
        return {"channel": channel.id, "ts": ts}

    def _permalink(self, arguments: Json) -> Json:
        channel, ts = self._channel(arguments), arguments["message_ts"]
        if ts not in channel.messages:
            raise RefusalError("message_not_found")
        return {"channel": channel.id, "permalink": f"{IDENTITY['url']}archives/{channel.id}/p{ts.replace('.', '')}"}

    def _history(self, arguments: Json) -> Json:
        channel = self._channel(arguments)
        shown = (each for each in channel.messages.values() if "thread_ts" not in each or each.get("reply_broadcast"))
        return _page(sorted(shown, key=lambda message: str(message["ts"]), reverse=True), arguments)

    def _replies(self, arguments: Json) -> Json:
        channel = self._channel(arguments)
        if arguments.get("ts") not in channel.messages:
            raise RefusalError("thread_not_found")
        return _page([channel.messages[arguments["ts"]], *channel.replies(arguments["ts"])], arguments)

    def _conversations(self, arguments: Json) -> Json:
        joined = [channel for channel in self.channels if channel.joined and not channel.archived]
        return _slice("channels", [{"id": channel.id, "name": channel.name} for channel in joined], arguments)


def _is_allowed(value: Any) -> bool:
    """Return whether the types of Slack's SDK allow a value in a message's metadata.

    It may have scalars, flat objects and lists of these:
    https://docs.slack.dev/tools/node-slack-sdk/reference/types/interfaces/MessageMetadata
    """
    objects = value if isinstance(value, list) else [value]
    return isinstance(value, str | int | float) or all(
        isinstance(each, dict) and all(isinstance(member, str | int | float) for member in each.values())
        for each in objects
    )


def _page(messages: Iterable[Json], arguments: Mapping[str, str]) -> Json:
    oldest = float(arguments.get("oldest", 0))
    hidden = set() if arguments.get("include_all_metadata") == "1" else {"metadata"}
    found = [
        {name: value for name, value in message.items() if name not in hidden}
        for message in messages
        if float(message["ts"]) > oldest
    ]
    return _slice("messages", found, arguments)


def _slice(name: str, items: list[Json], arguments: Mapping[str, str]) -> Json:
    start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit", 100))
    end = start + limit
    return {name: items[start:end], "response_metadata": {"next_cursor": str(end) if end < len(items) else ""}}
