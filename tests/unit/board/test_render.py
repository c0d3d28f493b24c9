"""The board as HTML."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given

from outposts_order_notifier.board import render
from outposts_order_notifier.board.filters import MOST_SEARCHED, Filters
from outposts_order_notifier.board.render import Frame, fitting_widget, page, widget
from outposts_order_notifier.board.view import board
from outposts_order_notifier.domain.statuses import COLOURS, MISSING, status_named
from outposts_order_notifier.sources.outposts import from_wire
from outposts_order_notifier.wording.words import count
from testing.boards import NOW, RIGHT_TO_LEFT, board_of, gathered, observed, orders_with_reversing_ids
from testing.strategies import ORDER_SHAPE
from tests.unit.store.test_items import odd_orders

TAGS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "main",
        "div",
        "dl",
        "dt",
        "dd",
        "time",
        "abbr",
        "form",
        "label",
        "input",
        "select",
        "option",
        "p",
        "button",
        "a",
        "section",
        "h2",
        "article",
        "header",
        "h3",
        "span",
        "code",
        "strong",
        "ol",
        "li",
        "b",
        "small",
        "details",
        "summary",
        "ul",
        "cwdb-action",
    ]
)
ACTION = re.compile(r"<cwdb-action[^>]*>(.*?)</cwdb-action>")
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{ 7 * 7 }}</style>"


class Parsed(HTMLParser):
    """All tags and attributes of a page, which it checks."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def values(self, name: str) -> list[str]:
        """Return the values of all attributes with this name."""
        return [value for each, value in self.attributes if each == name]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Allow no tag, event handler or address that the templates do not have."""
        assert tag in TAGS
        for name, value in attrs:
            self.attributes.append((name, str(value)))
            assert not name.startswith("on")
            if name == "href":
                assert str(value).startswith(("https://", "#", "/?"))

    def handle_data(self, data: str) -> None:
        """Collect the visible text."""
        self.text += f" {data}"


def hostile(value: Any) -> Any:
    """Return the same order with texts that would break out of a page that does not escape them."""
    match value:
        case dict():
            return {name: hostile(inner) for name, inner in value.items()}
        case list():
            return [hostile(inner) for inner in value]
        case str():
            return f"{value}{HOSTILE}"
    return value


@given(order=odd_orders)
def test_any_order_is_shown_and_escaped(order: Any) -> None:
    """Anything in place of any member is shown as text."""
    read = from_wire(order, ORDER_SHAPE)
    for shown in (read, {**hostile(read), "OrderId": f"oo-1{HOSTILE}"}):
        made = board_of(observed((3, shown)), filters=Filters.of({"q": "a", "outpost": HOSTILE}))
        for html in (page(made), widget(made, endpoint="arn:aws:lambda:x", theme="dark")):
            Parsed(html)


def test_says_what_it_could_not_show() -> None:
    """Orders that could not be read, that were not read, and for which there was no room."""
    some = [observed((n, {"OrderId": f"oo-{n}", "Status": "COMPLETED"})) for n in range(22)]
    html = page(board(gathered(some, unread=3, **{"oo-9": "<Throttled>"}), Filters(), NOW))
    text = " ".join(Parsed(html).text.split())
    assert "These orders could not be read: oo-9 <Throttled>" in text
    assert "3 more orders not read" in text
    assert "2 more settled orders, ended earlier, left out. Show all settled orders" in text


@pytest.mark.parametrize("line_items", [lambda _: 0, lambda n: n, lambda n: 40 - n, lambda n: 30 * (n % 2)])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_a_widget_shows_as_many_orders_as_lambdas_response_can_hold(
    monkeypatch: pytest.MonkeyPatch, line_items: Callable[[int], int], share: float
) -> None:
    """However large each is, one more would not fit. The others are counted; settled ones are dropped first."""
    orders = [
        observed(
            (
                n,
                {
                    "OrderId": f"oo-{n:03}",
                    "Status": status,
                    "LineItems": [{"LineItemId": f"ooi-{m}", "Status": item_status} for m in range(line_items(n))],
                },
            )
        )
        for n, (status, item_status) in enumerate([("PREPARING", "BUILDING")] * 30 + [("COMPLETED", "INSTALLED")] * 10)
    ]

    def size(most: int | None) -> int:
        return len(json.dumps(widget(board_of(*orders, most=most), endpoint="arn:x", theme="")))

    monkeypatch.setattr(render, "MOST_BYTES", int(size(0) + share * (size(None) - size(0))))
    html = fitting_widget(gathered(orders), Filters(), NOW, endpoint="arn:x", theme="")
    most = html.count("<article")
    assert len(json.dumps(html)) == size(most) <= render.MOST_BYTES < size(most + 1)
    left_out = max(0, 30 - most)
    assert (f"{count(left_out, 'more order')} in flight left out" in html) == bool(left_out)


@pytest.mark.parametrize("excess", [1, 5, 6, 7, 100])
def test_a_widget_that_is_hardly_too_large_has_fewer_orders(monkeypatch: pytest.MonkeyPatch, excess: int) -> None:
    """However few bytes there are too many."""
    orders = gathered([observed((n, {"OrderId": f"oo-{n:03}", "Status": "PREPARING"})) for n in range(20)])
    whole = fitting_widget(orders, Filters(), NOW, endpoint="arn:x", theme="")
    monkeypatch.setattr(render, "MOST_BYTES", len(json.dumps(whole)) - excess)
    assert fitting_widget(orders, Filters(), NOW, endpoint="arn:x", theme="").count("<article") == 19


def test_a_widget_without_room_for_an_order_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """But it says how many there are."""
    monkeypatch.setattr(render, "MOST_BYTES", 100)
    html = fitting_widget(gathered([observed((3, {}))]), Filters(), NOW, endpoint="arn:x", theme="")
    assert "1 more order in flight left out" in html


def test_no_id_reverses_the_boards_text() -> None:
    """Characters that override the direction of text are not shown; links still lead to an order with such an id."""
    orders = replace(gathered(orders_with_reversing_ids()), errors={f"oo-{RIGHT_TO_LEFT}unread": "Throttled"})
    parsed = Parsed(page(board(orders, Filters(outpost=f"op-{RIGHT_TO_LEFT}other"), NOW)))
    assert RIGHT_TO_LEFT not in parsed.text + "".join(parsed.values("aria-label"))
    for shown in ("oo- turned", "ooi- turned", "op- turned", "op- other", "oo- unread"):
        assert shown in parsed.text
    assert {unquote(link).removeprefix("#") for link in parsed.values("href") if link.startswith("#")} <= {
        *parsed.values("id")
    }
    assert f"op-{RIGHT_TO_LEFT}turned" in parsed.values("value")


def test_a_status_has_its_usual_duration_beside_its_own() -> None:
    """In words, with the number of orders that it comes from."""
    items = [{"LineItemId": "ooi-1", "Status": "BUILDING"}]
    html = page(board_of(observed((3, {"OrderType": "OUTPOST", "Status": "IN_PROGRESS", "LineItems": items}))))
    shown = '<span class="lasted">for 3 days <small>(usually 12 to 20 days, from 9 orders)</small></span>'
    assert html.count(shown) == 2
    assert "usually" not in page(board_of(observed((3, {"Status": "IN_PROGRESS", "LineItems": items}))))


def test_a_file_has_no_filters() -> None:
    """Nobody would respond to them."""
    made = board_of(observed((3, {})))
    assert "<form" in page(made)
    assert "<form" not in page(made, Frame(filters=False))


def test_an_empty_board_says_so() -> None:
    """It distinguishes whether there never was an order, none is in flight, or none matches the filters."""
    assert "No order yet. One is here as soon as a poll has found it." in page(board_of())
    assert "No order is in flight." in page(board_of(observed((3, {"Status": "COMPLETED"}))))
    assert "No order in flight matches the filters." in page(
        board_of(observed((3, {"Status": "PREPARING"})), filters=Filters(status="SHIPPED"))
    )


@pytest.mark.parametrize("status", ["PREPARING", "ERROR", "NEVER_SEEN"])
def test_a_status_is_a_word_beside_its_icon(status: str) -> None:
    """Of an order and of a line item. A screen reader reads the word only, and an emoji needs no script or picture."""
    items = [{"LineItemId": "ooi-1", "Status": status}]
    html = page(board_of(observed((3, {"Status": status, "LineItems": items}))))
    row = status_named(status)
    assert not row.icon.isascii()
    icon = f'<span class="icon" aria-hidden="true">{row.icon}</span>'
    assert html.count(f'<span class="status {row.kind}">{icon}{status}</span>') == 2


def test_a_statuss_colour_is_that_of_messages() -> None:
    """In light mode, as messages have one colour for both."""
    css = (render.TEMPLATES / "board.css").read_text("utf-8")
    assert dict(re.findall(r"& \.(\w+) { --k: light-dark\((#\w+), ", css)) == COLOURS


@pytest.mark.parametrize(("further", "marked"), [({}, False), ({"missing": True}, True)])
def test_marks_an_order_that_needs_attention(further: dict[str, Any], marked: bool) -> None:
    """Not only by its position."""
    assert ('class="attention"' in page(board_of(observed((3, {"Status": "PREPARING"}), **further)))) == marked


def test_an_error_in_a_folded_order_is_marked() -> None:
    """With how many line items are in error; these come first among them."""
    items = [{"LineItemId": f"ooi-{n}", "Status": "ERROR" if n > 17 else "BUILDING"} for n in range(20)]
    made = board_of(observed((3, {"Status": "IN_PROGRESS", "LineItems": items})))
    assert "In error: 2 line items" in Parsed(page(made)).text
    icon = status_named("ERROR").icon
    assert f'<strong class="flag error"><span class="icon" aria-hidden="true">{icon}</span>In error' in page(made)
    (order,) = made.in_flight
    assert not order.unfolded
    assert [item.name for item in order.items[:3]] == ["ooi-18", "ooi-19", "ooi-0"]


@pytest.mark.parametrize(
    ("further", "flag"),
    [
        ({"missing": True}, "No longer listed by AWS"),
        ({"damage": "snapshot: torn"}, "Stored copy damaged"),
    ],
)
def test_only_what_waits_has_the_hourglass(further: dict[str, Any], flag: str) -> None:
    """board.css draws it, except beside an icon."""
    html = page(board_of(observed((3, {"Status": "PREPARING"}), **further)))
    assert f'<strong class="flag"><span class="icon" aria-hidden="true">{MISSING.icon}</span>{flag}' in html
    assert "&:has(.icon)::before { content: none; }" in (render.TEMPLATES / "board.css").read_text("utf-8")


def test_each_number_leads_to_the_orders_that_it_counts() -> None:
    """In the place that was chosen; without a server nothing leads anywhere."""
    made = board_of(observed((3, {"Status": "PREPARING"})), filters=Filters(outpost="op-1", status="BUILDING"))
    links = Parsed(page(made)).values("href")
    for query in ("?outpost=op-1", "?status=stalled&outpost=op-1", "?status=ERROR&outpost=op-1"):
        assert f"/{query}" in links
    assert "/?outpost=op-1&settled=all" in links
    assert not Parsed(page(made, Frame(filters=False))).values("href")


def test_each_number_keeps_search_and_sequence() -> None:
    """On a page in its address, in a widget in its button's parameters."""
    made = board_of(observed((3, {"Status": "PREPARING"})), filters=Filters(q="a&b", account="1", sort="newest"))
    links = Parsed(page(made)).values("href")
    assert "/?q=a%26b&status=stalled&account=1&sort=newest" in links
    assert "/?" in links  # to clear everything
    buttons = [json.loads(unescape(each)) for each in ACTION.findall(widget(made, endpoint="arn:x", theme=""))]
    kept = [each["filters"] for each in buttons if each["filters"].get("q")]
    assert len(kept) == len(made.totals)
    assert {(each["q"], each["account"], each["sort"]) for each in kept} == {("a&b", "1", "newest")}


