"""Builds the functions' packages with various settings, from an index of wheels created here."""

import os
import stat
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from outposts_order_notifier.cdk import package
from outposts_order_notifier.toolchain import pip
from outposts_order_notifier.toolchain.errors import MachineError
from tests.machine.table import lines, variables
from tests.machine.wheels import wheel

DISTRIBUTIONS = ("jmespath", "slack-sdk")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An index with the pinned distributions, and no other source for pip."""
    folder = tmp_path / "index"
    folder.mkdir()
    for distribution in DISTRIBUTIONS:
        name, _, version = package._pin(distribution).partition("==")
        wheel(folder, name, version)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_FIND_LINKS", folder.as_uri())
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    package._pip_environment.cache_clear()
    yield folder
    package._pip_environment.cache_clear()


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
    package._pip_environment.cache_clear()
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
    package._pip_environment.cache_clear()
    assert is_whole(build(tmp_path / "package"))


def test_pips_own_environment_is_left_as_it_is() -> None:
    """The local cloud passes it to the CDK, which starts app.py, which creates it again."""
    first = pip.environment(sys.executable, {**os.environ, "PIP_INDEX_URL": "https://pypi.example.com/simple"})
    assert first["PIP_INDEX_URL"] == "https://pypi.example.com/simple"
    assert pip.environment(sys.executable, first) == first


class TestErrors:
    """One line reports the problem."""

    def test_a_package_that_cannot_be_fetched_is_reported(self, index: Path, tmp_path: Path) -> None:
        """The line names the package."""
        next(index.glob("jmespath-*")).unlink()
        with pytest.raises(MachineError, match=r"^pip could not install what the functions import: .*jmespath==.*$"):
            build(tmp_path / "package")

    def test_an_index_that_does_not_answer_is_reported(self, tmp_path: Path) -> None:
        """The line shows the reason, and no credential."""
        url = "http://me:s3cret@127.0.0.1:9/simple"
        variables = {
            "PATH": os.environ["PATH"],
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": url,
            "PIP_RETRIES": "1",
        }
        environment = pip.environment(sys.executable, {**variables, "PIP_NO_CACHE_DIR": "1"})
        with pytest.raises(MachineError) as error:
            pip.install(sys.executable, environment, "it", f"--target={tmp_path}", "jmespath==1.1.0")
        assert str(error.value).startswith("pip could not install it: Could not find a version that satisfies")
        assert "Failed to establish a new connection" in str(error.value)
        assert "s3cret" not in str(error.value)

    @pytest.mark.usefixtures("index")
    def test_a_package_that_pip_omitted_is_reported(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """For any reason; here, pip does nothing."""
        monkeypatch.setattr(pip, "install", lambda *_: None)
        with pytest.raises(MachineError, match=r"^jmespath==\S+ is not in .* though pip reported no error"):
            build(tmp_path / "package")

    @pytest.mark.parametrize("lost", ["jmespath/py.typed", "jmespath-*.dist-info/RECORD"])
    def test_a_lost_file_is_reported(self, tmp_path: Path, lost: str) -> None:
        """Each that the distribution lists, and a distribution that lists none."""
        with zipfile.ZipFile(wheel(tmp_path, "jmespath", "1.1.0")) as archive:
            archive.extractall(tmp_path)
        pip.check(["jmespath==1.1.0"], tmp_path, "it")
        next(tmp_path.glob(lost)).unlink()
        with pytest.raises(MachineError, match=r"^jmespath==\S+ has no (jmespath/py\.typed|files) in "):
            pip.check(["jmespath==1.1.0"], tmp_path, "it")

    def test_a_broken_file_of_settings_is_reported(self, tmp_path: Path) -> None:
        """The line names it."""
        file = tmp_path / "pip.conf"
        file.write_text("index-url = nowhere\n", "utf-8")
        with pytest.raises(MachineError, match=rf"^pip cannot read its configuration: .*{file}.*$"):
            pip.environment(sys.executable, {"PIP_CONFIG_FILE": str(file)})

    def test_a_credential_is_never_part_of_it(self) -> None:
        """A URL is shown without its user and password, and the error is one line."""
        text = "cannot reach\n https://me:s3cret@pypi.example.com/simple or http://t0ken@npm.example.com"
        assert str(MachineError(text)) == "cannot reach https://…@pypi.example.com/simple or http://…@npm.example.com"

    def test_an_interpreter_without_pip_is_reported(self, tmp_path: Path) -> None:
        """Some operating systems package pip separately."""
        bare = tmp_path / "python"
        bare.write_text('#!/bin/sh\necho "$0: No module named pip" >&2\nexit 1\n', "utf-8")
        bare.chmod(0o755)
        with pytest.raises(MachineError, match=r"^pip cannot read its configuration: .*No module named pip$"):
            pip.environment(str(bare), {})
