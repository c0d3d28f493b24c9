"""The changelog's sections."""

import pytest

from release.changelog import problems, sections
from tests.docs.pages import ROOT

CHANGELOG = """# Changelog

## [Unreleased]

## [1.1.0] - 2026-12-01

### Added

- Something.

## [1.0.0] - 2026-11-01

First.
"""


def test_a_versions_notes_are_its_section() -> None:
    """Without its heading, and without the older ones."""
    known = sections(CHANGELOG)
    assert list(known) == ["Unreleased", "1.1.0", "1.0.0"]
    assert known["1.1.0"].notes == "### Added\n\n- Something."
    assert (known["1.0.0"].dated, known["1.0.0"].notes) == ("2026-11-01", "First.")


def test_our_own_has_a_section_of_the_first_version() -> None:
    """In the same form."""
    known = sections((ROOT / "CHANGELOG.md").read_text("utf-8"))
    assert known["0.1.0"].dated
    assert known["0.1.0"].notes.startswith("The first version")


def test_a_complete_section_is_no_problem() -> None:
    """Whether or not there is an empty section for what comes next."""
    assert [*problems(CHANGELOG, "1.1.0")] == []
    assert [*problems(CHANGELOG.replace("## [Unreleased]\n", ""), "1.1.0")] == []


@pytest.mark.parametrize(
    ("changelog", "problem"),
    [
        (CHANGELOG.replace("1.1.0", "1.1.1"), "has no section ## [1.1.0] - YYYY-MM-DD"),
        (CHANGELOG.replace(" - 2026-12-01", ""), "section [1.1.0] has no date"),
        (CHANGELOG.replace("2026-12-01", "2026-13-01"), "section [1.1.0] has no date"),
        (CHANGELOG.replace("2026-12-01", "soon"), "section [1.1.0] has no date"),
        (CHANGELOG.replace("### Added\n\n- Something.\n", ""), "section [1.1.0] is empty"),
        (CHANGELOG.replace("[Unreleased]\n", "[Unreleased]\n\n- More.\n"), "has entries under [Unreleased]"),
    ],
)
def test_what_is_missing_is_named(changelog: str, problem: str) -> None:
    """And what to write there."""
    (found,) = problems(changelog, "1.1.0")
    assert problem in found
