"""The command line works with any encoding, width, shell and operating system."""

import ast
import json
import os
import signal
from pathlib import Path
from unittest.mock import Mock

import boto3
import pytest

from outposts_order_notifier.cli.commands import COMMANDS
from outposts_order_notifier.cli.process import LEAST_WIDTH, clean, prepare
from outposts_order_notifier.cli.terminal import note, say, show_table
from testing.command_line import ARGUMENTS, ROOT, Ran, as_process, run, run_process, settings

# What Python has on POSIX alone: https://docs.python.org/3/library/unix.html, and names of `os` and `signal`.
POSIX_MODULES = ("fcntl", "grp", "posixpath", "pty", "pwd", "resource", "syslog", "termios", "tty")
POSIX_NAMES = {
    "os": ("fork", "forkpty", "getpgid", "getuid", "killpg", "mkfifo", "setsid", "statvfs", "uname", "wait"),
    "signal": ("SIGALRM", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2", "pthread_kill", "sigwait"),
}
AS_ON_WINDOWS = f"""
import os, signal, sys
import boto3, rich.console, typer.rich_utils, slack_sdk, sqlite3, uuid  # which have branches of their own for Windows
for name in {POSIX_MODULES!r}:
    sys.modules[name] = None
for module, names in {POSIX_NAMES!r}.items():
    for name in names:
        vars(sys.modules[module]).pop(name, None)
from outposts_order_notifier.cli.__main__ import main
main()
"""
CLI = "outposts_order_notifier.cli"
IMPORTS = f"""
import sys
sys.argv[0] = "outposts-order-notifier"
from {CLI}.__main__ import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""
ENCODINGS = ("ascii", "cp1252", "cp850", "latin-1", "cp932", "utf-8", "utf-16")


class TestEncoding:
    """Any encoding of stdout and stderr."""

    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_missing_characters_are_replaced_and_json_is_complete(self, encoding: str, tmp_path: Path) -> None:
        """Text contains `?` instead; JSON contains escapes, so nothing is lost."""
        environment = {**settings(tmp_path), "PYTHONIOENCODING": encoding}
        with as_process(environment) as written:
            prepare()
            note("→ Zürich ☃ \udce9")
            say("→ Zürich ☃ \udce9")
            show_table([{"id": "oo-1"}], {"Order": "id", "Name": lambda _: "→ Zürich ☃"}, "→ ☃")
            say({"name": "→ Zürich ☃"})
        out, err = (stream.getvalue().decode(encoding) for stream in written)
        assert "rich" in err
        assert "oo-1" in out
        assert json.loads(out[out.rindex("{") :]) == {"name": "→ Zürich ☃"}
        assert ("☃" in err) == encoding.startswith("utf")

    @pytest.mark.parametrize("command", COMMANDS)
    def test_no_command_fails_for_a_character(self, command: str, tmp_path: Path) -> None:
        """Its help is printed in ASCII, and an error names what was passed, as far as ASCII can."""
        environment = {**settings(tmp_path), "PYTHONIOENCODING": "ascii"}
        assert run(command, "--help", environment=environment).code == 0
        ran = run(command, *ARGUMENTS.get(command, ()), "--profile", "Zürich☃", environment=environment)
        assert "Z?rich?" in ran.err


def completing(line: str) -> dict[str, str]:
    """Return the environment in which zsh asks what could follow a line."""
    return {"_TYPER_COMPLETE_ARGS": line, "_OUTPOSTS_ORDER_NOTIFIER_COMPLETE": "complete_zsh"}


class TestImports:
    """What a command imports, which takes a large part of its time."""

    @pytest.mark.parametrize(
        ("arguments", "environment", "absent"),
        [
            (["preview", "--help"], {}, {"jinja2", "slack_sdk", "yaml", f"{CLI}.doctor", f"{CLI}.board"}),
            (["trigger", "--list"], {}, {"boto3", "botocore", "jinja2", "yaml"}),
            (["--help"], {}, {"boto3", "botocore", f"{CLI}.orders", f"{CLI}.preview"}),
            ([], completing("outposts-order-notifier "), {"boto3", "botocore", f"{CLI}.orders"}),
            ([], completing("outposts-order-notifier orders --status "), {"boto3", f"{CLI}.preview"}),
        ],
    )
    def test_is_only_what_it_needs(
        self, arguments: list[str], environment: dict[str, str], absent: set[str], tmp_path: Path
    ) -> None:
        """In a new process; completion imports neither AWS's SDK nor another command."""
        ran = run_process(environment={**settings(tmp_path), **environment}, before=("-c", IMPORTS, *arguments))
        assert ran.code == 0, ran.err
        assert absent & set(ran.err.split()) == set()
        assert f"{CLI}.commands" in ran.err


class TestWindows:
    """An operating system without a POSIX layer, as far as another one can imitate it."""

    def test_no_command_needs_posix(self, tmp_path: Path) -> None:
        """It is imported, and shows its help, without any of it."""
        helps = f"""
for command in {[*COMMANDS]!r}:
    sys.argv[1:] = [command, "--help"]
    try:
        main()
    except SystemExit as end:
        assert end.code in {{0, None}}, command
"""
        ran = run_process(environment=settings(tmp_path), before=("-c", AS_ON_WINDOWS.replace("\nmain()", helps)))
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.count("Usage: ") == len(COMMANDS)

    def test_preview_keeps_its_snapshots_there(self, tmp_path: Path) -> None:
        """It gets as far as the account, which does not respond, and has created the folder's file."""
        folder = tmp_path / "kept"
        arguments = ("preview", "--role-arn", "arn:aws:iam::111122223333:role/Reader", "--folder", str(folder))
        ran = run_process(*arguments, environment=settings(tmp_path), before=("-c", AS_ON_WINDOWS))
        assert ran.code == 1
        assert ran.err.startswith("error: the orders cannot be listed")
        assert [path.name for path in folder.iterdir()] == ["snapshots.sqlite3"]

    def test_no_file_is_read_or_written_in_the_systems_encoding(self) -> None:
        """On Windows, that is a code page."""
        calls = [
            f"{path.name}:{node.lineno}"
            for path in (ROOT / "outposts_order_notifier" / "cli").glob("*.py")
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute | ast.Name)
            and (node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id)
            in {"read_text", "write_text", "open"}
            and not any(isinstance(given, ast.Constant) and given.value == "utf-8" for given in node.args)
            and not any(given.arg == "encoding" for given in node.keywords)
        ]
        assert calls == []


