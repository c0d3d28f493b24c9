"""A function's package: the modules and wheels that its handler imports, built without Docker."""

import functools
import hashlib
import os
import re
import shutil
import sys
from modulefinder import ModuleFinder
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_
from uv import find_uv_bin

from outposts_order_notifier.toolchain import uv
from outposts_order_notifier.toolchain.errors import MachineError

PRODUCT = Path(__file__).parents[2]  # the folder of our import name: a clone, or an environment's packages
IN_WHEEL = Path(__file__).parent / "functions"
# The folder of `lambdas`, which is no import name of the wheel.
ENTRY_POINTS = IN_WHEEL if IN_WHEEL.is_dir() else PRODUCT
REQUIREMENTS = Path(__file__).with_name("functions.txt")
OURS = frozenset({"lambdas", "outposts_order_notifier"})
TEMPLATES = "templates"  # a folder beside the module that reads it
FOR_LAMBDA = ["--python-platform=aarch64-manylinux2014", "--python-version=3.14"]
FOR_THIS_MACHINE: list[str] = []
# Lambda runs as another user than the one who deploys, whose umask may deny access to others.
FOLDER_MODE, FILE_MODE = 0o755, 0o644
WHAT = "what the functions import"
PIN = re.compile(r"^([a-z0-9-]+)==\S+.*\n(?:[ #].*\n)*", re.MULTILINE)


def package(name: str, distributions: tuple[str, ...], *, local: bool) -> lambda_.Code:
    """Return a function's code asset.

    The CDK stores assets by their hash in its output folder, so nothing is downloaded twice there.

    Args:
        name: The function's folder in `lambdas/`.
        distributions: The packages that it imports beyond the Lambda runtime's boto3, including dependencies, by their
            names on PyPI; the versions and hashes are those of functions.txt.
        local: Whether the package is for this machine instead of Lambda's arm64.
    """
    content = _Content(name, distributions, FOR_THIS_MACHINE if local else FOR_LAMBDA)
    return lambda_.Code.from_asset(
        str(ENTRY_POINTS / "lambdas"),
        asset_hash=content.digest(),
        asset_hash_type=cdk.AssetHashType.CUSTOM,
        bundling=cdk.BundlingOptions(image=cdk.DockerImage("never-used"), local=content),
    )


# Why a package could not be built: jsii wraps what is raised in its callbacks into its own traceback.
failures: list[MachineError] = []


@jsii.implements(cdk.ILocalBundling)
class _Content:
    def __init__(self, name: str, distributions: tuple[str, ...], platform: list[str]) -> None:
        self._handler = ENTRY_POINTS / "lambdas" / name / "handler.py"
        self._pins = [_pin(distribution) for distribution in distributions]
        self._platform = platform

    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:
        """Fill the asset's folder. The CDK calls this instead of Docker."""
        try:
            self._fill(Path(output_dir))
        except MachineError as error:
            failures.append(error)
            raise
        return True

    def _fill(self, target: Path) -> None:
        python = f"--python={sys.executable}"
        with TemporaryDirectory() as folder:
            requirements = Path(folder, "requirements.txt")
            requirements.write_text("".join(self._pins), encoding="utf-8")
            # A hard link would change the modes of the files in uv's cache.
            where = (python, f"--target={target}", "--link-mode=copy", f"--requirements={requirements}")
            uv.install(find_uv_bin(), _settings(), WHAT, *self._platform, *where)
        uv.check((_version(pin) for pin in self._pins), target, "the package")
        (target / ".lock").unlink(missing_ok=True)
        for clutter in [*target.glob("*.dist-info"), *target.glob("*-stubs"), target / "bin"]:
            shutil.rmtree(clutter, ignore_errors=True)
        for source in sources(self._handler):
            destination = target / _inside(source)
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, destination)
        for path in [target, *target.rglob("*")]:
            path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)

    def digest(self) -> str:
        """Return the SHA-256 of everything that determines the package, including this module and the files' modes."""
        interpreter = [] if self._platform == FOR_LAMBDA else [sys.implementation.cache_tag]
        modes = [f"{FOLDER_MODE:o}", f"{FILE_MODE:o}"]
        digest = hashlib.sha256(" ".join([*self._pins, *self._platform, *interpreter, *modes]).encode())
        for path in [*sources(self._handler), Path(__file__)]:
            digest.update(f"\0{_inside(path).as_posix()}\0".encode() + path.read_bytes())
        return digest.hexdigest()


@functools.cache
def sources(handler: Path) -> tuple[Path, ...]:
    """Return the files of this project that a handler imports, including itself and the templates beside them."""
    # An installed wheel lies beside other packages, which are not to be followed.
    others = [name for each in PRODUCT.iterdir() if (name := each.name.partition(".")[0]) not in OURS]
    finder = ModuleFinder(path=[str(ENTRY_POINTS), str(PRODUCT)], excludes=others)
    finder.run_script(str(handler))
    files = (getattr(module, "__file__", None) for module in finder.modules.values())
    modules = {Path(file) for file in files if file}
    packages = {folder / "__init__.py" for folder in handler.parents if ENTRY_POINTS in folder.parents}
    templates = {path for module in modules for path in (module.parent / TEMPLATES).glob("*")}
    return tuple(sorted({*modules, *packages, *templates}, key=_inside))


def _inside(path: Path) -> Path:
    """Return where a package has a file, which is the same for a clone and for an installed wheel."""
    return path.relative_to(ENTRY_POINTS if path.is_relative_to(ENTRY_POINTS) else PRODUCT)


@functools.cache
def _settings() -> uv.Settings:
    return uv.settings(os.environ, Path(sys.prefix))


def _pin(distribution: str) -> str:
    """Return a distribution's lines of functions.txt: its version, such as `jmespath==1.1.0`, and its files' hashes."""
    text = REQUIREMENTS.read_text(encoding="utf-8")
    return next(each[0] for each in PIN.finditer(text) if each[1] == distribution)


def _version(pin: str) -> str:
    return pin.split(maxsplit=1)[0]
