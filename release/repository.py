"""The repository that is released, by git."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from release.errors import ReleaseError


@dataclass(frozen=True, slots=True)
class Repository:
    """A clone.

    Attributes:
        root: Its folder.
    """

    root: Path

    def changed(self) -> list[str]:
        """Return the files that differ from the last commit, and those that git neither knows nor ignores."""
        return [line[3:] for line in self._git("status", "--porcelain").splitlines()]

    def head(self) -> str:
        """Return the last commit."""
        return self._git("rev-parse", "HEAD").strip()

    def tagged(self, tag: str) -> str | None:
        """Return the commit that a tag names; None if there is no such tag."""
        if not self._git("tag", "--list", tag).strip():
            return None
        return self._git("rev-parse", f"refs/tags/{tag}^{{commit}}").strip()

    def tag(self, tag: str, message: str) -> None:
        """Tag the last commit with a message.

        Raises:
            ReleaseError: The tag exists; git never overwrites one.
        """
        # Without this clean-up, git would drop the message's headings as comments.
        self._git("tag", "--annotate", "--cleanup=whitespace", "--file=-", tag, given=message)

    def _git(self, *arguments: str, given: str | None = None) -> str:
        ran = subprocess.run(  # noqa: S603 - our own arguments
            ["git", *arguments],  # noqa: S607 - the person's git
            cwd=self.root,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise ReleaseError(f"`git {arguments[0]}` failed: {ran.stderr.strip()}")
        return ran.stdout
