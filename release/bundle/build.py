"""Build the bundle: a folder, and an archive of it."""

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from outposts_order_notifier.cdk.local_cloud import LocalCloud
from release.bundle.archives import archive
from release.bundle.readme import readme
from release.bundle.template import ARCHIVES, ROOT, build

# Beside the template, the archives and the README: the role for another account, and the licence.
COPIED = (ROOT / "templates" / "member-role.yaml", ROOT / "LICENSE")


def name_of(version: str) -> str:
    """Return the bundle's name, without an ending."""
    return f"outposts-order-notifier-{version}-cloudformation"


def write(folder: Path, packages: Path, local_cloud: LocalCloud | None = None) -> None:
    """Write the bundle's files to a new folder.

    Args:
        folder: The folder.
        packages: Where the CDK builds the functions' packages, unless they are there already.
        local_cloud: The local cloud's settings; None for AWS.
    """
    content, functions = build(local_cloud, packages)
    folder.mkdir(parents=True)
    (folder / "template.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    for name, package in functions.items():
        archive(package, folder / ARCHIVES / f"{name}.zip")
    (folder / "README.md").write_text(readme(), "utf-8")
    for path in COPIED:
        shutil.copyfile(path, folder / path.name)


def write_archive(target: Path, version: str) -> Path:
    """Write the bundle's archive to a folder, and return the archive."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / name_of(version)
        write(folder, Path(temporary) / "cdk.out")
        return archive(folder, target / f"{folder.name}.zip", f"{folder.name}/")
