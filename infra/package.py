"""A function's package: its folders of `lambdas/` and the wheels that it imports, made without Docker."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ROOT / "requirements.txt"
SOURCES = {".py", ".j2", ".css"}  # code, and the board's templates
FOR_LAMBDA = ["--platform=manylinux2014_aarch64", "--implementation=cp", "--python-version=3.14", "--only-binary=:all:"]
FOR_THIS_MACHINE = ["--only-binary=:all:"]


def package(folders: tuple[str, ...], distributions: tuple[str, ...], *, local: bool) -> lambda_.Code:
    """Make a function's code asset.

    The CDK keeps assets by their hash in its output folder, so nothing is fetched twice there.

    Args:
        folders: Folders of `lambdas/` that the function needs.
        distributions: Names on PyPI of all that it imports beyond the Lambda runtime's own boto3, dependencies
            included; their versions are those of requirements.txt.
        local: Whether the package is for this machine instead of Lambda's arm64.
    """
    content = _Content(folders, distributions, FOR_THIS_MACHINE if local else FOR_LAMBDA)
    return lambda_.Code.from_asset(
        str(ROOT / "lambdas"),
        asset_hash=content.digest(),
        asset_hash_type=cdk.AssetHashType.CUSTOM,
        bundling=cdk.BundlingOptions(image=cdk.DockerImage("never-used"), local=content),
    )


@jsii.implements(cdk.ILocalBundling)
class _Content:
    def __init__(self, folders: tuple[str, ...], distributions: tuple[str, ...], platform: list[str]) -> None:
        self._folders = folders
        self._pins = [_pin(distribution) for distribution in distributions]
        self._platform = platform

    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:
        """Fill the asset's folder. Called by the CDK, which else would want Docker."""
        target = Path(output_dir)
        self._install(target)
        for clutter in [*target.glob("*.dist-info"), *target.glob("*-stubs"), target / "bin"]:
            shutil.rmtree(clutter, ignore_errors=True)
        for source in self._sources():
            destination = target / source.relative_to(ROOT)
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, destination)
        return True

    def digest(self) -> str:
        """SHA-256 of all that the package is made from, this module included."""
        interpreter = [] if self._platform == FOR_LAMBDA else [sys.implementation.cache_tag]
        digest = hashlib.sha256(" ".join([*self._pins, *self._platform, *interpreter]).encode())
        for path in [*self._sources(), Path(__file__)]:
            digest.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
        return digest.hexdigest()

    def _sources(self) -> Iterator[Path]:
        yield ROOT / "lambdas" / "__init__.py"
        for folder in self._folders:
            files = (ROOT / "lambdas" / folder).rglob("*")
            yield from sorted(path for path in files if path.suffix in SOURCES)

    def _install(self, target: Path) -> None:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        command += ["--no-deps", "--no-compile", f"--target={target}", *self._platform, *self._pins]
        result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - all of it is ours
        if result.returncode:
            raise RuntimeError(f"pip could not fetch what the functions import: {result.stderr.strip()}")


def _pin(distribution: str) -> str:
    """Give a distribution's line of requirements.txt, such as `wrapt==2.5.2`."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"{distribution}=="))
