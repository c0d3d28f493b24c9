"""`python -m machine.run COMMAND …`: runs a tool of .venv the same way on every machine."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from outposts_order_notifier.toolchain import uv
from outposts_order_notifier.toolchain.environment import clean, with_path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Replace this process with the command in the arguments."""
    name, *arguments = sys.argv[1:]
    cleaned = uv.settings(os.environ, Path(sys.prefix)).variables if name in {"uv", "uvx"} else clean(os.environ)
    variables = with_path(cleaned, Path(sys.executable).parent)
    command = [*_PROGRAMS.get(name, lambda: [name])(), *arguments]
    try:
        os.execvpe(command[0], command, variables)  # noqa: S606 - the Makefile's commands
    except OSError as error:
        sys.exit(f"error: {name} cannot be run: {error.strerror}; `make clean setup` installs it again")


def _cdk() -> list[str]:
    from machine.node import NODE  # noqa: PLC0415 - the other programs do not need it

    return [str(NODE), str(ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk")]


# Started by their interpreter: a shell cannot start a script whose first line contains a path with a space or a quote.
_PROGRAMS: dict[str, Callable[[], list[str]]] = {"python": lambda: [sys.executable], "cdk": _cdk}


if __name__ == "__main__":
    main()
