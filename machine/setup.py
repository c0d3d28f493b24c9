"""`make setup`: fills .venv and node_modules. `python -m machine.setup python` or `node`."""

import os
import subprocess
import sys
from pathlib import Path

from machine import npm, pip
from machine.environment import clean
from machine.errors import MachineError

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"


def main() -> None:
    """Do one part of the set-up; end with one line where something is in the way."""
    try:
        {"python": _python, "node": _node}[sys.argv[1]]()
    except MachineError as error:
        sys.exit(f"error: {error}")


def _python() -> None:
    made = subprocess.run(  # noqa: S603 - a fixed command
        [sys.executable, "-I", "-m", "venv", str(VENV)],
        env=clean(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise MachineError(f"Python cannot make {VENV}: {made.stderr.strip() or made.stdout.strip()}")
    python = str(VENV / "bin" / "python")
    requirements = ROOT / "requirements.txt"
    variables = pip.environment(python, os.environ)
    pip.install(python, variables, "requirements.txt", "--only-binary=:all:", f"--requirement={requirements}")
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([python, "-I", "-c", where], capture_output=True, text=True, check=True)  # noqa: S603 - as above
    # A line with a marker may be for another machine.
    lines = requirements.read_text(encoding="utf-8").splitlines()
    pip.check((line for line in lines if "==" in line and ";" not in line), Path(packages.stdout.strip()), "`make`")


def _node() -> None:
    from machine.node import NODE, NPM  # noqa: PLC0415 - what the other part installs

    npm.ci(NODE, NPM, ROOT, os.environ)


if __name__ == "__main__":
    main()
