"""Run the command line on a person's machine, with settings that only the test decides."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import boto3
from botocore.utils import ContainerMetadataFetcher

from outposts_order_notifier.cli import secrecy
from outposts_order_notifier.cli.__main__ import main
from outposts_order_notifier.notify import no_redirects
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.runtime.observability import logger
from outposts_order_notifier.sources import assumed_role

ROOT = Path(__file__).parent.parent
# The arguments that a command needs to get as far as AWS.
ARGUMENTS = {
    "show": ["oo-1"],
    "events": ["oo-1"],
    "replay": ["--start", "2026-01-01"],
    "mute": ["oo-1", "--until", "2026-12-24"],
    "unmute": ["oo-1"],
    "note": ["oo-1", "Tuesday"],
    "expect": ["oo-1", "none"],
    "trigger": ["order-updated"],
}
EMPTY = io.StringIO()
NOWHERE = "http://127.0.0.1:1"  # nothing listens there


@dataclass(frozen=True)
class Ran:
    """A command's exit code and output."""

    code: int
    out: str
    err: str


def settings(home: Path, *, keys: bool = True) -> dict[str, str]:
    """Return the environment of a person whose AWS settings are valid, except that AWS cannot be reached."""
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


def run(
    *arguments: str, environment: dict[str, str], stdin: io.StringIO | None = EMPTY, program: str = "notifier"
) -> Ran:
    """Run the command line to its end in this process, whose state it finds and leaves as a new process would.

    A variable that Python or a library reads when it starts needs `run_process` instead.
    """
    with as_process(environment, *arguments, stdin=stdin, program=program) as (out, err):
        try:
            main()
            code: object = None
        except SystemExit as end:
            code = end.code
    texts = (stream.getvalue().decode("utf-8", "backslashreplace") for stream in (out, err))
    return Ran(code if isinstance(code, int) else 0 if code is None else 1, *texts)


def run_process(*arguments: str, environment: dict[str, str], before: tuple[str, ...] = ("-m", "notifier")) -> Ran:
    """Run the command line to its end in a new interpreter."""
    ran = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, *before, *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=300,
    )
    return Ran(ran.returncode, *(stream.decode("utf-8", "backslashreplace") for stream in (ran.stdout, ran.stderr)))


@contextmanager
def as_process(
    environment: dict[str, str], *arguments: str, stdin: io.StringIO | None = EMPTY, program: str = "notifier"
) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Replace this process's environment, arguments and streams; yield what is written to stdout and stderr."""
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    out, err = io.BytesIO(), io.BytesIO()
    streams = [
        io.TextIOWrapper(target, encoding=encoding, errors=errors, write_through=True)
        for target, errors in ((out, "strict"), (err, "backslashreplace"))
    ]
    handlers = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGHUP)}
    level = logger.log_level
    with (
        patch.dict(os.environ, environment, clear=True),
        patch.multiple(sys, argv=[program, *arguments], stdin=stdin, stdout=streams[0], stderr=streams[1]),
        patch.multiple(secrecy, _known=set[str](), _addresses=set[str]()),
        patch.object(boto3, "DEFAULT_SESSION", None),
        patch.object(ContainerMetadataFetcher, "SLEEP_TIME", 0),
    ):
        _forget()
        try:
            yield out, err
        finally:
            for stream in streams:
                stream.detach()  # or it would close what it wrote to
            logger.setLevel(level)
            for number, handler in handlers.items():
                signal.signal(number, handler)
    _forget()


def _forget() -> None:
    """Forget what has an environment's endpoints, credentials or proxy."""
    clients.clear()
    assumed_role._credentials.cache_clear()
    no_redirects.opener.cache_clear()
