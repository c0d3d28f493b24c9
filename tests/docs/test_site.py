"""The documentation's site, as `make docs` builds it."""

import logging
import re
from collections import Counter
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown import markdown

from reference.documented_version import documented
from reference.phones import Phones, measured
from reference.repository_links import RepositoryLinks, example
from tests.docs.pages import DOCS, PAGES, ROOT, rendered

# What must look the same on the site and on a code host, whose Markdown is more lenient with indentation.
STRUCTURE = ("ol", "ul", "li", "table", "tr", "td", "pre", "details", "h2", "h3")
# Attributes by which an element makes the browser load something; `a` has none of them.
LOADING = {"src", "srcset", "data", "poster", "href", "action"}
STYLE_REQUEST = re.compile(r"""(?:url\(|@import|\bhref=)\s*['"]?(\w+://[^'")\s]+)""")
LONGEST_PARTICLE = 3  # characters, such as "and"
INCLUDED = "include-markdown"
OTHER_TEXTS = [ROOT / name for name in ("CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md")]
# A tag that starts an element which has an id, or is a link.
TARGETS = re.compile(r"""<[a-z][^>]*?\sid=(?:"([^"]+)"|([^\s>"]+))""")
LINKS = re.compile(r"""<a\s[^>]*?\bhref=(?:"([^"]*)"|([^\s>"]+))""")


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


def shown_as(text: Path) -> str:
    """Return the name of a text's page."""
    return text.with_suffix(".html").name if text.parent == DOCS else f"{text.stem.lower().replace('_', '-')}.html"


@pytest.fixture(scope="module")
def pages(site: Path) -> Mapping[Path, str]:
    """Each page of the site, as HTML."""
    return {path: path.read_text("utf-8") for path in site.rglob("*.html")}


def broken(pages: Mapping[Path, str]) -> list[tuple[str, str]]:
    """Return the links of pages that lead to no file of the site, or to no place in its page; each with its page."""
    targets = {path: {one or other for one, other in TARGETS.findall(html)} for path, html in pages.items()}
    found = []
    for path, html in pages.items():
        for link in {one or other for one, other in LINKS.findall(html)}:
            url = urlsplit(link)
            if url.scheme or url.netloc or path.name == "404.html":  # which a server shows at any address
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            place = unquote(url.fragment)
            if target.is_dir():
                target /= "index.html"
            if not target.is_file() or (place and target in pages and place not in targets[target]):
                found.append((path.name, link))
    return found


