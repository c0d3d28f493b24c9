"""The changelog's sections, which are the releases' notes. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

UNRELEASED = "Unreleased"
_HEADING = re.compile(r"^## \[(?P<name>[^\]]+)\](?: - (?P<date>.+))?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """A version's section.

    Attributes:
        name: The version, or `Unreleased`.
        dated: The text after the hyphen of its heading; None if there is none.
        notes: Its text, without the heading.
    """

    name: str
    dated: str | None
    notes: str


def sections(changelog: str) -> dict[str, Section]:
    """Return the changelog's sections by name."""
    headings = [*_HEADING.finditer(changelog)]
    ends = [*(each.start() for each in headings), len(changelog)][1:]
    return {
        each["name"]: Section(each["name"], each["date"], changelog[each.end() : end].strip())
        for each, end in zip(headings, ends, strict=False)
    }


def problems(changelog: str, version: str) -> Iterator[str]:
    """Say what the changelog lacks for a release of a version."""
    known = sections(changelog)
    if (unreleased := known.get(UNRELEASED)) and unreleased.notes:
        yield f"CHANGELOG.md has entries under [{UNRELEASED}]: move them to ## [{version}] - YYYY-MM-DD"
    if version not in known:
        yield f"CHANGELOG.md has no section ## [{version}] - YYYY-MM-DD"
        return
    section = known[version]
    if not _is_date(section.dated):
        yield f"CHANGELOG.md's section [{version}] has no date: ## [{version}] - YYYY-MM-DD"
    if not section.notes:
        yield f"CHANGELOG.md's section [{version}] is empty"


def _is_date(text: str | None) -> bool:
    try:
        return date.fromisoformat(text or "").isoformat() == text
    except ValueError:
        return False
