"""The tools' environment, and unusual machines."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.emulator import choose_port
from local.errors import LocalCloudError
from outposts_order_notifier.toolchain.environment import FAMILIES, clean, with_path
from tests.machine.table import ROOT

# What GNU make has had since 3.81, which macOS comes with, is not among these.
NEWER_MAKE = re.compile(
    r"\.ONESHELL|!=|::=|&:|\$\((file|guile|let|intcmp|value) |^(undefine|private|load)\b", re.MULTILINE
)
NEWER_TOOLS = re.compile(
    r"\b(grep -P|sed -i|sed -r|readlink -f|realpath|date -d|xargs -r|mapfile|readarray|declare -A)\b"
)


@pytest.mark.parametrize("family", [*FAMILIES, "npm_config_"])
@given(name=st.from_regex(r"[A-Z_]{1,20}", fullmatch=True), value=st.text())
def test_a_variable_of_our_tools_passes_only_if_it_is_listed(family: str, name: str, value: str) -> None:
    """Including variables that a later version of the tool adds."""
    listed = {each for names in FAMILIES.values() for each in names}
    variable = f"{family}{name}"
    expected = variable in clean({variable: value})
    assert expected == (variable.upper() in listed)


@given(variables=st.dictionaries(st.text(min_size=1), st.text()))
def test_a_clean_environment_stays_the_same(variables: dict[str, str]) -> None:
    """So a process and its children see the same."""
    assert clean(clean(variables)) == clean(variables)


def test_nodes_options_on_certificates_and_the_network_pass() -> None:
    """No other option passes."""
    options = "--use-openssl-ca --require /nowhere.js --max-old-space-size=9000 --inspect --use-system-ca"
    assert clean({"NODE_OPTIONS": options}) == {
        "NODE_OPTIONS": "--use-openssl-ca --max-old-space-size=9000 --use-system-ca"
    }


def test_a_useless_temporary_folder_is_replaced(tmp_path: Path) -> None:
    """By Python's default; a usable one is kept."""
    show = "from os import environ; from outposts_order_notifier.toolchain.environment import clean; "
    show += "print(clean(environ)['TMPDIR'])"
    folders = {}
    for wanted in ("/nowhere", "/proc", str(tmp_path)):
        command = [sys.executable, "-c", show]
        ran = subprocess.run(command, cwd=ROOT, env={"TMPDIR": wanted}, capture_output=True, text=True, check=True)  # noqa: S603 - our own
        folders[wanted] = ran.stdout.strip()
    usual = next(folder for folder in ("/tmp", "/var/tmp", "/usr/tmp") if os.access(folder, os.W_OK))  # noqa: S108 - Python's own
    assert folders == {"/nowhere": usual, "/proc": usual, str(tmp_path): str(tmp_path)}


def test_programs_are_looked_for_in_a_folder_first() -> None:
    """Whether or not there is a PATH."""
    assert with_path({"PATH": "/bin"}, Path("/first"))["PATH"] == f"/first{os.pathsep}/bin"
    assert with_path({}, Path("/first"))["PATH"] == "/first"


class TestRun:
    """`python -m machine.run`, with which the Makefile runs all of its tools."""

    @staticmethod
    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command as the Makefile does."""
        return subprocess.run(  # noqa: S603 - our own
            [sys.executable, "-E", "-s", "-m", "machine.run", *arguments],
            cwd=ROOT,
            env={"PATH": "/bin", **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def test_a_command_gets_the_clean_environment_and_the_tools_first(self) -> None:
        """And `python` is this Python."""
        show = "import os, sys; print(sys.executable, os.environ['PATH'].split(':')[0], 'PYTHONPATH' in os.environ)"
        ran = self.run("python", "-c", show, PYTHONPATH="/nowhere", PYTHONWARNINGS="error")
        assert ran.stdout.split() == [sys.executable, str(Path(sys.executable).parent), "False"]

    def test_the_cdk_is_the_pinned_one(self) -> None:
        """The pinned Node runs it, with any PATH."""
        assert self.run("cdk", "--version", PATH="", CDK_APP="nothing").stdout.startswith("2.1148.1 ")

    def test_a_command_that_is_not_there_is_reported(self) -> None:
        """In one line."""
        ran = self.run("no-such-tool")
        assert ran.returncode == 1
        assert ran.stderr == (
            "error: no-such-tool cannot be run: No such file or directory; `make clean setup` installs it again\n"
        )


class TestMachines:
    """Machines unlike those of the authors."""

    def test_the_makefile_supports_old_versions_of_make(self) -> None:
        """It uses nothing newer than macOS's make, and the scripts nothing newer than BSD's tools and bash 3.2."""
        assert not NEWER_MAKE.search((ROOT / "Makefile").read_text("utf-8"))
        for script in [ROOT / "Makefile", ROOT / ".ci" / "run", *ROOT.glob("examples/**/*.sh"), ROOT / "local/bin/aws"]:
            assert not NEWER_TOOLS.search(script.read_text("utf-8")), script

    def test_line_ends_are_kept(self) -> None:
        """With any Git configuration: a carriage return breaks a script, and changes a package."""
        assert (ROOT / ".gitattributes").read_text("utf-8").splitlines()[0] == "* text=auto eol=lf"
        for file in [
            *ROOT.glob("outposts_order_notifier/**/*.py"),
            *ROOT.glob("examples/**/*.sh"),
            ROOT / "local" / "bin" / "aws",
        ]:
            assert b"\r" not in file.read_bytes(), file

    def test_characters_that_a_terminal_lacks_are_replaced(self) -> None:
        """What it cannot show is replaced."""
        show = "from local.__main__ import main; import sys; sys.argv = ['local', '--help']\n"
        show += "import argparse; argparse.ArgumentParser.format_help = lambda _: '• Ready …\\n'\nmain()"
        ran = subprocess.run(  # noqa: S603 - our own
            [sys.executable, "-c", show],
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
            capture_output=True,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, b"")
        assert ran.stdout.startswith("• Ready …".encode("cp1252"))
        ran = subprocess.run(  # noqa: S603 - our own
            [sys.executable, "-c", show],
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            capture_output=True,
            check=False,
        )
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"? Ready ?\n", b"")

    def test_windows_is_reported(self) -> None:
        """It has neither process groups nor SIGHUP: one line says what to use instead."""
        windows = "import signal, sys; del signal.SIGHUP; import local.__main__ as m; m.IS_POSIX = False\n"
        windows += "sys.argv = ['local', 'up']; m.main()"
        command = [sys.executable, "-c", windows]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr == (
            "error: the local cloud needs a POSIX system; on Windows, run it in the Windows Subsystem for Linux\n"
        )

    def test_a_machine_without_loopback_is_reported(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing can listen there, and the line names the address."""

        def refuse(*_: object) -> None:
            raise OSError(99, "Cannot assign requested address")

        monkeypatch.setattr("socket.create_server", refuse)
        with pytest.raises(LocalCloudError, match=r"^nothing can listen on 127\.0\.0\.1, .*: Cannot assign"):
            choose_port(None)
