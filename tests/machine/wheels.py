"""Creates minimal wheels for a package index that needs no network."""

import hashlib
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path


def wheel(folder: Path, name: str, version: str, files: Mapping[str, str] | None = None) -> Path:
    """Create a pure Python wheel.

    Args:
        folder: The folder for the file.
        name: The distribution's name.
        version: Its version.
        files: Its files' texts by their paths; one module by default. Those in a `bin` or `scripts` are programs.
    """
    module = name.replace("-", "_")
    stem = f"{module}-{version}"
    about = {
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    texts = {**(files or {f"{module}/__init__.py": "", f"{module}/py.typed": ""}), **about}
    record = f"{stem}.dist-info/RECORD"
    texts[record] = "".join(f"{path},{_digest(text)},{len(text.encode())}\n" for path, text in texts.items())
    texts[record] += f"{record},,\n"
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inner, text in texts.items():
            entry = zipfile.ZipInfo(inner)
            entry.external_attr = (0o100755 if {"bin", "scripts"} & {*Path(inner).parts} else 0o100644) << 16
            archive.writestr(entry, text)
    return path


def pin(path: Path) -> str:
    """Return the lines of requirements that pin a wheel, with its hash."""
    name, version, *_ = path.name.split("-")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{name.replace('_', '-')}=={version} \\\n    --hash=sha256:{digest}\n"


def _digest(text: str) -> str:
    return "sha256=" + urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
