"""The property tests' settings: one profile for all, without a deadline."""

import ast
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent


def deadlines_set_in(source: str) -> list[int]:
    """Return the lines of calls of `settings` or `register_profile` that set a deadline."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in {"settings", "register_profile"}
        and any(keyword.arg == "deadline" for keyword in node.keywords)
    ]


@pytest.mark.parametrize("name", ["searching", "repeatable", "mutants", "long"])
def test_no_profile_has_a_time_limit(name: str) -> None:
    """Neither a slow example nor slow generation fails a test."""
    profile = settings.get_profile(name)
    assert profile.deadline is None
    assert HealthCheck.too_slow in profile.suppress_health_check


def test_a_repeatable_run_draws_the_same_examples_every_time() -> None:
    """It uses no random seed and no database of earlier runs."""
    profile = settings.get_profile("repeatable")
    assert profile.derandomize
    assert profile.database is None


def test_every_test_runs_under_one_of_the_profiles() -> None:
    """Hypothesis' own default, with its deadline of 200 ms, is never in use."""
    assert settings().deadline is None


def test_no_test_sets_a_deadline() -> None:
    """Only the profiles in conftest.py do."""
    setting = {
        str(path.relative_to(TESTS)): lines
        for path in TESTS.rglob("*.py")
        if (lines := deadlines_set_in(path.read_text(encoding="utf-8")))
    }
    assert list(setting) == ["conftest.py"]


def test_a_deadline_is_found_in_any_form() -> None:
    """As a decorator, as an argument, and through the module."""
    assert deadlines_set_in("@settings(deadline=None)\ndef test(): ...\nrun(hypothesis.settings(deadline=1))") == [1, 3]
