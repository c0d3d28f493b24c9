"""WSGI applications served over HTTP from a thread of this process."""

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from outposts_order_notifier.board.render import CONTENT_SECURITY_POLICY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"
POLL_SECONDS = 0.05  # how long `close` may take
PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class App(ABC):
    """A WSGI application with state, called from one thread per connection."""

    @abstractmethod
    def respond(self, request: Request) -> Response:
        """Answer one HTTP request."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one HTTP request, as WSGI has it."""
        return self.respond(Request(environ))(environ, start_response)


def as_page(html: str) -> Response:
    """Return a response whose body is a page that loads nothing else and that no cache keeps."""
    return Response(html, content_type="text/html; charset=utf-8", headers=PAGE_HEADERS)


def as_json(value: Any) -> Response:
    """Return a response whose body is this value as JSON."""
    return Response(json.dumps(value), content_type="application/json")


class Server:
    """Serve an application on a free port of this machine, until `close` or for the length of a `with` block."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._server = make_server(HOST, 0, app, threaded=True, request_handler=_QuietHandler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": POLL_SECONDS}, daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """The server's origin, such as `http://127.0.0.1:4567`."""
        return f"http://{HOST}:{self._server.port}"

    def close(self) -> None:
        """Stop listening; requests in progress are dropped when the process ends."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        """Return the running server."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the server."""
        self.close()


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: the terminal belongs to the caller."""
