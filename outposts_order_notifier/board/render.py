"""The board as HTML: a separate page, or a widget of a CloudWatch dashboard. Pure."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from itertools import accumulate
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from outposts_order_notifier.board.filters import ATTENTION, MOST_SEARCHED, SORTS, STALLED, Filters
from outposts_order_notifier.board.gather import Gathered
from outposts_order_notifier.board.view import Board, board
from outposts_order_notifier.domain.statuses import ERROR, MISSING, OVERDUE, status_named
from outposts_order_notifier.wording.words import count, plain

# Lambda's limit is 6 MB of JSON: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_BYTES = 5_500_000
ORDER_BEGINS = "<article"
TEMPLATES = Path(__file__).parent / "templates"
# No external content and no scripts: the styles are in the page, and the filters' form submits to it.
CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the board is shown.

    Attributes:
        filters: Whether the filters work: a file cannot answer, and shows everything unfolded instead.
        anchors: Whether links within the page work: CloudWatch's console uses the fragment itself.
        endpoint: The ARN of the function that CloudWatch calls when a button is pressed; empty outside a dashboard.
        theme: `light` or `dark`; if empty, the browser decides.
        path: The page's path.
    """

    filters: bool = True
    anchors: bool = True
    endpoint: str = ""
    theme: str = ""
    path: str = "/"


def page(shown: Board, frame: Frame | None = None) -> str:
    """Return the board as a whole page."""
    frame = frame or Frame()
    return _environment().get_template("page.html.j2").render(**_values(shown, frame), policy=CONTENT_SECURITY_POLICY)


def fitting_widget(gathered: Gathered, filters: Filters, now: datetime, *, endpoint: str, theme: str) -> str:
    """Return the board as a widget with as many orders as fit into Lambda's answer."""
    whole = board(gathered, filters, now)
    html, most = widget(whole, endpoint=endpoint, theme=theme), len(whole.shown)
    while most and _bytes(html) > MOST_BYTES:
        most = _orders_with_room(html)  # fewer each time: the last order ends with the whole
        html = widget(board(gathered, filters, now, most), endpoint=endpoint, theme=theme)
    return html


def widget(shown: Board, *, endpoint: str, theme: str) -> str:
    """Return the board as a custom widget of a CloudWatch dashboard; `theme` as `Frame.theme`."""
    frame = Frame(anchors=False, endpoint=endpoint, theme=theme)
    return _environment().get_template("board.html.j2").render(**_values(shown, frame))


def _orders_with_room(html: str) -> int:
    """Count the orders of a widget that fit, regardless of what follows the last of them."""
    # A value's own `<` is escaped. The last end is the size of the whole.
    header, *orders = html.split(ORDER_BEGINS)
    ends = accumulate([_bytes(header), *(len(ORDER_BEGINS) + _bytes(each) - len('""') for each in orders)])
    return max(0, sum(end <= MOST_BYTES for end in ends) - 1)


def _bytes(html: str) -> int:
    return len(json.dumps(html))


def _values(shown: Board, frame: Frame) -> dict[str, object]:
    chosen = asdict(shown.filters)
    return {
        "board": shown,
        "frame": frame,
        "css": _css(),
        "no_filters": asdict(Filters()),
        "all_settled": chosen | {"settled": "all"},
        # The filters that show what a total counts, in the same place.
        "filters_of": {
            "in flight": chosen | {"status": "", "settled": ""},
            "stalled": chosen | {"status": STALLED},
            "in error": chosen | {"status": ERROR},
            "settled": chosen | {"status": "", "settled": "all"},
        },
        "narrowed": any(value for name, value in chosen.items() if name not in {"settled", "sort"}),
        "most_searched": MOST_SEARCHED,
        "icons": {"error": status_named(ERROR).icon, "overdue": OVERDUE.icon, "missing": MISSING.icon},
        "sorts": {"" if name == ATTENTION else name: words for name, words in SORTS.items()},
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(json=json.dumps, query=_query, count_of=count, plain=plain)
    return environment


@cache
def _css() -> Markup:
    return Markup((TEMPLATES / "board.css").read_text(encoding="utf-8"))  # noqa: S704 - our own style sheet


def _query(values: dict[str, str]) -> str:
    return f"?{urlencode({name: value for name, value in values.items() if value})}"
