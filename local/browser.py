"""A headless Chromium: the one in a package that `make develop` installs, or the machine's."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from local.errors import LocalCloudError
from machine.node import NODE
from outposts_order_notifier.toolchain.environment import clean

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "node_modules" / "@sparticuz" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")
# The package unpacks the libraries that Chromium needs only if it believes that it runs on Lambda.
LAMBDA = {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs24.x"}
UNPACK = "import chromium from '@sparticuz/chromium'; await chromium.executablePath()"
FONTS = """<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


@dataclass(frozen=True, slots=True)
class Chromium:
    """A Chromium on this machine: its executable, and the environment variables that it needs."""

    path: str
    environment: Mapping[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    """Return the Chromium in the variable CHROMIUM, else the package's, else the first in PATH."""
    if named := os.environ.get("CHROMIUM"):
        return Chromium(named)
    # The package has a binary for one platform only.
    if PACKAGE.exists() and (sys.platform, platform.machine()) == ("linux", "x86_64"):
        return _unpacked()
    if path := next(filter(None, map(shutil.which, NAMES)), None):
        return Chromium(path)
    raise LocalCloudError(
        f"there is no Chromium: run `make develop`, which installs one for Linux on x86_64; elsewhere install one of "
        f"{', '.join(NAMES)}, or set the variable CHROMIUM to one"
    )


@contextmanager
def headless() -> "Iterator[Browser]":
    """Run a headless Chromium under Playwright's control for the length of a `with` block."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - needed for tests and pictures only

    chromium = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.path,
            env={**os.environ, **chromium.environment},
            # The package's Chromium has no sandbox, and others refuse to run as root. It loads our pages only.
            chromium_sandbox=False,
            args=["--disable-gpu"],
        )
        try:
            yield browser
        finally:
            browser.close()


def _unpacked() -> Chromium:
    version = json.loads((PACKAGE / "package.json").read_text("utf-8"))["version"]
    home = ROOT / ".cache" / f"chromium-{version}"
    if not home.exists():
        home.parent.mkdir(exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=home.parent, prefix=".chromium-"))
        _unpack(draft)
        try:
            draft.rename(home)
        except OSError:  # another process was faster
            shutil.rmtree(draft)
    fonts = home / "fonts.conf"
    fonts.write_text(FONTS.format(fonts=home / "fonts", cache=home / "fonts-cache"), "utf-8")
    libraries = {"LD_LIBRARY_PATH": str(home / "al2023" / "lib"), "FONTCONFIG_FILE": str(fonts)}
    return Chromium(str(home / "chromium"), libraries)


def _unpack(folder: Path) -> None:
    command = [str(NODE), "--input-type=module", "--eval", UNPACK]
    environment = {**clean(os.environ), **LAMBDA, "TMPDIR": str(folder)}
    result = subprocess.run(  # noqa: S603 - a fixed command
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise LocalCloudError(f"the package's Chromium could not be unpacked: {result.stderr.strip()}")
