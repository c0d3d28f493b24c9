"""The bundle's archives."""

import os
import zipfile
from pathlib import Path

from release.bundle.archives import archive


def files(folder: Path, names: list[str]) -> Path:
    """Create files in a folder, in this order."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, "utf-8")
    return folder


def test_the_same_files_are_the_same_archive(tmp_path: Path) -> None:
    """Whatever their times, their modes and the order in which the folder lists them."""
    names = ["b/c.py", "a.py", "b/a.py"]
    one, other = files(tmp_path / "one", names), files(tmp_path / "other", names[::-1])
    os.utime(other / "a.py", (0, 0))
    (other / "a.py").chmod(0o600)
    archives = [archive(folder, tmp_path / f"{folder.name}.zip", "x/") for folder in (one, other)]
    assert archives[0].read_bytes() == archives[1].read_bytes()


def test_an_archive_has_each_file_readable_for_everybody(tmp_path: Path) -> None:
    """Lambda runs the function as another user."""
    path = archive(files(tmp_path / "one", ["b/c.py", "a.py"]), tmp_path / "new" / "one.zip", "x/")
    with zipfile.ZipFile(path) as written:
        assert written.namelist() == ["x/a.py", "x/b/c.py"]
        assert written.read("x/b/c.py") == b"b/c.py"
        assert {each.external_attr >> 16 & 0o777 for each in written.infolist()} == {0o644}
