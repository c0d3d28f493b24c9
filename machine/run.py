"""`python -m machine.run COMMAND …`: runs one of the tools in .venv as it runs for everybody."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from machine.environment import clean, with_path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Become the command that the arguments are."""
    variables = with_path(clean(os.environ), Path(sys.executable).parent)
    name, *arguments = sys.argv[1:]
    command = [*_PROGRAMS.get(name, lambda: [name])(), *arguments]
    try:
        os.execvpe(command[0], command, variables)  # noqa: S606 - the Makefile's commands
    except OSError as error:
        sys.exit(f"error: {name} cannot be run: {error.strerror}; `make clean setup` installs it again")


def _cdk() -> list[str]:
    from machine.node import NODE  # noqa: PLC0415 - which the other programs need not wait for

    return [str(NODE), str(ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk")]


# Not found by their names: a shell could not start a script whose first line names a folder with a space or a quote.
_PROGRAMS: dict[str, Callable[[], list[str]]] = {"python": lambda: [sys.executable], "cdk": _cdk}


if __name__ == "__main__":
    main()
