"""A mailbox for an SNS topic: an `http` subscriber that keeps what an e-mail would contain.

What SNS posts: https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html.
"""

import json
import threading
from dataclasses import asdict, dataclass

import urllib3
from werkzeug import Request, Response

from local.pages.mailbox import mailbox_page
from local.server import App, as_json, as_page

# The subject of an e-mail for a notification that has none.
SUBJECT = "AWS Notification Message"


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail as SNS would send it.

    Attributes:
        subject: The subject, or SNS's default one.
        text: The text for this kind of subscriber.
        time: When SNS received it, as SNS writes it.
    """

    subject: str
    text: str
    time: str = ""


class Mailbox(App):
    """Confirms its subscriptions and keeps the notifications that follow.

    `GET /` is a page of them, `GET /_mailbox/mails` lists them as JSON.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mails: list[Mail] = []

    @property
    def mails(self) -> list[Mail]:
        """The e-mails received so far, oldest first."""
        with self._lock:
            return list(self._mails)

    def respond(self, request: Request) -> Response:
        """Answer one HTTP request."""
        match request.method, request.path:
            case "GET" | "HEAD", "/":
                return as_page(mailbox_page(self.mails, live=True))
            case "GET", "/_mailbox/mails":
                return as_json([asdict(mail) for mail in self.mails])
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
                        time = str(rest.get("Timestamp") or "")
                        self._mails.append(Mail(str(rest.get("Subject") or SUBJECT), text, time))
                case _:
                    return Response("Not a message that SNS posts.", status=400)
        except ValueError:
            return Response("Not JSON; SNS's messages are.", status=400)
        return Response(status=200)
