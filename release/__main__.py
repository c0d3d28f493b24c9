"""Release the version in __about__.py, step by step: `make release` (docs/releasing.md)."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from outposts_order_notifier.__about__ import __version__
from outposts_order_notifier.runtime.observability import logger
from reference.release import footprint, write
from release.bundle.build import write_archive
from release.errors import ReleaseError
from release.repository import Repository
from release.steps import Release

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"


def run(arguments: Sequence[str], root: Path = ROOT, version: str = __version__) -> None:
    """Take one step of the release of a repository's version.

    Raises:
        ReleaseError: It cannot be released.
    """
    options = _parser().parse_args(arguments)
    release = Release(Repository(root), version, footprint)
    match options.step:
        case "check":
            if not (release.recorded.exists() or options.tagged):
                write(release.version, release.recorded.parent)
                raise ReleaseError(f"tests/releases/{release.version} is recorded: commit it, and release again")
            release.check(is_tagged=options.tagged)
        case "bundle":
            _say(f"{write_archive(DIST, release.version)} and {release.write_notes(DIST)} were written")
        case "tag" if options.dry_run:
            _say(f"{release.tag} would be the tag of {release.repository.head()}")
        case "tag":
            release.publish_tag()
            _say(
                f"{release.tag} is the tag of this commit. If `make lint` and `make test` succeed with it, publish it: "
                f"git push origin {release.tag}"
            )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m release")
    steps = parser.add_subparsers(dest="step", required=True)
    check = steps.add_parser("check", help="check that the last commit can be released; record its footprint first")
    check.add_argument("--tagged", action="store_true", help="it must have the version's tag, instead of not yet")
    steps.add_parser("bundle", help="build the bundle and the notes in dist/")
    tag = steps.add_parser("tag", help="tag the last commit")
    tag.add_argument("--dry-run", action="store_true", help="only say what would be tagged")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    logger.setLevel("CRITICAL")  # nobody reads the log of the footprint's run
    try:
        run(sys.argv[1:])
    except ReleaseError as error:
        sys.exit(f"error: {error}")
