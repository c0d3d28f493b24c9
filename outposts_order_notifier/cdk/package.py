"""A function's package: the modules and wheels that its handler imports, built without Docker."""

import functools
import hashlib
import os
import shutil
import sys
from collections.abc import Mapping
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_

from outposts_order_notifier.toolchain import pip
from outposts_order_notifier.toolchain.errors import MachineError

ROOT = Path(__file__).parent.parent.parent
REQUIREMENTS = ROOT / "requirements.txt"
TEMPLATES = "templates"  # a folder beside the module that reads it
FOR_LAMBDA = ["--platform=manylinux2014_aarch64", "--implementation=cp", "--python-version=3.14", "--only-binary=:all:"]
FOR_THIS_MACHINE = ["--only-binary=:all:"]
# Lambda runs as another user than the one who deploys, whose umask may deny access to others.
FOLDER_MODE, FILE_MODE = 0o755, 0o644
WHAT = "what the functions import"


def package(name: str, distributions: tuple[str, ...], *, local: bool) -> lambda_.Code:
    """Return a function's code asset.

    The CDK stores assets by their hash in its output folder, so nothing is downloaded twice there.

    Args:
        name: The function's folder in `lambdas/`.
        distributions: The packages that it imports beyond the Lambda runtime's boto3, including dependencies, by their
            names on PyPI; the versions are those of requirements.txt.
        local: Whether the package is for this machine instead of Lambda's arm64.
    """
    content = _Content(name, distributions, FOR_THIS_MACHINE if local else FOR_LAMBDA)
    return lambda_.Code.from_asset(
        str(ROOT / "lambdas"),
        asset_hash=content.digest(),
        asset_hash_type=cdk.AssetHashType.CUSTOM,
        bundling=cdk.BundlingOptions(image=cdk.DockerImage("never-used"), local=content),
    )


# Why a package could not be built: jsii wraps what is raised in its callbacks into its own traceback.
failures: list[MachineError] = []


@jsii.implements(cdk.ILocalBundling)
class _Content:
    def __init__(self, name: str, distributions: tuple[str, ...], platform: list[str]) -> None:
        self._handler = ROOT / "lambdas" / name / "handler.py"
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
        pip.install(
            sys.executable,
            _pip_environment(),
            WHAT,
            *("--no-deps", "--no-compile", f"--target={target}", *self._platform, *self._pins),
        )
        pip.check(self._pins, target, "the package")
        for clutter in [*target.glob("*.dist-info"), *target.glob("*-stubs"), target / "bin"]:
            shutil.rmtree(clutter, ignore_errors=True)
        for source in sources(self._handler):
            destination = target / source.relative_to(ROOT)
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
            digest.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
        return digest.hexdigest()


@functools.cache
def sources(handler: Path) -> tuple[Path, ...]:
    """Return the files of this project that a handler imports, including itself and the templates beside them."""
    finder = ModuleFinder(path=[str(ROOT)])  # finds nothing outside, so it does not follow libraries
    finder.run_script(str(handler))
    files = (getattr(module, "__file__", None) for module in finder.modules.values())
    modules = {Path(file) for file in files if file}
    packages = {folder / "__init__.py" for folder in handler.parents if ROOT in folder.parents}
    templates = {path for module in modules for path in (module.parent / TEMPLATES).glob("*")}
    return tuple(sorted({*modules, *packages, *templates}))


@functools.cache
def _pip_environment() -> Mapping[str, str]:
    return pip.environment(sys.executable, os.environ)


def _pin(distribution: str) -> str:
    """Return a distribution's line of requirements.txt, such as `jmespath==1.1.0`."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"{distribution}=="))
