"""The result of a mutation run."""

from pathlib import Path

import pytest

from reference import mutants

FILE = Path("lambdas/a.py")
LISTED = """
[[mutant]]
file = "lambdas/a.py"
was = "a"
becomes = "a of m0"
why = "Nobody sees it."
"""


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """Return the statuses of mutants, to be filled; only `m0` is listed as harmless."""
    statuses: dict[str, str] = {}
    listed = tmp_path / "mutants.toml"
    listed.write_text(LISTED, "utf-8")
    monkeypatch.setattr(mutants, "HARMLESS", listed)
    monkeypatch.setattr(mutants, "_statuses", lambda: ((name, (FILE, status)) for name, status in statuses.items()))
    monkeypatch.setattr(mutants, "_mutant", lambda name, path: mutants.Mutant(path.as_posix(), "a", f"a of {name}"))
    return statuses


def killed(number: int) -> dict[str, str]:
    """Return this many killed mutants."""
    return {f"k{n}": "killed" for n in range(number)}


@pytest.mark.parametrize(
    ("others", "verdict"),
    [
        (killed(9), 0),
        (killed(8), 1),  # 8 of 9 are less than 90 %
        (killed(8) | {"k8": "timeout"}, 0),
        (killed(20) | {"m1": "survived"}, 1),
        (killed(20) | {"m1": "no tests"}, 1),
        (killed(20) | {"m1": "not checked"}, 0),
    ],
)
def test_enough_are_killed_and_each_survivor_is_listed(
    judged: dict[str, str], others: dict[str, str], verdict: int
) -> None:
    """A mutant that no test reaches is a survivor; one that was not tried is not."""
    judged.update({"m0": "survived"} | others)
    assert mutants.main() == verdict


@pytest.mark.parametrize(("others", "verdict"), [({"m0": "killed"}, 1), ({"m0": "not checked"}, 0)])
def test_a_killed_mutant_must_not_be_listed(judged: dict[str, str], others: dict[str, str], verdict: int) -> None:
    """Unless it was not tried."""
    judged.update(killed(20) | others)
    assert mutants.main() == verdict


def test_a_survivor_is_shown_with_what_it_changes(judged: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """One that is listed is shown with the reason."""
    judged.update(killed(20) | {"m0": "survived", "m1": "survived"})
    mutants.main()
    shown = capsys.readouterr().out
    assert "SURVIVED: m1\n          a\n       -> a of m1\n" in shown
    assert "harmless: lambdas/a.py: a\n       -> a of m0\n      why: Nobody sees it.\n" in shown
    assert "20 of 22 mutants killed, 90.9 % (at least 90 %); 1 survivors not listed" in shown
