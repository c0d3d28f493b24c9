"""A stand-in for Slack, by webhook and by Web API: takes what Slack takes, refuses what Slack refuses.

Error names: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/#handling_errors.
Limits of blocks: https://docs.slack.dev/reference/block-kit/blocks, in `slack_message.yaml`.
"""

import json
import re
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from jsonschema import Draft202012Validator
from werkzeug import Request, Response

from local.slack_workspace import Workspace

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

INCOMING = re.compile(r"/services/T\w+/B\w+/\w+")
WORKFLOW = re.compile(r"/(?:triggers|workflows)/T\w+(?:/\w+){2,3}")
API = "/api/"

# Undocumented; measured in https://github.com/slackapi/bolt-js/issues/2509.
MAX_BLOCKS_CHARACTERS = 13_200

MESSAGE = Draft202012Validator(yaml.safe_load(Path(__file__).with_name("slack_message.yaml").read_text("utf-8")))


class SlackReceiver:
    """A WSGI application that receives what is posted to Slack's webhooks and to `/api/`, its Web API.

    `GET /_receiver/messages` lists what was accepted, `GET /_receiver/channels` what a bot's channels show now.
    `PUT /_receiver/answer` makes the next posts be answered as told:
    `{"status": 429, "headers": {"Retry-After": "2"}, "body": "rate_limited", "times": 3}`; `"afterSeconds"` lets the
    answer wait, `"path"` means only posts to this path, and `"taken": true` that they are taken, but answered so.

    Attributes:
        workspace: What a bot sees and posts.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages: list[dict[str, Any]] = []
        self._times: list[float] = []
        self._answer: dict[str, Any] = {"times": 0}
        self.workspace = Workspace(message_fault, self._keep)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The payloads accepted so far, oldest first."""
        with self._lock:
            return list(self._messages)

    @property
    def times(self) -> list[float]:
        """When each of them came, in seconds of a clock that only goes forward."""
        with self._lock:
            return list(self._times)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one HTTP request."""
        return self._respond(Request(environ))(environ, start_response)

    def _respond(self, request: Request) -> Response:
        match request.method, request.path:
            case "GET", "/_receiver/messages":
                return Response(json.dumps(self.messages), content_type="application/json")
            case "GET", "/_receiver/channels":
                channels = {channel.name: list(channel.messages.values()) for channel in self.workspace.channels}
                return Response(json.dumps(channels), content_type="application/json")
            case "PUT", "/_receiver/answer":
                with self._lock:
                    self._answer = {"times": 1, **request.get_json()}
                return Response(status=204)
            case "POST", path:
                told = self._told_answer(path)
                if told and not told.get("taken"):
                    return _answered(told)
                answer = self._take(path, request)
                return _answered(told) if told else answer
        return Response("invalid_http_method", status=405)

    def _told_answer(self, path: str) -> dict[str, Any] | None:
        with self._lock:
            if not self._answer["times"] or self._answer.get("path", path) != path:
                return None
            self._answer["times"] -= 1
            return self._answer

    def _take(self, path: str, request: Request) -> Response:
        if path.startswith(API):
            answer = self.workspace.answer(path.removeprefix(API), request)
            return Response(json.dumps(answer), content_type="application/json")
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
        return Response("ok")

    def _keep(self, payload: dict[str, Any]) -> None:
        with self._lock:
            self._messages.append(payload)
            self._times.append(time.monotonic())


def _answered(told: dict[str, Any]) -> Response:
    time.sleep(told.get("afterSeconds", 0))
    return Response(told.get("body"), told.get("status"), told.get("headers"))


def message_fault(payload: Any) -> str | None:
    """Say what Slack finds wrong with an incoming webhook's message; None where nothing.

    Returns:
        Slack's error name, and for blocks where the fault is and what it is.
    """
    if not isinstance(payload, dict):
        return "invalid_payload"
    if not payload.get("text") and not payload.get("blocks"):
        return "no_text"
    if faults := sorted(MESSAGE.iter_errors(payload), key=lambda fault: fault.json_path):
        told = (f"{fault.json_path} demands {fault.validator} {fault.validator_value}" for fault in faults)
        return "invalid_blocks: " + "; ".join(told)
    if _characters(payload.get("blocks", [])) > MAX_BLOCKS_CHARACTERS:
        return "msg_blocks_too_long"
    return None


def variables_fault(payload: Any) -> str | None:
    """Say what a workflow's webhook finds wrong with its variables, which are flat; None where nothing."""
    flat = isinstance(payload, dict) and all(isinstance(value, str) for value in payload.values())
    return None if flat else "invalid_workflow_input"


def _characters(blocks: Any) -> int:
    """Count the characters of all texts, at whatever depth."""
    if isinstance(blocks, dict):
        return sum(
            len(value) if name == "text" and isinstance(value, str) else _characters(value)
            for name, value in blocks.items()
        )
    if isinstance(blocks, list):
        return sum(_characters(block) for block in blocks)
    return 0
