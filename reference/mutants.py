"""Judge a mutation run: how many mutants the tests kill, and whether each survivor is known to be harmless.

mutmut makes small changes to the code, one at a time, and runs the tests on each; a change that no test notices
survives. tests/mutants.toml lists the harmless survivors with the reason. The run fails if a survivor is not listed, or
if a listed one no longer survives.
"""

import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mutmut.stats import status_by_exit_code

LEAST_PERCENT = 90
RESULTS = Path("mutants")
HARMLESS = Path("tests/mutants.toml")
NOTICED = {"killed", "timeout", "segfault", "caught by type check"}
UNNOTICED = {"survived", "no tests", "suspicious"}


class Mutant(NamedTuple):
    """A change to the code, without mutmut's number for it, which shifts when the function changes."""

    file: str
    was: str
    becomes: str


def main() -> int:
    """Print the rate and the survivors; return 0 if enough mutants are killed and all survivors are listed."""
    statuses = dict(_statuses())
    counts = Counter(status for _, status in statuses.values())
    survivors = {name: _mutant(name, path) for name, (path, status) in statuses.items() if status in UNNOTICED}
    with HARMLESS.open("rb") as file:
        known = {
            Mutant(each["file"], each["was"], each["becomes"]): each["why"] for each in tomllib.load(file)["mutant"]
        }
    tested = sum(counts[status] for status in NOTICED | UNNOTICED)
    noticed = sum(counts[status] for status in NOTICED)
    percent = 100 * noticed / tested if tested else 0.0
    unknown = {name: mutant for name, mutant in survivors.items() if mutant not in known}
    gone = known.keys() - set(survivors.values())
    for mutant in sorted(known.keys() & set(survivors.values())):
        _say(f"harmless: {mutant.file}: {mutant.was}\n       -> {mutant.becomes}\n      why: {known[mutant]}")
    for name, mutant in unknown.items():
        _say(f"SURVIVED: {name}\n          {mutant.was}\n       -> {mutant.becomes}")
    whole = tested == len(statuses)
    for mutant in sorted(gone) if whole else ():
        _say(f"NO LONGER A SURVIVOR, remove it from {HARMLESS}: {mutant.file}: {mutant.was} -> {mutant.becomes}")
    rate = f"{percent:.1f} % (at least {LEAST_PERCENT} %)"
    _say(f"{noticed} of {tested} mutants killed, {rate}; {len(unknown)} survivors not listed")
    if unknown:
        _say("Write a test that kills it, and run make mutants ONLY='<its name>'; or list it if it is harmless.")
    if not whole:
        _say(f"{len(statuses) - tested} mutants were not tested: the run was stopped or limited")
    return int(percent < LEAST_PERCENT or bool(unknown) or (whole and bool(gone)))


def _statuses() -> Iterator[tuple[str, tuple[Path, str]]]:
    """Yield each mutant's name, source file and status."""
    for meta in sorted(RESULTS.rglob("*.py.meta")):
        path = meta.relative_to(RESULTS).with_suffix("")
        for name, code in json.loads(meta.read_text("utf-8"))["exit_code_by_key"].items():
            yield name, (path, status_by_exit_code[code])


def _mutant(name: str, path: Path) -> Mutant:
    """Return a mutant's change, from its diff."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant  # noqa: PLC0415 - a second, and only survivors need it

    lines = [line for line in get_diff_for_mutant(name, path=path).splitlines() if line[:3] not in {"---", "+++"}]
    was, becomes = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return Mutant(path.as_posix(), was, becomes)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
