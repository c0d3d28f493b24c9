"""The mailbox subscribes to a topic as SNS's `http` subscribers do."""

from collections.abc import Iterator
from typing import Any

import pytest
import urllib3
from werkzeug import Request, Response

from local.mailbox import Mail, Mailbox
from local.server import Server


@pytest.fixture
def mailbox() -> Mailbox:
    """Return an empty mailbox."""
    return Mailbox()


@pytest.fixture
def url(mailbox: Mailbox) -> Iterator[str]:
    """Serve the mailbox, and return its address."""
    with Server(mailbox) as server:
        yield server.url


def notification(**members: Any) -> dict[str, Any]:
    """Return what SNS posts to a subscriber."""
    return {"Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:x", "Message": "It is so.", **members}


def test_a_subscription_is_confirmed(url: str) -> None:
    """The mailbox opens the address that SNS sends."""
    visits: list[str] = []

    @Request.application
    def sns(request: Request) -> Response:
        visits.append(request.args["Token"])
        return Response("<ConfirmSubscriptionResponse/>")

    with Server(sns) as topic:
        asked = {"Type": "SubscriptionConfirmation", "SubscribeURL": f"{topic.url}/?Action=ConfirmSubscription&Token=t"}
        answer = urllib3.request("POST", url, json=asked)

    assert answer.status == 200
    assert visits == ["t"]


def test_notifications_are_kept_as_mails(mailbox: Mailbox, url: str) -> None:
    """A notification's subject and text are kept, with SNS's default subject if it has none."""
    for members in {"Subject": "Order oo-1 is COMPLETED"}, {"Subject": None}, {}:
        assert urllib3.request("POST", url, json=notification(**members)).status == 200

    unnamed = Mail("AWS Notification Message", "It is so.")
    assert mailbox.mails == [Mail("Order oo-1 is COMPLETED", "It is so."), unnamed, unnamed]
    assert urllib3.request("GET", f"{url}/_mailbox/mails").json()[0] == {
        "subject": "Order oo-1 is COMPLETED",
        "text": "It is so.",
        "time": "",
    }


@pytest.mark.parametrize(("method", "body", "status"), [("POST", "{", 400), ("POST", "{}", 400), ("PUT", "{}", 405)])
def test_anything_else_is_rejected(mailbox: Mailbox, url: str, method: str, body: str, status: int) -> None:
    """What SNS does not post is rejected, and not kept."""
    assert urllib3.request(method, url, body=body).status == status
    assert mailbox.mails == []
