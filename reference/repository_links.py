"""An MkDocs hook that brings the repository's other texts, the examples and all linked files to the site.

On a code host, a relative link leads to the file. On the site it leads to the same version of the file:

- texts such as the changelog are pages;
- each folder of examples is a page: its README, followed by its files, ready to copy;
- any other linked file is copied as plain text, and a linked folder is a list of its files.

A link to a path that does not exist is a warning, which fails the strict build.
"""

import logging
import re
from collections.abc import Iterator
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor
from mkdocs.structure.files import File, InclusionLevel

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
# The first has the README's content; the second lists the examples.
ALIASES = {ROOT / "README.md": "index.md", EXAMPLES: "subscribing.md#choose-an-example"}
TEXTS = ("CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md")
LANGUAGES = {".json": "json", ".py": "python", ".sh": "sh", ".tf": "terraform", ".ts": "typescript", ".yaml": "yaml"}
BEFORE_MKDOCS = 1  # MkDocs' own priority for links is 0
_LINK = re.compile(r"\]\(([^)#\s]+)")
_log = logging.getLogger("mkdocs.plugins.repository_links")


class RepositoryLinks(Extension, Treeprocessor):
    """The Markdown extension of the hook.

    Attributes:
        page: The path in the repository of the page being rendered.
        uri: The path on the site of the page being rendered.
        site: Where on the site each file and folder of the repository is.
        origins: The path in the repository of each page's text.
    """

    page: Path
    uri: str
    site: dict[Path, str]
    origins: dict[str, Path]

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register with a Markdown instance."""
        md.treeprocessors.register(self, "repository_links", BEFORE_MKDOCS)

    def run(self, root: Element) -> None:
        """Resolve a page's links."""
        for link in root.iter("a"):
            self.resolve(link)

    def resolve(self, link: Element) -> None:
        """Change a link to a file of the repository to where it is on the site; leave all others alone."""
        url = urlsplit(link.get("href", ""))
        if url.scheme or url.netloc or not url.path:
            return
        target = self.site.get((self.page.parent / unquote(url.path)).resolve())
        if target is None:
            _log.warning("%s links to %s, which is not in the repository", self.page.name, url.path)
            return
        uri, _, heading = target.partition("#")
        fragment = url.fragment or heading
        link.set("href", relpath(uri, Path(self.uri).parent) + (f"#{fragment}" if fragment else ""))


_links = RepositoryLinks()


def on_config(config: "MkDocsConfig") -> None:
    """Add the extension to the site's configuration."""
    config.markdown_extensions.append(_links)  # type: ignore[arg-type] # Python-Markdown accepts instances too


def on_files(files: "Files", config: "MkDocsConfig") -> None:
    """Add the repository's texts, the examples, and the files to which any page links."""
    site = {Path(each.abs_src_path).resolve(): each.src_uri for each in files if each.abs_src_path} | ALIASES
    origins = {uri: path for path, uri in site.items() if path.suffix == ".md" and path not in ALIASES}
    for path in (*(ROOT / name for name in TEXTS), *sorted(ROOT.glob("lambdas/*/README.md"))):
        uri = path.name.lower().replace("_", "-") if path.parent == ROOT else f"functions/{path.parent.name}.md"
        files.append(File.generated(config, uri, abs_src_path=str(path)))
        site[path], origins[uri] = uri, path
    for folder in sorted(path for path in EXAMPLES.iterdir() if path.is_dir()):
        uri = f"examples/{folder.name}.md"
        files.append(File.generated(config, uri, content=example(folder)))
        site |= {path: f"{uri}#{path.relative_to(folder).as_posix()}" for path in _files(folder)}
        site |= dict.fromkeys((folder, folder / "README.md"), uri)
        origins[uri] = folder / "README.md"
    for path in sorted(_linked(origins) - site.keys()):
        inside = [*_files(path)] if path.is_dir() else [path]
        for each in inside:
            if each not in site:
                site[each] = f"source/{each.relative_to(ROOT).as_posix()}.txt"
                files.append(File.generated(config, site[each], abs_src_path=str(each)))
        if path.is_dir():
            uri = site[path] = f"source/{path.relative_to(ROOT).as_posix()}.md"
            origins[uri] = path / "README.md"
            shown = InclusionLevel.NOT_IN_NAV
            files.append(File.generated(config, uri, content=listing(path), inclusion=shown))
    _links.site, _links.origins = site, origins


def on_page_markdown(markdown: str, page: "Page", **_: object) -> str:
    """Set the page that is about to be rendered."""
    _links.uri = page.file.src_uri
    _links.page = _links.origins[page.file.src_uri]
    return markdown


def example(folder: Path) -> str:
    """Return a folder of examples as Markdown: its README, then each of its files under its name."""
    readme = folder / "README.md"
    title = f"# `{folder.relative_to(ROOT).as_posix()}`\n"
    parts = [readme.read_text("utf-8") if readme.exists() else title]
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        code = path.read_text("utf-8").rstrip()
        parts.append(f"## `{name}` {{#{name}}}\n\n``````{LANGUAGES[path.suffix]}\n{code}\n``````\n")
    return "\n".join(parts)


def listing(folder: Path) -> str:
    """Return the list of a folder's files as Markdown, which the site's search leaves out."""
    names = [path.relative_to(folder).as_posix() for path in _files(folder)]
    title = f"# `{folder.relative_to(ROOT).as_posix()}`"
    return "\n".join(["---", "search: {exclude: true}", "---", title, "", *(f"- [`{name}`]({name})" for name in names)])


def _files(folder: Path) -> Iterator[Path]:
    """Find the files of a folder that the repository has, and not those that tools leave there."""
    for path in sorted(folder.rglob("*")):
        within = path.relative_to(folder).parts
        left = any(part == "cdk.out" or part.startswith((".", "__pycache__")) for part in within)
        known = path.suffix in LANGUAGES or not path.suffix
        if path.is_file() and known and not left:
            yield path


def _linked(origins: dict[str, Path]) -> set[Path]:
    """Return what the pages' texts link to, as far as it is in the repository."""
    texts = [path for path in (*origins.values(), ROOT / "README.md") if path.exists()]
    links = (
        (path.parent, unquote(link)) for path in texts for link in _LINK.findall(path.read_text("utf-8", "ignore"))
    )
    found = {(folder / link).resolve() for folder, link in links}
    return {path for path in found if path.is_relative_to(ROOT) and path.exists()}
