"""Completion, as bash, zsh and fish ask the program for it."""

import subprocess
from pathlib import Path

import pytest

from outposts_order_notifier.board.filters import SORTS
from outposts_order_notifier.cli.commands import COMMANDS, CONSOLE_COMMAND
from outposts_order_notifier.cli.samples import NAMES
from outposts_order_notifier.domain.statuses import LINE_ITEM_STATUSES, ORDER_STATUSES
from testing.command_line import Ran, run, settings

VARIABLE = "_OUTPOSTS_ORDER_NOTIFIER_COMPLETE"
STATUSES = {*ORDER_STATUSES, *LINE_ITEM_STATUSES, "STALLED"}
SHELLS = ["bash", "zsh", "fish"]
# AWS cannot be reached, and a call would be an error.
FORMS = {"table", "wide", "json", "yaml"}


def completed(shell: str, line: str, home: Path) -> Ran:
    """Ask the program what could follow a line, as a shell's script does."""
    words = line.split(" ")
    asked = {
        "bash": {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell]
    return run(environment={**settings(home), **asked, VARIABLE: f"complete_{shell}"}, program=CONSOLE_COMMAND)


def values(shell: str, line: str, home: Path) -> set[str]:
    """Return what could follow a line, without the explanations that some shells show."""
    ran = completed(shell, line, home)
    assert (ran.code, ran.err) == (0, "")
    if shell == "zsh":
        found = ran.out.removeprefix("_arguments '*: :((").partition("))'")[0]
        return {each.partition(":")[0].strip('"') for each in found.splitlines()}
    return {each.partition("\t")[0] for each in ran.out.splitlines()}


@pytest.mark.parametrize("shell", SHELLS)
class TestEachShell:
    """Every shell gets the same answers, without any call of AWS."""

    def test_commands(self, shell: str, tmp_path: Path) -> None:
        """All of them, or those that begin with what was typed."""
        assert values(shell, f"{CONSOLE_COMMAND} ", tmp_path) == set(COMMANDS)
        assert values(shell, f"{CONSOLE_COMMAND} re", tmp_path) == {"replay", "redrive"}

    def test_options(self, shell: str, tmp_path: Path) -> None:
        """Those of the command, and before it the program's."""
        found = values(shell, f"{CONSOLE_COMMAND} orders --", tmp_path)
        assert {"--all", "--status", "--since", "--watch", "--output", "--json", "--region", "--profile"} <= found
        assert "--no-pager" in values(shell, f"{CONSOLE_COMMAND} --n", tmp_path)

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("orders --status ", STATUSES),
            ("orders --status IN", {each for each in STATUSES if each.startswith("IN")}),
            ("orders --all --output ", FORMS),
            ("doctor -o ", FORMS),
            ("preview --output y", {"yaml"}),
            ("board --sort ", set(SORTS)),
            ("test-notification --only ", set(NAMES)),
        ],
    )
    def test_values(self, shell: str, line: str, expected: set[str], tmp_path: Path) -> None:
        """Those that an option enumerates."""
        assert values(shell, f"{CONSOLE_COMMAND} {line}", tmp_path) == expected


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shells_script_is_for_the_console_command(
    shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the program was started: a shell has no command of the name `python -m notifier`."""
    monkeypatch.setattr("typer._completion_shared.shellingham.detect_shell", lambda: (shell, f"/bin/{shell}"))
    ran = run("--show-completion", environment=settings(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    assert VARIABLE in ran.out
    assert f"complete_{shell}" in ran.out
    assert CONSOLE_COMMAND in ran.out
    assert "python -m" not in ran.out


def test_bash_completes_with_the_installed_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new bash reads ~/.bashrc, in which the installation is one line, and runs the console command."""
    monkeypatch.setattr("typer._completion_shared.shellingham.detect_shell", lambda: ("bash", "/bin/bash"))
    assert run("--install-completion", environment=settings(tmp_path)).code == 0
    console = tmp_path / CONSOLE_COMMAND
    root = Path(__file__).parents[3]
    console.write_text(
        "#!/bin/sh\n"
        f"PYTHONPATH={root} exec {root}/.venv/bin/python -c '"
        f'import sys; sys.argv[0] = "{CONSOLE_COMMAND}"\n'
        'from outposts_order_notifier.cli.__main__ import main; main()\' "$@"\n'
    )
    console.chmod(0o700)
    script = (
        f". ~/.bashrc; COMP_WORDS=({CONSOLE_COMMAND} orders --status IN); COMP_CWORD=3; "
        '_outposts_order_notifier_completion "$0"; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    environment = {**settings(tmp_path), "PATH": f"{tmp_path}:/usr/bin:/bin"}
    command = ["bash", "--norc", "-c", script, str(console)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert (ran.returncode, ran.stderr) == (0, "")
    assert set(ran.stdout.split()) == {each for each in STATUSES if each.startswith("IN")}