class TestSignals:
    """Ctrl-C and similar signals."""

    @pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
    def test_ends_quietly_from_the_first_moment(self, name: str, tmp_path: Path) -> None:
        """Even while it imports its libraries: it prints nothing, and the exit code is that of a shell after Ctrl-C."""
        early = f"""
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # the process that starts the tests may ignore them
signal.signal(signal.SIGHUP, signal.SIG_DFL)
class Early:
    def find_spec(self, name, path, target=None):
        if name == "outposts_order_notifier.cli.commands":
            os.kill(os.getpid(), signal.{name})
sys.meta_path.insert(0, Early())
from outposts_order_notifier.cli.__main__ import main
main()
"""
        ran = run_process("orders", environment=settings(tmp_path), before=("-c", early))
        assert ran == Ran(130, "", "")

    def test_what_nohup_ignores_stays_ignored(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A command that outlives its terminal continues."""
        handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
        try:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            monkeypatch.setattr(os, "environ", dict(os.environ))
            prepare()
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)


class TestEnvironment:
    """Variables that would stop a library before a command begins."""

    def test_settings_of_functions_and_empty_ones_are_omitted(self) -> None:
        """All others are left unchanged."""
        kept = {"AWS_REGION": "eu-west-1", "HTTP_PROXY": "", "NO_COLOR": ""}
        environment = {
            **kept,
            "POWERTOOLS_DEV": "x",
            "LOG_LEVEL": "LOUD",
            "AWS_MAX_ATTEMPTS": "",
            "REQUESTS_CA_BUNDLE": "",
        }
        clean(environment)
        assert environment == kept

    @pytest.mark.parametrize(("given", "kept"), [("0", LEAST_WIDTH), ("1", LEAST_WIDTH), ("132", 132), ("x", None)])
    def test_a_width_has_room_for_a_text(self, given: str, kept: int | None) -> None:
        """One that is not a number is removed."""
        environment = {"COLUMNS": given, "TERMINAL_WIDTH": given}
        clean(environment)
        assert environment == ({} if kept is None else dict.fromkeys(environment, str(kept)))


class TestUnknownError:
    """An unexpected error."""

    def test_is_one_line_with_its_place_and_the_way_to_its_traceback(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The line contains nothing of its text, which may contain a secret."""
        monkeypatch.setattr(boto3.Session, "client", Mock(side_effect=KeyError("xoxb-secret")))
        environment = settings(tmp_path)
        ran = run("orders", environment=environment)
        assert ran.code == 1
        (line,) = ran.err.splitlines()
        assert line.startswith("error: an unexpected KeyError at stack.py:")
        assert line.endswith("; OUTPOSTS_ORDER_NOTIFIER_TRACEBACK=1 shows its traceback")
        ran = run("orders", environment={**environment, "OUTPOSTS_ORDER_NOTIFIER_TRACEBACK": "1"})
        assert ran.err.startswith("Traceback (most recent call last):\n  File ")
        assert "secret" not in ran.err
