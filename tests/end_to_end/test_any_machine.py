"""Everything on a machine with every setting that could interfere (docs/your-machine.md)."""

import json
import os
import re
import resource
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from outposts_order_notifier.toolchain import pip
from tests.end_to_end.conftest import left_in
from tests.machine.table import ROOT, hostile
from tests.machine.test_setup import STRANGE

FILES = 256  # macOS's `ulimit -n`
NOT_CLONED = (
    ".venv",
    "node_modules",
    ".git",
    ".cache",
    "cdk.out",
    "__pycache__",
    ".hypothesis",
    ".*_cache",
    ".coverage*",
)
# A home folder without settings, to which nobody can write, not even root.
HOME = "/proc/nowhere"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with a strange name, set up."""
    folder = tmp_path_factory.mktemp("clones") / STRANGE
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_CLONED), symlinks=True)
    for name, pins in {".venv": "requirements-demo.txt", "node_modules": "package-lock.json"}.items():
        (folder / name).symlink_to(Path(sys.prefix) if name == ".venv" else ROOT / name)
        # Make must not install anything either: test_setup.py does.
        os.utime(folder / pins, (0, 0))
    return folder


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a person with every setting, and hostile files in the home folder."""
    # Only this machine's source of packages is kept.
    index = pip.environment(os.environ, Path(sys.prefix))
    own = {name: index[name] for name in index if name.startswith("PIP_") or name == "PATH" or "CERT" in name}
    strange = {
        "HOME": HOME,
        "TMPDIR": str(folder),
        "LC_ALL": "tr_TR.ISO-8859-9",
        "COLUMNS": "200",
        "TZ": "Asia/Kathmandu",
    }
    emulators = {"GATEWAY_PORT": "1", "SERVICES": "none", "PERSIST_STATE": "1", "LAMBDA_EXECUTOR": "docker"}
    # Requests to this machine would be lost in the proxy; packages are fetched by https.
    proxy = {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "intranet.example.com"}
    return {**hostile(), **own, **strange, **emulators, **proxy, **variables}


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))


def make(clone: Path, variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make, with a strict umask and few open files."""
    return subprocess.run(  # noqa: S603 - our own Makefile
        ["make", *arguments],  # noqa: S607 - the person's make
        cwd=clone,
        env=variables,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=600,
        umask=0o077,
        preexec_fn=_limit,
    )


def test_the_local_cloud_works(clone: Path, tmp_path: Path) -> None:
    """`make demo` prints line by line and sums up; each observation reaches both channels, and nothing remains."""
    ran = make(clone, environment(tmp_path), "demo", "ARGS=--seconds-per-day 0.1")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "20 steps in the lives of 5 orders." in ran.stdout
    assert re.search(r"started by the schedule \(\d+\), CreateOrder and CancelOrder \(5\)", ran.stdout)
    assert "Line Item Status Change" in ran.stdout
    for news in ("order completed", "order and 3 servers cancelled", "in error"):
        assert news in ran.stdout
    assert "nothing is left running" in ran.stdout
    addresses = dict(re.findall(r"^ +(\S+) +(file://\S+)$", ran.stdout, re.MULTILINE))
    files = {name: Path(url2pathname(urlsplit(address).path)) for name, address in addresses.items()}
    pages = {name: file.read_text(encoding="utf-8") for name, file in files.items()}
    assert pages["Board"].count("<article") == 5
    assert "REPLACED" in pages["Board"]
    for news in ("order completed", "order and 3 servers cancelled", "in error", "overdue", "Weekly summary", "muted"):
        assert news in pages["Slack"]
        assert news in pages["E-mails"]
    assert "The laboratory is being rebuilt" in pages["Board"]
    assert "Belfast laboratory: order in progress" not in pages["Slack"] + pages["E-mails"]
    assert left_in(tmp_path) == []


def test_packages_for_lambda_are_complete(clone: Path, tmp_path: Path) -> None:
    """`make deploy` synthesizes: each function's package has its libraries, and Lambda's user can read all of it.

    The synthesis is the first step of `make deploy`; there is no AWS to deploy to.
    """
    region = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"}
    # A person who deploys has a valid profile, or none.
    variables = {name: value for name, value in environment(tmp_path).items() if not name.startswith(("AWS_", "BOTO_"))}
    (command,) = make(clone, variables, "--no-print-directory", "-n", "deploy").stdout.splitlines()
    command = command.strip()
    assert command == ".venv/bin/python -E -s -m machine.run cdk deploy"
    ran = subprocess.run(  # noqa: S602 - the Makefile's own line, but for its last word
        command.removesuffix("deploy") + f"synth --quiet --no-notices --no-validation --output '{tmp_path}/cdk.out'",
        shell=True,
        cwd=clone,
        env=variables | region,
        capture_output=True,
        text=True,
        check=False,
        umask=0o077,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    template = json.loads((tmp_path / "cdk.out" / "OutpostsOrderNotifier.template.json").read_text())
    functions = [each for each in template["Resources"].values() if each["Type"] == "AWS::Lambda::Function"]
    assert len(functions) >= 3
    for function in functions:
        key = function["Properties"]["Code"]["S3Key"].removesuffix(".zip")
        package = tmp_path / "cdk.out" / f"asset.{key}"
        assert {"aws_lambda_powertools", "jmespath", "lambdas"} <= {path.name for path in package.iterdir()}
        modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in [package, *package.rglob("*")]}
        assert modes == {(True, 0o755), (False, 0o644)}


def test_a_local_cloud_prints_what_a_shell_exports(clone: Path) -> None:
    """A shell accepts the lines for any folder name: its PATH begins with the folder of our `aws`."""
    show = "import os; os.environ.update(AWS_X='a b', no_proxy='h', HTTP_PROXY='p'); from local import __main__ as m\n"
    show += "from types import SimpleNamespace as N\n"
    show += "print(m._ready(N(outputs={}, addresses={}, context='{}')))"
    command = [".venv/bin/python", "-c", show]
    ran = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    lines = re.findall(r"^  ((?:export|unset) .*)$", ran.stdout, re.MULTILINE)
    shell = ["/bin/sh", "-euc", "\n".join([*lines, 'echo "$PATH|$AWS_X|$no_proxy|${AWS_PROFILE-unset}"'])]
    ran = subprocess.run(shell, env={"PATH": "/bin"}, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert ran.stdout == f"{clone.resolve()}/local/bin:/bin|a b|h|unset\n"
