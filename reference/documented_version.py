"""An MkDocs hook that says in each page's footer which version the site documents."""

import re
from pathlib import Path
from runpy import run_path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

ROOT = Path(__file__).parent.parent
_UNRELEASED = re.compile(r"^## \[Unreleased\]\n+(?!## )(?=\S)", re.MULTILINE)


def documented(version: str, changelog: str) -> str:
    """Return what the site documents: a release, or a release and the changes since, as the changelog says."""
    since = " and the changes since, which are not released yet" if _UNRELEASED.search(changelog) else ""
    return f"These pages document version {version}{since}."


def on_config(config: "MkDocsConfig") -> None:
    """Set the footer."""
    # `mkdocs serve` cannot import the package: it does not search this folder.
    version = run_path(str(ROOT / "outposts_order_notifier" / "__about__.py"))["__version__"]
    config.copyright = documented(version, (ROOT / "CHANGELOG.md").read_text("utf-8"))
