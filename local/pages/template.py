"""The templates of the pages."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader
from markupsafe import Markup

from local.pages.mrkdwn import clock, colour, html, shown
from outposts_order_notifier.board.render import CONTENT_SECURITY_POLICY
from outposts_order_notifier.wording.words import moment

TEMPLATES = Path(__file__).parent / "templates"
RELOAD_SECONDS = 5


def render(name: str, **values: Any) -> str:
    """Render a template. With a true value `live`, the page reloads itself and links to its content as JSON."""
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=ChainableUndefined,  # messages have optional members
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(mrkdwn=html, shown=shown, clock=clock, colour=colour, moment=moment)
    environment.globals.update(css=_css(), policy=CONTENT_SECURITY_POLICY, reload_seconds=RELOAD_SECONDS)
    return environment


def _css() -> Markup:
    return Markup((TEMPLATES / "pages.css").read_text(encoding="utf-8"))  # noqa: S704 - our own style sheet
