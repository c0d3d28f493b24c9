"""The footprint of a release, as `make release` keeps it."""

import json
from pathlib import Path
from typing import Any

import pytest

from outposts_order_notifier.store.items import FORMAT
from reference.release import LARGE, ReleasedError, footprint, write


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    """Today's footprint."""
    return footprint()


class TestFootprint:
    """What is kept."""

    def test_it_is_always_the_same(self, files: dict[str, str]) -> None:
        """The same code writes the same files, so that a change of them is a change of the code."""
        assert footprint() == files

    def test_its_template_needs_nothing_but_cloudformation(self, files: dict[str, str]) -> None:
        """No asset, and nothing of the CDK's bootstrap, which may be another one by then."""
        template = json.loads(files["template.json"])
        assert "Parameters" not in template
        functions = [each for each in template["Resources"].values() if each["Type"] == "AWS::Lambda::Function"]
        assert functions
        assert all(function["Properties"]["Code"].keys() == {"ZipFile"} for function in functions)

    def test_its_data_holds_every_kind_of_item(self, files: dict[str, str]) -> None:
        """Settled and in flight, pending, in parts, missing, linked, of every format, and a source's."""
        items: dict[str, dict[str, Any]] = {
            item["id"]["S"]: item for item in json.loads(files["data.json"])["snapshots"]
        }
        orders = [item for item in items.values() if "format" in item]
        assert {int(item["format"]["N"]) for item in orders} == set(range(1, FORMAT + 1))
        assert {item["settled"]["BOOL"] for item in orders} == {True, False}
        assert any(item["pending"]["N"] != "0" for item in orders)
        assert any(item["missing"]["BOOL"] for item in orders if "missing" in item)
        assert any("replaces" in item for item in orders)
        assert int(items[LARGE]["parts"]["N"]) > 1
        assert "source#000000000000/eu-west-1" in items


def test_what_is_released_is_not_written_over(tmp_path: Path) -> None:
    """A footprint is what was, so it never changes: the error says to raise the version."""
    (tmp_path / "1.2.3").mkdir()
    with pytest.raises(ReleasedError, match=r"1\.2\.3 already exists: raise `version` in pyproject\.toml first"):
        write("1.2.3", tmp_path)
