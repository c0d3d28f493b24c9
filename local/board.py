"""The board on this machine: the same page as in a dashboard, over the local cloud's snapshot table."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from werkzeug import Request, Response

from outposts_order_notifier.board.filters import Filters
from outposts_order_notifier.board.gather import gather
from outposts_order_notifier.board.render import CONTENT_SECURITY_POLICY, Frame, page
from outposts_order_notifier.board.view import board
from outposts_order_notifier.store.table import SnapshotTable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class BoardPage:
    """A WSGI application: `GET /` is the board, with the filters as query parameters.

    Args:
        table: The snapshot table.
        clock: Gives the time, aware.
    """

    def __init__(self, table: SnapshotTable, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._table = table
        self._clock = clock

    def html(self, filters: Filters, frame: Frame) -> str:
        """Write the page as it is now."""
        return page(board(gather(self._table, filters), filters, self._clock()), frame)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one HTTP request."""
        return self._respond(Request(environ))(environ, start_response)

    def _respond(self, request: Request) -> Response:
        if request.path != "/":
            return Response("The board is at /.", status=404)
        if request.method not in {"GET", "HEAD"}:
            return Response("The board can only be read.", status=405, headers={"Allow": "GET, HEAD"})
        html = self.html(Filters.of(request.args), Frame())
        return Response(html, content_type="text/html; charset=utf-8", headers=HEADERS)
