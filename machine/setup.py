"""`make setup` and `make develop`: fill .venv and node_modules. `python -m machine.setup PART …` installs one part."""

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from machine import npm
from outposts_order_notifier.toolchain import pip, uv
from outposts_order_notifier.toolchain.environment import clean
from outposts_order_notifier.toolchain.errors import MachineError
from outposts_order_notifier.toolchain.process import run

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON, UV = str(VENV / "bin" / "python"), str(VENV / "bin" / "uv")
# What the demonstration and a deployment need, and what everything needs: tests, linters, documentation.
BASE, COMPLETE = ROOT / "requirements-demo.txt", ROOT / "requirements.txt"


def main() -> None:
    """Install the part that the argument names; report a problem in one line."""
    try:
        _PARTS[sys.argv[1]]()
    except MachineError as error:
        sys.exit(f"error: {error}")


def _environment() -> None:
    with _step(f"Creating {VENV.name} with uv, which installs everything else"):
        created = run([sys.executable, "-I", "-m", "venv", str(VENV)], clean(os.environ))
        if created.returncode:
            raise MachineError(f"Python cannot create {VENV}: {created.stderr.strip() or created.stdout.strip()}")
        with TemporaryDirectory() as folder:
            requirements = Path(folder, "uv.txt")
            requirements.write_text(_pin("uv"), encoding="utf-8")
            variables = pip.environment(os.environ, VENV)
            arguments = ("--no-deps", "--require-hashes", "--only-binary=:all:", f"--requirement={requirements}")
            pip.install(PYTHON, variables, "uv", *arguments)
    _packages(BASE)


def _packages(requirements: Path) -> None:
    # A line with a marker may not apply to this machine.
    pins = re.findall(r"^[^\s;]+==[^\s;]+(?= \\?$)", requirements.read_text(encoding="utf-8"), re.MULTILINE)
    with _step(f"Installing {_count(len(pins), 'Python package')} of {requirements.name}"):
        uv.install(
            UV,
            uv.settings(os.environ, VENV),
            requirements.name,
            f"--python={PYTHON}",
            f"--requirements={requirements}",
        )
        where = "import sysconfig; print(sysconfig.get_path('purelib'))"
        packages = run([PYTHON, "-I", "-c", where], os.environ)
        uv.check(pins, Path(packages.stdout.strip()), "`make`")


def _node(*, complete: bool) -> None:
    from machine.node import NODE, NPM  # noqa: PLC0415 - another part installs it

    with _step(f"Installing {_count(len(npm.wanted(ROOT, complete=complete)), 'Node package')} of package.json"):
        npm.ci(NODE, NPM, ROOT, os.environ, complete=complete)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


@contextmanager
def _step(text: str) -> Iterator[None]:
    """Print what begins, and then how long it took."""
    start = time.monotonic()
    sys.stdout.write(f"{text} … ")
    sys.stdout.flush()
    try:
        yield
    except MachineError:
        sys.stdout.write("\n")
        raise
    sys.stdout.write(f"{time.monotonic() - start:.0f} s\n")


def _pin(name: str) -> str:
    """Return a package's lines of the requirements: its version and the hashes of its files."""
    found = re.search(rf"^{name}==.*\n(?: .*\n)*", BASE.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise MachineError(f"{BASE.name} does not pin {name}")
    return found[0]


_PARTS: dict[str, Callable[[], None]] = {
    "python": _environment,
    "node": lambda: _node(complete=False),
    "complete-python": lambda: _packages(COMPLETE),
    "complete-node": lambda: _node(complete=True),
}


if __name__ == "__main__":
    main()
