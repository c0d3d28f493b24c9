"""A mailbox that an SNS topic can write to: an `http` subscriber that keeps what an e-mail would say.

What SNS posts: https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html.
"""

import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import urllib3
from werkzeug import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


# The subject of an e-mail for a notification without one.
SUBJECT = "AWS Notification Message"


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail as SNS would send it.

    Args:
        subject: The notification's subject, or SNS's own if it has none.
        text: The message's text for subscribers of this kind.
    """

    subject: str
    text: str


class Mailbox:
    """A WSGI application that confirms its subscriptions and keeps the notifications that follow.

    `GET /_mailbox/mails` lists them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mails: list[Mail] = []

    @property
    def mails(self) -> list[Mail]:
        """The mails received so far, oldest first."""
        with self._lock:
            return list(self._mails)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one HTTP request."""
        return self._respond(Request(environ))(environ, start_response)

    def _respond(self, request: Request) -> Response:
        match request.method, request.path:
            case "GET", "/_mailbox/mails":
                return Response(json.dumps([asdict(mail) for mail in self.mails]), content_type="application/json")
            case "POST", _:
                return self._receive(request.get_data(as_text=True))
        return Response(status=405)

    def _receive(self, body: str) -> Response:
        try:
            match json.loads(body):
                case {"Type": "SubscriptionConfirmation", "SubscribeURL": str(url)}:
                    urllib3.request("GET", url, timeout=10)
                case {"Type": "Notification", "Message": str(text), **rest}:
                    with self._lock:
                        self._mails.append(Mail(str(rest.get("Subject") or SUBJECT), text))
                case _:
                    return Response("Not a message that SNS posts.", status=400)
        except ValueError:
            return Response("Not JSON, as SNS's messages are.", status=400)
        return Response(status=200)
