"""The Slack receiver accepts what Slack accepts, and rejects what Slack rejects."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3
from slack_sdk.webhook import WebhookClient

from local.server import Server
from local.slack import SlackReceiver

INCOMING = "/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"
WORKFLOW = "/triggers/T00000000/1234567890/abcdef"


@pytest.fixture
def receiver() -> SlackReceiver:
    """Return a receiver without messages."""
    return SlackReceiver()


@pytest.fixture
def url(receiver: SlackReceiver) -> Iterator[str]:
    """Serve the receiver, and return its address."""
    with Server(receiver) as server:
        yield server.url


def mrkdwn(length: int) -> dict[str, Any]:
    """Return a text of this many characters."""
    return {"type": "mrkdwn", "text": "x" * length}


def plain(length: int) -> dict[str, Any]:
    """Return a text without mark-up of this many characters."""
    return {"type": "plain_text", "text": "x" * length}


GOOD = [
    {"text": "Order is COMPLETED"},
    {"blocks": [{"type": "divider"}] * 50},
    {"blocks": [{"type": "header", "text": plain(150)}]},
    {"blocks": [{"type": "section", "text": mrkdwn(3000)}]},
    {"blocks": [{"type": "section", "fields": [mrkdwn(1320)] * 10}]},
    {"blocks": [{"type": "section", "fields": [mrkdwn(2000)], "accessory": {"type": "button", "text": plain(75)}}]},
    {"blocks": [{"type": "context", "elements": [mrkdwn(10)] * 10}]},
    {"blocks": [{"type": "context", "elements": [{"type": "image", "image_url": "https://x", "alt_text": "x"}]}]},
    {"blocks": [{"type": "image", "image_url": "https://x", "alt_text": "x"}]},
    {"blocks": [{"type": "actions", "elements": [{"type": "button", "text": plain(5), "url": "https://x"}]}]},
]
BAD = [
    ("[]", "invalid_payload"),
    ("{", "invalid_payload"),
    ({}, "no_text"),
    ({"text": "", "blocks": []}, "no_text"),
    ({"text": 5}, "$.text demands type string"),
    ({"blocks": [{"type": "divider"}] * 51}, "$.blocks demands maxItems 50"),
    ({"blocks": [{"type": "carousel"}]}, "$.blocks[0].type demands enum"),
    ({"blocks": [{"text": plain(1)}]}, "$.blocks[0] demands required"),
    ({"blocks": [{"type": "header", "text": plain(151)}]}, "$.blocks[0].text.text demands maxLength 150"),
    ({"blocks": [{"type": "header", "text": mrkdwn(1)}]}, "$.blocks[0].text.type demands const plain_text"),
    ({"blocks": [{"type": "section"}]}, "$.blocks[0] demands anyOf"),
    ({"blocks": [{"type": "section", "text": mrkdwn(3001)}]}, "$.blocks[0].text.text demands maxLength 3000"),
    ({"blocks": [{"type": "section", "text": mrkdwn(0)}]}, "$.blocks[0].text.text demands minLength 1"),
    ({"blocks": [{"type": "section", "fields": [mrkdwn(1)] * 11}]}, "$.blocks[0].fields demands maxItems 10"),
    ({"blocks": [{"type": "section", "fields": [mrkdwn(2001)]}]}, "$.blocks[0].fields[0].text demands maxLength 2000"),
    ({"blocks": [{"type": "context", "elements": []}]}, "$.blocks[0].elements demands minItems 1"),
    ({"blocks": [{"type": "actions", "elements": [{"type": "button"}]}]}, "elements[0] demands required"),
    ({"blocks": [{"type": "section", "text": mrkdwn(2641)}] * 5}, "msg_blocks_too_long"),
    (
        {"text": "x", "attachments": [{"color": "red", "blocks": [{"type": "divider"}]}]},
        "$.attachments[0].color demands pattern",
    ),
    (
        {"text": "x", "attachments": [{"blocks": [{"type": "section", "text": mrkdwn(2641)}] * 5}]},
        "msg_blocks_too_long",
    ),
]


@pytest.mark.parametrize("payload", GOOD)
def test_a_message_within_slacks_limits_is_accepted(receiver: SlackReceiver, url: str, payload: dict[str, Any]) -> None:
    """Slack's own client receives `ok`, and the message is kept."""
    answer = WebhookClient(url + INCOMING).send_dict(payload)

    assert (answer.status_code, answer.body) == (200, "ok")
    assert receiver.messages == [payload]
    assert urllib3.request("GET", f"{url}/_receiver/messages").json() == [payload]


@pytest.mark.parametrize(("payload", "fault"), BAD)
def test_a_message_beyond_slacks_limits_is_rejected(
    receiver: SlackReceiver, url: str, payload: Any, fault: str
) -> None:
    """The response is 400 with Slack's error name and the place of the mistake; nothing is kept."""
    body = payload if isinstance(payload, str) else json.dumps(payload)

    answer = urllib3.request("POST", url + INCOMING, body=body)

    assert answer.status == 400
    assert fault in answer.data.decode()
    assert receiver.messages == []


def test_a_workflow_accepts_flat_variables(receiver: SlackReceiver, url: str) -> None:
    """A workflow's webhook accepts texts by name, and rejects anything nested."""
    variables = {"text": "Order is COMPLETED", "orderId": "oo-1"}

    taken = urllib3.request("POST", url + WORKFLOW, json=variables)
    refused = urllib3.request("POST", url + WORKFLOW, json={"blocks": []})

    assert (taken.status, refused.status) == (200, 400)
    assert refused.data == b"invalid_workflow_input"
    assert receiver.messages == [variables]


@pytest.mark.parametrize("path", ["/", "/services/T1/B1", "/services/B1/T1/x", "/triggers/T1", "/elsewhere"])
def test_an_unknown_webhook_is_not_found(url: str, path: str) -> None:
    """For a path that is not a webhook's, the response is `no_service`, like for a revoked webhook."""
    answer = urllib3.request("POST", url + path, json={"text": "hello"})

    assert (answer.status, answer.data) == (404, b"no_service")


def test_the_response_can_be_configured(receiver: SlackReceiver, url: str) -> None:
    """It is returned a number of times, headers included, and nothing is kept; then posts are accepted again."""
    answer = {"status": 429, "headers": {"Retry-After": "2"}, "body": "rate_limited", "times": 2}
    urllib3.request("PUT", f"{url}/_receiver/answer", json=answer)

    answers = [urllib3.request("POST", url + INCOMING, json={"text": "hello"}, retries=False) for _ in range(3)]

    assert [answer.status for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "2"
    assert answers[0].data == b"rate_limited"
    assert len(receiver.messages) == 1


def test_other_methods_are_rejected(url: str) -> None:
    """A webhook accepts posts only."""
    assert urllib3.request("GET", url + INCOMING).status == 405
