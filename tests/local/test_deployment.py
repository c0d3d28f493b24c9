"""What a deployment to the local cloud keeps for the next one, and an emulator that cannot be prepared."""

import os
import time
from pathlib import Path
from unittest.mock import MagicMock

import boto3
import pytest
from botocore.exceptions import WaiterError

from local import deployment
from local.deployment import ARCHIVES, UNUSED_SECONDS, copy_packages
from local.errors import LocalCloudError


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder with a package, its archive, and another file."""
    folder = tmp_path / "packages"
    for file in ("asset.1/lambdas/handler.py", f"{ARCHIVES}/1.zip", "manifest.json"):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(file)
    return folder


def files(folder: Path) -> set[str]:
    """Return the files in a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("links", [True, False])
def test_packages_and_archives_are_copied(
    packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    """Nothing else; also to another file system, to which there are no links."""
    if not links:
        monkeypatch.setattr(os, "link", MagicMock(side_effect=OSError))
    for _ in range(2):
        copy_packages(packages, tmp_path / "copy" / "cdk.out")
    copied = tmp_path / "copy"
    assert files(copied) == {"cdk.out/asset.1/lambdas/handler.py", f"cdk.out/{ARCHIVES}/1.zip"}
    archive = copied / "cdk.out" / ARCHIVES / "1.zip"
    assert archive.read_text() == f"{ARCHIVES}/1.zip"
    assert archive.samefile(packages / ARCHIVES / "1.zip") == links


def test_what_no_local_cloud_has_used_for_a_day_is_removed(packages: Path) -> None:
    """Packages and archives; what is used, or was used recently, stays."""
    long_ago = time.time() - UNUSED_SECONDS - 1
    (packages / "asset.2").mkdir()
    (packages / ARCHIVES / "2.zip").touch()
    for name in ("asset.1", "asset.2", f"{ARCHIVES}/1.zip", f"{ARCHIVES}/2.zip"):
        os.utime(packages / name, (long_ago, long_ago))
    for folder, used in ((packages, "asset.1"), (packages / ARCHIVES, "1.zip")):
        deployment._remove_unused(folder, {used})
    assert {path.name for path in packages.rglob("*[12]*")} == {"asset.1", "1.zip"}
    assert (packages / "manifest.json").exists()


def test_an_emulator_that_cannot_be_bootstrapped_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line."""
    client = MagicMock()
    client.get_waiter().wait.side_effect = WaiterError("stack_create_complete", "it failed", {})
    monkeypatch.setattr(boto3, "client", lambda _: client)
    with pytest.raises(LocalCloudError, match=r"^the CDK's bootstrap stack could not be created: .*it failed"):
        deployment._bootstrap()
