"""The board on this machine: the page of the dashboard's widget, from the local cloud's snapshot table."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from werkzeug import Request, Response

from local.server import App, as_page
from outposts_order_notifier.board.filters import Filters
from outposts_order_notifier.board.gather import gather
from outposts_order_notifier.board.render import Frame, page
from outposts_order_notifier.board.view import board
from outposts_order_notifier.store.table import SnapshotTable


class BoardPage(App):
    """`GET /` is the board, with the filters as query parameters."""

    def __init__(
        self,
        table: SnapshotTable,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        names: Mapping[str, str] | None = None,
    ) -> None:
        self._table = table
        self._names = names
        self._clock = clock

    def html(self, filters: Filters, frame: Frame) -> str:
        """Render the page as of now."""
        return page(board(gather(self._table, filters, names=self._names), filters, self._clock()), frame)

    def respond(self, request: Request) -> Response:
        """Answer one HTTP request."""
        if request.path != "/":
            return Response("The board is at /.", status=404)
        if request.method not in {"GET", "HEAD"}:
            return Response("The board is read-only.", status=405, headers={"Allow": "GET, HEAD"})
        return as_page(self.html(Filters.of(request.args), Frame()))
