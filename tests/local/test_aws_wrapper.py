"""`local/bin/aws`, which directs any AWS CLI to the local cloud."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.machine.table import ROOT, variables

BIN = ROOT / "local" / "bin"
URL = "http://127.0.0.1:4566"
VARIABLES = {"AWS_ENDPOINT_URL": URL, "AWS_ENDPOINT_URL_OUTPOSTS": "http://127.0.0.1:5555"}


@pytest.fixture
def cli(tmp_path: Path) -> Path:
    """A folder with an AWS CLI that shows how it was called."""
    folder = tmp_path / "a b"
    folder.mkdir()
    script = folder / "aws"
    script.write_text('#!/bin/sh\nprintf "[%s]" "$@"\necho\nenv\n', "utf-8")
    script.chmod(0o755)
    return folder


def call(path: str, *arguments: str, **environment: str) -> tuple[str, dict[str, str]]:
    """Call `aws`, and return the arguments and the environment that the AWS CLI receives."""
    variables = {"PATH": path, **environment}
    command = [str(BIN / "aws"), *arguments]
    ran = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    line, *shown = ran.stdout.splitlines()
    return line, dict(pair.partition("=")[::2] for pair in shown)


@pytest.mark.parametrize(
    "path", ["{bin}:{cli}:/bin:/usr/bin", "{cli}:{bin}:/bin:/usr/bin", "/*:{bin}/:{cli}:/bin:/usr/bin"]
)
def test_the_aws_cli_is_directed_to_the_local_cloud(cli: Path, path: str) -> None:
    """For SQS by an option, which version 1 needs; for others by their variables, which both versions read."""
    path = path.format(bin=BIN, cli=cli)
    received, _ = call(path, "--region", "eu-west-1", "sqs", "list-queues", "--queue-name-prefix", "a b", **VARIABLES)
    assert received == f"[--endpoint-url][{URL}][--region][eu-west-1][sqs][list-queues][--queue-name-prefix][a b]"
    assert call(path, "outposts", "list-orders", **VARIABLES)[0] == "[outposts][list-orders]"


def test_aws_settings_of_a_person_have_no_effect(cli: Path) -> None:
    """No pager or prompt waits for the person, and no proxy receives requests to this machine."""
    path = f"{BIN}:{cli}:/bin:/usr/bin"
    own = {"AWS_PROFILE": "me", "AWS_DEFAULT_PROFILE": "me", "AWS_SESSION_TOKEN": "t", "AWS_CLI_AUTO_PROMPT": "on"}
    own |= {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_USE_FIPS_ENDPOINT": "true", "AWS_PAGER": "less"}
    own |= {"AWS_ENDPOINT_URL_SQS": "https://sqs.example.com", "NO_PROXY": "intranet.example.com"}
    _, seen = call(path, "sqs", "list-queues", **VARIABLES, **own)
    assert {name: seen.get(name, "") for name in own} == {
        **dict.fromkeys(own, ""),
        "AWS_CLI_AUTO_PROMPT": "off",
        "NO_PROXY": "127.0.0.1,localhost,intranet.example.com",
    }
    assert seen["no_proxy"] == "127.0.0.1,localhost"


def test_without_the_local_cloud_it_is_the_plain_aws_cli(cli: Path) -> None:
    """So the folder may stay in PATH."""
    received, seen = call(f"{BIN}:{cli}:/bin:/usr/bin", "sqs", "list-queues", AWS_PROFILE="me")
    assert received == "[sqs][list-queues]"
    assert seen["AWS_PROFILE"] == "me"


def test_without_an_aws_cli_the_one_from_make_setup_is_used(tmp_path: Path) -> None:
    """Version 1, in .venv; if that is missing too, one line says what to do."""
    alone = tmp_path / "local" / "bin"
    alone.mkdir(parents=True)
    (alone / "aws").write_bytes((BIN / "aws").read_bytes())
    command = ["/bin/sh", str(alone / "aws"), "--version"]
    variables = {"PATH": f"{alone}:/bin", **VARIABLES}
    ran = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert ran.returncode == 127
    assert (
        ran.stderr
        == "error: there is no AWS CLI in PATH; install one, or run `make develop`, which installs version 1\n"
    )
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / ".venv" / "pyvenv.cfg").write_bytes((Path(sys.prefix) / "pyvenv.cfg").read_bytes())
    (tmp_path / ".venv" / "lib").symlink_to(Path(sys.prefix) / "lib")
    ran = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert ran.stdout.startswith("aws-cli/1.")


def test_version_1_of_the_aws_cli_lists_the_local_clouds_queues(tmp_path: Path) -> None:
    """The real one, with all settings: without the wrapper it would call AWS."""
    from werkzeug import Request, Response  # noqa: PLC0415

    from local.server import Server  # noqa: PLC0415

    asked = []

    @Request.application
    def sqs(request: Request) -> Response:
        asked.append(request.headers["X-Amz-Target"])
        return Response('{"QueueUrls": ["here"]}', content_type="application/x-amz-json-1.0")

    own = {each.name: each.value for each in variables() if each.verdict == "Passes, but not to the local cloud"}
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "eu-west-1"}
    with Server(sqs) as server:
        environment = {
            **own,
            **keys,
            "AWS_ENDPOINT_URL": server.url,
            "PATH": f"{BIN}:{Path(sys.executable).parent}:/bin",
        }
        ran = subprocess.run(  # noqa: S603 - our own
            [str(BIN / "aws"), "sqs", "list-queues", "--output", "text"],
            env={**environment, "HTTP_PROXY": "http://127.0.0.1:9", "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (ran.stdout, ran.stderr) == ("QUEUEURLS\there\n", "")
    assert asked == ["AmazonSQS.ListQueues"]
