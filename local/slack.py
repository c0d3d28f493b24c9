"""A stand-in for Slack, by webhook and by Web API: accepts and refuses what Slack does.

Error names: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/#handling_errors.
Limits of blocks: https://docs.slack.dev/reference/block-kit/blocks, in `slack_message.yaml`.
"""

import json
import re
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from werkzeug import Request, Response

from local.pages.slack import slack_page
from local.server import App, as_json, as_page
from local.slack_workspace import Channel, Workspace

INCOMING = re.compile(r"/services/T\w+/B\w+/\w+")
WORKFLOW = re.compile(r"/(?:triggers|workflows)/T\w+(?:/\w+){2,3}")
API = "/api/"

# Undocumented; measured in https://github.com/slackapi/bolt-js/issues/2509.
MAX_BLOCKS_CHARACTERS = 13_200

MESSAGE = Draft202012Validator(yaml.safe_load(Path(__file__).with_name("slack_message.yaml").read_text("utf-8")))


class SlackReceiver(App):
    """Receives posts to Slack's webhooks and to `/api/`, its Web API.

    `GET /` is a page of everything accepted. As JSON, `GET /_receiver/messages` lists the accepted messages,
    `GET /_receiver/channels` the current content of a bot's channels. `PUT /_receiver/answer` sets the answer to the
    next posts:
    `{"status": 429, "headers": {"Retry-After": "2"}, "body": "rate_limited", "times": 3}`; `"afterSeconds"` delays the
    answer, `"path"` limits it to posts to this path, and with `"taken": true` the message is accepted all the same.

    Attributes:
        workspace: What a bot sees and posts.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages: list[dict[str, Any]] = []
        self._times: list[float] = []
        self._answer: dict[str, Any] = {"times": 0}
        self._webhooks = Channel("", "Webhook")
        self.workspace = Workspace(message_fault, self._keep)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The payloads accepted so far, oldest first."""
        with self._lock:
            return list(self._messages)

    @property
    def channels(self) -> list[Channel]:
        """A bot's channels, and one of the messages to webhooks if there are any, each with a `ts`."""
        with self._lock:
            messages = dict(self._webhooks.messages)
        webhooks = [replace(self._webhooks, messages=messages)] if messages else []
        return [*webhooks, *self.workspace.channels]

    @property
    def times(self) -> list[float]:
        """When each of them arrived, in seconds of a monotonic clock."""
        with self._lock:
            return list(self._times)

    def respond(self, request: Request) -> Response:
        """Answer one HTTP request."""
        match request.method, request.path:
            case "GET" | "HEAD", path if shown := self._shown(path):
                return shown
            case "PUT", "/_receiver/answer":
                with self._lock:
                    self._answer = {"times": 1, **request.get_json()}
                return Response(status=204)
            case "POST", path:
                configured = self._configured_answer(path)
                if configured and not configured.get("taken"):
                    return _answered(configured)
                answer = self._take(path, request)
                return _answered(configured) if configured else answer
        return Response("invalid_http_method", status=405)

    def _shown(self, path: str) -> Response | None:
        match path:
            case "/":
                return as_page(slack_page(self.channels, datetime.now(UTC), live=True))
            case "/_receiver/messages":
                return as_json(self.messages)
            case "/_receiver/channels":
                return as_json({each.name: list(each.messages.values()) for each in self.workspace.channels})
        return None

    def _configured_answer(self, path: str) -> dict[str, Any] | None:
        with self._lock:
            if not self._answer["times"] or self._answer.get("path", path) != path:
                return None
            self._answer["times"] -= 1
            return self._answer

    def _take(self, path: str, request: Request) -> Response:
        if path.startswith(API):
            return as_json(self.workspace.answer(path.removeprefix(API), request))
        return self._receive(path, request.get_data())

    def _receive(self, path: str, body: bytes) -> Response:
        verdicts = {INCOMING: message_fault, WORKFLOW: variables_fault}
        verdict = next((each for pattern, each in verdicts.items() if pattern.fullmatch(path)), None)
        if verdict is None:
            return Response("no_service", status=404)
        try:
            payload = json.loads(body)
        except ValueError:
            return Response("invalid_payload", status=400)
        if fault := verdict(payload):
            return Response(fault, status=400)
        self._keep(payload)
        with self._lock:
            ts = f"{int(time.time())}.{len(self._webhooks.messages):06}"
            self._webhooks.messages[ts] = {**payload, "ts": ts}
        return Response("ok")

    def _keep(self, payload: dict[str, Any]) -> None:
        with self._lock:
            self._messages.append(payload)
            self._times.append(time.monotonic())


def _answered(configured: dict[str, Any]) -> Response:
    time.sleep(configured.get("afterSeconds", 0))
    return Response(configured.get("body"), configured.get("status"), configured.get("headers"))


def message_fault(payload: Any) -> str | None:
    """Return Slack's error for an incoming webhook's message, with each fault of its blocks; None if it is valid."""
    if not isinstance(payload, dict):
        return "invalid_payload"
    if not payload.get("text") and not payload.get("blocks"):
        return "no_text"
    if faults := sorted(MESSAGE.iter_errors(payload), key=lambda fault: fault.json_path):
        found = (f"{fault.json_path} demands {fault.validator} {fault.validator_value}" for fault in faults)
        return "invalid_blocks: " + "; ".join(found)
    if _characters([payload.get("blocks", []), payload.get("attachments", [])]) > MAX_BLOCKS_CHARACTERS:
        return "msg_blocks_too_long"
    return None


def variables_fault(payload: Any) -> str | None:
    """Return the error of a workflow's webhook for its variables, which must be flat; None if they are valid."""
    flat = isinstance(payload, dict) and all(isinstance(value, str) for value in payload.values())
    return None if flat else "invalid_workflow_input"


def _characters(blocks: Any) -> int:
    """Count the characters of all texts, at any depth."""
    if isinstance(blocks, dict):
        return sum(
            len(value) if name == "text" and isinstance(value, str) else _characters(value)
            for name, value in blocks.items()
        )
    if isinstance(blocks, list):
        return sum(_characters(block) for block in blocks)
    return 0
