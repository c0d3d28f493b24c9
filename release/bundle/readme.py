"""The bundle's README, which is a part of docs/cloudformation.md, and the table of parameters there. Pure."""

import re
from pathlib import Path

from reference.generated import fill
from release.bundle.options import parameters

PAGE = Path(__file__).parent.parent.parent / "docs" / "cloudformation.md"
_PART = re.compile(r"<!-- readme-start -->\n(.*?)<!-- readme-end -->\n", re.DOTALL)
_MARK = re.compile(r"<!-- \w+ -->\n")
MOST_LISTED = 10  # allowed values in the table


def readme() -> str:
    """Return the bundle's README."""
    (part,) = _PART.findall(PAGE.read_text("utf-8"))
    return "# Outposts order notifier: deploy without the CDK\n\n" + _MARK.sub("", part)


def fill_page(page: str) -> str:
    """Return docs/cloudformation.md with the table of the template's parameters."""
    rows = ["| Parameter | Meaning | Default |", "|---|---|---|"]
    for name, each in parameters().items():
        allowed = each.get("AllowedValues", [])
        given = f": {', '.join(map(str, allowed))}" if 1 < len(allowed) <= MOST_LISTED else ""
        default = f"`{each['Default']}`" if each["Default"] != "" else ""
        rows.append(f"| `{name}` | {each['Description']}{given} | {default} |")
    return fill(page, {"parameters": "\n" + "\n".join(rows) + "\n"})
