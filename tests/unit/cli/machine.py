"""A person's machine: the command line in a process of its own, with settings that the test alone decides."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
# What a command needs to get as far as AWS.
ARGUMENTS = {"show": ["oo-1"], "events": ["oo-1"], "replay": ["--start", "2026-01-01"]}
NOWHERE = "http://127.0.0.1:1"  # nothing listens there


@dataclass(frozen=True)
class Ran:
    """How a command ended, and all that it wrote."""

    code: int
    out: str
    err: str


def settings(home: Path, *, keys: bool = True) -> dict[str, str]:
    """Give the environment of a person who has AWS settings that are right, but for a network."""
    given = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "an/example/of/a/secret/key"}
    return {
        **{name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ},
        "HOME": str(home),
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": NOWHERE,
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        **(given if keys else {}),
    }


def run(*arguments: str, environment: dict[str, str], before: tuple[str, ...] = ("-m", "notifier")) -> Ran:
    """Run the command line to its end in a new interpreter."""
    ran = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, *before, *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return Ran(ran.returncode, *(stream.decode("utf-8", "backslashreplace") for stream in (ran.stdout, ran.stderr)))


class Forks:
    """Processes of the command line that share one start: its imports are most of the time of a short run.

    What a library reads while it is imported needs `run` instead.
    """

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, *arguments: str, environment: dict[str, str]) -> Ran:
        """Run the command line to its end in a process of its own."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([arguments, environment]) + "\n")
        self._process.stdin.flush()
        return Ran(*json.loads(self._process.stdout.readline()))


@contextmanager
def forks() -> Iterator[Forks]:
    """Have such processes for the length of a `with` block."""
    command = [sys.executable, "-m", "tests.unit.cli.machine"]
    with subprocess.Popen(  # noqa: S603 - this module
        command, cwd=ROOT, env=settings(ROOT), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Forks(process)
        assert process.stdin
        process.stdin.close()


def _serve() -> None:
    import outposts_order_notifier.cli.commands  # noqa: F401, PLC0415 - what all share

    for line in sys.stdin:
        arguments, environment = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            if not (child := os.fork()):
                _become(arguments, environment, out.fileno(), err.fileno())
            _, status = os.waitpid(child, 0)
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode("utf-8", "backslashreplace"))
        print(json.dumps([os.waitstatus_to_exitcode(status), *texts]), flush=True)  # noqa: T201 - the answer


def _become(arguments: list[str], environment: dict[str, str], out: int, err: int) -> None:
    from outposts_order_notifier.cli.__main__ import main  # noqa: PLC0415 - as above

    code: object = 1
    try:
        os.environ.clear()
        os.environ.update(environment)
        for number, target in enumerate((os.open(os.devnull, os.O_RDONLY), out, err)):
            os.dup2(target, number)
        encoding = environment.get("PYTHONIOENCODING", "utf-8")
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, encoding=encoding)  # noqa: PTH123, SIM115 - the process's own
            for number, mode in enumerate("rww")
        )
        sys.argv[1:] = arguments
        main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    _serve()
