"""A WSGI application served from a thread."""

import pytest
import urllib3
from urllib3.exceptions import HTTPError
from werkzeug import Request, Response

from local.server import Server


@Request.application
def hello(request: Request) -> Response:
    """Greet by path."""
    return Response(f"Hello {request.path}")


def test_servers_answer_on_free_ports_until_closed(capfd: pytest.CaptureFixture[str]) -> None:
    """Two servers run side by side without printing anything, and a closed one no longer responds."""
    with Server(hello) as first, Server(hello) as second:
        answers = [urllib3.request("GET", f"{server.url}/you").data for server in (first, second)]

    assert answers == [b"Hello /you"] * 2
    assert capfd.readouterr() == ("", "")
    with pytest.raises(HTTPError):
        urllib3.request("GET", first.url, retries=False)
