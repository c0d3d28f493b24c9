"""An MkDocs hook for the pages' links to files of this repository that are not pages.

On a code host, a relative link leads to the file. On the site it leads into the repository if `repo_url` is set;
otherwise only the link's text remains, with a tooltip that names the path. A path that does not exist is a warning,
which fails the strict build.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
BEFORE_MKDOCS = 1  # MkDocs' own priority for links is 0
_log = logging.getLogger("mkdocs.plugins.repository_links")


class RepositoryLinks(Extension, Treeprocessor):
    """The Markdown extension of the hook.

    Attributes:
        page: The path of the page being rendered.
        pages: The paths of all files of the site.
        url: Where the repository's files are shown, if known.
    """

    page: Path
    pages: frozenset[Path]
    url: str | None = None

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register with a Markdown instance."""
        md.treeprocessors.register(self, "repository_links", BEFORE_MKDOCS)

    def run(self, root: Element) -> None:
        """Resolve a page's links."""
        for link in root.iter("a"):
            self.resolve(link)

    def resolve(self, link: Element) -> None:
        """Change a link to a file of the repository to what the site can show; leave all others alone."""
        url = urlsplit(link.get("href", ""))
        if url.scheme or url.netloc or not url.path:
            return
        path = (self.page.parent / url.path).resolve()
        if path == ROOT / "README.md":  # the site's first page has the same content
            link.set("href", f"index.md#{url.fragment}" if url.fragment else "index.md")
            return
        if path in self.pages:
            return  # MkDocs resolves it
        if not (path.is_relative_to(ROOT) and path.exists()):
            _log.warning("%s links to %s, which is not in the repository", self.page.name, url.path)
            return
        inside = path.relative_to(ROOT).as_posix()
        if self.url:
            link.set("href", f"{self.url}/{inside}" + (f"#{url.fragment}" if url.fragment else ""))
        else:
            link.tag = "span"
            link.attrib.clear()
            link.set("title", f"{inside}, in the repository")


_links = RepositoryLinks()


def on_config(config: "MkDocsConfig") -> None:
    """Add the extension to the site's configuration."""
    config.markdown_extensions.append(_links)  # type: ignore[arg-type] # Python-Markdown accepts instances too
    # Code hosts show files and folders at this address.
    _links.url = f"{config.repo_url.rstrip('/')}/blob/HEAD" if config.repo_url else None


def on_page_markdown(markdown: str, page: "Page", config: "MkDocsConfig", files: "Files") -> str:
    """Set the page that is about to be rendered."""
    _links.page = Path(config.docs_dir, page.file.src_uri).resolve()
    _links.pages = frozenset(Path(config.docs_dir, each.src_uri).resolve() for each in files)
    return markdown
