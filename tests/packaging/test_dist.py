"""`make dist`: what the wheel and the source archive contain, and the wheel installed into an empty environment."""

import email
import email.message
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from uv import find_uv_bin
from werkzeug import Request, Response

from local.outposts.simulator import OutpostsSimulator
from local.server import App, Server
from outposts_order_notifier.__about__ import NAME, __version__
from outposts_order_notifier.toolchain import uv
from tests.machine.table import ROOT

MODULE = "outposts_order_notifier"
# What only the construct needs.
OF_THE_CDK = {"aws_cdk", "constructs", "jsii", "jsonschema", "uv"}
IMPORT_ALL = """
import importlib, pkgutil, sys
import outposts_order_notifier.cli as cli
names = [each.name for each in pkgutil.iter_modules(cli.__path__, cli.__name__ + ".")]
modules = [importlib.import_module(name).__name__ for name in names]
"""
# Builds the package of a function, and prints the asset's hash.
PACKAGE = """
import sys
from pathlib import Path
from outposts_order_notifier.cdk import package
assert Path(package.__file__).is_relative_to(sys.argv[1]), package.__file__
content = package._Content("board", ("jinja2", "markupsafe"), package.FOR_LAMBDA)
content.try_bundle(sys.argv[2])
print(content.digest())
"""


