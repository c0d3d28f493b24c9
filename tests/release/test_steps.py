"""A release, of a small repository."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from release.__main__ import run
from release.errors import ReleaseError
from release.repository import Repository
from release.steps import NOTES, Release

VERSION = "1.1.0"
FOOTPRINT = {"data.json": "{}\n"}
CHANGELOG = f"# Changelog\n\n## [{VERSION}] - 2026-12-01\n\n### Added\n\n- Something.\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create a repository that can be released."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "somebody@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    recorded = tmp_path / "tests" / "releases" / VERSION
    recorded.mkdir(parents=True)
    for name, content in FOOTPRINT.items():
        (recorded / name).write_text(content, "utf-8")
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, "utf-8")
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


def git(root: Path, *arguments: str) -> str:
    """Run git in a repository, and return what it prints."""
    command = ["git", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout  # noqa: S603


def commit(root: Path) -> None:
    """Commit everything."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Change something")


def release_of(root: Path) -> Release:
    """Prepare the repository's release."""
    return Release(Repository(root), VERSION, lambda: FOOTPRINT)


class TestCheck:
    """What is checked before anything is built."""

    def test_a_complete_version_can_be_released(self, root: Path) -> None:
        """Committed, described, recorded, and not tagged."""
        release_of(root).check(is_tagged=False)

    def test_uncommitted_changes_are_named(self, root: Path) -> None:
        """Also files that git does not know."""
        (root / "CHANGELOG.md").write_text(CHANGELOG + "\n", "utf-8")
        (root / "new.py").touch()
        with pytest.raises(ReleaseError, match=r"^commit first: CHANGELOG\.md, new\.py$"):
            release_of(root).check(is_tagged=False)

    def test_every_problem_is_named_at_once(self, root: Path) -> None:
        """One a line."""
        (root / "CHANGELOG.md").write_text("# Changelog\n", "utf-8")
        shutil.rmtree(root / "tests" / "releases")
        commit(root)
        git(root, "tag", f"v{VERSION}")
        with pytest.raises(ReleaseError) as raised:
            release_of(root).check(is_tagged=False)
        assert str(raised.value).splitlines() == [
            "v1.1.0 is tagged already: raise the version in __about__.py",
            "CHANGELOG.md has no section ## [1.1.0] - YYYY-MM-DD",
            "tests/releases/1.1.0 is missing",
        ]

    def test_a_version_in_development_is_refused(self, root: Path) -> None:
        """Also before anything else is wrong with it."""
        with pytest.raises(ReleaseError, match=r"^1\.1\.0\.dev0 is not the version of a release"):
            replace(release_of(root), version="1.1.0.dev0").check(is_tagged=False)

    def test_a_footprint_of_other_code_is_refused(self, root: Path) -> None:
        """Later upgrades would be tested from something that was never released."""
        (root / "tests" / "releases" / VERSION / "data.json").write_text("[]\n", "utf-8")
        commit(root)
        with pytest.raises(ReleaseError, match=r"^tests/releases/1\.1\.0 is not what this commit stores"):
            release_of(root).check(is_tagged=False)

    def test_the_workflow_of_a_tag_releases_only_the_tagged_commit(self, root: Path) -> None:
        """Whose version is the tag's."""
        with pytest.raises(ReleaseError, match=r"^v1\.1\.0 is not the tag of this commit"):
            release_of(root).check(is_tagged=True)
        release_of(root).publish_tag()
        release_of(root).check(is_tagged=True)
        (root / "later.py").touch()
        commit(root)
        with pytest.raises(ReleaseError, match=r"^v1\.1\.0 is not the tag of this commit"):
            release_of(root).check(is_tagged=True)


class TestTag:
    """The tag."""

    def test_it_is_annotated_with_the_notes(self, root: Path) -> None:
        """Including their headings, which look like git's comments."""
        run(["tag"], root, VERSION)
        assert git(root, "cat-file", "-t", "v1.1.0").strip() == "tag"
        assert (
            git(root, "tag", "--list", "--format=%(contents)", "v1.1.0").strip() == "1.1.0\n\n### Added\n\n- Something."
        )

    def test_it_is_never_overwritten(self, root: Path) -> None:
        """The tag of a published version stays where it is."""
        release_of(root).publish_tag()
        first = Repository(root).tagged("v1.1.0")
        (root / "later.py").touch()
        commit(root)
        with pytest.raises(ReleaseError, match=r"tagged already"):
            run(["tag"], root, VERSION)
        with pytest.raises(ReleaseError, match=r"`git tag` failed: .*already exists"):
            Repository(root).tag("v1.1.0", "again")
        assert Repository(root).tagged("v1.1.0") == first

    def test_a_dry_run_only_says_what_it_would_do(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """No tag is created."""
        run(["tag", "--dry-run"], root, VERSION)
        assert capsys.readouterr().out == f"v1.1.0 would be the tag of {Repository(root).head()}\n"
        assert Repository(root).tagged("v1.1.0") is None


def test_the_notes_are_the_changelogs_section(root: Path) -> None:
    """In a file for the release's page."""
    path = release_of(root).write_notes(root / "dist")
    assert (path.name, path.read_text("utf-8")) == (NOTES, "### Added\n\n- Something.\n")


def test_a_version_without_a_footprint_is_recorded_first(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is committed with the version, so the release goes on only afterwards."""
    for module in ("reference.release", "release.__main__"):
        monkeypatch.setattr(f"{module}.footprint", lambda: FOOTPRINT)  # tests/reference runs the real one
    shutil.rmtree(root / "tests" / "releases")
    commit(root)
    with pytest.raises(ReleaseError, match=r"^tests/releases/1\.1\.0 is recorded: commit it, and release again$"):
        run(["check"], root, VERSION)
    assert {path.name for path in (root / "tests" / "releases" / VERSION).iterdir()} == FOOTPRINT.keys()
    commit(root)
    run(["check"], root, VERSION)
