"""Finding a Chromium."""

from pathlib import Path

import pytest

from local import browser
from local.browser import Chromium, find_chromium
from local.errors import LocalCloudError


def test_the_variable_chromium_takes_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sets it wants that Chromium."""
    monkeypatch.setenv("CHROMIUM", "/opt/mine")
    assert find_chromium() == Chromium("/opt/mine")


def test_without_the_package_the_machines_chromium_is_used_or_the_error_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Including platforms that the package does not support."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "PACKAGE", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LocalCloudError, match=r"make develop.*install one of chromium, .*CHROMIUM"):
        find_chromium()
    own = tmp_path / "google-chrome"
    own.touch(mode=0o755)
    assert find_chromium() == Chromium(str(own))
