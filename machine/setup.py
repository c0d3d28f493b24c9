"""`make setup`: fills .venv and node_modules. `python -m machine.setup python` or `node`."""

import os
import sys
from pathlib import Path

from machine import npm
from outposts_order_notifier.toolchain import pip
from outposts_order_notifier.toolchain.environment import clean
from outposts_order_notifier.toolchain.errors import MachineError
from outposts_order_notifier.toolchain.process import run

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"


def main() -> None:
    """Do one part of the set-up; report a problem in one line."""
    try:
        {"python": _python, "node": _node}[sys.argv[1]]()
    except MachineError as error:
        sys.exit(f"error: {error}")


def _python() -> None:
    created = run([sys.executable, "-I", "-m", "venv", str(VENV)], clean(os.environ))
    if created.returncode:
        raise MachineError(f"Python cannot create {VENV}: {created.stderr.strip() or created.stdout.strip()}")
    python = str(VENV / "bin" / "python")
    requirements = ROOT / "requirements.txt"
    variables = pip.environment(python, os.environ)
    pip.install(python, variables, "requirements.txt", "--only-binary=:all:", f"--requirement={requirements}")
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = run([python, "-I", "-c", where], os.environ)
    # A line with a marker may not apply to this machine.
    lines = requirements.read_text(encoding="utf-8").splitlines()
    pip.check((line for line in lines if "==" in line and ";" not in line), Path(packages.stdout.strip()), "`make`")


def _node() -> None:
    from outposts_order_notifier.toolchain.node import NODE, NPM  # noqa: PLC0415 - the other part installs it

    npm.ci(NODE, NPM, ROOT, os.environ)


if __name__ == "__main__":
    main()
