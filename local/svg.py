"""Pictures of what Rich prints."""

import io
import re

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console, RenderableType

FONT_FACE = re.compile(r"@font-face \{\{.*?\}\}", re.DOTALL)  # loaded from elsewhere, which a picture must not do


def svg_of(shown: RenderableType, title: str, width: int, height: int) -> str:
    """Return an SVG of a terminal of this size, in characters, with what it shows."""
    console = Console(record=True, width=width, height=height, file=io.StringIO(), force_terminal=True, highlight=False)
    console.print(shown)
    return console.export_svg(title=title, code_format=FONT_FACE.sub("", CONSOLE_SVG_FORMAT))
