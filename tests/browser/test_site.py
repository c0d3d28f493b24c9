"""The documentation's site as readers see it."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import violations
from tests.docs.pages import built

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 640}
# The letters of the smallest pictures, in pixels, and the smallest scale of a screenshot, whose letters have 14 pixels.
SMALLEST_LETTERS, SMALLEST_SCALE = 9, 0.65
# Of the theme: a nav around each copy button, and no focus for what scrolls sideways.
THEME_FINDINGS = ("landmark-unique", "scrollable-region-focusable")
# Scrolls each table and block of code to its end; returns how many had to be, and which end outside what can be seen.
CUT = """() => {
  document.querySelectorAll("details").forEach(each => each.open = true);
  const found = {scrolled: 0, cut: [], narrow: [], uncopied: [], pictures: []};
  for (const table of document.querySelectorAll("article table:not([class])")) {
    const columns = table.querySelectorAll("th").length;
    const wide = table.getBoundingClientRect().width > innerWidth;
    const cells = [...table.querySelectorAll("td:not(:empty)")].map(cell => cell.getBoundingClientRect().width);
    if (columns < 7 && (wide || Math.min(...cells) < 40)) found.narrow.push(table.textContent.slice(0, 200));
  }
  for (const block of document.querySelectorAll("article pre"))
    if (!block.parentElement.querySelector("[data-md-type=copy], .md-clipboard"))
      found.uncopied.push(block.textContent.slice(0, 100));
  for (const image of document.querySelectorAll("article img:not([style])"))
    if (image.clientWidth < image.getAttribute("width")) found.narrow.push(image.outerHTML.slice(0, 200));
  for (const image of document.querySelectorAll("article img[style]"))
    found.pictures.push([image.getAttribute("src"), image.getBoundingClientRect().width / image.getAttribute("width")]);
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
        pages = [path for path in sorted(site.rglob("*.html")) if path.name != "404.html"]
        judged = pages if exhaustive else pages[window is PHONE :: 6]
        for path in pages:
            name = path.relative_to(site).as_posix()
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") == window["width"], name
            assert page.evaluate("[...document.images].filter(each => !each.naturalWidth).length") == 0, name
            assert path not in judged or violations(page, but=THEME_FINDINGS) == [], name
        assert [url for url in asked if not url.startswith((site.as_uri(), "data:"))] == []

    def test_a_phone_shows_everything(self, open_page: "Callable[..., Page]", site: Path) -> None:
        """No table, command or picture is cut, and each of them can be read.

        What is wider than the phone can be scrolled to its end. A table of a few columns does not need that: its rows
        are cards. Each block of code can be copied.
        """
        page, scrolled, pictures = open_page("about:blank", viewport=PHONE), 0, 0
        for path in sorted(site.rglob("*.html")):
            page.goto(path.as_uri())
            found = page.evaluate(CUT)
            name = path.name
            assert found["cut"] == [], name
            assert found["narrow"] == [], name
            assert found["uncopied"] == [], name
            for source, scale in found["pictures"]:
                text = (site / source).read_text("utf-8") if source.endswith(".svg") else ""
                letters = [int(size) for size in re.findall(r"font(?:-size)?: (\d+)px", text)]
                assert scale * min(letters, default=SMALLEST_LETTERS) >= SMALLEST_LETTERS * bool(letters), source
                assert letters or scale >= SMALLEST_SCALE, source
                assert scale < 1, f"{source} is larger than it has to be"
            scrolled += found["scrolled"]
            pictures += len(found["pictures"])
        assert scrolled > 0
        assert pictures > 0
