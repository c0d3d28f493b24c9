"""`app.py` as the CDK command line runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from testing.synthesis import ROOT


def run(tmp_path: Path, context: dict[str, Any], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the application with a context, as `cdk synth` would."""
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if name != "JSII_NODE"},
            "CDK_CONTEXT_JSON": json.dumps({**context, "aws:cdk:bundling-stacks": []}),
            "CDK_OUTDIR": str(tmp_path),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the application has synthesized a valid configuration, with cdk.json's context."""
    folder = tmp_path_factory.mktemp("synthesized")
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    valid = {**context, "notifier": {"eventBusReaders": ["111122223333"]}}
    ran = run(folder, valid, CDK_DEFAULT_REGION="eu-west-1")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    return folder


class TestApp:
    """The application."""

    def test_synthesizes_the_stack_silently(self, synthesized: Path) -> None:
        """A valid configuration results in the stack's template; the fixture asserts that the terminal stays empty."""
        assert (synthesized / "OutpostsOrderNotifier.template.json").exists()

    def test_leaves_no_feature_flag_to_warn_of(self, synthesized: Path) -> None:
        """At each synthesis, the CDK command line counts the flags without a value that it would set differently."""
        artifacts = json.loads((synthesized / "manifest.json").read_text())["artifacts"].values()
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
