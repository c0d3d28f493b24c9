"""Credentials that cannot be used, and the code of an MFA device."""

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug import Request, Response

from local.server import Server
from testing.command_line import ROOT, Ran, run, settings

CODE = "123456"
WITH_MFA = """[default]
role_arn = arn:aws:iam::111122223333:role/Reader
source_profile = me
mfa_serial = arn:aws:iam::111122223333:mfa/me
[profile me]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = an/example/of/a/secret/key
"""
PRINTED = {"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "secret"}
PROFILE = "[default]\ncredential_process = {}\n"
CHAIN = (
    "[default]\nrole_arn = arn:aws:iam::111122223333:role/Reader\nsource_profile = me\n"
    "[profile me]\ncredential_process = {}\n"
)


def with_configuration(home: Path, text: str) -> dict[str, str]:
    """Write a configuration file, and return the environment of a person who uses it."""
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text(text)
    return settings(home, keys=False)


class TestProcess:
    """What a profile's `credential_process` prints."""

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("SecretAccessKey", 123456789),
            ("SecretAccessKey", None),
            ("SessionToken", 5),
            ("SessionToken", 0),
            ("SessionToken", False),
            ("SessionToken", ["a"]),
            ("AccessKeyId", 5),
            ("AccessKeyId", {"a": 1}),
        ],
    )
    @pytest.mark.parametrize("expires", [{}, {"Expiration": "2999-01-01T00:00:00Z"}], ids=["for good", "for a time"])
    def test_a_value_that_is_not_a_string_is_named(
        self, tmp_path: Path, key: str, value: object, expires: dict[str, str]
    ) -> None:
        """The line names the profile and the fix, and does not show the value."""
        ran = self.listed(tmp_path, PROFILE, {**expires, key: value})
        (line,) = ran.err.splitlines()
        assert ran.code == 1
        assert line == (
            f"error: the credential_process of the profile default printed {key} as JSON that is not a string; put it "
            "in quotes (the value is not shown here)"
        )

    @pytest.mark.parametrize("key", ["AccessKeyId", "SessionToken"])
    def test_the_profile_whose_source_printed_it_is_named(self, tmp_path: Path, key: str) -> None:
        """Botocore cannot sign the call for the role with it, and its error is not shown."""
        ran = self.listed(tmp_path, CHAIN, {key: 987654321})
        (line,) = ran.err.splitlines()
        assert line.startswith("error: the credentials of the profile default cannot be fetched (")
        assert "credential_process of the profile me" in line
        assert "987654321" not in line

    @staticmethod
    def listed(home: Path, configuration: str, printed: dict[str, object]) -> Ran:
        """List the orders with a process that prints these credentials."""
        process = f"echo '{json.dumps(PRINTED | printed)}'"
        return run("orders", environment=with_configuration(home, configuration.format(process)))


@pytest.fixture
def codes() -> list[str]:
    """The codes that AWS received."""
    return []


@pytest.fixture
def sts(codes: list[str]) -> Iterator[Server]:
    """AWS, which denies all calls."""

    @Request.application
    def refuse(request: Request) -> Response:
        codes.append(request.form["TokenCode"])
        error = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
        return Response(f"<ErrorResponse>{error}</ErrorResponse>", 403, content_type="text/xml")

    with Server(refuse) as server:
        yield server


class TestCode:
    """A profile with `mfa_serial`."""

    def test_nothing_is_asked_if_stdin_is_not_a_terminal(self, tmp_path: Path) -> None:
        """One line says that there is no terminal to type the code on."""
        ran = run("orders", environment=with_configuration(tmp_path, WITH_MFA))
        (line,) = ran.err.splitlines()
        assert ran.code == 1
        assert line.startswith("error: the profile default asks for an MFA code, and there is no terminal")

    def test_stdin_that_is_closed_is_not_a_terminal(self, tmp_path: Path) -> None:
        """The same line says so."""
        ran = run("orders", environment=with_configuration(tmp_path, WITH_MFA), stdin=None)
        (line,) = ran.err.splitlines()
        assert line.startswith("error: the profile default asks for an MFA code, and there is no terminal")

    def test_a_code_on_stdin_is_read_without_a_question(self, tmp_path: Path, sts: Server, codes: list[str]) -> None:
        """A script may read the code from another program."""
        environment = with_configuration(tmp_path, WITH_MFA) | {"AWS_ENDPOINT_URL": sts.url}
        ran = run("orders", environment=environment, stdin=io.StringIO(f"{CODE}\n"))
        (line,) = ran.err.splitlines()
        assert "AccessDenied" in line
        assert codes == [CODE]

    def test_a_terminal_is_asked(self, tmp_path: Path, sts: Server, codes: list[str]) -> None:
        """AWS receives the code that is typed there."""
        environment = with_configuration(tmp_path, WITH_MFA) | {"AWS_ENDPOINT_URL": sts.url}
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "notifier", "orders"]
        with subprocess.Popen(  # noqa: S603 - ours
            command, cwd=ROOT, env=environment, stdin=theirs, stderr=subprocess.PIPE, start_new_session=True
        ) as process:
            assert process.stderr
            os.read(process.stderr.fileno(), 100)
            os.write(ours, f"{CODE}\n".encode())
            rest = process.stderr.read()
        os.close(ours)
        os.close(theirs)
        assert b"AccessDenied" in rest
        assert codes == [CODE]
