"""The error that a command reports."""

import difflib
from collections.abc import Iterable


class OperatorError(Exception):
    """A command failed; the text is one line that says why, and what to do."""


def nearest_of(given: str, known: Iterable[str]) -> str:
    """Return the end of an error's first sentence, with the most similar known name if there is one."""
    found = difflib.get_close_matches(given, list(known), n=1)
    return f"; did you mean {found[0]}?" if found else "."
