"""Makes the pictures of the board and of the demonstration's terminal from the real thing. `make pictures`.

The board is the scenarios' own, at a moment at which much is under way. The terminal is a whole demonstration's.
"""

import io
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from local import demo
from local.browser import headless
from local.errors import LocalCloudError
from local.lives import lives_today
from local.view import live
from outposts_order_notifier.board.filters import Filters
from outposts_order_notifier.board.gather import Gathered
from outposts_order_notifier.board.render import page
from outposts_order_notifier.board.view import board
from outposts_order_notifier.domain.lineage import Lineage, links_of
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.sources.source import Source

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SOURCE = Source("111122223333", "eu-west-1")
WIDTH, HEIGHT = 120, 40
FONT_FACE = re.compile(r"@font-face \{\{.*?\}\}", re.DOTALL)  # from elsewhere; a picture loads nothing
SECONDS_PER_DAY = 1.5


def main() -> None:
    """Make all of them."""
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "local")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "local")
    try:
        _board(page(board(_gathered(lives_today(NOW, SOURCE)), Filters(), NOW)))
        _terminal()
    except LocalCloudError as error:
        sys.exit(f"error: {error}")


def _gathered(snapshots: list[Snapshot]) -> Gathered:
    outposts = tuple(sorted({str(snapshot.order["OutpostId"]) for snapshot in snapshots}))
    lineage = Lineage(link for snapshot in snapshots for link in links_of(snapshot.order))
    return Gathered(tuple(snapshots), {}, 0, lineage, outposts, (SOURCE.account,), (SOURCE.region,))


def _board(html: str) -> None:
    windows: dict[str, tuple[Literal["light", "dark"], Any]] = {
        "board": ("light", {"width": 1280, "height": 1_000}),
        "board-phone": ("dark", {"width": 375, "height": 1_060}),
    }
    with headless() as browser:
        for name, (theme, size) in windows.items():
            context = browser.new_context(color_scheme=theme, viewport=size, device_scale_factor=2)
            shown = context.new_page()
            shown.set_content(html)
            shown.screenshot(path=PICTURES / f"{name}.png")


def _terminal() -> None:
    """Run the demonstration as `make demo` does, and picture what it shows at its last step."""
    story = demo.run(SECONDS_PER_DAY, Console(highlight=False))
    console = Console(record=True, width=WIDTH, height=HEIGHT, file=io.StringIO(), force_terminal=True, highlight=False)
    console.print(live(story, HEIGHT))
    svg = console.export_svg(title="make demo", code_format=FONT_FACE.sub("", CONSOLE_SVG_FORMAT))
    (PICTURES / "demo.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
