"""Builds the functions' packages with various settings, from an index of wheels created here."""

import os
import re
import stat
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from uv import find_uv_bin

from outposts_order_notifier.cdk import package
from outposts_order_notifier.toolchain import uv
from outposts_order_notifier.toolchain.errors import MachineError
from tests.machine.table import ROOT, lines, variables
from tests.machine.wheels import pin, wheel

DISTRIBUTIONS = ("jmespath", "slack-sdk")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An index with the pinned distributions, and no other source of packages."""
    folder = tmp_path / "index"
    folder.mkdir()
    requirements = tmp_path / "functions.txt"
    requirements.write_text("".join(pin(wheel(folder, name, "1.1.0")) for name in DISTRIBUTIONS), "utf-8")
    monkeypatch.setattr(package, "REQUIREMENTS", requirements)
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_FIND_LINKS", folder.as_uri())
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    package._settings.cache_clear()
    yield folder
    package._settings.cache_clear()


def build(target: Path) -> dict[str, str]:
    """Build a package, and return the modes of its files and folders, by path."""
    target.mkdir()
    content = package._Content("planner", DISTRIBUTIONS, package.FOR_LAMBDA)
    assert content.try_bundle(str(target))
    return {str(path.relative_to(target)): f"{stat.S_IMODE(path.stat().st_mode):o}" for path in target.rglob("*")}


def is_whole(modes: dict[str, str]) -> bool:
    """Return whether the package is complete."""
    return {"jmespath/__init__.py", "slack_sdk/py.typed", "outposts_order_notifier/planner/handler.py"} <= set(modes)


@pytest.mark.parametrize("mask", [0o000, 0o077])
@pytest.mark.usefixtures("index")
def test_every_user_can_read_the_whole_package(tmp_path: Path, mask: int) -> None:
    """Folders are 755 and files 644, the package's folder included, with any umask."""
    before = os.umask(mask)
    try:
        modes = build(tmp_path / "package")
    finally:
        os.umask(before)
    assert is_whole(modes)
    assert stat.S_IMODE((tmp_path / "package").stat().st_mode) == 0o755
    assert {mode for path, mode in modes.items() if (tmp_path / "package" / path).is_dir()} == {"755"}
    assert {mode for path, mode in modes.items() if (tmp_path / "package" / path).is_file()} == {"644"}


