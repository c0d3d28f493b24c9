"""The documentation's site, as `make docs` builds it."""

import logging
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from markdown import markdown

from reference.repository_links import RepositoryLinks
from tests.docs.pages import DOCS, PAGES, ROOT, built, rendered

# What must look the same on the site and on a code host, whose Markdown is more lenient with indentation.
STRUCTURE = ("ol", "ul", "li", "table", "tr", "td", "pre", "details", "h2", "h3")
# Attributes by which an element makes the browser load something; `a` has none of them.
LOADING = {"src", "srcset", "data", "poster", "href", "action"}
STYLE_REQUEST = re.compile(r"""(?:url\(|@import|\bhref=)\s*['"]?(\w+://[^'")\s]+)""")
LONGEST_PARTICLE = 3  # characters, such as "and"
INCLUDED = "include-markdown"


class Reader(HTMLParser):
    """Reads a page's HTML.

    Attributes:
        loaded: What a browser loads with it.
        tags: The number of each relevant element.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.tags: Counter[str] = Counter()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record an element."""
        self.tags.update({tag} & set(STRUCTURE))
        if tag != "a":
            self.loaded += [value for name, value in attrs if name in LOADING and value]


def article(html: str) -> str:
    """Return the text of a page of the site."""
    return html.partition("<article")[2].partition("</article>")[0]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newly built site."""
    return built(tmp_path_factory.mktemp("site"))


class TestSite:
    """The built site."""

    def test_each_page_exists_and_links_to_all_others(self, site: Path) -> None:
        """The navigation has all of them."""
        names = {page.with_suffix(".html").name for page in PAGES}
        assert names | {"404.html"} == {page.name for page in site.glob("*.html")}
        for page in site.glob("*.html"):
            linked = set(re.findall(r'href="/?([\w-]+\.html)', page.read_text("utf-8")))
            assert names - linked <= {page.name}, page.name

    def test_a_page_has_the_word_of_its_entry_in_the_navigation(self, site: Path) -> None:
        """In its title, so that readers see where they are."""
        html = (site / "index.html").read_text("utf-8")
        entries = re.findall(r'href="([\w-]+\.html)" class="md-nav__link">\s*<span class="md-ellipsis">([^<]+)<', html)
        assert {name for name, _ in entries} >= {page.with_suffix(".html").name for page in PAGES} - {"index.html"}
        for name, entry in entries:
            title = (site / name).read_text("utf-8").partition("<h1")[2].partition("</h1>")[0].lower()
            stems = [word[:7].lower() for word in entry.split() if len(word) > LONGEST_PARTICLE]
            assert any(stem in title for stem in stems), (name, entry)

    def test_no_page_loads_anything_from_elsewhere(self, site: Path) -> None:
        """No script, font, style or picture: nobody can track its readers."""
        for page in site.rglob("*.html"):
            loaded = Reader(page.read_text("utf-8")).loaded
            assert [url for url in loaded if urlsplit(url).netloc] == [], page.name
            own = [site / urlsplit(url).path.lstrip("/") for url in loaded if not url.startswith(("data:", "#"))]
            assert [path for path in own if not path.exists()] == [], page.name
        for style in [*site.rglob("*.css"), *site.rglob("*.svg")]:
            assert STYLE_REQUEST.findall(style.read_text("utf-8")) == [], style.name

    @pytest.mark.parametrize("page", [page for page in PAGES if page.name != "index.md"], ids=lambda page: page.name)
    def test_a_page_looks_the_same_as_on_a_code_host(self, site: Path, page: Path) -> None:
        """Lists, tables and code are the same, although Python-Markdown is stricter about a list's indentation."""
        html = article(site.joinpath(page.name).with_suffix(".html").read_text("utf-8"))
        assert Reader(html).tags == Reader(rendered(page)).tags

    def test_the_first_page_shows_readmes_sections(self, site: Path) -> None:
        """Each of them, with its links and pictures; nothing is duplicated."""
        shown = article((site / "index.html").read_text("utf-8"))
        for words in ("AWS Outposts sends no events", "make demo", "npx cdk bootstrap", "OrderSubscription"):
            assert words in re.sub("<[^>]+>", "", shown)
            assert words not in (DOCS / "index.md").read_text("utf-8")
        assert 'href="slack.html#bot"' in shown
        assert 'src="pictures/flow.svg"' in shown
        assert INCLUDED not in shown
        readme = Reader(rendered(ROOT / "README.md")).tags
        assert Reader(shown).tags["ol"] == readme["ol"]


class TestRepositoryLinks:
    """Links from pages to files that are not pages."""

    @staticmethod
    def shown(target: str, url: str | None = None) -> str:
        """Return a link on a page as it is shown."""
        links = RepositoryLinks()
        links.page, links.pages, links.url = DOCS / "slack.md", frozenset({DOCS / "board.md"}), url
        return markdown(f"[words]({target})", extensions=[links])

    def test_without_the_repositorys_address_the_link_is_text(self) -> None:
        """Its tooltip names the path, of a file or of a folder."""
        assert self.shown("../app.py") == '<p><span title="app.py, in the repository">words</span></p>'
        assert "examples/cdk, in the repository" in self.shown("../examples/cdk")

    def test_with_the_repositorys_address_links_lead_there(self) -> None:
        """`repo_url` in mkdocs.yml sets it."""
        shown = self.shown("../app.py#L3", "https://code.example.com/notifier/blob/HEAD")
        assert 'href="https://code.example.com/notifier/blob/HEAD/app.py#L3"' in shown

    def test_a_file_that_does_not_exist_is_a_warning(self, caplog: pytest.LogCaptureFixture) -> None:
        """So the strict build fails; files outside the repository cause one too."""
        with caplog.at_level(logging.WARNING):
            self.shown("../nothing.py")
            self.shown("../../README.md")
        assert [record.getMessage() for record in caplog.records] == [
            "slack.md links to ../nothing.py, which is not in the repository",
            "slack.md links to ../../README.md, which is not in the repository",
        ]

    @pytest.mark.parametrize("target", ["board.md#limits", "#bot", "https://example.com/a"])
    def test_all_other_links_are_unchanged(self, target: str) -> None:
        """MkDocs checks pages and anchors."""
        assert f'href="{target}"' in self.shown(target)

    def test_readme_is_the_sites_first_page(self) -> None:
        """It shows README's sections, with the same headings."""
        assert 'href="index.md#deploy-it"' in self.shown("../README.md#deploy-it")
