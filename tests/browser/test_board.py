"""The board as people see and use it."""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 375, "height": 667}
themes = pytest.mark.parametrize("theme", ["light", "dark"])
windows = pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])


class TestPage:
    """The separate page."""

    @themes
    @windows
    def test_axe_finds_no_violation(self, open_page: Open, board_url: str, theme: str, window: object) -> None:
        """Contrast, names, structure and the rest, folded and unfolded."""
        page = open_page(board_url, color_scheme=theme, viewport=window, bypass_csp=True)
        assert violations(page) == []
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert violations(page) == []

    @windows
    def test_never_scrolls_sideways(self, open_page: Open, board_url: str, window: dict[str, int]) -> None:
        """Not even if an order contains very long words, or all its line items are shown."""
        page = open_page(board_url, viewport=window, bypass_csp=True)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == window["width"]

    @themes
    def test_follows_the_systems_theme(self, open_page: Open, board_url: str, theme: str) -> None:
        """Dark text on a light background, or the reverse."""
        page = open_page(board_url, color_scheme=theme)
        colours = page.evaluate(
            "(style => [style.color, style.backgroundColor])(getComputedStyle(document.querySelector('article')))"
        )
        ink, paper = (sum(map(int, colour.strip("rgb()").split(","))) for colour in colours)
        assert (ink < paper) == (theme == "light")

    def test_needs_no_javascript(self, open_page: Open, board_url: str) -> None:
        """Orders, line items, shipments and replacements are shown; filters work, and rows unfold."""
        page = open_page(board_url, java_script_enabled=False)
        text = page.content()
        for expected in ("Stalled: IN_PROGRESS for 9 days", "JD014600006281230704", "Replaced by", "NEVER_SEEN"):
            assert expected in text
        page.select_option("select[name=status]", "stalled")
        page.click("button")
        page.wait_for_url(re.compile("status=stalled"))
        shown = page.locator("article").all_inner_texts()
        assert shown
        assert all("Stalled" in each for each in shown)
        large = page.locator("article", has=page.locator("h3", has_text="IN_PROGRESS"))
        line_item = large.locator(".items > li").first
        assert not line_item.is_visible()
        large.locator("summary").click()
        assert line_item.is_visible()
        page.click("text=Clear")
        page.wait_for_url(lambda url: "stalled" not in url)
        assert page.locator("article").count() > 1

    def test_searches_and_sorts_without_javascript(self, open_page: Open, board_url: str) -> None:
        """Enter submits; the numbers keep what was typed and chosen."""
        page = open_page(board_url, java_script_enabled=False)
        page.select_option("select[name=sort]", "newest")
        page.fill("input[name=q]", "jd0146 shipped")
        page.press("input[name=q]", "Enter")
        page.wait_for_url(re.compile(r"\?q=jd0146\+shipped&.*sort=newest"))
        assert page.locator("article").count() == page.locator("article", has_text="JD0146").count() > 0
        page.click("text=in flight >> nth=0")
        page.wait_for_url(re.compile(r"\?q=jd0146\+shipped&sort=newest$"))
        assert page.input_value("input[name=q]") == "jd0146 shipped"
        assert page.input_value("select[name=sort]") == "newest"

    def test_loads_nothing_else_and_violates_no_policy(self, open_page: Open, board_url: str) -> None:
        """One response contains everything, and its Content-Security-Policy allows nothing else."""
        page = open_page("about:blank")
        requested, console = list[str](), list[str]()
        page.on("request", lambda request: requested.append(request.url))
        page.on("console", lambda message: console.append(message.text))
        answer = page.goto(board_url)
        assert answer
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert (requested, console) == ([board_url], [])

    def test_replacements_link_to_each_other(self, open_page: Open, board_url: str) -> None:
        """The new order's line item links to the old order."""
        page = open_page(board_url)
        link = page.locator("dd a", has_text="oo-").first
        old = link.inner_text()
        link.click()
        page.wait_for_url(f"{board_url}#{old}")
        assert page.locator("article:target h3").inner_text().endswith(old)

    def test_the_keyboard_reaches_filters_orders_and_links_in_reading_order(
        self, open_page: Open, board_url: str
    ) -> None:
        """Numbers come first. Each has a visible focus; Enter unfolds line items."""
        page = open_page(board_url)
        reached = list[str]()
        for _ in range(40):
            page.keyboard.press("Tab")
            name, outline, text = page.evaluate(
                "(each => [each.name || each.localName, getComputedStyle(each).outlineStyle, each.innerText])"
                "(document.activeElement)"
            )
            reached.append(name)
            assert outline == "solid"
            if text.startswith("12 line items"):
                break
        assert reached[:10] == [*["a"] * 4, "q", "status", "outpost", "account", "region", "sort"]
        assert reached[10:12] == ["button", "a"]
        assert reached[-1] == "summary"
        folded = page.locator("details:has(summary:focus)")
        assert folded.get_attribute("open") is None
        page.keyboard.press("Enter")
        assert folded.get_attribute("open") == ""

    def test_a_screen_reader_hears_statuses_and_durations(self, open_page: Open, board_url: str) -> None:
        """The timeline is a list whose items say everything in words."""
        tree = open_page(board_url).locator("article", has_text="JD014600006281230704").aria_snapshot()
        assert 'heading "IN_PROGRESS for 29 days oo-' in tree
        assert 'list "Life of oo-' in tree
        assert "PREPARING" in tree
        assert "12 days" in tree


class TestWidget:
    """The same board as a widget of a CloudWatch dashboard."""

    @themes
    @windows
    def test_axe_finds_no_violation(
        self, open_page: Open, widget_url: Callable[[str], str], theme: str, window: object
    ) -> None:
        """In the console's theme, regardless of the system's."""
        other = {"light": "dark", "dark": "light"}[theme]
        page = open_page(widget_url(theme), color_scheme=other, viewport=window)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == page.evaluate("innerWidth")

    def test_its_buttons_call_the_function_and_no_link_changes_the_console(
        self, open_page: Open, widget_url: Callable[[str], str]
    ) -> None:
        """Each action follows its button; no link leads to an anchor, because the page is the console's."""
        page = open_page(widget_url("light"))
        buttons = page.get_by_role("button")
        assert page.locator("button + cwdb-action[action=call]").count() == buttons.count() == 6
        assert page.locator(".filters cwdb-action").first.text_content() == '{"filters": {}}'
        in_error = page.locator(".totals button", has_text="in error").locator("+ cwdb-action").text_content()
        assert json.loads(str(in_error))["filters"]["status"] == "ERROR"
        assert page.locator("a[href^='#'], script, iframe, use").count() == 0
        buttons.first.click()
        assert page.url == widget_url("light")

    def test_enter_in_its_search_does_not_reload_the_console(
        self, open_page: Open, widget_url: Callable[[str], str]
    ) -> None:
        """A form with one text field would submit itself to the page around it."""
        page = open_page(widget_url("light"))
        page.evaluate("addEventListener('submit', event => { event.preventDefault(); window.submitted = true })")
        page.fill("input[name=q]", "typed")
        page.press("input[name=q]", "Enter")
        assert page.evaluate("window.submitted") is None
        assert page.input_value("input[name=q]") == "typed"
