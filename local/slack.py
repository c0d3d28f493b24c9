"""A stand-in for Slack's webhooks: takes what Slack takes, refuses what Slack refuses.

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

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

INCOMING = re.compile(r"/services/T\w+/B\w+/\w+")
WORKFLOW = re.compile(r"/(?:triggers|workflows)/T\w+(?:/\w+){2,3}")

# Undocumented; measured in https://github.com/slackapi/bolt-js/issues/2509.
MAX_BLOCKS_CHARACTERS = 13_200

MESSAGE = Draft202012Validator(yaml.safe_load(Path(__file__).with_name("slack_message.yaml").read_text("utf-8")))


class SlackReceiver:
    """A WSGI application that receives what is posted to Slack's webhooks.

    `GET /_receiver/messages` lists what was accepted. `PUT /_receiver/answer` makes the next posts be
    answered as told: `{"status": 429, "headers": {"Retry-After": "2"}, "body": "rate_limited", "times": 3}`;
    `"afterSeconds"` lets the answer wait.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages: list[dict[str, Any]] = []
        self._times: list[float] = []
        self._answer: dict[str, Any] = {"times": 0}

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
            case "PUT", "/_receiver/answer":
                with self._lock:
                    self._answer = {"times": 1, **request.get_json()}
                return Response(status=204)
            case "POST", path:
                return self._told_answer() or self._receive(path, request.get_data())
        return Response("invalid_http_method", status=405)

    def _told_answer(self) -> Response | None:
        with self._lock:
            if not self._answer["times"]:
                return None
            self._answer["times"] -= 1
            told = self._answer
        time.sleep(told.get("afterSeconds", 0))
        return Response(told.get("body"), told.get("status"), told.get("headers"))

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
        with self._lock:
            self._messages.append(payload)
            self._times.append(time.monotonic())
        return Response("ok")


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