def test_the_form_shows_what_was_chosen_and_escapes_it() -> None:
    """In the field, and in the list of sequences."""
    made = board_of(observed((3, {"Status": "PREPARING"})), filters=Filters.of({"q": HOSTILE, "sort": "outpost"}))
    for html in (page(made), widget(made, endpoint="arn:x", theme="")):
        assert HOSTILE not in html
        assert HOSTILE[:MOST_SEARCHED] in Parsed(html).values("value")
        assert '<option value="outpost" selected>by Outpost</option>' in html


def test_a_file_says_what_it_was_made_for() -> None:
    """As it has no form that shows it."""

    def text(**chosen: str) -> str:
        made = board_of(observed((3, {"Status": "PREPARING"})), filters=Filters.of(chosen))
        return " ".join(Parsed(page(made, Frame(filters=False))).text.split())

    assert "Only orders that match “<PREPARING”. Sorted: by Outpost." in text(q="<PREPARING", sort="outpost")
    assert "Sorted: newest first." in text(sort="newest")
    assert "Sorted" not in text()
    assert "Only" not in text()


def test_says_that_a_search_did_not_look_at_what_was_not_read() -> None:
    """Otherwise an order would seem not to exist."""
    some = gathered([observed((3, {"Status": "PREPARING"}))], unread=3)
    assert "The search did not look at them." in page(board(some, Filters(q="oo"), NOW))
    assert "The search did not look at them." not in page(board(some, Filters(), NOW))


def test_an_order_has_an_address() -> None:
    """On a page; a widget's parameter does the same."""
    made = board_of(observed((3, {"OrderId": "oo-7", "Status": "PREPARING"})))
    assert "/?order=oo-7" in Parsed(page(made)).values("href")
    assert not [link for link in Parsed(widget(made, endpoint="arn:x", theme="")).values("href") if "order" in link]


def test_names_are_shown_with_ids() -> None:
    """Hardware by its name alone; a filter offers names, and chooses by id."""
    items = [{"LineItemId": "ooi-1", "CatalogItemId": "OR-1", "Quantity": 2, "Status": "BUILDING"}]
    named = replace(
        gathered([observed((3, {"Status": "PREPARING", "LineItems": items}))]),
        names={"op-1": "Dublin <plant>", "OR-1": "rack, 4 × m5.24xlarge", "111122223333": "Production"},
    )
    parsed = Parsed(page(board(named, Filters(), NOW)))
    for text in ("Dublin <plant> (op-1)", "Production (111122223333)", "2 × rack, 4 × m5.24xlarge"):
        assert text in parsed.text
    assert "op-1" in parsed.values("value")
