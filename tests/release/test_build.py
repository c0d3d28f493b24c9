"""The files of the bundle."""

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from release.bundle import build
from release.bundle.readme import readme
from tests.docs.pages import ROOT


@pytest.fixture
def _built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a package and a template, which tests/end_to_end builds in earnest."""

    def built(*_: Any) -> tuple[dict[str, Any], dict[str, Path]]:
        package = tmp_path / "poll"
        package.mkdir(exist_ok=True)
        (package / "handler.py").write_text("handler = print\n", "utf-8")
        return {"Resources": {}}, {"poll": package}

    monkeypatch.setattr(build, "build", built)


@pytest.mark.usefixtures("_built")
def test_the_bundle_is_one_archive_with_everything_in_a_folder(tmp_path: Path) -> None:
    """It is the same, byte for byte, if it is built again."""
    archives = [build.write_archive(tmp_path / name, "1.2.3") for name in ("one", "other")]
    folder = "outposts-order-notifier-1.2.3-cloudformation"
    assert [each.name for each in archives] == [f"{folder}.zip"] * 2
    assert archives[0].read_bytes() == archives[1].read_bytes()
    with zipfile.ZipFile(archives[0]) as written:
        names = ["LICENSE", "README.md", "functions/poll.zip", "member-role.yaml", "template.json"]
        assert written.namelist() == [f"{folder}/{name}" for name in names]
        assert written.read(f"{folder}/README.md").decode() == readme()


def test_the_readme_stands_alone() -> None:
    """It has the table of parameters, and none of the page's marks or links to other pages."""
    text = readme()
    assert "| `PollEveryMinutes` |" in text
    assert "<!--" not in text
    assert [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("https://")] == []


def test_the_workflow_builds_what_make_release_builds() -> None:
    """The same steps in the same order; only the tag is there already."""
    makefile, workflow = ((ROOT / name).read_text("utf-8") for name in ("Makefile", ".github/workflows/release.yml"))
    (recipe,) = re.findall(r"(?m)^release: .*\n((?:\t.*\n)+)", makefile)
    steps = re.compile(r"python -m release (\w+)|\b(dist)$", re.MULTILINE)
    assert [each[0] or each[1] for each in steps.findall(recipe)] == ["check", "dist", "bundle", "tag"]
    assert [each[0] or each[1] for each in steps.findall(workflow)] == ["check", "dist", "bundle"]
