"""A stand-in for a webhook's receiver: accepts only what is signed, each event once."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

from outposts_order_notifier.notify.channels.webhook.request import EVENT_ID, EVENT_TYPE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SECRET = "local-cloud-signing-secret"  # noqa: S105 - the local cloud's alone


class WebhookReceiver:
    """A WSGI application that receives notifications.

    `GET /_webhook/messages` lists what was accepted.

    Args:
        secret: The signing secret.
    """

    def __init__(self, secret: str = SECRET) -> None:
        self.secret = secret
        self.answers: list[Response] = []  # to the next posts, instead of verifying them
        self._lock = threading.Lock()
        self._messages: dict[str, dict[str, Any]] = {}
        self.posts = 0
        self.accepted: list[str] = []  # the event ids, also of what came again

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What was accepted: `id`, `type` and `content`, oldest first."""
        with self._lock:
            return list(self._messages.values())

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one HTTP request."""
        return self._respond(Request(environ))(environ, start_response)

    def _respond(self, request: Request) -> Response:
        if request.method == "GET" and request.path == "/_webhook/messages":
            return Response(json.dumps(self.messages), content_type="application/json")
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
