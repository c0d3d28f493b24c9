"""The board on this machine: the page of the dashboard's widget, from the local cloud's snapshot table."""

from collections.abc import Callable
from datetime import UTC, datetime

from werkzeug import Request, Response

from local.server import App
from outposts_order_notifier.board.filters import Filters
from outposts_order_notifier.board.gather import gather
from outposts_order_notifier.board.render import CONTENT_SECURITY_POLICY, Frame, page
from outposts_order_notifier.board.view import board
from outposts_order_notifier.store.table import SnapshotTable

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class BoardPage(App):
    """`GET /` is the board, with the filters as query parameters."""

    def __init__(self, table: SnapshotTable, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._table = table
        self._clock = clock

    def html(self, filters: Filters, frame: Frame) -> str:
        """Render the page as of now."""
        return page(board(gather(self._table, filters), filters, self._clock()), frame)

    def respond(self, request: Request) -> Response:
        """Answer one HTTP request."""
        if request.path != "/":
            return Response("The board is at /.", status=404)
        if request.method not in {"GET", "HEAD"}:
            return Response("The board is read-only.", status=405, headers={"Allow": "GET, HEAD"})
        html = self.html(Filters.of(request.args), Frame())
        return Response(html, content_type="text/html; charset=utf-8", headers=HEADERS)
