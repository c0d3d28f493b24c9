"""An MkDocs hook that makes tables, pictures and long names readable on a phone; docs/site.css has the looks.

- A cell carries the heading of its column, which a phone shows with it: each row becomes a card.
- A picture knows the width at which its letters are legible, scrolls in a box of its own if the window is narrower, and
  leads to the picture alone.
- A long path or name may be broken after a slash, a dot or an underscore. Copied text does not change.
"""

import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

DOCS = Path(__file__).parent.parent / "docs"
BEFORE_LINKS = 2  # reference/repository_links.py resolves the links that this hook makes
PIXELS_PER_POINT = 2  # of the PNG pictures: local/pictures.py
LEGIBLE = 10  # pixels of the smallest letters of a diagram
SCALE = 0.7  # at which a picture of a page, whose letters have 14 pixels, is legible
NAMES = {"a", "code"}  # a link may lead to a test by its name
LONGEST_NAME = 20  # characters that fit beside another column
_VIEW_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_LETTERS = re.compile(r"font(?:-size)?: (\d+)px")
_BREAKS = re.compile(r"(?<=[/_.])(?=\w)")


class Phones(Extension, Treeprocessor):
    """The Markdown extension of the hook."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register with a Markdown instance."""
        md.treeprocessors.register(self, "phones", BEFORE_LINKS)

    def run(self, root: Element) -> None:
        """Prepare a page."""
        for table in root.iter("table"):
            label(table)
        for name in [each for each in root.iter() if each.tag in NAMES and len(each.text or "") > LONGEST_NAME]:
            breakable(name)
        for parent in [each for each in root.iter() if each.tag != "a" and each.find("img") is not None]:
            for place, child in enumerate(parent):
                if child.tag == "img":
                    parent[place] = framed(child)


def label(table: Element) -> None:
    """Give each cell of a table the heading of its column."""
    headings = ["".join(each.itertext()) for each in table.iter("th")]
    for row in table.iter("tr"):
        for heading, cell in zip(headings, row.findall("td"), strict=False):
            if heading:
                cell.set("data-label", heading)


def breakable(name: Element) -> None:
    """Allow a line to end within a long name."""
    first, *others = _BREAKS.split(name.text or "")
    name.text = first
    breaks = [Element("wbr") for _ in others]
    for each, other in zip(breaks, others, strict=True):
        each.tail = other
    name[:0] = breaks


def framed(image: Element) -> Element:
    """Return a picture in a box that leads to the picture alone."""
    source = image.get("src", "")
    frame = Element("a", {"href": source, "class": "picture"})
    frame.tail, image.tail = image.tail, None
    frame.append(image)
    if "width" not in image.attrib:  # a page that sets a width has chosen a legible one
        width, height, legible = measured(DOCS / source)
        image.attrib |= {"width": str(width), "height": str(height), "style": f"--legible: {legible}px"}
    return frame


def measured(picture: Path) -> tuple[int, int, int]:
    """Return a picture's width and height, and the width from which its letters are legible, in pixels of the page."""
    if picture.suffix == ".png":
        pixels = struct.unpack(">II", picture.read_bytes()[16:24])
        width, height = (each // PIXELS_PER_POINT for each in pixels)
        return width, height, round(width * SCALE)
    text = picture.read_text("utf-8")
    box = _VIEW_BOX.search(text)
    if box is None:
        raise ValueError(f"{picture.name} has no viewBox")
    width, height = (round(float(each)) for each in box.groups())
    return width, height, round(width * LEGIBLE / min(map(int, _LETTERS.findall(text))))


def on_config(config: "MkDocsConfig") -> None:
    """Add the extension to the site's configuration."""
    config.markdown_extensions.append(Phones())  # type: ignore[arg-type] # Python-Markdown accepts instances too
