"""The emulator's port, on a machine on which others want the same one."""

from pathlib import Path

import pytest
from werkzeug import Response

from local import emulator
from local.errors import LocalCloudError
from local.server import Server
from tests.end_to_end.conftest import free_port


def test_local_clouds_that_start_at_the_same_time_choose_different_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first does not listen yet when the second chooses."""
    usual = free_port()
    monkeypatch.setattr(emulator, "USUAL_PORT", usual)
    monkeypatch.setattr(emulator, "RESERVATION_PORT", free_port())
    monkeypatch.setattr(emulator, "_reservation", [])
    first, second = emulator.choose_port(None), emulator.choose_port(None)
    assert first == usual
    assert second != usual


def test_an_emulator_of_somebody_else_is_not_taken_for_ours(tmp_path: Path) -> None:
    """It answers that it is ready, but the stack would be deployed to another local cloud."""
    with Server(Response("{}")) as other:
        port = int(other.url.rpartition(":")[2])
        refused = pytest.raises(LocalCloudError, match=f"did not start on port {port}:\n.*already in use")
        with refused, emulator.emulator(port, tmp_path):
            pytest.fail("it took the other one for its own")
