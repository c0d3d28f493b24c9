"""The Slack receiver's Web API accepts what Slack accepts, and rejects what Slack rejects."""

from collections.abc import Iterator
from typing import Any

import pytest
import urllib3
from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient

from local.server import Server
from local.slack import SlackReceiver
from local.slack_workspace import TOKEN, Channel

NOT_ALLOWED: list[Any] = [["z"], [1], [{"z": ["a"]}], {"z": {"a": "b"}}, [[]], None, {"z": None}]


@pytest.fixture
def receiver() -> SlackReceiver:
    """Return a receiver without messages."""
    return SlackReceiver()


@pytest.fixture
def client(receiver: SlackReceiver) -> Iterator[WebClient]:
    """Serve the receiver, and return Slack's own client of it."""
    with Server(receiver) as server:
        yield WebClient(TOKEN, base_url=f"{server.url}/api/", retry_handlers=[])


@pytest.fixture
def channel(receiver: SlackReceiver) -> Channel:
    """A channel that the bot is in."""
    return receiver.workspace.add("#outposts")


def refusal(call: Any, **arguments: Any) -> str:
    """Return Slack's name of the error with which a call fails."""
    with pytest.raises(SlackApiError) as refused:
        call(**arguments)
    return str(refused.value.response["error"])


def test_a_thread_is_a_message_and_its_replies(client: WebClient, channel: Channel, receiver: SlackReceiver) -> None:
    """A channel's history has messages, metadata on request, and broadcast replies; a thread has all replies."""
    metadata = {"event_type": "card", "event_payload": {"order_id": "oo-1"}}
    ts = client.chat_postMessage(channel="#outposts", text="card", metadata=metadata)["ts"]
    client.chat_postMessage(channel=channel.id, text="quiet", thread_ts=ts)
    client.chat_postMessage(channel=channel.id, text="loud", thread_ts=ts, reply_broadcast=True)
    client.chat_update(channel=channel.id, ts=ts, text="card, newer")

    history = client.conversations_history(channel=channel.id, include_all_metadata=True)["messages"]
    replies = client.conversations_replies(channel=channel.id, ts=ts)["messages"]

    assert [message["text"] for message in history] == ["loud", "card, newer"]
    assert history[1]["metadata"] == metadata
    assert [message["text"] for message in replies] == ["card, newer", "quiet", "loud"]
    assert "metadata" not in replies[0]
    assert [message["text"] for message in receiver.messages] == ["card", "quiet", "loud"]


def test_lists_have_pages(client: WebClient, channel: Channel) -> None:
    """A cursor leads to the next page, until there is none."""
    for number in range(3):
        client.chat_postMessage(channel=channel.id, text=str(number))
    pages = client.conversations_history(channel=channel.id, limit=2)
    assert [[message["text"] for message in page["messages"]] for page in pages] == [["2", "1"], ["0"]]
    assert [each["name"] for each in client.users_conversations()["channels"]] == ["outposts"]


def test_only_the_bots_token_is_accepted(client: WebClient, channel: Channel, receiver: SlackReceiver) -> None:
    """A missing or different one is rejected."""
    receiver.workspace.token = "xoxb-another"  # noqa: S105 - of no use anywhere
    assert refusal(client.chat_postMessage, channel=channel.id, text="x") == "invalid_auth"
    answer = urllib3.request("POST", f"{client.base_url}chat.postMessage", json={})
    assert answer.json() == {"ok": False, "error": "not_authed"}


def test_a_bot_can_ask_who_it_is(client: WebClient, receiver: SlackReceiver) -> None:
    """With `auth.test`, which the doctor uses to check a token; another token is rejected."""
    answer = client.auth_test()
    assert answer["ok"]
    assert answer["url"].startswith("https://")
    assert (answer["user"], answer["team"]) == ("outposts_orders", "Local cloud")
    assert [answer[name][0] for name in ("team_id", "user_id", "bot_id")] == ["T", "U", "B"]
    receiver.workspace.token = "xoxb-another"  # noqa: S105 - of no use anywhere
    assert refusal(client.auth_test) == "invalid_auth"


@pytest.mark.parametrize("value", ["a", 1, 1.5, True, {"a": "b", "c": 1, "d": False}, [{"a": "b"}, {"c": 1}], [], {}])
def test_metadata_may_contain_what_slacks_types_allow(client: WebClient, channel: Channel, value: Any) -> None:
    """Texts, numbers, booleans, flat objects of these, and lists of such objects."""
    metadata = {"event_type": "x", "event_payload": {"y": value}}
    assert client.chat_postMessage(channel=channel.id, text="x", metadata=metadata)["ok"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C1", "text": "x"}, "channel_not_found"),
        ({"text": ""}, "no_text"),
        ({"text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "x", "event_payload": {"y": "z" * 9_000}}}, "metadata_too_large"),
        *(
            ({"text": "x", "metadata": {"event_type": "x", "event_payload": {"y": value}}}, "invalid_metadata_schema")
            for value in NOT_ALLOWED
        ),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
    ],
)
def test_what_slack_rejects_is_rejected(
    client: WebClient, channel: Channel, arguments: dict[str, Any], error: str
) -> None:
    """With Slack's own name of the error, and nothing is posted."""
    assert refusal(client.chat_postMessage, **{"channel": channel.id, **arguments}) == error
    assert channel.messages == {}


def test_what_is_deleted_archived_or_closed_is_rejected(
    client: WebClient, channel: Channel, receiver: SlackReceiver
) -> None:
    """A deleted message accepts no update or reply; an archived channel, or one without the bot, accepts nothing."""
    ts = client.chat_postMessage(channel=channel.id, text="card")["ts"]
    reply = client.chat_postMessage(channel=channel.id, text="reply", thread_ts=ts)["ts"]
    assert refusal(client.chat_postMessage, channel=channel.id, text="x", thread_ts=reply) == "cannot_reply_to_message"
    assert refusal(client.chat_update, channel="#outposts", ts=ts, text="x") == "channel_not_found"
    receiver.workspace.edit_window_closed = True
    assert refusal(client.chat_update, channel=channel.id, ts=ts, text="x") == "edit_window_closed"
    assert channel.messages[ts]["text"] == "card"
    receiver.workspace.delete(channel, ts)
    assert refusal(client.chat_update, channel=channel.id, ts=ts, text="x") == "message_not_found"
    assert refusal(client.conversations_replies, channel=channel.id, ts=ts) == "thread_not_found"
    channel.archived = True
    assert refusal(client.chat_postMessage, channel=channel.id, text="x") == "is_archived"
    channel.joined = False
    assert refusal(client.chat_postMessage, channel=channel.id, text="x") == "not_in_channel"


def test_only_methods_that_write_accept_json(client: WebClient, channel: Channel) -> None:
    """As in Slack; and there are no methods that the notifier does not need."""
    assert refusal(client.api_call, api_method="conversations.history", json={"channel": channel.id}) == (
        "channel_not_found"
    )
    assert refusal(client.api_call, api_method="chat.postMessage", data={"channel": channel.id}) == "invalid_form_data"
    assert refusal(client.api_call, api_method="chat.delete", json={}) == "unknown_method"


def test_a_response_can_be_lost(client: WebClient, channel: Channel) -> None:
    """Posts to one method are accepted, with the configured response; other methods are not affected."""
    answer = {"status": 503, "path": "/api/chat.postMessage", "taken": True}
    urllib3.request("PUT", client.base_url.replace("/api/", "/_receiver/answer"), json=answer)
    client.users_conversations()
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel=channel.id, text="x")
    assert len(channel.messages) == 1
