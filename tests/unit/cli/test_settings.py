"""The settings that a person may have: a test for each row of the tables in docs/cli.md."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from outposts_order_notifier.cli.settings import SETTINGS, wrong_in_environment, wrong_in_profile
from outposts_order_notifier.cli.stack import session_of
from testing.command_line import ROOT, run, run_process, settings

CODE = re.compile(r"`([^`]+)`")
# Python and the libraries read all others when they start.
READ_LATE = re.compile(r"AWS_|REQUESTS_|HTTPS?_|https?_")
RUNS = re.compile(r"(\w+)=(.*)")


def rows() -> Iterator[tuple[list[str], str]]:
    """Yield the settings and the outcome in each row."""
    section = (ROOT / "docs" / "cli.md").read_text("utf-8").partition("## Settings of your machine")[2]
    for line in section.splitlines():
        if line.startswith("| `"):
            example, outcome = line.strip("| ").split(" | ")
            yield CODE.findall(example), outcome


ROWS = list(rows())


@pytest.mark.parametrize(("examples", "outcome"), ROWS, ids=[" ".join(examples) for examples, _ in ROWS])
def test_a_setting_does_what_the_page_says(examples: list[str], outcome: str, tmp_path: Path) -> None:
    """It works, or one line on stderr contains what the page quotes."""
    variables = {match[1]: match[2] for each in examples if (match := RUNS.fullmatch(each))}
    environment = settings(tmp_path, keys=bool(variables))
    if not variables:
        (tmp_path / ".aws").mkdir()
        (tmp_path / ".aws" / "config").write_text("\n".join(["[default]", *examples]))
        taken_over = {"region": "AWS_REGION", "endpoint_url": "AWS_ENDPOINT_URL", "max_attempts": "AWS_MAX_ATTEMPTS"}
        for example in examples:
            environment.pop(taken_over.get(example.partition(" =")[0], ""), None)
    start = run if all(map(READ_LATE.match, variables)) else run_process
    ran = start("orders", environment=environment | variables)
    if outcome.startswith("Works"):
        assert ran.err.replace("\x1b[0m", "").startswith("error: Could not connect")
        return
    (line,) = ran.err.splitlines()
    assert ran.code == 1
    assert CODE.findall(outcome)[0] in line.replace("`", "")
    assert "password" not in line


def test_each_variable_that_is_judged_is_on_the_page() -> None:
    """Except those of containers, which are not a person's machine, and lower-case spellings."""
    documented = {match[1] for examples, _ in ROWS for each in examples if (match := RUNS.fullmatch(each))}
    judged = {setting.variable for setting in SETTINGS if setting.variable.isupper()}
    others = {name for name in judged if name.startswith(("AWS_CONTAINER", "AWS_EC2_METADATA", "AWS_WEB_IDENTITY"))}
    assert judged - others - {"HTTPS_PROXY"} <= documented


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_ENDPOINT_URL", "https://example.com/path?x=1"),
        ("AWS_ENDPOINT_URL_S3", "http://[::1]:9000"),
        ("AWS_MAX_ATTEMPTS", " 5 "),
        ("AWS_CA_BUNDLE", __file__),
        ("HTTPS_PROXY", "proxy:3128"),
        ("HTTPS_PROXY", "http://user:pass@proxy"),
        ("AWS_CREDENTIAL_EXPIRATION", "2999-01-01T00:00:00Z"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.2/v2"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic abc"),
        ("AWS_MAX_ATTEMPTS", ""),
    ],
)
def test_a_right_value_is_accepted(variable: str, value: str) -> None:
    """No valid value is refused."""
    assert wrong_in_environment({variable: value}) is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://user:password@example.com"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "password\nsecond"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://user:password@host:port"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/none"),
        ("https_proxy", "ftp://user:password@proxy"),
    ],
)
def test_a_wrong_value_is_named_without_its_password(variable: str, value: str) -> None:
    """Whichever setting it belongs to."""
    found = wrong_in_environment({variable: value})
    assert found
    assert found.startswith(variable)
    assert "password" not in found


def test_variables_take_precedence_over_a_profile() -> None:
    """Botocore reads the environment first."""
    profile = {"max_attempts": "many", "s3": {"max_attempts": "many"}}
    assert wrong_in_profile(profile, "ops", {"AWS_MAX_ATTEMPTS": "3"}) is None
    assert str(wrong_in_profile(profile, "ops", {})).startswith("max_attempts of the profile ops ")


def test_slack_is_called_with_the_same_trust_as_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise `doctor` could not reach Slack behind a proxy that intercepts TLS. SSL_CERT_FILE takes precedence."""
    monkeypatch.setenv("AWS_CA_BUNDLE", __file__)
    for kept in ("/own.pem", ""):
        monkeypatch.setenv("SSL_CERT_FILE", kept)
        if not kept:
            monkeypatch.delenv("SSL_CERT_FILE")
        session_of("eu-west-1", None)
        assert os.environ["SSL_CERT_FILE"] == (kept or __file__)
    monkeypatch.delenv("SSL_CERT_FILE")
