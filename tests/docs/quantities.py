"""Finds the quantities in the documentation: numbers with a unit, and numbers that bound a count."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAMES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_WORDS = {
    **{word: float(value) for value, word in enumerate(_NAMES.split())},
    "twenty": 20.0,
    "thirty": 30.0,
    "forty": 40.0,
    "half": 0.5,
    "quarter": 0.25,
    "twice": 2.0,
    "a": 1.0,
    "an": 1.0,
}
_DIGITS = r"\d[\d,]*(?:\.\d+)?"
_SPELT = "|".join(word for word in _WORDS if word not in {"zero", "one", "a", "an"})
NUMBER = rf"(?:{_DIGITS}|\b(?:{'|'.join(_WORDS)})\b)"

_MEASURES = r"(?:milli)?seconds?|minutes?|hours?|days?|weeks?|months?|years?|ticks?|[KMG]B|bytes?|characters?|pixels?|%"
_COUNTED = (
    r"(?:line )?items?|orders?|events?|messages?|changes?|accounts?|regions?|roles?|clients?|sources?|invocations?|"
    r"threads?|blocks?|pages?|polls?|calls?|reads?|requests?|attempts?|times|statuses|snapshots?|lines?|fields?|links?|"
    r"Outposts|metrics?|alarms?|dashboards?|observations?|transitions?|units?"
)
_BOUNDS = r"at most|at least|up to|more than|fewer than|less than|within|below|above"
_QUANTITY = re.compile(
    rf"(?<![\w.$/-])(?:"
    rf"(?:{_DIGITS}|{_SPELT})\b ?(?:of an? )?(?:business )?(?:{_MEASURES})(?!\w)"
    rf"|an? (?:minute|hour|day|week|month|year)\b|message (?:a|per) second"
    rf"|{_DIGITS} (?:{_COUNTED})\b"
    rf"|(?:{_BOUNDS}) (?:{_DIGITS}|{_SPELT})\b(?: (?:of an? )?(?:{_COUNTED}|{_MEASURES})(?!\w))?)"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity in a page, and its position in the page's prose."""

    start: int
    end: int
    text: str
    context: str


def prose(markdown: str) -> str:
    """Return a page's text in one line: without code blocks, comments, addresses of links, and emphasis."""
    text = re.sub(r"```.*?```|<!--.*?-->", " ", markdown, flags=re.DOTALL)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return re.sub(r"\s+", " ", re.sub(r"[*`\[\]]", "", text))


def quantities(text: str) -> Iterator[Quantity]:
    """Find the quantities of a text that `prose` returned."""
    for match in _QUANTITY.finditer(text):
        context = text[max(0, match.start() - 60) : match.end() + 40]
        yield Quantity(match.start(), match.end(), match.group(), context)


def number(text: str) -> float:
    """Read a number in figures or in words."""
    return _WORDS[text] if text in _WORDS else float(text.replace(",", ""))
