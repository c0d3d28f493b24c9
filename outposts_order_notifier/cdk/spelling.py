"""What an error shows of a wrong value: a short form of it, and the nearest right spelling. Pure."""

import difflib
import json
from collections.abc import Iterable
from typing import Any

ALMOST_THE_SAME = 0.85  # one letter more or less: EROR, but not PARTIALLY_INSTALLED, which may be added one day


def nearest(given: Any, allowed: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the allowed word that is most similar to the given one, regardless of case; None if none is similar."""
    by_lower_case = {word.lower(): word for word in allowed}
    matches = difflib.get_close_matches(str(given).lower(), by_lower_case, n=1, cutoff=cutoff)
    return by_lower_case[matches[0]] if matches else None


def shortened(text: str) -> str:
    """Shorten a text to about one line of a terminal."""
    return text if len(text) <= 100 else f"{text[:99]}…"  # noqa: PLR2004 - about one line of a terminal


def as_json(value: Any) -> str:
    """Return a value as its author wrote it, shortened to about one line."""
    return shortened(json.dumps(value, ensure_ascii=False))
