"""The deployment of the stack onto the emulator, by the CDK's command line as on AWS."""

import json
import os
import shlex
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from botocore.exceptions import WaiterError

from local.child import ChildProcess
from local.errors import LocalCloudError
from machine.node import NODE

ROOT = Path(__file__).parent.parent
CDK = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
BOOTSTRAP = ROOT / "node_modules" / "aws-cdk" / "lib" / "api" / "bootstrap" / "bootstrap-template.yaml"
STACK = "OutpostsOrderNotifier"
PACKAGES = ROOT / ".cache" / "packages"
ARCHIVES = ".cache"  # where the CDK's command line stores each package's archive, in the folder of the assembly
UNUSED_SECONDS = 24 * 60 * 60
ACCOUNT = "000000000000"


def deploy(context: dict[str, Any], folder: Path) -> dict[str, str]:
    """Bootstrap the emulator's account, deploy the stack, and return its outputs.

    The context is the CDK's, such as `notifier`; logs, templates and packages go to the folder.
    """
    if not CDK.exists():
        raise LocalCloudError("the CDK's command line is not installed; run `make setup` first")
    assembly, outputs = folder / "cdk.out", folder / "outputs.json"
    settings = [f"--context={key}={json.dumps(value)}" for key, value in context.items()]
    # `_cdk` changes the home folder; the application gets the person's.
    home = [f"HOME={os.environ['HOME']}"] if "HOME" in os.environ else ["-u", "HOME"]
    app = shlex.join(["env", *home, sys.executable, "app.py"])
    _bootstrap()
    copy_packages(PACKAGES, assembly)  # the CDK builds and packs only those that are not there
    options = ["--require-approval=never", "--no-validation", f"--outputs-file={outputs}", f"--output={assembly}"]
    _cdk(["deploy", STACK, f"--app={app}", "--method=direct", *options, *settings], folder)
    copy_packages(assembly, PACKAGES)
    for part in (Path(), Path(ARCHIVES)):
        _remove_unused(PACKAGES / part, {path.name for path in (assembly / part).iterdir()})
    stack_outputs: dict[str, str] = json.loads(outputs.read_text(encoding="utf-8"))[STACK]
    return stack_outputs


def _bootstrap() -> None:
    """Create the stack that `cdk bootstrap` creates, without starting Node, which takes as long as the deployment."""
    cloudformation = boto3.client("cloudformation")
    template = BOOTSTRAP.read_text(encoding="utf-8")
    cloudformation.create_stack(StackName="CDKToolkit", TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"])
    try:
        cloudformation.get_waiter("stack_create_complete").wait(StackName="CDKToolkit", WaiterConfig={"Delay": 1})
    except WaiterError as error:
        raise LocalCloudError(f"the CDK's bootstrap stack could not be created: {error}") from error


def copy_packages(source: Path, target: Path) -> None:
    """Copy packages and their archives, each completely or not at all: several local clouds may start at once."""
    (target / ARCHIVES).mkdir(parents=True, exist_ok=True)
    for package in [*source.glob("asset.*/"), *source.glob(f"{ARCHIVES}/*.zip")]:
        copy = target / package.relative_to(source)
        if not copy.exists():
            with TemporaryDirectory(dir=target.parent) as draft, suppress(OSError):
                made = Path(draft) / package.name
                shutil.copytree(package, made, copy_function=_link) if package.is_dir() else _link(package, made)
                made.rename(copy)


def _link(source: str | Path, target: str | Path) -> None:
    """Link a file, which nobody changes, or copy it to another file system: links are ten times as fast."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _remove_unused(folder: Path, used: set[str]) -> None:
    """Remove the packages that no local cloud has used for a day: clouds of other configurations need others."""
    now = time.time()
    for package in folder.iterdir():
        with suppress(OSError):  # another local cloud has removed it
            if package.name in used:
                os.utime(package, (now, now))
            elif package.stat().st_mtime < now - UNUSED_SECONDS:
                shutil.rmtree(package) if package.is_dir() else package.unlink()


def _cdk(arguments: list[str], folder: Path) -> None:
    command = [str(NODE), str(CDK), *arguments, "--no-notices", "--no-version-reporting", "--ci"]
    # A person's ~/.cdk.json, with a profile or a role, must not apply to the local cloud.
    variables = {**os.environ, "HOME": str(folder)}
    with ChildProcess(command, folder / f"cdk-{arguments[0]}.log", variables) as process:
        if process.wait():
            raise LocalCloudError(f"`cdk {arguments[0]}` failed:\n{process.output.strip()}")
