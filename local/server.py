"""A WSGI application served over HTTP from a thread of this process."""

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
# How long `close` may take.
POLL_SECONDS = 0.05


class Server:
    """Serve `app` on this machine alone until `close`, or for the length of a `with` block.

    Args:
        app: The WSGI application; called from one thread for each connection.
        port: The port to listen on; 0 takes a free one.

    Raises:
        SystemExit: `port` is taken (werkzeug prints which, and by what it may be).
    """

    def __init__(self, app: "WSGIApplication", port: int = 0) -> None:
        self._server = make_server(HOST, port, app, threaded=True, request_handler=_QuietHandler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": POLL_SECONDS}, daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """The server's origin, such as `http://127.0.0.1:4567`."""
        return f"http://{HOST}:{self._server.port}"

    def close(self) -> None:
        """Stop listening; requests under way are dropped when the process ends."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        """Give the running server."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the server."""
        self.close()


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of requests: the caller's terminal is not this server's."""
