"""docs/life-of-an-event.md names functions that exist."""

import re

from tests.docs.pages import DOCS


def test_each_function_is_defined_in_the_file_that_it_links_to() -> None:
    """A link's text is a function of the file, or the file's own name."""
    named = re.findall(r"\[`([\w.]+)`\]\((\S+)\)", (DOCS / "life-of-an-event.md").read_text("utf-8"))
    assert named
    for name, target in named:
        path = DOCS / target
        assert name == path.name or f"def {name}(" in path.read_text("utf-8"), (name, target)
