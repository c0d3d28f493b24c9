"""The npm packages of an example, without a download."""

import json
import tarfile
from importlib import metadata
from pathlib import Path

from testing.example_files import EXAMPLES

# The Python packages of the CDK contain the npm packages from which they are made.
CDK = (
    "aws-cdk-lib",
    "aws-cdk.asset-awscli-v1",
    "aws-cdk.asset-node-proxy-agent-v6",
    "aws-cdk.cloud-assembly-schema",
    "constructs",
)
PINNED = EXAMPLES.parent / "node_modules"


def install(folder: Path) -> None:
    """Do in a copy of an example what `npm install` would do, with the packages that are here.

    Raises:
        AssertionError: The example asks for another version than the one that is here.
    """
    modules = folder / "node_modules"
    here = dict(_unpack(name, modules) for name in CDK)
    manifest = json.loads((folder / "package.json").read_text("utf-8"))
    for name, version in (manifest["dependencies"] | manifest["devDependencies"]).items():
        if name not in here:
            link = modules / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(PINNED / name, target_is_directory=True)
            here[name] = json.loads((link / "package.json").read_text("utf-8"))["version"]
        assert version.removeprefix("^") == here[name], name


def _unpack(distribution: str, modules: Path) -> tuple[str, str]:
    """Unpack an npm package from a Python package, and return its name and version."""
    (archive,) = [each for each in metadata.files(distribution) or () if each.name.endswith(".jsii.tgz")]
    draft = modules / "package"
    with tarfile.open(str(archive.locate())) as packed:
        packed.extractall(modules, filter="data")
    manifest = json.loads((draft / "package.json").read_text("utf-8"))
    target = modules / manifest["name"]
    target.parent.mkdir(exist_ok=True)
    draft.rename(target)
    return manifest["name"], manifest["version"]