@pytest.mark.parametrize("constant", ["FOLDER_MODE", "FILE_MODE"])
def test_a_package_with_other_modes_has_another_name(constant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So a package that was built with wrong modes is not used again."""
    content = package._Content("planner", DISTRIBUTIONS, package.FOR_LAMBDA)
    before = content.digest()
    monkeypatch.setattr(package, constant, 0o700)
    assert content.digest() != before


@pytest.mark.usefixtures("index")
def test_no_variable_changes_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every variable set that docs/your-machine.md calls ignored."""
    plain = build(tmp_path / "plain")
    for variable in variables():
        if variable.verdict == "Ignored":
            monkeypatch.setenv(variable.name, variable.value)
    package._settings.cache_clear()
    assert build(tmp_path / "package") == plain
    assert is_whole(plain)


@pytest.mark.parametrize("section", ["global", "install"])
def test_no_line_of_pips_files_changes_a_package(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, section: str
) -> None:
    """With every line that docs/your-machine.md calls ignored; the index in the same file counts."""
    ignored = [line.text for line in lines() if line.tool == "pip" and line.verdict == "Ignored"]
    file = tmp_path / "pip.conf"
    file.write_text(
        "\n".join([f"[{section}]", *ignored, f"find-links =\n  {index.as_uri()}", "no-index = yes\n"]), "utf-8"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.delenv("PIP_NO_INDEX")
    package._settings.cache_clear()
    assert is_whole(build(tmp_path / "package"))


@pytest.mark.usefixtures("index")
def test_an_environment_without_pip_builds_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As uv creates it; pip's settings count there too."""
    monkeypatch.setitem(sys.modules, "pip", None)
    monkeypatch.setenv("PATH", "/nowhere")
    assert is_whole(build(tmp_path / "package"))


def test_what_is_installed_is_pinned_once() -> None:
    """The pins and hashes of the functions and of the demonstration are those of requirements.txt."""
    complete = blocks(ROOT / "requirements.txt")
    for file in (package.REQUIREMENTS, ROOT / "requirements-demo.txt"):
        assert blocks(file) <= complete
        assert all("--hash=sha256:" in block for block in blocks(file))


def blocks(file: Path) -> set[str]:
    """Return each requirement of a file, with its hashes, but not the machines that need it."""
    found = re.findall(r"(?m)^(\S+).*\n((?: .*\n)*)", file.read_text("utf-8"))
    return {version + hashes for version, hashes in found}


class TestErrors:
    """One line reports the problem."""

    def test_a_package_that_cannot_be_fetched_is_reported(self, index: Path, tmp_path: Path) -> None:
        """The line names the package."""
        next(index.glob("jmespath-*")).unlink()
        with pytest.raises(MachineError, match=r"^uv could not install what the functions import: .*jmespath==.*$"):
            build(tmp_path / "package")

    def test_a_package_with_another_hash_is_refused(self, index: Path, tmp_path: Path) -> None:
        """Whoever serves it: the line names the package and both hashes."""
        wheel(index, "jmespath", "1.1.0", {"jmespath/__init__.py": "print('stolen')"})
        with pytest.raises(MachineError, match=r"^uv could not install .*[Hh]ash mismatch for .*jmespath==1\.1\.0"):
            build(tmp_path / "package")

    def test_an_index_that_does_not_answer_is_reported(self, tmp_path: Path) -> None:
        """The line shows the reason, and no credential."""
        url = "http://me:s3cret@127.0.0.1:9/simple"
        variables = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": url, "PIP_RETRIES": "1", "PIP_NO_CACHE_DIR": "1"}
        requirements = tmp_path / "requirements.txt"
        requirements.write_text(pin(wheel(tmp_path, "jmespath", "1.1.0")), "utf-8")
        settings = uv.settings({"PATH": os.environ["PATH"], **variables}, tmp_path)
        with pytest.raises(MachineError) as error:
            uv.install(find_uv_bin(), settings, "it", f"--target={tmp_path}", f"--requirements={requirements}")
        assert str(error.value).startswith("uv could not install it: ")
        assert "127.0.0.1:9/simple/jmespath/" in str(error.value)
        assert "Connection refused" in str(error.value)
        assert "s3cret" not in str(error.value)

    @pytest.mark.usefixtures("index")
    def test_a_package_that_uv_omitted_is_reported(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """For any reason; here, uv does nothing."""
        monkeypatch.setattr(uv, "install", lambda *_: None)
        with pytest.raises(MachineError, match=r"^jmespath==\S+ is not in .* though uv reported no error"):
            build(tmp_path / "package")

    @pytest.mark.parametrize("lost", ["jmespath/py.typed", "jmespath-*.dist-info/RECORD"])
    def test_a_lost_file_is_reported(self, tmp_path: Path, lost: str) -> None:
        """Each that the distribution lists, and a distribution that lists none."""
        with zipfile.ZipFile(wheel(tmp_path, "jmespath", "1.1.0")) as archive:
            archive.extractall(tmp_path)
        uv.check(["jmespath==1.1.0"], tmp_path, "it")
        next(tmp_path.glob(lost)).unlink()
        with pytest.raises(MachineError, match=r"^jmespath==\S+ has no (jmespath/py\.typed|files) in "):
            uv.check(["jmespath==1.1.0"], tmp_path, "it")

    def test_a_broken_file_of_settings_is_reported(self, tmp_path: Path) -> None:
        """The line names it."""
        file = tmp_path / "pip.conf"
        file.write_text("index-url = nowhere\n", "utf-8")
        with pytest.raises(MachineError, match=rf"^pip's configuration cannot be read: .*{file}.*$"):
            uv.settings({"PIP_CONFIG_FILE": str(file)}, tmp_path)

    def test_a_credential_is_never_part_of_it(self) -> None:
        """A URL is shown without its user and password, and the error is one line."""
        text = "cannot reach\n https://me:s3cret@pypi.example.com/simple or http://t0ken@npm.example.com"
        assert str(MachineError(text)) == "cannot reach https://…@pypi.example.com/simple or http://…@npm.example.com"
