"""The stack deployed onto the emulator by the CDK's own command line, as it would be onto AWS."""

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from local.child import ChildProcess
from local.errors import LocalCloudError
from machine.node import NODE

ROOT = Path(__file__).parent.parent
CDK = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
STACK = "OutpostsOrderNotifier"


def deploy(context: dict[str, Any], folder: Path) -> dict[str, str]:
    """Bootstrap the emulator's account and deploy the stack.

    Args:
        context: CDK context, such as `notifier`; values that are no text become JSON.
        folder: Where logs, templates and packages go.

    Returns:
        The stack's outputs.

    Raises:
        LocalCloudError: The CDK's command line is not installed, or failed; the text holds what it said.
    """
    if not CDK.exists():
        raise LocalCloudError("the CDK's command line is not installed; run `make setup` first")
    assembly, outputs = folder / "cdk.out", folder / "outputs.json"
    settings = [f"--context={key}={json.dumps(value)}" for key, value in context.items()]
    synth = ["synth", STACK, "--quiet", f"--app={_application()}", f"--output={assembly}", *settings]
    _cdk(synth, folder)
    _cdk(["bootstrap", f"--app={assembly}"], folder)
    _cdk(["deploy", STACK, f"--app={assembly}", "--require-approval=never", f"--outputs-file={outputs}"], folder)
    stack_outputs: dict[str, str] = json.loads(outputs.read_text(encoding="utf-8"))[STACK]
    return stack_outputs


def _application() -> str:
    """Give the command of the CDK application, for a shell, which gives back the home folder that `_cdk` takes away."""
    home = os.environ.get("HOME")
    return shlex.join(["env", *([f"HOME={home}"] if home else ["-u", "HOME"]), sys.executable, "app.py"])


def _cdk(arguments: list[str], folder: Path) -> None:
    command = [str(NODE), str(CDK), *arguments, "--no-notices", "--no-version-reporting", "--ci"]
    # Nobody's ~/.cdk.json, with a profile or a role in it, is for the local cloud.
    variables = {**os.environ, "HOME": str(folder)}
    with ChildProcess(command, folder / f"cdk-{arguments[0]}.log", variables) as process:
        if process.wait():
            raise LocalCloudError(f"`cdk {arguments[0]}` failed:\n{process.output.strip()}")
