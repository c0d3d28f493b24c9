"""The documentation's site as readers see it."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.conftest import violations

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Request

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 640}
# The letters of the smallest pictures, in pixels, and the smallest scale of a screenshot, whose letters have 14 pixels.
SMALLEST_LETTERS, SMALLEST_SCALE = 9, 0.65
# Of so many pages, axe judges one on each kind of device in `make test`.
JUDGED = 9
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


def read(page: "Page", path: Path, *, judged: bool) -> None:
    """Open a page of the site: nothing is wider than the window, no picture is missing, and it is accessible."""
    page.goto(path.as_uri())
    width = page.viewport_size and page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") == width, path.name
    assert page.evaluate("[...document.images].filter(each => !each.naturalWidth).length") == 0, path.name
    assert not judged or violations(page, but=THEME_FINDINGS) == [], path.name


def foreign(page: "Page", site: Path) -> list[str]:
    """Return a list to which each request to another host is added from now on, also one of a script."""
    asked: list[str] = []

    def note(request: "Request") -> None:
        if not request.url.startswith((site.as_uri(), "data:", "about:")):
            asked.append(request.url)

    page.on("request", note)
    return asked


def pages_of(site: Path) -> list[Path]:
    """Return the pages; that of a missing one works only on a server."""
    return [path for path in sorted(site.rglob("*.html")) if path.name != "404.html"]


class TestSite:
    """Every page."""

    def test_reads_well(self, open_page: "Callable[..., Page]", site: Path, exhaustive: bool) -> None:
        """Nothing is wider than the window, no picture is missing, and the page is accessible.

        No other host receives a request. `make test` opens every third page, as a phone has less room for all of them.
        """
        page = open_page("about:blank", viewport=DESKTOP, color_scheme="light")
        asked = foreign(page, site)
        for number, path in enumerate(pages_of(site)):
            if exhaustive or number % 3 == 1:
                read(page, path, judged=exhaustive or number % JUDGED == 1)
        assert asked == []

    def test_a_phone_shows_everything(self, open_page: "Callable[..., Page]", site: Path, exhaustive: bool) -> None:
        """As on a desktop, nothing is wider than the window; and no table, command or picture is cut or unreadable.

        What is wider than the phone can be scrolled to its end. A table of a few columns does not need that: its rows
        are cards. Each block of code can be copied.
        """
        page, scrolled, pictures = open_page("about:blank", viewport=PHONE, color_scheme="dark"), 0, 0
        asked = foreign(page, site)
        for number, path in enumerate(pages_of(site)):
            read(page, path, judged=exhaustive or number % JUDGED == 5)
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
        assert asked == []
        assert scrolled > 0
        assert pictures > 0
