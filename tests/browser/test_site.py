"""The documentation's site as readers see it."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import violations
from tests.docs.pages import PAGES, built

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 375, "height": 667}
# Of the theme: a nav around each copy button, and no focus for what scrolls sideways.
THEME_FINDINGS = ("landmark-unique", "scrollable-region-focusable")
# Scrolls each table and block of code to its end; returns how many had to be, and which end outside what can be seen.
CUT = """() => {
  document.querySelectorAll("details").forEach(each => each.open = true);
  const found = {scrolled: 0, cut: []};
  for (const wide of document.querySelectorAll("article table, article pre, article img")) {
    const code = wide.querySelector("code");
    const part = wide.matches("pre") && code ? code : wide;
    for (let box = part; box && !box.matches("article"); box = box.parentElement) {
      if (!["auto", "scroll"].includes(getComputedStyle(box).overflowX)) continue;
      found.scrolled += box.scrollWidth > box.clientWidth;
      box.scrollLeft = box.scrollWidth;
    }
    const range = document.createRange();
    range.selectNodeContents(part);
    const end = (part.matches("img") ? part : range).getBoundingClientRect().right;
    if (end > innerWidth + 1) found.cut.push(wide.outerHTML.slice(0, 200));
  }
  return found;
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newly built site."""
    return built(tmp_path_factory.mktemp("site"))


class TestSite:
    """Every page."""

    @pytest.mark.parametrize(("window", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
    def test_reads_well(
        self, open_page: "Callable[..., Page]", site: Path, exhaustive: bool, window: dict[str, int], theme: str
    ) -> None:
        """Nothing is wider than the window, no picture is missing, and the page is accessible.

        No other host receives a request, not even from a script.
        """
        page = open_page("about:blank", viewport=window, color_scheme=theme)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        judged = PAGES if exhaustive else PAGES[window is PHONE :: 4]
        for path in PAGES:
            name = path.with_suffix(".html").name
            page.goto((site / name).as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") == window["width"], name
            assert page.evaluate("[...document.images].filter(each => !each.naturalWidth).length") == 0, name
            assert path not in judged or violations(page, but=THEME_FINDINGS) == [], name
        assert [url for url in asked if not url.startswith((site.as_uri(), "data:"))] == []

    def test_a_phone_scrolls_what_is_wider_than_it(self, open_page: "Callable[..., Page]", site: Path) -> None:
        """No table, command or picture is cut: the end of each can be scrolled into view."""
        page, scrolled = open_page("about:blank", viewport=PHONE), 0
        for path in PAGES:
            name = path.with_suffix(".html").name
            page.goto((site / name).as_uri())
            found = page.evaluate(CUT)
            assert found["cut"] == [], name
            scrolled += found["scrolled"]
        assert scrolled > 0
