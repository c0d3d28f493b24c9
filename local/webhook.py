"""A stand-in for a webhook's receiver: accepts signed requests only, and keeps each event once."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Mapping
from typing import Any

from werkzeug import Request, Response

from local.server import App, as_json
from outposts_order_notifier.notify.channels.webhook.request import EVENT_ID, EVENT_TYPE

SECRET = "local-cloud-signing-secret"  # noqa: S105 - for the local cloud only


class WebhookReceiver(App):
    """Receives notifications signed with a secret. `GET /_webhook/messages` lists the accepted ones."""

    def __init__(self, secret: str = SECRET) -> None:
        self.secret = secret
        self.answers: list[Response] = []  # to the next posts, which are then not verified
        self._lock = threading.Lock()
        self._messages: dict[str, dict[str, Any]] = {}
        self.posts = 0
        self.accepted: list[str] = []  # the event ids, repeated ones included

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The accepted notifications: `id`, `type` and `content`, oldest first."""
        with self._lock:
            return list(self._messages.values())

    def respond(self, request: Request) -> Response:
        """Answer one HTTP request."""
        if request.method == "GET" and request.path == "/_webhook/messages":
            return as_json(self.messages)
        if request.method != "POST":
            return Response(status=405)
        body = request.get_data()
        with self._lock:
            self.posts += 1
            if self.answers:
                return self.answers.pop(0)
            if not is_authentic(self.secret, dict(request.headers), body, time.time()):
                return Response(status=401)
            event_id, event_type = request.headers[EVENT_ID], request.headers[EVENT_TYPE]
            self.accepted.append(event_id)
            self._messages.setdefault(event_id, {"id": event_id, "type": event_type, "content": json.loads(body)})
        return Response(status=204)


def is_authentic(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Return whether a request was signed with the secret, within the last five minutes."""
    timestamp = headers.get("Outposts-Timestamp", "")
    if not timestamp.isdecimal() or not now - 300 <= int(timestamp) <= now + 300:
        return False
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    signatures = headers.get("Outposts-Signature", "").split(",")
    return any(hmac.compare_digest(each.encode(), f"sha256={digest}".encode()) for each in signatures)
