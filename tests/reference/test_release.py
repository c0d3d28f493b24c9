"""The footprint of a release, as created by `make release`."""

import json
from pathlib import Path
from typing import Any

import pytest

from outposts_order_notifier.store.items import FORMAT
from reference.release import LARGE, ReleasedError, footprint, write


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    """The current footprint."""
    return footprint()


class TestFootprint:
    """The files of a footprint."""

    def test_it_is_always_the_same(self, files: dict[str, str]) -> None:
        """The same code writes the same files, so a change of the files shows a change of the code."""
        assert footprint() == files

    def test_its_template_only_needs_cloudformation(self, files: dict[str, str]) -> None:
        """No asset, and nothing of the CDK's bootstrap, which may change."""
        template = json.loads(files["template.json"])
        assert "Parameters" not in template
        functions = [each for each in template["Resources"].values() if each["Type"] == "AWS::Lambda::Function"]
        assert functions
        assert all(function["Properties"]["Code"].keys() == {"ZipFile"} for function in functions)

    def test_its_data_contains_every_kind_of_item(self, files: dict[str, str]) -> None:
        """Settled and in flight, pending, in parts, missing, linked, of every format, and a source's."""
        items: dict[str, dict[str, Any]] = {
            item["id"]["S"]: item for item in json.loads(files["data.json"])["snapshots"]
        }
        orders = [item for item in items.values() if "format" in item]
        assert {int(item["format"]["N"]) for item in orders} == set(range(1, FORMAT + 1))
        assert {item["settled"]["BOOL"] for item in orders} == {True, False}
        assert any(item["pending"]["N"] != "0" for item in orders)
        assert any(item["missing"]["BOOL"] for item in orders if "missing" in item)
        assert any("annotations" in item for item in orders)
        assert any("replaces" in item for item in orders)
        assert int(items[LARGE]["parts"]["N"]) > 1
        assert "source#000000000000/eu-west-1" in items


def test_a_released_footprint_is_not_overwritten(tmp_path: Path) -> None:
    """It never changes: the error asks to raise the version."""
    (tmp_path / "1.2.3").mkdir()
    with pytest.raises(ReleasedError, match=r"1\.2\.3 already exists: raise it in .*__about__\.py first"):
        write("1.2.3", tmp_path)
