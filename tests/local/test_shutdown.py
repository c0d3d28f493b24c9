"""How the local cloud ends, and what `local up` says of a file that it cannot use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from local import __main__ as command
from local import cloud
from local.errors import LocalCloudError


def test_ctrl_c_is_answered_before_anything_is_shut_down() -> None:
    """The emulator takes many seconds to end."""
    seen: list[str] = []

    @contextmanager
    def emulator(*_: object) -> Iterator[None]:
        try:
            yield
        finally:
            seen.append("the emulator has ended")

    with (
        patch.dict(os.environ),
        patch.object(cloud, "emulator", emulator),
        patch.object(cloud, "Mailbox", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
        cloud.local_cloud(seen.append, 4566),
    ):
        pass
    assert seen[-2:] == ["Shutting everything down", "the emulator has ended"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (None, "the file does not exist"),
        ("{", "the file is not JSON (Expecting property name"),
        ("[]", "must contain the `notifier` configuration, a JSON object"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_named(tmp_path: Path, content: str | None, error: str) -> None:
    """In one line, without the number of an error."""
    path = tmp_path / "my.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(LocalCloudError) as caught:
        command._notifier(path)
    assert str(caught.value).startswith(f"--config {path}: {error}")


def test_a_configuration_that_is_a_folder_is_named(tmp_path: Path) -> None:
    """With the system's words."""
    with pytest.raises(LocalCloudError, match=r"the file cannot be read \(Is a directory\)$"):
        command._notifier(tmp_path)
