"""Pages of the documentation that have generated parts, each between `<!-- NAME -->` and `<!-- end -->`."""

import re
from collections.abc import Mapping

PART = re.compile(r"(<!-- (?!end)(\w+) -->).*?(?=<!-- end -->)", re.DOTALL)


def fill(page: str, parts: Mapping[str, str]) -> str:
    """Return a page with these generated parts, which must be all of its parts."""
    if (found := {name for _, name in PART.findall(page)}) != parts.keys():
        raise ValueError(f"the page has the parts {sorted(found)}, generated are {sorted(parts)}")
    return PART.sub(lambda match: match[1] + parts[match[2]], page)
