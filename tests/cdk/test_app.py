"""`app.py` as the CDK command line runs it."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from testing.synthesis import ROOT

APP = "app.py"
# A second synthesis in one process: the CDK, its Node and its validation take seconds to load.
TWICE = """
import os, sys, app
app.main()
os.environ["CDK_CONTEXT_JSON"], os.environ["CDK_OUTDIR"] = sys.stdin.read(), sys.argv[1]
app.main()
"""


def run(
    folder: Path, context: dict[str, Any], *command: str, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the application with a context, as `cdk synth` would."""
    return subprocess.run(  # noqa: S603
        [sys.executable, *(command or (APP,))],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if name != "JSII_NODE"},
            "CDK_CONTEXT_JSON": as_context(context),
            "CDK_OUTDIR": str(folder),
            **environment,
        },
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def as_context(values: dict[str, Any]) -> str:
    """Return a context as the command line passes it on."""
    return json.dumps({**values, "aws:cdk:bundling-stacks": []})


@dataclass(frozen=True)
class Synthesized:
    """What the application did with a valid configuration, and then with one that creates too many resources.

    Attributes:
        folder: The folder into which it has synthesized the valid one.
        ran: How its process ended.
    """

    folder: Path
    ran: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """The application, run twice with cdk.json's context."""
    folder, other = tmp_path_factory.mktemp("synthesized"), tmp_path_factory.mktemp("other")
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    valid = {**context, "notifier": {"eventBusReaders": ["111122223333"]}}
    too_many = {**context, "notifier": {"emails": [f"{number}@example.com" for number in range(460)]}}
    command = ("-c", TWICE, str(other))
    return Synthesized(folder, run(folder, valid, *command, given=as_context(too_many), CDK_DEFAULT_REGION="eu-west-1"))


class TestApp:
    """The application."""

    def test_synthesizes_the_stack_silently(self, synthesized: Synthesized) -> None:
        """A valid configuration results in the stack's template; what the terminal shows is the other one's line."""
        assert (synthesized.folder / "OutpostsOrderNotifier.template.json").exists()
        assert synthesized.ran.stdout == ""
        assert synthesized.ran.stderr.count("\n") == 1

    def test_ends_with_one_line_if_there_are_too_many_resources(self, synthesized: Synthesized) -> None:
        """`cdk` stops if its application fails. The CDK itself would end in a traceback."""
        assert synthesized.ran.returncode == 1
        allowed = r"allowed: at most 500 \(AWS CloudFormation, resources in a template\)\n"
        assert re.fullmatch(rf"notifier\.emails: the template has 5\d\d resources; {allowed}", synthesized.ran.stderr)

    def test_leaves_no_feature_flag_to_warn_of(self, synthesized: Synthesized) -> None:
        """At each synthesis, the CDK command line counts the flags without a value that it would set differently."""
        artifacts = json.loads((synthesized.folder / "manifest.json").read_text())["artifacts"].values()
        (report,) = (each["properties"]["flags"] for each in artifacts if each["type"] == "cdk:feature-flag-report")
        missing = [
            name
            for name, flag in report.items()
            if "userValue" not in flag
            and flag["recommendedValue"] != flag.get("unconfiguredBehavesLike", {}).get("v2", False)
        ]
        assert missing == []

    def test_ends_with_one_line_if_the_configuration_is_invalid(self, tmp_path: Path) -> None:
        """A mistake is reported in one line on stderr, without a traceback, and no template is created."""
        ran = run(tmp_path, {"notifier": {"emails": ["nobody"]}}, CDK_DEFAULT_REGION="eu-west-1")
        assert ran.returncode == 1
        assert ran.stderr == 'notifier.emails[0]: "nobody"; allowed: an e-mail address, such as team@example.com\n'
        assert not (tmp_path / "OutpostsOrderNotifier.template.json").exists()

    def test_must_be_run_by_the_cdk_command_line(self, tmp_path: Path) -> None:
        """Without a region there is nothing to deploy to, and the error says what sets it."""
        ran = run(tmp_path, {}, CDK_DEFAULT_REGION="")
        assert ran.returncode == 1
        assert "`cdk synth`" in ran.stderr