def run_uv(*arguments: str) -> None:
    """Run uv as `make dist` does, with this machine's source of packages."""
    settings = uv.settings(os.environ, Path(sys.prefix))
    bin_first = {**settings.variables, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    ran = subprocess.run(  # noqa: S603 - our own uv
        [find_uv_bin(), *arguments], cwd=ROOT, env=bin_first, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


@dataclass(frozen=True)
class Dist:
    """What a build made.

    Attributes:
        wheel: The wheel.
        archive: The source archive.
    """

    wheel: Path
    archive: Path

    def metadata(self) -> email.message.Message:
        """Return the wheel's metadata, whose payload is the page of an index."""
        with zipfile.ZipFile(self.wheel) as content:
            (name,) = [each for each in content.namelist() if each.endswith(".dist-info/METADATA")]
            return email.message_from_bytes(content.read(name))


def build(folder: Path) -> Dist:
    """Build as `make dist` does."""
    (command,) = re.findall(r"uv (build .*) --out-dir dist", (ROOT / "Makefile").read_text("utf-8"))
    run_uv(*command.split(), f"--python={sys.executable}", f"--out-dir={folder}")
    return Dist(folder / f"{MODULE}-{__version__}-py3-none-any.whl", folder / f"{MODULE}-{__version__}.tar.gz")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Dist:
    """The distributions of this clone."""
    return build(tmp_path_factory.mktemp("dist"))


class TestWheel:
    """What the wheel contains."""

    def test_has_one_import_name(self, dist: Dist) -> None:
        """Nothing else of the repository, which would overwrite other distributions' `tests`, `local` or `lambdas`."""
        with zipfile.ZipFile(dist.wheel) as content:
            names = content.namelist()
        assert {name.partition("/")[0] for name in names} == {MODULE, f"{MODULE}-{__version__}.dist-info"}
        assert f"{MODULE}/py.typed" in names
        assert not [name for name in names if name.endswith(".pyc")]

    def test_has_everything_that_the_functions_packages_need(self, dist: Dist) -> None:
        """The entry points as they are here, and the pins of their libraries with hashes."""
        with zipfile.ZipFile(dist.wheel) as content:
            inside = {name: content.read(name) for name in content.namelist()}
        handlers = [*ROOT.glob("lambdas/*/handler.py")]
        assert handlers
        for file in handlers:
            assert inside[f"{MODULE}/cdk/functions/{file.relative_to(ROOT)}"] == file.read_bytes()
        assert inside[f"{MODULE}/cdk/functions.txt"].count(b"--hash=sha256:") > inside[
            f"{MODULE}/cdk/functions.txt"
        ].count(b"==")

    def test_only_needs_the_command_lines_packages(self, dist: Dist) -> None:
        """Those of the construct are an extra."""
        needed = dist.metadata().get_all("Requires-Dist") or []
        base = {re.split(r"[<>=\[;]", each)[0] for each in needed if "extra ==" not in each}
        extra = {re.split(r"[<>=\[;]", each)[0] for each in needed if each.endswith("extra == 'cdk'")}
        assert base == {"aws-lambda-powertools", "boto3", "jinja2", "pyyaml", "rich", "slack-sdk", "typer", "tzdata"}
        assert extra == {"aws-cdk-lib", "constructs", "jsonschema", "pydantic", "uv"}

    def test_has_the_readme_as_its_page(self, dist: Dist) -> None:
        """Without pictures and links that lead nowhere on an index."""
        metadata = dist.metadata()
        page = str(metadata.get_payload())
        assert metadata["Description-Content-Type"] == "text/markdown"
        assert page.startswith("# outposts-order-notifier")
        for heading in ("## Preview your orders", "## Try it", "## Deploy it", "## Subscribe"):
            assert heading in page
        prose = re.sub(r"(?s)```.*?```", "", page)
        assert re.findall(r"\]\((?!https://|#)[^)]*\)|!\[|<!--", prose) == []
        assert "[incoming webhook](https://docs.slack.dev/" in page

    def test_passes_the_checks_of_make_dist(self, dist: Dist) -> None:
        """Those that the Makefile names."""
        folder = dist.wheel.parent
        commands = re.findall(r"\$\(RUN\) ((?:twine|check-wheel-contents) .*)", (ROOT / "Makefile").read_text("utf-8"))
        assert len(commands) == 2
        for command in commands:
            shell = command.replace("dist", str(folder))
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            ran = subprocess.run(  # noqa: S603 - the Makefile's own lines
                ["/bin/sh", "-c", shell], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
            )
            assert ran.returncode == 0, ran.stdout + ran.stderr


class TestArchive:
    """What the source archive contains."""

    def test_has_all_that_a_clone_has(self, dist: Dist) -> None:
        """So it can be deployed, tested and built again."""
        with tarfile.open(dist.archive) as content:
            names = {name.partition("/")[2] for name in content.getnames()}
        wanted = {"app.py", "cdk.json", "Makefile", "requirements.txt", "requirements-demo.txt", "package-lock.json"}
        assert wanted | {"tests/packaging/test_dist.py", "lambdas/poll/handler.py", "infra/stack.py"} <= names
        assert not [name for name in names if re.match(r"\.venv|\.cache|node_modules|dist/|\.git/", name)]


def test_two_builds_are_the_same(dist: Dist, tmp_path: Path) -> None:
    """Byte by byte, whenever and with whatever umask they are made."""
    before = os.umask(0o077)
    try:
        again = build(tmp_path)
    finally:
        os.umask(before)
    assert again.wheel.read_bytes() == dist.wheel.read_bytes()
    assert again.archive.read_bytes() == dist.archive.read_bytes()


class Recorder(App):
    """Remembers the requests to a simulator of Outposts, and answers as STS does to a caller without an account."""

    def __init__(self) -> None:
        self.outposts = OutpostsSimulator()
        self.requests: list[tuple[str, str]] = []

    def respond(self, request: Request) -> Response:
        """Answer one request."""
        self.requests.append((request.method, request.path))
        return self.outposts.respond(request)


@dataclass(frozen=True)
class Installed:
    """An environment with nothing but the wheel and its dependencies.

    Attributes:
        prefix: The environment's folder.
    """

    prefix: Path

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the console command, far from the clone."""
        return self._run("outposts-order-notifier", *arguments, **variables)

    def python(self, code: str) -> str:
        """Run Python code, and return what it printed."""
        ran = self._run("python", "-c", code)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def _run(self, program: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own wheel
            [str(self.prefix / "bin" / program), *arguments],
            cwd=self.prefix,
            env={"HOME": str(self.prefix), "PATH": "/nowhere", "COLUMNS": "100", "LANG": "C.UTF-8", **variables},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def installed(dist: Dist, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an empty environment, with the pinned versions of what it needs."""
    folder = tmp_path_factory.mktemp("installed")
    run_uv("venv", "--quiet", f"--python={sys.executable}", str(folder / "venv"))
    python = f"--python={folder / 'venv' / 'bin' / 'python'}"
    pins = f"--constraints={ROOT / 'requirements.txt'}"
    run_uv("pip", "install", "--quiet", python, "--only-binary=:all:", pins, str(dist.wheel))
    return Installed(folder / "venv")


class TestInstalled:
    """The wheel in an empty environment."""

    def test_does_not_bring_the_cdk_or_node(self, installed: Installed) -> None:
        """Nor anything else that only the construct needs, so that `uvx` takes seconds."""
        find = f"from importlib.util import find_spec; print(*filter(find_spec, {sorted(OF_THE_CDK)}))"
        assert installed.python(find).split() == []

    def test_has_the_console_command(self, installed: Installed) -> None:
        """With its help and its version."""
        assert installed.run("--version").stdout == f"{NAME} {__version__}\n"
        ran = installed.run("--help")
        assert ran.returncode == 0
        assert "preview" in ran.stdout
        assert "Traceback" not in ran.stderr

    def test_every_module_of_the_command_line_can_be_imported(self, installed: Installed) -> None:
        """With the declared dependencies, also what a command imports only when it needs it."""
        code = "import outposts_order_notifier.board.render, tzdata, yaml\n"
        code += "from outposts_order_notifier.notify.channels.registry import parts\nlist(parts('doctor'))\n"
        assert f"{MODULE}.cli.preview" in installed.python(code + IMPORT_ALL + "print(*modules)").split()

    def test_has_the_samples_of_events(self, installed: Installed) -> None:
        """`trigger` reads them there."""
        ran = installed.run("trigger", "line-item-status-change", "--list", "--json")
        assert ran.returncode == 0, ran.stderr
        assert "line-item-replaced-by" in [each["situation"] for each in json.loads(ran.stdout)]

    def test_previews_orders(self, installed: Installed) -> None:
        """It only reads, with credentials that may do nothing else."""
        recorder = Recorder()
        with Server(recorder) as server:
            client = boto3.client("outposts", endpoint_url=server.url, region_name="eu-west-1")
            outpost = client.list_outposts()["Outposts"][0]["OutpostId"]
            items: Any = [{"CatalogItemId": "OR-RACKM5A", "Quantity": 1}]
            order = client.create_order(OutpostIdentifier=outpost, PaymentOption="NO_UPFRONT", LineItems=items)
            recorder.requests.clear()
            keys = {"AWS_ACCESS_KEY_ID": "reader", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-west-1"}
            urls = {"AWS_ENDPOINT_URL_OUTPOSTS": server.url, "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9"}
            ran = installed.run("preview", **keys, **urls)
        assert ran.returncode == 0, ran.stderr
        assert order["Order"]["OrderId"] in ran.stdout
        assert "preparing" in ran.stdout.lower()
        assert {method for method, _ in recorder.requests} == {"GET"}
        assert {"/list-orders", f"/orders/{order['Order']['OrderId']}"} <= {path for _, path in recorder.requests}


def test_the_command_line_does_not_import_the_cdk() -> None:
    """Even where it is installed: it would take seconds."""
    command = [sys.executable, "-c", f"{IMPORT_ALL}print(*sys.modules)"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    loaded = ran.stdout.split()
    assert f"{MODULE}.cli.preview" in loaded
    assert {name for name in loaded if name.partition(".")[0] in OF_THE_CDK or name == f"{MODULE}.cdk"} == set()


def test_a_wheel_builds_the_same_packages_as_a_clone(dist: Dist, tmp_path: Path) -> None:
    """The functions' archives, under the same names, though it has no clone to build them from."""
    site = tmp_path / "site"
    run_uv("pip", "install", "--quiet", f"--python={sys.executable}", "--no-deps", f"--target={site}", str(dist.wheel))
    made = {}
    for place in (ROOT, site):
        target = tmp_path / f"from-{place.name}"
        target.mkdir()
        command = [sys.executable, "-c", PACKAGE, str(place), str(target)]
        ran = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)  # noqa: S603 - our own
        assert ran.returncode == 0, ran.stderr
        files = {file.relative_to(target): file.read_bytes() for file in target.rglob("*") if file.is_file()}
        made[place] = (ran.stdout, files)
    assert made[site] == made[ROOT]
    assert {Path("lambdas/board/handler.py"), Path("jinja2/__init__.py")} <= set(made[site][1])
