"""The steps of a release besides building: check, write the notes, tag."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from release import changelog
from release.errors import ReleaseError
from release.repository import Repository

NOTES = "release-notes.md"
# A record of the version for the tests of upgrades (reference/release.py), by file name.
Footprint = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Release:
    """A version to release.

    Attributes:
        repository: Where its files are committed.
        version: The version.
        footprint: Returns its footprint.
    """

    repository: Repository
    version: str
    footprint: Callable[[], Footprint]

    @property
    def tag(self) -> str:
        """The tag's name."""
        return f"v{self.version}"

    @property
    def recorded(self) -> Path:
        """The folder of the footprint."""
        return self.repository.root / "tests" / "releases" / self.version

    def check(self, *, is_tagged: bool) -> None:
        """Check that the last commit can be released.

        Args:
            is_tagged: Whether it must be tagged already, as for the workflow that a tag starts, or not yet.

        Raises:
            ReleaseError: It cannot, with every reason.
        """
        of_git = self._of_git(is_tagged=is_tagged)
        if problems := [*self._of_version(), *of_git, *self._of_changelog(), *self._of_footprint()]:
            raise ReleaseError("\n".join(problems))

    def write_notes(self, target: Path) -> Path:
        """Write the notes to a folder, and return their file."""
        target.mkdir(exist_ok=True)
        path = target / NOTES
        path.write_text(f"{self.notes()}\n", "utf-8")
        return path

    def notes(self) -> str:
        """Return the notes: the version's section of the changelog."""
        return changelog.sections(self._changelog())[self.version].notes

    def publish_tag(self) -> None:
        """Tag the last commit, with the notes as the message.

        Raises:
            ReleaseError: It is tagged already, or something is not committed.
        """
        if problems := [*self._of_git(is_tagged=False)]:
            raise ReleaseError("\n".join(problems))
        self.repository.tag(self.tag, f"{self.version}\n\n{self.notes()}\n")

    def _changelog(self) -> str:
        return (self.repository.root / "CHANGELOG.md").read_text("utf-8")

    def _of_version(self) -> Iterator[str]:
        if not re.fullmatch(r"\d+\.\d+\.\d+", self.version):
            yield f"{self.version} is not the version of a release: set it in __about__.py, as in 1.2.3"

    def _of_git(self, *, is_tagged: bool) -> Iterator[str]:
        if changed := self.repository.changed():
            yield f"commit first: {', '.join(changed)}"
        commit = self.repository.tagged(self.tag)
        if is_tagged and commit != self.repository.head():
            yield f"{self.tag} is not the tag of this commit: raise the version in __about__.py, or tag this commit"
        if commit and not is_tagged:
            yield f"{self.tag} is tagged already: raise the version in __about__.py"

    def _of_changelog(self) -> Iterator[str]:
        yield from changelog.problems(self._changelog(), self.version)

    def _of_footprint(self) -> Iterator[str]:
        if not self.recorded.exists():
            yield f"tests/releases/{self.version} is missing"
        elif {path.name: path.read_text("utf-8") for path in self.recorded.iterdir()} != self.footprint():
            yield f"tests/releases/{self.version} is not what this commit stores: delete and record it again"
