"""ZIP archives that are the same, byte for byte, for the same files."""

import zipfile
from pathlib import Path

# The earliest time that a ZIP archive can contain.
TIME = (1980, 1, 1, 0, 0, 0)
FILE_MODE = 0o100644  # a regular file that everybody may read: Lambda runs as another user


def archive(folder: Path, target: Path, prefix: str = "") -> Path:
    """Write the files of a folder to an archive, and return the archive.

    Args:
        folder: The folder.
        target: The archive; its folder is created.
        prefix: What each file's path in the archive begins with, such as `bundle/`.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as written:
        for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).parts):
            if path.is_file():
                entry = zipfile.ZipInfo(prefix + path.relative_to(folder).as_posix(), TIME)
                entry.external_attr = FILE_MODE << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                written.writestr(entry, path.read_bytes(), compresslevel=9)
    return target
