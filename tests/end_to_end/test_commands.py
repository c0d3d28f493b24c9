"""The local cloud's command line."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.conftest import ROOT, free_port, start


class TestUp:
    """`python -m local up`."""

    @pytest.mark.parametrize(
        ("configuration", "error"),
        [
            ({"pollEveryMinute": 5}, "notifier.pollEveryMinute: unknown key; allowed: sources, organization, "),
            (None, "the file does not exist"),
        ],
    )
    def test_an_invalid_configuration_is_reported_in_one_line(
        self, tmp_path: Path, configuration: dict[str, int] | None, error: str
    ) -> None:
        """Nothing is started, and the line says what is wrong and what is allowed."""
        path = tmp_path / "notifier.json"
        if configuration is not None:
            path.write_text(json.dumps(configuration))
        process = start(tmp_path, "--config", str(path))
        assert process.wait(timeout=300) == 1
        (line,) = (tmp_path / "printed").read_text().splitlines()
        assert line.startswith("error: ")
        assert error in line

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            (["--port", "99999"], "error: 99999 is not a port; choose one from 1 to 65535"),
            (
                ["--config", str(ROOT / "tests" / "end_to_end" / "list.json")],
                "must contain the `notifier`",
            ),
            (
                ["--outputs", "nowhere/outputs.json"],
                "--outputs nowhere/outputs.json: the folder nowhere does not exist",
            ),
        ],
    )
    def test_an_invalid_option_is_reported_before_anything_starts(
        self, tmp_path: Path, arguments: list[str], error: str
    ) -> None:
        """One line names the option and what it should be."""
        process = start(tmp_path, *arguments)
        assert process.wait(timeout=300) == 1
        (line,) = (tmp_path / "printed").read_text().splitlines()
        assert error in line

    def test_a_port_in_use_is_reported(self, tmp_path: Path) -> None:
        """The other program is not affected."""
        with socket.create_server(("127.0.0.1", free_port())) as taken:
            port = taken.getsockname()[1]
            process = start(tmp_path, "--port", str(port))
            assert process.wait(timeout=300) == 1
        assert f"error: port {port} is in use; choose another" in (tmp_path / "printed").read_text()


class TestDemo:
    """`python -m local demo`, which is what `make demo` runs."""

    @pytest.mark.parametrize("day", ["0", "-1", "nan", "inf"])
    def test_a_day_without_length_is_reported_before_anything_starts(self, day: str) -> None:
        """One line names the option and what it should be."""
        command = [sys.executable, "-m", "local", "demo", "--seconds-per-day", day]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603 - our own command line
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr == f"error: --seconds-per-day {float(day)}: must be a number above 0\n"
