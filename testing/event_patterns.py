"""The table of event patterns with AWS's verdicts, testing/event_patterns.json, which names their sources."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

ENVELOPE: Json = {
    "version": "0",
    "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    "detail-type": "Sample",
    "source": "sample",
    "account": "111122223333",
    "time": "2026-11-24T09:30:00Z",
    "region": "eu-west-1",
    "resources": [],
}


@dataclass(frozen=True)
class Row:
    """A pattern, and AWS's verdicts.

    Attributes:
        name: What it shows.
        pattern: The pattern as sent to PutRule.
        refused: Whether PutRule rejects it.
        verdicts: Events, and whether the pattern matches them; empty if the pattern is rejected.
    """

    name: str
    pattern: Json
    refused: bool
    verdicts: tuple[tuple[Json, bool], ...]


def _rows() -> Iterator[Row]:
    table = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    for row in table["rows"]:
        verdicts = [
            *((each, True) for each in row.get("matches", ())),
            *((each, False) for each in row.get("others", ())),
        ]
        events = tuple(({**ENVELOPE, "detail": detail}, matches) for detail, matches in verdicts)
        yield Row(row["name"], row["pattern"], row.get("refused", False), events)


ROWS = tuple(_rows())
