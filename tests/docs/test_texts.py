"""README.md, the pages and the examples' texts, as people read them on a code host."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from outposts_order_notifier.cdk.configuration_schema import schema
from tests.docs.pages import DOCS, ROOT, TEXTS, headings, links

texts = pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def missing(text: Path, target: str) -> str | None:
    """Return what is wrong with a link; None if it is valid."""
    url = urlsplit(target)
    if url.scheme:
        # Without a network, the only possible check is that it is well-formed.
        right = url.scheme == "https" and re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", url.netloc)
        return None if right else "not https and a host"
    path = (text.parent / unquote(url.path)).resolve() if url.path else text
    if not path.exists():
        return "no such file"
    if not path.is_relative_to(ROOT):
        return "outside the repository"
    if url.fragment and url.fragment not in headings(path):
        return f"{path.name} has no such heading"
    return None


class TestLinks:
    """Each link."""

    @texts
    def test_leads_to_a_file_and_a_heading_that_exist(self, text: Path) -> None:
        """Relative links work on a code host and in a clone; other addresses are https, and not requested."""
        wrong = {target: fault for target in links(text) if (fault := missing(text, target))}
        assert wrong == {}

    def test_a_broken_one_is_found(self) -> None:
        """A file, a heading or an address that does not exist."""
        for target in ("nothing.md", "slack.md#nothing", "#nothing", "http://example.com", "https://localhost"):
            assert missing(DOCS / "index.md", target), target


class TestReadme:
    """README.md."""

    def test_is_short(self) -> None:
        """It says what this is and how to begin; details are in docs/."""
        assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 190

    def test_names_each_page(self) -> None:
        """Its readers on a code host find all of them; the site's first page shows README's sections."""
        named = {ROOT / urlsplit(target).path for target in links(ROOT / "README.md")}
        assert {page for page in DOCS.glob("*.md") if page.name != "index.md"} <= named

    def test_names_each_command_of_the_makefile(self) -> None:
        """And no other."""
        commands = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
        documented = set(re.findall(r"^\| `make ([a-z-]+)`", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
        assert documented == commands - {"help"}


class TestConfiguration:
    """docs/configuration.md."""

    def test_has_each_key(self) -> None:
        """And no other."""
        table = (DOCS / "configuration.md").read_text("utf-8").partition("## Keys")[2].partition("\n## ")[0]
        assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == set(schema()["properties"])