class TestSite:
    """The built site."""

    def test_each_page_exists_and_links_to_all_others(self, site: Path, pages: Mapping[Path, str]) -> None:
        """The navigation has all of them."""
        names = {shown_as(page) for page in (*PAGES, *OTHER_TEXTS)}
        names |= {f"examples/{folder.name}.html" for folder in (ROOT / "examples").iterdir() if folder.is_dir()}
        names |= {f"functions/{readme.parent.name}.html" for readme in ROOT.glob("lambdas/*/README.md")}
        all_pages = {path.relative_to(site).as_posix() for path in pages}
        assert names | {"404.html"} == {name for name in all_pages if not name.startswith("source/")}
        for page, html in pages.items():
            linked = set(re.findall(r'href="(?:\.\./|/)*([\w/-]+\.html)', html))
            within = page.relative_to(site)
            beside = {f"{within.parent.as_posix()}/{name}" for name in linked}
            assert names - linked - beside <= {within.as_posix()}, page.name

    def test_each_link_leads_to_a_file_of_the_site_and_a_place_in_it(self, pages: Mapping[Path, str]) -> None:
        """Pages, headings, examples, code, schemas and pictures."""
        assert broken(pages) == []

    def test_a_broken_link_is_found(self, site: Path, pages: Mapping[Path, str]) -> None:
        """A file or a place that does not exist, however it is written."""
        faq = site / "faq.html"
        for href in ("nothing.html", '"slack.html#nothing"', "#nothing", '"examples"', "../README.md"):
            assert broken({**pages, faq: f"<a class=x href={href}>words</a>"}) == [("faq.html", href.strip('"'))]

    def test_an_example_is_a_page_with_each_of_its_files(self, pages: Mapping[Path, str], site: Path) -> None:
        """Below its README, whole, at the address to which links lead."""
        html = pages[site / "examples" / "another-account.html"]
        shown = unescape(re.sub(r"<[^>]+>", "", html))
        for path in (ROOT / "examples" / "another-account").glob("*.yaml"):
            assert f'id="{path.name}"' in html
            assert path.read_text("utf-8").strip() in shown
        assert 'href="examples/cdk.html#order_subscription.py"' in pages[site / "subscribing.html"]

    def test_code_is_copied_as_it_is(self, site: Path) -> None:
        """So a link from a page leads to the same version."""
        copied = list((site / "source").rglob("*.txt"))
        assert site / "source" / "LICENSE.txt" in copied
        for path in copied:
            original = ROOT / path.relative_to(site / "source").as_posix().removesuffix(".txt")
            assert path.read_bytes() == original.read_bytes()

    def test_each_page_names_the_version_that_it_documents(self, pages: Mapping[Path, str]) -> None:
        """In its footer, from the version's one place."""
        assert [page.name for page, html in pages.items() if "These pages document version " not in html] == []

    def test_a_page_has_the_word_of_its_entry_in_the_navigation(self, site: Path) -> None:
        """In its title, so that readers see where they are."""
        html = (site / "index.html").read_text("utf-8").partition("<article")[0]
        entries = re.findall(r'href="([\w/-]+\.html)" class="md-nav__link">\s*<span class="md-ellipsis">([^<]+)<', html)
        assert {name for name, _ in entries} >= {page.with_suffix(".html").name for page in PAGES} - {"index.html"}
        for name, entry in entries:
            title = (site / name).read_text("utf-8").partition("<h1")[2].partition("</h1>")[0].lower()
            words = entry.split()
            stems = [word[:7].lower() for word in words if len(word) > LONGEST_PARTICLE or word.isupper()]
            assert any(stem in title for stem in stems), (name, entry)

    def test_no_page_loads_anything_from_elsewhere(self, site: Path) -> None:
        """No script, font, style or picture: nobody can track its readers."""
        for page in site.rglob("*.html"):
            loaded = Reader(page.read_text("utf-8")).loaded
            assert [url for url in loaded if urlsplit(url).netloc] == [], page.name
            base = site if page.name == "404.html" else page.parent
            own = [base / urlsplit(url).path.lstrip("/") for url in loaded if not url.startswith(("data:", "#"))]
            assert [path for path in own if not path.exists()] == [], page.name
        for style in [*site.rglob("*.css"), *site.rglob("*.svg")]:
            assert STYLE_REQUEST.findall(style.read_text("utf-8")) == [], style.name

    @pytest.mark.parametrize(
        "page", [page for page in (*PAGES, *OTHER_TEXTS) if page.name != "index.md"], ids=lambda page: page.name
    )
    def test_a_page_looks_the_same_as_on_a_code_host(self, site: Path, page: Path) -> None:
        """Lists, tables and code are the same, although Python-Markdown is stricter about a list's indentation."""
        html = article(site.joinpath(shown_as(page)).read_text("utf-8"))
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
    """Links from pages to files of the repository."""

    @staticmethod
    def shown(target: str, uri: str = "slack.md") -> str:
        """Return a link on a page as it is shown."""
        links = RepositoryLinks()
        links.page, links.uri = DOCS / "slack.md", uri
        links.site = {
            DOCS / "board.md": "board.md",
            ROOT / "README.md": "index.md",
            ROOT / "app.py": "source/app.py.txt",
            ROOT / "examples" / "cli" / "subscribe.sh": "examples/cli.md#subscribe.sh",
        }
        return markdown(f"[words]({target})", extensions=[links])

    @pytest.mark.parametrize(
        ("target", "href"),
        [
            ("../app.py", "source/app.py.txt"),
            ("../examples/cli/subscribe.sh", "examples/cli.md#subscribe.sh"),
            ("../README.md", "index.md"),
            ("../README.md#deploy-it", "index.md#deploy-it"),
            ("board.md#limits", "board.md#limits"),
        ],
    )
    def test_they_lead_to_the_sites_copy(self, target: str, href: str) -> None:
        """A page, a place in a page, or a file."""
        assert f'href="{href}"' in self.shown(target)

    def test_they_are_relative_to_the_page(self) -> None:
        """A page of an example is in a folder."""
        assert 'href="../source/app.py.txt"' in self.shown("../app.py", "examples/cdk.md")

    def test_a_file_that_does_not_exist_is_a_warning(self, caplog: pytest.LogCaptureFixture) -> None:
        """So the strict build fails; files outside the repository cause one too."""
        with caplog.at_level(logging.WARNING):
            self.shown("../nothing.py")
            self.shown("../../README.md")
        assert [record.getMessage() for record in caplog.records] == [
            "slack.md links to ../nothing.py, which is not in the repository",
            "slack.md links to ../../README.md, which is not in the repository",
        ]

    @pytest.mark.parametrize("target", ["#bot", "https://example.com/a", "mailto:a@example.com"])
    def test_all_other_links_are_unchanged(self, target: str) -> None:
        """MkDocs checks anchors."""
        assert f'href="{target}"' in self.shown(target)

    def test_what_tools_leave_in_an_example_is_not_shown(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Such as a synthesized application, or Terraform's providers."""
        monkeypatch.setattr("reference.repository_links.ROOT", tmp_path)
        for name in ("main.tf", "function/handler.py", "cdk.out/tree.json", ".terraform/lock.json", "__pycache__/a.py"):
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text("x\n")
        assert re.findall(r"## `(.+)`", example(tmp_path)) == ["function/handler.py", "main.tf"]


class TestPhones:
    """Tables, pictures and names."""

    @staticmethod
    def shown(text: str) -> str:
        """Return Markdown as a page shows it."""
        return markdown(text, extensions=["tables", "attr_list", Phones()])

    def test_a_cell_has_its_columns_heading(self) -> None:
        """Without markup; nothing if the column has none."""
        html = self.shown("| `Key` | | Means |\n|---|---|---|\n| a | b | c |")
        assert re.findall(r"<td( .+)?>(\w)</td>", html) == [
            (' data-label="Key"', "a"),
            ("", "b"),
            (' data-label="Means"', "c"),
        ]

    def test_a_long_name_may_be_broken_and_reads_the_same(self) -> None:
        """After slashes, dots and underscores. A short one stays whole."""
        html = self.shown("`outposts_order/notify/bot.py` `bot.py`")
        assert "<code>outposts_<wbr />order/<wbr />notify/<wbr />bot.<wbr />py</code>" in html
        assert "<code>bot.py</code>" in html
        assert "test_<wbr />notify_<wbr />crashes_<wbr />again</a>" in self.shown("[test_notify_crashes_again](a.md)")
        assert "outposts_order/notify/bot.py" in re.sub("<[^>]+>", "", html)

    def test_a_picture_leads_to_itself_and_has_its_size(self) -> None:
        """In pixels of the page, so that nothing moves when it arrives. A link stays a link."""
        width, height, legible = measured(DOCS / "pictures" / "flow.svg")
        html = self.shown("before ![The flow](pictures/flow.svg) after")
        assert '<a class="picture" href="pictures/flow.svg"><img alt="The flow"' in html
        assert f'width="{width}"' in html
        assert f'height="{height}"' in html
        assert f'style="--legible: {legible}px"' in html
        assert "</a> after" in html
        assert "picture" not in re.sub("pictures/", "", self.shown("[![The flow](pictures/flow.svg)](slack.md)"))
        assert "--legible" not in self.shown("![The flow](pictures/flow.svg){width=260}")


class TestVersion:
    """Which version the site documents."""

    RELEASED = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-12-01\n\n### Added\n"

    def test_a_release_is_named(self) -> None:
        """If nothing is described as unreleased."""
        assert documented("1.2.0", self.RELEASED) == "These pages document version 1.2.0."
        assert (
            documented("1.2.0", self.RELEASED.replace("## [Unreleased]\n\n", ""))
            == "These pages document version 1.2.0."
        )

    def test_so_are_changes_that_are_not_released_yet(self) -> None:
        """If the changelog has some."""
        changelog = self.RELEASED.replace("[Unreleased]\n", "[Unreleased]\n\n### Fixed\n")
        assert documented("1.2.0", changelog) == (
            "These pages document version 1.2.0 and the changes since, which are not released yet."
        )
