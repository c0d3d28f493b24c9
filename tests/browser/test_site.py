"""The documentation's site as people read it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import violations
from tests.docs.pages import PAGES, built

if TYPE_CHECKING:
    from playwright.sync_api import Page

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 375, "height": 667}
windows = pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built anew."""
    return built(tmp_path_factory.mktemp("site"))


class TestSite:
    """All pages."""

    @windows
    def test_reads_well(self, open_page: "Callable[..., Page]", site: Path, window: dict[str, int]) -> None:
        """Nothing is wider than the window, no picture is missing, and no other host is asked for anything."""
        page = open_page((site / "index.html").as_uri(), viewport=window)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for name in (path.with_suffix(".html").name for path in PAGES):
            page.goto((site / name).as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") == window["width"], name
            assert page.evaluate("[...document.images].filter(each => !each.naturalWidth).length") == 0, name
            print(name, [(a, len(b), b[:1]) for a, b in violations(page)])
        assert [url for url in asked if not url.startswith(site.as_uri())] == []
