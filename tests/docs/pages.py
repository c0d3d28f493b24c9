"""The documentation as Markdown, parsed by the rules of the code hosts that show it."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
# Everything that people read on a code host.
TEXTS = [*ROOT.glob("*.md"), *PAGES, *ROOT.glob("examples/*/README.md"), *ROOT.glob("lambdas/*/README.md")]

# GitHub's Markdown, and its heading ids: https://github.com/Flet/github-slugger
_GITHUB = MarkdownIt("gfm-like", {"linkify": False, "html": True}).use(anchors_plugin, max_level=6)


def built(folder: Path) -> Path:
    """Build the site there. A warning is an error: a broken link or anchor, or a page that the navigation lacks."""
    result = subprocess.run(  # noqa: S603 - a fixed command
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={"NO_MKDOCS_2_WARNING": "1"},  # the theme's own note on its future
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    return folder


def rendered(path: Path) -> str:
    """Render a page as GitHub does."""
    html: str = _GITHUB.render(path.read_text("utf-8"))
    return html


def headings(path: Path) -> dict[str, str]:
    """Map the id of each heading to its text."""
    tokens = _parsed(path.read_text("utf-8"))
    return {
        str(opening.attrs["id"]): text.content for opening, text in pairwise(tokens) if opening.type == "heading_open"
    }


def rows(path: Path, heading: str) -> Iterator[list[str]]:
    """Return the cells of each row of the tables below a heading, as written."""
    section = path.read_text("utf-8").partition(f"# {heading}\n")[2].partition("\n## ")[0]
    for line in section.splitlines():
        if line.startswith("| ") and not line.startswith("| Limit"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def links(path: Path) -> Iterator[str]:
    """Return the targets of a page's links and pictures."""
    for token in _inline(_parsed(path.read_text("utf-8"))):
        if target := token.attrs.get("href") or token.attrs.get("src"):
            yield str(target)


@cache
def _parsed(text: str) -> Sequence[Token]:
    return _GITHUB.parse(text)


def _inline(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children or ()
